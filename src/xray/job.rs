//! An X-ray a little at a time, for a window that must go on drawing.

use web_time::Instant;

use super::{Report, Xray};
use crate::config::Config;
use serde_json::Value as Json;

use crate::data::predictions::{
    Input, Next, Opening, Options, Predictions, Reading, Refusal, Rows, Skipped,
};

/// Rows between two looks at the clock.
const BLOCK: usize = 1 << 13;

/// Predictions on their way to a report.
pub struct Job {
    stage: Stage,
    config: Config,
    rows: Rows,
}

enum Stage {
    Opening(Opening),
    Reading(Box<Read>),
}

/// What was read.
struct Read {
    predictions: Predictions,
    xray: Xray,
}

impl Read {
    /// What all rows come to.
    fn finish(mut self) -> Result<Inspected, Refusal> {
        self.xray.name_classes(self.predictions.class_names());
        let report = self.xray.finish(self.predictions.groups());
        if report.examples == 0.0 {
            return Err(self.predictions.without_examples().into());
        }
        Ok(Inspected {
            report,
            skipped: self.predictions.skipped().clone(),
            reading: self.predictions.reading().clone(),
        })
    }
}

/// A report with what the reader said.
#[derive(Clone, Debug)]
pub struct Inspected {
    pub report: Report,
    pub skipped: Skipped,
    pub reading: Reading,
}

impl Inspected {
    /// The report, how the files were read, and how many rows were skipped.
    pub fn to_json(&self) -> Json {
        let mut json = self.report.to_json();
        json["skipped"] = self.skipped.count.into();
        json["reading"] = self.reading.to_json();
        json
    }
}

impl Job {
    /// Begins to open files; the settings of the losses are those of `config`, or the defaults of another task.
    pub fn start(inputs: Vec<Input>, options: Options, config: &Config) -> Self {
        Self {
            stage: Stage::Opening(Opening::new(inputs, options)),
            config: config.clone(),
            rows: Rows::default(),
        }
    }

    /// The settings of the report: from when the files are open on, their task is that of the files.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Works for about so many seconds, and at least one step; the report once all is read.
    ///
    /// # Errors
    /// Those of [`Predictions::open`], and at the first row that cannot be used.
    pub fn work(self, seconds: f64) -> Result<Progress, Refusal> {
        let start = Instant::now();
        let mut job = Box::new(self);
        loop {
            match job.step()? {
                Progress::Goes(next) if start.elapsed().as_secs_f64() < seconds => job = next,
                progress => return Ok(progress),
            }
        }
    }

    /// Looks at some rows, or reads some.
    fn step(mut self: Box<Self>) -> Result<Progress, Refusal> {
        let mut read = match self.stage {
            Stage::Reading(read) => read,
            Stage::Opening(mut opening) => {
                self.stage = match opening.step().transpose()? {
                    None => Stage::Opening(opening),
                    Some(predictions) => {
                        let xray = begun(&predictions, &mut self.config);
                        Stage::Reading(Box::new(Read { predictions, xray }))
                    }
                };
                return Ok(Progress::Goes(self));
            }
        };
        match read.predictions.step(&mut self.rows, BLOCK)? {
            None => {}
            Some(Next::Rows) => read.xray.add(&self.rows),
            Some(Next::Again) => read.xray = begun(&read.predictions, &mut self.config),
            Some(Next::End) => return Ok(Progress::Done(Box::new(read.finish()?))),
        }
        self.stage = Stage::Reading(read);
        Ok(Progress::Goes(self))
    }

    /// Whether the files have a reading, under which they are read.
    pub fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Reading(_))
    }

    /// Whether the files are being looked at to find their reading; what it leads to is read after that.
    pub fn looks(&self) -> bool {
        match &self.stage {
            Stage::Opening(_) => true,
            Stage::Reading(read) => read.predictions.looks(),
        }
    }

    /// Share of the bytes that are looked at, or read: 1 once for each pass over the files.
    pub fn share(&self) -> f32 {
        let (done, all) = match &self.stage {
            Stage::Opening(opening) => opening.progress(),
            Stage::Reading(read) => read.predictions.progress(),
        };
        done as f32 / all.max(1) as f32
    }
}

/// An X-ray of no row yet, under the settings for the task of the files.
fn begun(predictions: &Predictions, config: &mut Config) -> Xray {
    let header = *predictions.header();
    *config = config.for_task(header.task);
    Xray::new(header, config)
}

/// Where a job is.
pub enum Progress {
    Goes(Box<Job>),
    Done(Box<Inspected>),
}
