//! What the curves show.

use crate::engine::Evaluation;

/// Scores after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistoryPoint {
    pub step: u64,
    pub train_loss: f64,
    pub test_loss: f64,
    /// Average precision on the training examples, flipped labels included.
    pub train_average_precision: Option<f64>,
    /// Average precision on the test examples.
    pub average_precision: Option<f64>,
    /// Mean absolute error of a regression on the training examples, outliers included.
    pub train_absolute_error: Option<f64>,
    /// Mean absolute error of a regression on the test examples.
    pub absolute_error: Option<f64>,
}

impl HistoryPoint {
    /// What the curve of scores shows, on train and test: average precision, or the mean absolute
    /// error.
    pub fn scores(&self) -> [Option<f64>; 2] {
        [
            self.train_average_precision.or(self.train_absolute_error),
            self.average_precision.or(self.absolute_error),
        ]
    }
}

/// Points in the order of their steps; thinned out to stay within [`History::LIMIT`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    points: Vec<HistoryPoint>,
}

impl History {
    /// More points than a plot has pixels are of no use.
    pub const LIMIT: usize = 2000;

    pub fn points(&self) -> &[HistoryPoint] {
        &self.points
    }

    pub fn last(&self) -> Option<&HistoryPoint> {
        self.points.last()
    }

    /// Adds the scores of a later step; a second evaluation of the same step replaces the first.
    pub fn push(&mut self, evaluation: &Evaluation) {
        if self
            .points
            .last()
            .is_some_and(|last| last.step >= evaluation.step)
        {
            self.points.pop();
        }
        if self.points.len() >= Self::LIMIT {
            let mut index = 0;
            self.points.retain(|_| {
                index += 1;
                index % 2 == 1
            });
        }
        self.points.push(HistoryPoint {
            step: evaluation.step,
            train_loss: evaluation.train.loss,
            test_loss: evaluation.test.loss,
            train_average_precision: evaluation.train.average_precision,
            average_precision: evaluation.test.average_precision,
            train_absolute_error: evaluation.train.absolute_error,
            absolute_error: evaluation.test.absolute_error,
        });
    }
}
