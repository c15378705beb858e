//! The X-ray: the gradient density of predictions that a person brings, without training.
//!
//! Rows go through once, in blocks. A harmonizing weight depends on the bin of an example only, and a
//! class weight on its class, so sums by bin and class say what a mini-batch comes to once its density
//! is known. What needs all examples of a mini-batch at once (OHEM) or all scores (average precision
//! and its like) is exact up to [`MOST_EXACT`] examples, and up to a number of bytes whatever the number
//! of classes is. Arithmetic is in f64, counts are in u64.

mod batch;
mod block;
mod counted;
mod entries;
mod examples;
mod groups;
mod hardest;
mod job;
mod json;
mod measure;
mod ranked;
mod report;
mod scores;
mod settings;
mod totals;
mod verdicts;

pub use counted::of_histogram;
pub use examples::{Examples, TooLarge, Values};
pub use job::{Inspected, Job, Progress};
pub use report::{LossReport, Report, Share};
pub use scores::{Metrics, Quality};
pub use verdicts::{Verdict, verdict_codes};

use batch::Batch;
use scores::Scores;
use settings::Settings;
use totals::Totals;

use crate::config::Config;
use crate::data::predictions::{Header, Rows};

/// Most examples that are kept: of a mini-batch for OHEM, and of all for metrics.
pub const MOST_EXACT: u64 = 10_000_000;

/// Accumulates predictions.
pub struct Xray {
    settings: Settings,
    batch: Batch,
    totals: Totals,
    scores: Scores,
    /// Number of the mini-batch that is being read.
    number: u32,
}

impl Xray {
    /// For rows of this kind under these settings, whose task must be that of the rows.
    pub fn new(header: Header, config: &Config) -> Self {
        let settings = Settings::new(header, config);
        Self {
            batch: Batch::new(&settings),
            totals: Totals::new(&settings),
            scores: Scores::new(&settings),
            number: 0,
            settings,
        }
    }

    /// Adds a block of rows.
    pub fn add(&mut self, rows: &Rows) {
        let mut start = 0;
        while start < rows.len() {
            let number = rows.batch.get(start).copied().unwrap_or(0);
            if number != self.number {
                self.finish_batch();
                self.number = number;
            }
            let same = |batch: &&u32| **batch == number;
            let end = match rows.batch.get(start..) {
                Some(batch) if !batch.is_empty() => start + batch.iter().take_while(same).count(),
                _ => rows.len(),
            };
            let (scores, groups) = (&mut self.scores, &mut self.totals.groups);
            (self.batch).add(&self.settings, rows, start..end, scores, groups);
            start = end;
        }
    }

    fn finish_batch(&mut self) {
        self.batch.finish(&self.settings, &mut self.totals);
    }

    /// Calls the classes by these names, one for each class, instead of their numbers.
    pub fn name_classes(&mut self, names: Vec<String>) {
        self.settings.class_names = names;
    }

    /// What all rows come to; `groups` are the names of the groups.
    pub fn finish(mut self, groups: &[String]) -> Report {
        self.finish_batch();
        report::report(&self.settings, &self.totals, self.scores, groups)
    }
}
