//! How fast this machine is: the same workloads everywhere, measured in the same way.
//!
//! A [`Bench`] works a little at a time, for a window that must go on drawing and for a page that
//! cannot wait for its device.

mod harmonizing;
mod workloads;

pub use workloads::{Workload, start};

use std::collections::VecDeque;

use serde::Serialize;
use web_time::Instant;

use crate::config::Backend;
use crate::engine::{BackendInfo, Compute, EngineError};
use crate::words::tr;

/// Names of all workloads, in the order in which they run: GHM-C's loss and gradient on so many
/// logits, a training step at a batch size, one of six arms, the decision map, and an X-ray.
pub const WORKLOADS: [&str; 11] = [
    "ghm-c/10000",
    "ghm-c/100000",
    "ghm-c/1000000",
    "ghm-c/10000000",
    "train/256",
    "train/4096",
    "train/65536",
    "train/950000",
    "race/6",
    "map",
    "xray",
];

/// Seconds that a run should take: well above the resolution of a browser's clock.
const RUN_SECONDS: f64 = 0.02;
/// Seconds that a workload is measured for, after its warm-up.
const WORKLOAD_SECONDS: f64 = 0.8;
/// Runs of every workload, however slow or fast.
const LEAST_RUNS: usize = 5;
const MOST_RUNS: usize = 101;
/// Units of work in one run.
const MOST_UNITS: f64 = 500.0;

/// What came out for one workload.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    pub name: &'static str,
    /// "cpu" or the graphics interface.
    pub backend: &'static str,
    pub adapter: String,
    /// Milliseconds of one unit, a step or a pass: the median over the runs.
    pub ms: f64,
    /// Its 10th and 90th percentile.
    pub spread: [f64; 2],
    /// Examples, logits, points or rows a second, by the median.
    pub examples_per_s: f64,
    pub runs: usize,
}

/// A workload that could not be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    pub name: &'static str,
    pub reason: String,
}

/// All results, as JSON has them.
#[derive(Clone, Debug, Serialize)]
pub struct Results<'a> {
    schema: &'static str,
    version: &'static str,
    /// Operating system and processor family.
    machine: String,
    /// Threads of the CPU engine.
    threads: usize,
    pub rows: &'a [Row],
    pub failures: &'a [Failure],
}

/// Workloads on their way to rows.
pub struct Bench {
    compute: Compute,
    backend: Backend,
    waiting: VecDeque<&'static str>,
    all: usize,
    running: Option<Running>,
    rows: Vec<Row>,
    failures: Vec<Failure>,
}

/// A workload that is being measured.
struct Running {
    workload: Box<dyn Workload>,
    /// Units in each run; one while warming up.
    units: u32,
    warm_ups: u32,
    is_under_way: bool,
    seconds: Vec<f64>,
}

impl Bench {
    /// The workloads whose names contain `filter`, on this backend.
    ///
    /// # Errors
    /// When there is no such workload.
    pub fn new(compute: Compute, backend: Backend, filter: &str) -> Result<Self, EngineError> {
        let waiting: VecDeque<_> = WORKLOADS
            .into_iter()
            .filter(|name| name.contains(filter))
            .collect();
        if waiting.is_empty() {
            let names = WORKLOADS.join(", ");
            return Err(EngineError(tr!(
                "filter: no workload is called {filter}; there are {names}",
                filter,
                names
            )));
        }
        Ok(Self {
            compute,
            backend,
            all: waiting.len(),
            waiting,
            running: None,
            rows: Vec::new(),
            failures: Vec::new(),
        })
    }

    /// Whether everything is measured.
    pub fn is_done(&self) -> bool {
        self.running.is_none() && self.waiting.is_empty()
    }

    /// Share of the workloads that are done.
    pub fn progress(&self) -> f32 {
        (self.rows.len() + self.failures.len()) as f32 / self.all as f32
    }

