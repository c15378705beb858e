//! What an X-ray is told.

use super::measure::Measured;
use crate::config::{Config, Counting};
use crate::data::predictions::Header;
use crate::ghm::{Convention, Loss, LossRule, Seen, Task};

/// The kind of the rows and the settings of the losses.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub header: Header,
    /// What several classes are called; empty where nothing but their numbers is known.
    pub class_names: Vec<String>,
    pub config: Config,
    pub bins: usize,
    /// Gradient norms that the histogram counts for each example.
    pub entries: usize,
    pub convention: Convention,
    pub rule: LossRule<f64>,
}

impl Settings {
    pub fn new(header: Header, config: &Config) -> Self {
        let every = header.task == Task::Classes && config.counting == Counting::EveryEntry;
        Self {
            bins: config.bins as usize,
            entries: if every { header.classes } else { 1 },
            convention: config.convention,
            rule: config.loss_rule(),
            config: config.clone(),
            class_names: Vec::new(),
            header,
        }
    }

    /// What a class is called.
    pub fn class_name(&self, class: usize) -> String {
        (self.class_names.get(class)).map_or_else(|| class.to_string(), String::clone)
    }

    /// Factor of a class under the focal loss.
    pub fn alpha(&self, class: usize) -> f64 {
        self.config.focal_alphas()[class.min(1)]
    }

    /// What a loss looks at, where neither class weight nor harmonizing weight matters.
    pub fn seen(&self, measured: &Measured) -> Seen<f64> {
        Seen {
            error: measured.error,
            class_weight: 1.0,
            alpha: self.alpha(measured.class),
            beta: 1.0,
            kept: true,
        }
    }

    /// The loss that does not weigh.
    pub fn plain(&self) -> Loss {
        match self.header.task {
            Task::Regression => Loss::Asl1,
            Task::Binary | Task::Classes => Loss::CrossEntropy,
        }
    }

    /// The loss that does not weigh of an example with this error.
    pub fn plain_value(&self, error: f64) -> f64 {
        let seen = Seen {
            error,
            class_weight: 1.0,
            alpha: 1.0,
            beta: 1.0,
            kept: true,
        };
        self.plain().value(&self.rule, &seen)
    }

    /// Losses whose weight follows from the example alone; at most two.
    pub fn direct(&self) -> &'static [Loss] {
        match self.header.task {
            Task::Regression => &[Loss::L1, Loss::SmoothL1],
            Task::Binary | Task::Classes => &[Loss::Focal],
        }
    }

    /// Whether a loss of the task must see all examples of a mini-batch at once.
    pub fn sorts(&self) -> bool {
        self.header.task != Task::Regression
    }
}
