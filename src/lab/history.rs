//! What the curves show.

use crate::engine::{Evaluation, MAX_CLASSES, Scores};
use crate::ghm::Operating;

/// A point as numbers, of which JSON can hold all that are: the step, then the scores of training and test.
pub(super) type Row = Vec<Option<f64>>;

/// Numbers of the scores of a split.
const SCORES: usize = 8 + MAX_CLASSES;

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

    /// All points.
    pub(super) fn to_rows(&self) -> Vec<Row> {
        let row = |of: &Evaluation| {
            let scores = [&of.train, &of.test].into_iter().flat_map(numbers);
            std::iter::once(Some(of.step as f64))
                .chain(scores)
                .collect()
        };
        self.points.iter().map(row).collect()
    }

    /// What [`History::to_rows`] gave, but for points without a loss.
    pub(super) fn from_rows(rows: &[Row]) -> Self {
        let point = |row: &Row| {
            let (step, rest) = row.split_first()?;
            let (train, test) = rest.split_at_checked(SCORES)?;
            Some(Evaluation {
                step: (*step)? as u64,
                train: scores(train)?,
                test: scores(test)?,
            })
        };
        Self {
            points: rows.iter().filter_map(point).collect(),
        }
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

fn numbers(of: &Scores) -> impl Iterator<Item = Option<f64>> {
    let best = |number: fn(&Operating) -> f64| of.best_f1.as_ref().map(number);
    [
        Some(of.loss),
        of.average_precision,
        of.calibration_error,
        of.absolute_error,
        best(|of| of.threshold),
        best(|of| of.precision),
        best(|of| of.recall),
        best(|of| of.f1),
    ]
    .into_iter()
    .chain(of.recall)
}

fn scores(numbers: &[Option<f64>]) -> Option<Scores> {
    let &[
        loss,
        average_precision,
        calibration_error,
        absolute_error,
        threshold,
        precision,
        found,
        f1,
        ref recall @ ..,
    ] = numbers
    else {
        return None;
    };
    let best = || {
        Some(Operating {
            threshold: threshold?,
            precision: precision?,
            recall: found?,
            f1: f1?,
        })
    };
    Some(Scores {
        loss: loss?,
        average_precision,
        best_f1: best(),
        recall: recall.try_into().ok()?,
        calibration_error,
        absolute_error,
    })
}
