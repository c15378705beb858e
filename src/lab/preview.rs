//! What an answer would make of the files that are asked about, before it is given.

use crate::config::Config;
use crate::data::predictions::{Input, Options, Question, Refusal};
use crate::xray::{Inspected, Job, Progress};

/// What reading them so comes to.
pub enum Outcome {
    Shown(Box<Inspected>),
    /// More has to be asked.
    Asks(Box<Question>),
    /// They cannot be read so: why.
    Refused(String),
}

/// Files that are read on trial.
pub struct Preview {
    options: Options,
    job: Option<Box<Job>>,
    outcome: Option<Outcome>,
}

impl Preview {
    pub(super) fn start(inputs: Vec<Input>, options: &Options, config: &Config) -> Self {
        Self {
            options: options.clone(),
            job: Some(Box::new(Job::start(inputs, options.clone(), config))),
            outcome: None,
        }
    }

    /// How the files are read.
    pub(super) fn options(&self) -> &Options {
        &self.options
    }

    /// `None` while they are read.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.outcome.as_ref()
    }

    pub(super) fn is_busy(&self) -> bool {
        self.job.is_some()
    }

    pub(super) fn tick(&mut self, seconds: f64) {
        let Some(job) = self.job.take() else {
            return;
        };
        match job.work(seconds) {
            Ok(Progress::Goes(job)) => self.job = Some(job),
            Ok(Progress::Done(inspected)) => self.outcome = Some(Outcome::Shown(inspected)),
            Err(refusal) => self.outcome = Some(refused(refusal)),
        }
    }
}

fn refused(refusal: Refusal) -> Outcome {
    match refusal {
        Refusal::Error(error) => Outcome::Refused(error.0),
        Refusal::Ask(question) => Outcome::Asks(question),
    }
}
