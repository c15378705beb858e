//! A race repeated over seeds, in the background: a single run proves nothing.

use std::rc::Rc;

use web_time::Instant;

use super::{Lab, Severity, explain_non_finite};
use crate::config::{Backend, Config};
use crate::data::Dataset;
use crate::engine::{Compute, EngineError, Evaluation, Request, Scores, Trainer, memory};
use crate::words::{tr, word};

/// Seconds that a tick may train on this thread.
const TICK_SECONDS: f64 = 0.008;
/// Steps of a submission, and the examples that are enough for one.
const CHUNK: u32 = 16;
const CHUNK_EXAMPLES: u32 = 1 << 15;
/// Evaluations of a run, beside that of its start.
const CHECKPOINTS: u32 = 24;

/// What is repeated.
#[derive(Clone, Debug, PartialEq)]
pub struct RepeatedArm {
    pub name: String,
    /// With the first seed.
    pub config: Config,
}

/// The arms of a race from several seeds. Every run is trained on the CPU engine, so that the same
/// settings give the same bits everywhere.
pub struct Repeats {
    arms: Vec<RepeatedArm>,
    seeds: u32,
    steps: u32,
    /// By run, those of a seed one after the other, seed after seed.
    runs: Vec<Vec<Evaluation>>,
    /// The run that is trained.
    trainer: Option<Trainer>,
    curve: Vec<Evaluation>,
    /// Those of the seed that is trained.
    data: Option<Rc<Dataset>>,
    cancelled: bool,
}

/// The mean over the seeds and how far they are apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    pub mean: f64,
    /// Standard deviation of a sample; 0 of a single value.
    pub deviation: f64,
}

/// An arm against another on the same seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Paired {
    /// Mean of the differences.
    pub difference: f64,
    /// Half the width of its 95 % confidence interval by Student's t; infinite of a single pair.
    pub margin: f64,
    /// Seeds where the value is higher, and pairs that there are.
    pub higher: usize,
    pub pairs: usize,
}

impl Repeats {
    /// Most seeds.
    pub const MOST_SEEDS: u32 = 50;

    fn new(arms: Vec<RepeatedArm>, seeds: u32, steps: u32) -> Self {
        Self {
            arms,
            seeds: seeds.clamp(1, Self::MOST_SEEDS),
            steps: steps.max(1),
            runs: Vec::new(),
            trainer: None,
            curve: Vec::new(),
            data: None,
            cancelled: false,
        }
    }

    pub fn arms(&self) -> &[RepeatedArm] {
        &self.arms
    }

    pub fn seeds(&self) -> u32 {
        self.seeds
    }

    pub fn steps(&self) -> u32 {
        self.steps
    }

    /// Seeds that all arms have finished.
    pub fn seeds_done(&self) -> usize {
        self.runs.len() / self.arms.len()
    }

    fn runs_in_all(&self) -> usize {
        self.arms.len() * self.seeds as usize
    }

    /// Whether it still trains.
    pub fn is_running(&self) -> bool {
        !self.cancelled && self.runs.len() < self.runs_in_all()
    }

    /// Share of the work that is done.
    pub fn progress(&self) -> f32 {
        let step = self.trainer.as_ref().map_or(0, Trainer::step) as f32;
        let of_run = step / self.steps as f32;
        (self.runs.len() as f32 + of_run) / self.runs_in_all() as f32
    }

    /// The runs of an arm on the seeds that all arms have finished.
    fn of_arm(&self, arm: usize) -> impl Iterator<Item = &Vec<Evaluation>> {
        let whole = self.seeds_done() * self.arms.len();
        self.runs[..whole].iter().skip(arm).step_by(self.arms.len())
    }

    /// Step and spread of a score of the test examples at every checkpoint where all seeds have it.
    pub fn curve(&self, arm: usize, value: &dyn Fn(&Scores) -> Option<f64>) -> Vec<(u64, Spread)> {
        let runs: Vec<_> = self.of_arm(arm).collect();
        let Some(first) = runs.first() else {
            return Vec::new();
        };
        let at = |(index, point): (usize, &Evaluation)| {
            let values: Option<Vec<f64>> = (runs.iter())
                .map(|run| value(&run.get(index)?.test))
                .collect();
            Some((point.step, Spread::of(&values?)?))
        };
        first.iter().enumerate().filter_map(at).collect()
    }

    /// A score of the test examples at the end, seed by seed.
    pub fn last(&self, arm: usize, value: &dyn Fn(&Scores) -> Option<f64>) -> Vec<Option<f64>> {
        let of = |run: &Vec<Evaluation>| run.last().and_then(|last| value(&last.test));
        self.of_arm(arm).map(of).collect()
    }

    /// Trains on for so long.
    fn work(&mut self, seconds: f64) -> Result<(), EngineError> {
        let start = Instant::now();
        while self.is_running() && start.elapsed().as_secs_f64() < seconds {
            self.piece()?;
        }
        Ok(())
    }

    /// Starts the next run, or goes on a little with the present one.
    fn piece(&mut self) -> Result<(), EngineError> {
        let Some(trainer) = &mut self.trainer else {
            self.trainer = Some(self.start()?);
            self.curve.clear();
            return Ok(());
        };
        trainer.work();
        if let Some(evaluation) = trainer.poll()?.and_then(|update| update.evaluation) {
            self.take(evaluation)?;
            return Ok(());
        }
        if trainer.readings_due() > 0 || trainer.in_flight() > 0 {
            return Ok(());
        }
        let step = trainer.step() as u32;
        let checkpoint = |number: u32| {
            let all = u64::from(self.steps) * u64::from(number);
            all.div_ceil(u64::from(CHECKPOINTS)) as u32
        };
        let next = (1..=CHECKPOINTS).map(checkpoint).find(|&at| at > step);
        let next = next.unwrap_or(self.steps);
        let most = (CHUNK_EXAMPLES / trainer.config().batch_size).clamp(1, CHUNK);
        trainer.advance(most.min(next - step))?;
        if trainer.step() as u32 == next {
            trainer.request(EVALUATE);
        }
        Ok(())
    }

