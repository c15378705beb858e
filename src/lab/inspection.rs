//! The X-ray of predictions that a person opened, beside the experiment that runs on.

use crate::config::Config;
use crate::data::predictions::{Histogram, Input, PAPER, read_histogram};
use crate::xray::{Inspected, Job, Progress, of_histogram};

/// Seconds that a tick may read.
const TICK_SECONDS: f64 = 0.01;

/// A sample that is at hand: name on the screen, name as a file, content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub label: &'static str,
    pub file: &'static str,
    pub content: &'static str,
}

/// Predictions of this lab's own networks, trained under cross-entropy or smooth L1.
pub const SAMPLES: [Sample; 3] = [
    Sample {
        label: "two classes, 1 % positive",
        file: "binary.csv",
        content: include_str!("../../samples/binary.csv"),
    },
    Sample {
        label: "four classes",
        file: "classes.csv",
        content: include_str!("../../samples/classes.csv"),
    },
    Sample {
        label: "regression with outliers",
        file: "regression.csv",
        content: include_str!("../../samples/regression.csv"),
    },
];

/// What was opened.
#[derive(Clone)]
enum Opened {
    Predictions(Vec<Input>),
    Histogram(Histogram),
}

/// The X-ray that is on the screen, and one that is being made.
#[derive(Default)]
pub struct Inspection {
    name: String,
    opened: Option<Opened>,
    /// The settings that the report is of.
    config: Option<Config>,
    shown: Option<Box<Inspected>>,
    job: Option<Box<Job>>,
    /// What the job will replace when it is done.
    next: Option<(String, Opened)>,
    reports: u32,
}

impl Inspection {
    /// What is shown.
    pub fn shown(&self) -> Option<&Inspected> {
        self.shown.as_deref()
    }

    /// What was opened, by name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reports there have been.
    pub fn reports(&self) -> u32 {
        self.reports
    }

    /// Share of the file that is read, while one is.
    pub fn progress(&self) -> Option<f32> {
        self.job.as_ref().map(|job| job.share())
    }

    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    /// Begins to read; what is shown stays until that is done.
    pub(super) fn open(&mut self, inputs: Vec<Input>, config: &Config) -> Result<(), String> {
        let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
        let name = names.join(", ");
        let job = Job::start(inputs.clone(), config).map_err(|error| error.0)?;
        self.job = Some(Box::new(job));
        self.next = Some((name, Opened::Predictions(inputs)));
        self.config = Some(config.clone());
        Ok(())
    }

    /// Shows the distribution of the paper's figure.
    pub(super) fn open_paper(&mut self, config: &Config) -> Result<(), String> {
        let name = "the paper's distribution";
        let input = Input::bytes(name, PAPER.as_bytes());
        let histogram = read_histogram(&input).map_err(|error| error.0)?;
        self.show(name.to_owned(), &histogram, config)
    }

    fn show(&mut self, name: String, histogram: &Histogram, config: &Config) -> Result<(), String> {
        let config_there = config.for_task(crate::ghm::Task::Binary);
        let report = of_histogram(histogram, None, &config_there)?;
        self.shown = Some(Box::new(Inspected {
            report,
            skipped: Default::default(),
        }));
        self.reports += 1;
        self.name = name;
        self.opened = Some(Opened::Histogram(histogram.clone()));
        self.config = Some(config.clone());
        self.job = None;
        Ok(())
    }

    /// Goes on reading, and begins anew when the settings of the losses have changed.
    pub(super) fn tick(&mut self, config: &Config) -> Result<(), String> {
        self.follow(config)?;
        let Some(job) = self.job.take() else {
            return Ok(());
        };
        match job.work(TICK_SECONDS).map_err(|error| error.0)? {
            Progress::Goes(job) => self.job = Some(job),
            Progress::Done(inspected) => {
                self.shown = Some(inspected);
                self.reports += 1;
                if let Some((name, opened)) = self.next.take() {
                    self.name = name;
                    self.opened = Some(opened);
                }
            }
        }
        Ok(())
    }

    fn follow(&mut self, config: &Config) -> Result<(), String> {
        if self.shown.is_none() || self.job.is_some() || self.config.as_ref() == Some(config) {
            return Ok(());
        }
        match self.opened.clone() {
            Some(Opened::Predictions(inputs)) => self.open(inputs, config),
            Some(Opened::Histogram(histogram)) => self.show(self.name.clone(), &histogram, config),
            None => Ok(()),
        }
    }

    /// Takes the X-ray off the screen.
    pub(super) fn close(&mut self) {
        *self = Self {
            reports: self.reports,
            ..Self::default()
        };
    }
}
