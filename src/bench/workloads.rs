//! What is measured.

use std::rc::Rc;

use web_time::Instant;

use super::harmonizing;
use crate::config::{Backend, Config};
use crate::data::Random;
use crate::data::predictions::{Input, Options};
use crate::engine::{BackendInfo, Compute, EngineError, Request, Trainer, map_points};
use crate::ghm::Loss;
use crate::xray::{Job, Progress};

/// Examples that are trained on, at least: all mini-batches are whole ones.
const TRAINED_ON: u32 = 65_536;
/// Examples that are tested on; what is measured does not look at them.
const TESTED_ON: u32 = 50_000;
/// Batch size of the race.
const RACE_BATCH: u32 = 4096;
/// Rows of the X-ray.
const ROWS: usize = 100_000;

/// Work in units that can be repeated.
pub trait Workload {
    fn name(&self) -> &'static str;
    /// Examples, logits, points or rows in one unit.
    fn examples(&self) -> usize;
    /// What does it.
    fn info(&self) -> BackendInfo;
    /// Starts so many units.
    ///
    /// # Errors
    /// Those of the engine.
    fn begin(&mut self, units: u32) -> Result<(), EngineError>;
    /// Seconds that they took, once they are done.
    ///
    /// # Errors
    /// Those of the engine.
    fn finish(&mut self) -> Result<Option<f64>, EngineError>;
    /// Waits for the device, where the platform can wait.
    fn wait(&mut self) {}
}

/// Prepares the workload of this name, one of [`super::WORKLOADS`].
///
/// # Errors
/// When the backend cannot be had or has no room.
pub fn start(
    name: &'static str,
    compute: &Compute,
    backend: Backend,
) -> Result<Box<dyn Workload>, EngineError> {
    let (kind, size) = name.split_once('/').unwrap_or((name, ""));
    let size = size.parse().unwrap_or(0);
    Ok(match kind {
        "ghm-c" => harmonizing::start(name, compute, backend, size as usize)?,
        "train" => Box::new(Train::start(name, compute, backend, &[Loss::GhmC], size)?),
        "race" => {
            let mut losses = Loss::of(Config::default().task).to_vec();
            losses.push(Loss::GhmC);
            Box::new(Train::start(name, compute, backend, &losses, RACE_BATCH)?)
        }
        "map" => Box::new(Map::start(name, compute, backend)?),
        _ => Box::new(Rows::new(name)),
    })
}

/// Logits `[n]` and classes `[n]` of an imbalanced dataset, most of them easy.
pub(super) fn logits(n: usize) -> (Vec<f32>, Vec<f32>) {
    let mut random = Random::named(7, "bench");
    let one = |_| {
        let is_positive = random.uniform() < 0.01;
        let centre = if is_positive { 0.0 } else { -2.0 };
        let logit = centre + 3.0 * random.gaussian();
        (logit as f32, f32::from(u8::from(is_positive)))
    };
    (0..n).map(one).unzip()
}

/// Training steps of one or several arms.
struct Train {
    name: &'static str,
    arms: Vec<Trainer>,
    /// Steps of the run, and what each arm's took so far.
    units: u32,
    took: Vec<(u32, f64)>,
    began: Instant,
}

/// The default network and its data.
fn config(loss: Loss, batch_size: u32, backend: Backend) -> Config {
    let examples = batch_size.max(TRAINED_ON) + TESTED_ON;
    Config {
        loss,
        batch_size,
        backend,
        examples,
        test_share: f64::from(TESTED_ON) / f64::from(examples),
        ..Config::default()
    }
}

impl Train {
    fn start(
        name: &'static str,
        compute: &Compute,
        backend: Backend,
        losses: &[Loss],
        batch_size: u32,
    ) -> Result<Self, EngineError> {
        let data = Rc::new(config(losses[0], batch_size, backend).recipe().generate());
        let arms: Result<Vec<_>, _> = (losses.iter())
            .map(|&loss| {
                let config = config(loss, batch_size, backend);
                compute.start_on(&config, &data).map(|(trainer, _)| trainer)
            })
            .collect();
        Ok(Self {
            name,
            arms: arms?,
            units: 0,
            took: Vec::new(),
            began: Instant::now(),
        })
    }
}