    /// The next run at its start, evaluated.
    fn start(&mut self) -> Result<Trainer, EngineError> {
        let arm = self.runs.len() % self.arms.len();
        let seed = (self.runs.len() / self.arms.len()) as u32;
        let first = &self.arms[arm].config;
        let config = Config {
            seed: first.seed.wrapping_add(seed),
            backend: Backend::Cpu,
            ..first.clone()
        };
        if arm == 0 {
            self.data = None;
        }
        let generate = || Rc::new(config.recipe().generate());
        let data = self.data.get_or_insert_with(generate);
        let compute = Compute::Unavailable(word("repeats train on the CPU").to_owned());
        let (mut trainer, _) = compute.start_on(&config, data)?;
        trainer.work_in_slices(TICK_SECONDS);
        trainer.request(EVALUATE);
        Ok(trainer)
    }

    /// Takes a point of the curve of the run that is trained; the last one ends it.
    ///
    /// # Errors
    /// When its loss is not a number any more.
    fn take(&mut self, evaluation: Evaluation) -> Result<(), EngineError> {
        let arm = &self.arms[self.runs.len() % self.arms.len()];
        // Of the start nothing is asked.
        if evaluation.step > 0 && !evaluation.train.loss.is_finite() {
            let seed = (self.runs.len() / self.arms.len()) as u32;
            let seed = arm.config.seed.wrapping_add(seed);
            let why = explain_non_finite(&arm.config, evaluation.step);
            return Err(EngineError(tr!(
                "{} with seed {seed}: {why}",
                arm.name,
                seed,
                why
            )));
        }
        self.curve.push(evaluation);
        if evaluation.step == u64::from(self.steps) {
            self.runs.push(std::mem::take(&mut self.curve));
            self.trainer = None;
        }
        Ok(())
    }
}

const EVALUATE: Request = Request {
    evaluate: true,
    map: false,
    gradient_norms: false,
    parameters: false,
};

impl Spread {
    /// `None` without values.
    pub fn of(values: &[f64]) -> Option<Self> {
        let count = values.len() as f64;
        if values.is_empty() {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = if values.len() > 1 {
            libm::sqrt(squares / (count - 1.0))
        } else {
            0.0
        };
        Some(Self { mean, deviation })
    }
}

impl Paired {
    /// Of values on the same seeds, pairs where either is missing left out; `None` without a pair.
    pub fn of(values: &[Option<f64>], reference: &[Option<f64>]) -> Option<Self> {
        let pairs = values.iter().zip(reference);
        let differences: Vec<f64> = pairs.filter_map(|(a, b)| Some((*a)? - (*b)?)).collect();
        let Spread { mean, deviation } = Spread::of(&differences)?;
        let pairs = differences.len();
        let quantile = T_975.get(pairs.wrapping_sub(2)).copied();
        Some(Self {
            difference: mean,
            margin: quantile.map_or(f64::INFINITY, |t| t * deviation / libm::sqrt(pairs as f64)),
            higher: differences.iter().filter(|&&d| d > 0.0).count(),
            pairs,
        })
    }
}

/// 0.975 quantiles of Student's t distribution with 1, 2, … 49 degrees of freedom.
const T_975: [f64; Repeats::MOST_SEEDS as usize - 1] = [
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010,
    2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687,
    2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423, 2.0395, 2.0369, 2.0345, 2.0322, 2.0301,
    2.0281, 2.0262, 2.0244, 2.0227, 2.0211, 2.0195, 2.0181, 2.0167, 2.0154, 2.0141, 2.0129, 2.0117,
    2.0106, 2.0096,
];

impl Lab {
    /// The repeats that run or have run, if any.
    pub fn repeats(&self) -> Option<&Repeats> {
        self.repeats.as_deref()
    }

    /// Repeats the race, all its arms, over so many seeds (1 to 50) from the present one on, each for so
    /// many steps, in the background; the experiment goes on beside it.
    pub fn repeat(&mut self, seeds: u32, steps: u32) {
        let arm = |arm: &super::Arm| RepeatedArm {
            name: arm.name().to_owned(),
            config: arm.config().clone(),
        };
        let arms: Vec<RepeatedArm> = self.arms().iter().map(arm).collect();
        let configs: Vec<Config> = arms.iter().map(|arm| arm.config.clone()).collect();
        if let Err(error) = memory::beside(&configs, self.backend().kind == "cpu") {
            self.messages.add(Severity::Error, error.to_string());
            return;
        }
        self.repeats = Some(Box::new(Repeats::new(arms, seeds, steps)));
    }

    /// Ends the repeats; what is finished stays.
    pub fn cancel_repeats(&mut self) {
        if let Some(repeats) = &mut self.repeats {
            repeats.cancelled = true;
            repeats.trainer = None;
        }
    }

    /// Goes on with the repeats.
    pub(super) fn repeat_on(&mut self) {
        let Some(repeats) = self.repeats.as_mut().filter(|of| of.is_running()) else {
            return;
        };
        if let Err(error) = repeats.work(TICK_SECONDS) {
            self.cancel_repeats();
            let text = tr!("Repeats ended: {error}.", error);
            self.messages.add(Severity::Error, text);
        }
    }
}