    /// The workload that comes next or is being measured.
    pub fn current(&self) -> Option<&'static str> {
        let running = self.running.as_ref().map(|running| running.workload.name());
        running.or_else(|| self.waiting.front().copied())
    }

    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    pub fn results(&self) -> Results<'_> {
        Results {
            schema: "ghm-lab-bench/1",
            version: env!("CARGO_PKG_VERSION"),
            machine: match std::env::consts::OS {
                // A browser does not say.
                "" | "unknown" => std::env::consts::ARCH.to_owned(),
                system => format!("{system} {}", std::env::consts::ARCH),
            },
            threads: crate::engine::cpu::threads(),
            rows: &self.rows,
            failures: &self.failures,
        }
    }

    /// Goes on for about so many seconds, at least one look at what runs; never waits for a device.
    pub fn work(&mut self, seconds: f64) {
        let start = Instant::now();
        while !self.is_done() {
            let has_moved = self.advance();
            if !has_moved || start.elapsed().as_secs_f64() >= seconds {
                break;
            }
        }
    }

    /// Leaves out what is not measured yet.
    pub fn stop(&mut self) {
        self.waiting.clear();
        self.running = None;
    }

    /// Waits for the device, where the platform can wait.
    pub fn wait(&mut self) {
        if let Some(running) = &mut self.running {
            running.workload.wait();
        }
    }

    /// Whether there was anything to do.
    fn advance(&mut self) -> bool {
        let Some(running) = &mut self.running else {
            let Some(name) = self.waiting.pop_front() else {
                return false;
            };
            match start(name, &self.compute, self.backend) {
                Ok(workload) => self.running = Some(Running::new(workload)),
                Err(error) => self.fail(name, error),
            }
            return true;
        };
        let name = running.workload.name();
        match running.advance() {
            Ok(Step::Waits) => return false,
            Ok(Step::Moved) => {}
            Ok(Step::Done(row)) => {
                self.rows.push(row);
                self.running = None;
            }
            Err(error) => {
                self.fail(name, error);
                self.running = None;
            }
        }
        true
    }

    fn fail(&mut self, name: &'static str, error: EngineError) {
        let reason = error.to_string();
        self.failures.push(Failure { name, reason });
    }
}

enum Step {
    /// The device is busy with it.
    Waits,
    Moved,
    Done(Row),
}

impl Running {
    /// The first run compiles and fills caches, the second says how long a unit takes.
    const WARM_UPS: u32 = 2;

    fn new(workload: Box<dyn Workload>) -> Self {
        Self {
            workload,
            units: 1,
            warm_ups: 0,
            is_under_way: false,
            seconds: Vec::new(),
        }
    }

    fn advance(&mut self) -> Result<Step, EngineError> {
        if !self.is_under_way {
            self.workload.begin(self.units)?;
            self.is_under_way = true;
        }
        let Some(seconds) = self.workload.finish()? else {
            return Ok(Step::Waits);
        };
        self.is_under_way = false;
        let of_unit = seconds / f64::from(self.units);
        if self.warm_ups < Self::WARM_UPS {
            self.warm_ups += 1;
            self.units = (RUN_SECONDS / of_unit.max(1e-9)).clamp(1.0, MOST_UNITS) as u32;
            return Ok(Step::Moved);
        }
        self.seconds.push(of_unit);
        let runs = self.seconds.len();
        let spent = self.seconds.iter().sum::<f64>() * f64::from(self.units);
        let is_enough = runs >= LEAST_RUNS && spent >= WORKLOAD_SECONDS || runs == MOST_RUNS;
        Ok(if is_enough {
            Step::Done(self.row())
        } else {
            Step::Moved
        })
    }

    fn row(&self) -> Row {
        let mut sorted = self.seconds.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| sorted[(share * (sorted.len() - 1) as f64).round() as usize];
        let BackendInfo { kind, adapter } = self.workload.info();
        Row {
            name: self.workload.name(),
            backend: kind,
            adapter,
            ms: 1e3 * at(0.5),
            spread: [0.1, 0.9].map(|share| 1e3 * at(share)),
            examples_per_s: self.workload.examples() as f64 / at(0.5).max(1e-12),
            runs: sorted.len(),
        }
    }
}