impl Workload for Train {
    fn name(&self) -> &'static str {
        self.name
    }

    fn examples(&self) -> usize {
        let of_arm = self.arms.first().map_or(0, |arm| arm.config().batch_size);
        self.arms.len() * of_arm as usize
    }

    fn info(&self) -> BackendInfo {
        self.arms[0].backend().clone()
    }

    fn begin(&mut self, units: u32) -> Result<(), EngineError> {
        self.units = units;
        self.took = vec![(0, 0.0); self.arms.len()];
        self.began = Instant::now();
        self.arms.iter_mut().try_for_each(|arm| arm.advance(units))
    }

    fn finish(&mut self) -> Result<Option<f64>, EngineError> {
        for (arm, (steps, seconds)) in self.arms.iter_mut().zip(&mut self.took) {
            arm.in_flight();
            while let Some(timing) = arm.take_timing() {
                *steps += timing.steps;
                *seconds += timing.seconds;
            }
            arm.poll()?;
        }
        let is_done = self.took.iter().all(|(steps, _)| *steps >= self.units);
        Ok(is_done.then(|| match self.took[..] {
            [(_, seconds)] => seconds,
            // What an arm's submission took holds its wait for those of the others.
            _ => self.began.elapsed().as_secs_f64(),
        }))
    }

    fn wait(&mut self) {
        for arm in &mut self.arms {
            arm.wait_for_room(1.0);
        }
    }
}

/// The decision map of the default network.
struct Map {
    name: &'static str,
    trainer: Trainer,
    left: u32,
    start: Instant,
}

impl Map {
    fn start(name: &'static str, compute: &Compute, backend: Backend) -> Result<Self, EngineError> {
        let config = config(Loss::GhmC, RACE_BATCH, backend);
        Ok(Self {
            name,
            trainer: compute.start(&config)?.0,
            left: 0,
            start: Instant::now(),
        })
    }

    fn request(&mut self) {
        self.trainer.request(Request {
            map: true,
            ..Request::default()
        });
    }
}

impl Workload for Map {
    fn name(&self) -> &'static str {
        self.name
    }

    fn examples(&self) -> usize {
        map_points(2).len()
    }

    fn info(&self) -> BackendInfo {
        self.trainer.backend().clone()
    }

    fn begin(&mut self, units: u32) -> Result<(), EngineError> {
        self.start = Instant::now();
        self.left = units;
        self.request();
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<f64>, EngineError> {
        while self.trainer.poll()?.is_some() {
            self.left -= 1;
            if self.left == 0 {
                return Ok(Some(self.start.elapsed().as_secs_f64()));
            }
            self.request();
        }
        Ok(None)
    }

    fn wait(&mut self) {
        self.trainer.wait();
    }
}

/// An X-ray from the text of predictions to the report.
struct Rows {
    name: &'static str,
    text: Rc<[u8]>,
    seconds: f64,
}

impl Rows {
    fn new(name: &'static str) -> Self {
        let (outputs, targets) = logits(ROWS);
        let mut text = String::from("logit,label\n");
        for (logit, label) in outputs.iter().zip(targets) {
            text += &format!("{logit},{label}\n");
        }
        Self {
            name,
            text: text.into_bytes().into(),
            seconds: 0.0,
        }
    }
}

impl Workload for Rows {
    fn name(&self) -> &'static str {
        self.name
    }

    fn examples(&self) -> usize {
        ROWS
    }

    fn info(&self) -> BackendInfo {
        BackendInfo {
            kind: "cpu",
            adapter: "f64, one thread".to_owned(),
        }
    }

    fn begin(&mut self, units: u32) -> Result<(), EngineError> {
        self.seconds = 0.0;
        for _ in 0..units {
            let input = Input::bytes("bench.csv", &*self.text);
            let start = Instant::now();
            let job = Job::start(vec![input], Options::default(), &Config::default());
            let done = job.work(f64::INFINITY);
            self.seconds += start.elapsed().as_secs_f64();
            match done {
                Ok(Progress::Done(_)) => {}
                Ok(Progress::Goes(_)) => return Err(EngineError("it did not end".to_owned())),
                Err(error) => return Err(EngineError(error.to_string())),
            }
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<f64>, EngineError> {
        Ok(Some(self.seconds))
    }
}
