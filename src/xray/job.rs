//! An X-ray a little at a time, for a window that must go on drawing.

use web_time::Instant;

use super::{Report, Xray};
use crate::config::Config;
use serde_json::Value as Json;

use crate::data::predictions::{
    Input, Next, Options, Predictions, Reading, Refusal, Rows, Skipped,
};

/// Rows between two looks at the clock.
const BLOCK: usize = 1 << 13;

/// Predictions on their way to a report.
pub struct Job {
    predictions: Predictions,
    xray: Xray,
    config: Config,
    rows: Rows,
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
    /// Opens files; the settings of the losses are those of `config`, or the defaults of another task.
    ///
    /// # Errors
    /// Those of [`Predictions::open`].
    pub fn start(inputs: Vec<Input>, options: Options, config: &Config) -> Result<Self, Refusal> {
        let predictions = Predictions::open(inputs, options)?;
        let header = *predictions.header();
        let config = config.for_task(header.task);
        Ok(Self {
            predictions,
            xray: Xray::new(header, &config),
            config,
            rows: Rows::default(),
        })
    }

    /// The settings of the report, whose task is that of the files.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Works for about so many seconds; the report once all is read.
    ///
    /// # Errors
    /// At the first row that cannot be used.
    pub fn work(mut self, seconds: f64) -> Result<Progress, Refusal> {
        let start = Instant::now();
        while start.elapsed().as_secs_f64() < seconds {
            match self.predictions.read(&mut self.rows, BLOCK)? {
                Next::Rows => self.xray.add(&self.rows),
                Next::Again => {
                    let header = *self.predictions.header();
                    self.config = self.config.for_task(header.task);
                    self.xray = Xray::new(header, &self.config);
                }
                Next::End => {
                    self.xray.name_classes(self.predictions.class_names());
                    let report = self.xray.finish(self.predictions.groups());
                    if report.examples == 0.0 {
                        return Err(self.predictions.without_examples().into());
                    }
                    return Ok(Progress::Done(Box::new(Inspected {
                        report,
                        skipped: self.predictions.skipped().clone(),
                        reading: self.predictions.reading().clone(),
                    })));
                }
            }
        }
        Ok(Progress::Goes(Box::new(self)))
    }

    /// Share of the bytes that are read.
    pub fn share(&self) -> f32 {
        let (done, all) = self.predictions.progress();
        done as f32 / all.max(1) as f32
    }
}

/// Where a job is.
pub enum Progress {
    Goes(Box<Job>),
    Done(Box<Inspected>),
}
