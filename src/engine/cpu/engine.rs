//! The twins behind the interface of an engine: a queue of steps and readings, worked off in the calls.

use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use web_time::Instant;

use super::block::{block_size, on_workers};
use super::contributions::Statistics;
use super::predict;
use super::run::{Batch, Run, to_f32};
use crate::data::Dataset;
use crate::engine::{
    BackendInfo, Engine, EngineError, Network, Reading, Request, Step, Timing, evaluation_points,
    map_points,
};
use crate::ghm::{Average, Real};

/// Points that are predicted between two looks at the clock.
const POINTS: usize = 2048;

/// Trains before the call returns, or in [`Engine::work`] where [`Engine::work_in_slices`] was called; natively on
/// all cores.
pub struct CpuEngine<T = f32> {
    info: BackendInfo,
    data: Rc<Dataset>,
    run: Run<T>,
    queue: VecDeque<Job<T>>,
    /// Seconds that a call may train.
    slice: Option<f64>,
    readings: VecDeque<Reading>,
    timings: VecDeque<Timing>,
}

/// What is queued, in its order.
enum Job<T> {
    Train(Training),
    Read(Looking<T>),
    Restore([Vec<f32>; 2], Average<f32>),
    ResetDensity,
    ResetOptimizer,
}

struct Training {
    steps: Vec<Step>,
    indices: Vec<u32>,
    done: usize,
    seconds: f64,
}

struct Looking<T> {
    request: Request,
    /// Of training, test and map, so far.
    outputs: [Vec<f32>; 3],
    statistics: Option<Box<Statistics<T>>>,
}

impl<T: Real> CpuEngine<T> {
    pub fn new(network: Network, data: Rc<Dataset>, parameters: &[f32]) -> Self {
        Self {
            info: info::<T>(),
            data,
            run: Run::new(network, parameters),
            queue: VecDeque::new(),
            slice: None,
            readings: VecDeque::new(),
            timings: VecDeque::new(),
        }
    }

    /// The parameters as they are now.
    pub fn parameters(&self) -> &[T] {
        &self.run.parameters
    }

    /// Gradient of the last step's loss with respect to the parameters.
    pub fn gradient(&self) -> &[T] {
        &self.run.gradient
    }

    /// Harmonizing weight of every bin, as of the last step.
    pub fn beta(&self) -> &[T] {
        &self.run.density.beta
    }

    fn queue(&mut self, job: Job<T>) {
        self.queue.push_back(job);
        if self.slice.is_none() {
            self.work_for(None);
        }
    }

    /// Works the queue off, for so many seconds where that is said, but a piece at least.
    fn work_for(&mut self, seconds: Option<f64>) {
        let until = seconds.map(|seconds| {
            Instant::now() + Duration::try_from_secs_f64(seconds).unwrap_or_default()
        });
        while let Some(job) = self.queue.pop_front() {
            if let Some(rest) = self.work_on(job, until) {
                self.queue.push_front(rest);
                return;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return;
            }
        }
    }

    /// What is left of a job when the time is over.
    fn work_on(&mut self, job: Job<T>, until: Option<Instant>) -> Option<Job<T>> {
        match job {
            Job::Train(training) => self.train_on(training, until).map(Job::Train),
            Job::Read(looking) => self.look_on(looking, until).map(Job::Read),
            Job::Restore([parameters, moments], average) => {
                let of = |values: &[f32]| values.iter().map(|&x| T::of(f64::from(x))).collect();
                self.run.parameters = of(&parameters);
                self.run.moments = of(&moments);
                self.run.density.average = Average {
                    ema: of(&average.ema),
                    filled: of(&average.filled),
                };
                None
            }
            Job::ResetDensity => {
                self.run.density.average = Average::new(self.run.density.average.ema.len());
                None
            }
            Job::ResetOptimizer => {
                self.run.moments.fill(T::ZERO);
                None
            }
        }
    }

    fn train_on(&mut self, mut job: Training, until: Option<Instant>) -> Option<Training> {
        let start = Instant::now();
        let (run, examples) = (&mut self.run, &self.data.train);
        let most = job.steps.iter().map(|step| step.examples as usize);
        let most = most.max().unwrap_or(0);
        let work = || {
            for step in &job.steps[job.done..] {
                let first = step.first as usize;
                let indices = &job.indices[first..first + step.examples as usize];
                let batch = Batch {
                    step,
                    indices,
                    examples,
                };
                if !run.go_on(batch, until) {
                    break;
                }
                job.done += 1;
                if until.is_some_and(|until| Instant::now() >= until) {
                    break;
                }
            }
        };
        on_workers(most / block_size(most), work);
        job.seconds += start.elapsed().as_secs_f64();
        if job.done < job.steps.len() {
            return Some(job);
        }
        self.timings.push_back(Timing {
            steps: job.steps.len() as u32,
            seconds: job.seconds,
        });
        None
    }

