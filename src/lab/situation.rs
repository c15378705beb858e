//! What is happening now, in numbers, and the one action that it leads to.

use super::Lab;
use super::tour::readings::{END, counts, line_deviation, share_under};
use crate::config::Config;
use crate::ghm::{Loss, Task};

/// The last mini-batch by its crowd: the easy examples (g below `end`), or those of a regression that are far off
/// (g above 1 - `end`).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Situation {
    pub task: Task,
    /// The loss of that mini-batch.
    pub acting: Loss,
    pub examples: u32,
    /// The edge between bins that is nearest to 0.1.
    pub end: f64,
    pub crowd: u32,
    /// The share of the gradient that the crowd has, and that it would have under the loss without weights.
    pub share: f64,
    pub share_unweighted: f64,
    /// Largest relative distance of the harmonized contribution from the straight line.
    pub off_line: Option<f64>,
    /// Whether the loss may be exchanged for the one that harmonizes.
    pub can_harmonize: bool,
}

impl Lab {
    /// What is happening; `None` before the first step, in a race, whose arms differ, and where the bins say nothing
    /// of examples: with a single bin, or where every entry of a softmax is counted.
    pub fn situation(&self) -> Option<Situation> {
        let bins = self.snapshot().counts.len() as f64;
        if self.is_race() || bins < 2.0 || self.config().entries() > 1 {
            return None;
        }
        let task = self.config().task;
        let end = (END * bins).round().max(1.0) / bins;
        let [low, high] = match task {
            Task::Binary | Task::Classes => [0.0, end],
            Task::Regression => [1.0 - end, 1.0],
        };
        let acting = self.snapshot().acting;
        let examples = self.snapshot().examples;
        let crowd = counts(self, low, high)? * f64::from(examples);
        Some(Situation {
            task,
            acting,
            examples,
            end,
            crowd: crowd.round() as u32,
            share: share_under(self, acting, low, high)?,
            share_unweighted: share_under(self, harmonizing(task).unweighted(), low, high)?,
            off_line: line_deviation(self),
            can_harmonize: !self.config().loss.harmonizes(),
        })
    }

    /// Goes on with the loss that harmonizes; undo goes back.
    pub fn harmonize(&mut self) {
        let config = Config {
            loss: harmonizing(self.config().task),
            ..self.config().clone()
        };
        self.configure(&config);
    }
}

fn harmonizing(task: Task) -> Loss {
    match task {
        Task::Binary | Task::Classes => Loss::GhmC,
        Task::Regression => Loss::GhmR,
    }
}
