//! What the curves show.

use crate::engine::{Evaluation, Scores};

/// Points in the order of their steps; thinned out to stay within [`History::LIMIT`].
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    points: Vec<Evaluation>,
}

impl History {
    /// More points than a plot has pixels are of no use.
    pub const LIMIT: usize = 2000;

    pub fn points(&self) -> &[Evaluation] {
        &self.points
    }

    pub fn last(&self) -> Option<&Evaluation> {
        self.points.last()
    }

    /// The points that JSON can hold.
    pub(super) fn finite(&self) -> impl Iterator<Item = &Evaluation> {
        let is_finite = |of: &Scores| {
            of.loss.is_finite() && of.best_f1.is_none_or(|best| best.threshold.is_finite())
        };
        let both = move |of: &&Evaluation| is_finite(&of.train) && is_finite(&of.test);
        self.points.iter().filter(both)
    }

    /// Forgets what is later than a step.
    pub(super) fn cut(&mut self, step: u64) {
        self.points.retain(|point| point.step <= step);
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
        self.points.push(*evaluation);
    }
}