    fn look_on(&mut self, mut job: Looking<T>, until: Option<Instant>) -> Option<Looking<T>> {
        let run = &self.run;
        let over = || until.is_some_and(|until| Instant::now() >= until);
        let [train, test] = evaluation_points(&self.data);
        let map = map_points(run.network.inputs());
        let wanted = [job.request.evaluate, job.request.evaluate, job.request.map];
        for ((points, outputs), wanted) in [train, test, &map]
            .into_iter()
            .zip(&mut job.outputs)
            .zip(wanted)
        {
            let width = run.network.outputs();
            while wanted && outputs.len() < points.len() * width {
                let rest = &points[outputs.len() / width..];
                let next = &rest[..rest.len().min(POINTS)];
                outputs.extend(to_f32(&predict(&run.network, &run.parameters, next)));
                if over() {
                    return Some(job);
                }
            }
        }
        if job.statistics.is_none() && run.last_step.is_some() {
            job.statistics = Statistics::new(run).map(Box::new);
            let is_large = job.statistics.as_ref().is_some_and(|of| of.is_large());
            if is_large && over() {
                return Some(job);
            }
        }
        if let Some(statistics) = &mut job.statistics {
            while !statistics.piece(&run.density.beta) {
                if statistics.is_large() && over() {
                    return Some(job);
                }
            }
        }
        self.readings.push_back(self.reading(job));
        None
    }

    fn reading(&self, job: Looking<T>) -> Reading {
        let run = &self.run;
        let Looking {
            request,
            outputs: [train, test, map],
            statistics,
        } = job;
        let (classes, norms) = statistics.map(|of| of.done()).unwrap_or_default();
        Reading {
            loss: run.loss.to_f64() as f32,
            counts: run.density.counts.clone(),
            average: Average {
                ema: to_f32(&run.density.average.ema),
                filled: to_f32(&run.density.average.filled),
            },
            density: to_f32(&run.density.density),
            beta: to_f32(&run.density.beta),
            classes,
            outputs: request.evaluate.then_some([train, test]),
            map: request.map.then_some(map),
            gradient_norms: request.gradient_norms.then(|| to_f32(&norms)),
            parameters: request
                .parameters
                .then(|| [&run.parameters, &run.moments].map(|values| to_f32(values))),
        }
    }
}

/// What the engine is called.
pub fn info<T: Real>() -> BackendInfo {
    let float = if size_of::<T>() == 4 { "f32" } else { "f64" };
    BackendInfo {
        kind: "cpu",
        adapter: format!("CPU engine, {float}"),
    }
}

impl<T: Real> Engine for CpuEngine<T> {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn work_in_slices(&mut self, seconds: f64) {
        self.slice = Some(seconds);
    }

    fn work(&mut self) {
        self.work_for(self.slice);
    }

    fn train(&mut self, steps: &[Step], indices: &[u32]) -> Result<(), EngineError> {
        self.queue(Job::Train(Training {
            steps: steps.to_vec(),
            indices: indices.to_vec(),
            done: 0,
            seconds: 0.0,
        }));
        Ok(())
    }

    fn restore(&mut self, parameters: &[f32], moments: &[f32], average: &Average<f32>) {
        let numbers = [parameters, moments].map(<[f32]>::to_vec);
        self.queue(Job::Restore(numbers, average.clone()));
    }

    fn reset_density(&mut self) {
        self.queue(Job::ResetDensity);
    }

    fn reset_optimizer(&mut self) {
        self.queue(Job::ResetOptimizer);
    }

    fn request(&mut self, request: Request) {
        self.queue(Job::Read(Looking {
            request,
            outputs: Default::default(),
            statistics: None,
        }));
    }

    fn poll(&mut self) -> Result<Option<Reading>, EngineError> {
        Ok(self.readings.pop_front())
    }

    fn in_flight(&mut self) -> usize {
        let trains = |job: &&Job<T>| matches!(job, Job::Train(_));
        self.queue.iter().filter(trains).count()
    }

    fn take_timing(&mut self) -> Option<Timing> {
        self.timings.pop_front()
    }

    /// Nothing works between the calls.
    fn wait_for_room(&mut self, _seconds: f64) {
        self.work_for(self.slice);
    }

    fn wait(&mut self) {
        self.work_for(None);
    }
}
