//! Whether decisions that stand beside scores of classes contradict how the scores are read.

use super::error::Refusal;
use super::labels::Labels;
use super::names::{Family, named};
use super::outputs::Set;
use super::resolve::Resolver;
use super::{Options, Outputs, shorten};
use crate::ghm::first_largest;
use crate::words::tr;

/// How far two probabilities may be apart that are equal before they are rounded to two digits.
const ROUNDED: f64 = 0.01;
/// One row in so many may disagree: ties, and rounding of what is not told.
pub(super) const RARE: usize = 20;
/// With more classes flags for each are no answer.
const MOST_CLASSES: usize = 32;

impl Resolver<'_> {
    /// Looks at every column of decisions beside the scores.
    ///
    /// # Errors
    /// Asks where one mostly says another class than the highest score, as its column is read.
    pub fn check_decisions(
        &self,
        set: &Set,
        label: Option<usize>,
        labels: &Labels,
        outputs: Outputs,
    ) -> Result<(), Refusal> {
        if set.columns.len() < 2 || set.is_given {
            return Ok(());
        }
        let is_decision = |column: &usize| {
            let output = named(&self.names[*column]).output;
            let decides = output.is_some_and(|of| {
                matches!(of.family, Family::Decision | Family::Prediction) && of.class.is_none()
            });
            decides && self.roles[*column].is_none() && Some(*column) != label
        };
        let all = 0..self.names.len();
        for column in all.filter(|column| !set.columns.contains(column) && is_decision(column)) {
            let rows = self.rows_decided(set, column, labels);
            let slack = if outputs == Outputs::Probabilities {
                ROUNDED
            } else {
                1e-6
            };
            let apart = (rows.iter())
                .filter(|(class, values)| values[*class] + slack < values[first_largest(values)])
                .count();
            let are_few = 2 * rows.len() < self.survey.rows.len();
            if are_few || apart * RARE <= rows.len() || is_threshold(&rows, slack) {
                continue;
            }
            let why = tr!(
                "\"{name}\" says another class than the highest of {shown} in {apart} of {all} rows: which column \
                 is of which class?",
                name = shorten(&self.names[column]),
                shown = set.shown(self.names),
                apart,
                all = rows.len()
            );
            let ways = self.orders(set, &rows, labels, outputs, &self.names[column]);
            return Err(self.ask(why, ways).into());
        }
        Ok(())
    }

    /// The class that a column decides on and the scores, of the first rows that have both.
    fn rows_decided(&self, set: &Set, column: usize, labels: &Labels) -> Vec<(usize, Vec<f64>)> {
        let count = set.columns.len();
        let rows = self.survey.rows.iter().enumerate();
        let rows = rows.filter_map(|(row, cells)| {
            let values = set.columns.iter().map(|&of| self.survey.cell(row, of));
            let values: Option<Vec<f64>> = values.collect();
            let values = values.filter(|values| values.iter().all(|value| !value.is_nan()))?;
            let class = labels.class(&cells[column]);
            Some((class.filter(|class| *class < count)?, values))
        });
        rows.collect()
    }

    /// The order in which decisions are the highest scores, where there is exactly one, and the present one.
    fn orders(
        &self,
        set: &Set,
        rows: &[(usize, Vec<f64>)],
        labels: &Labels,
        outputs: Outputs,
        decision: &str,
    ) -> Vec<(String, Options)> {
        let count = set.columns.len();
        if count > MOST_CLASSES {
            return Vec::new();
        }
        let name = |class: usize| {
            let known = labels.mapping.iter().find(|(_, of)| *of == class);
            known.map_or_else(|| class.to_string(), |(text, _)| text.clone())
        };
        let with = |classes: &[usize]| {
            let set = Set {
                classes: classes.iter().map(|&class| name(class)).collect(),
                ..set.clone()
            };
            set.options(self.names, self.options, outputs == Outputs::Logits)
        };
        let mut ways = Vec::new();
        if let Some(order) = order(rows, count) {
            let says = tr!(
                "columns in the order in which \"{0}\" is the highest",
                shorten(decision)
            );
            ways.push((says, with(&order)));
        }
        let present: Vec<usize> = (0..count).collect();
        let says = tr!(
            "columns as they stand, whatever \"{0}\" says",
            shorten(decision)
        );
        ways.push((says, with(&present)));
        ways
    }
}

/// Whether decisions on two classes follow from another threshold than one half.
fn is_threshold(rows: &[(usize, Vec<f64>)], slack: f64) -> bool {
    let odds = |(_, values): &(usize, Vec<f64>)| values[1] - values[0];
    let of = |class: usize| rows.iter().filter(move |row| row.0 == class).map(odds);
    let (highest, least) = (of(0).reduce(f64::max), of(1).reduce(f64::min));
    let two = rows.first().is_some_and(|(_, values)| values.len() == 2);
    two && highest
        .zip(least)
        .is_none_or(|(highest, least)| highest <= least + slack)
}

/// The class of each column, where decisions are the highest score in nearly all rows.
fn order(rows: &[(usize, Vec<f64>)], count: usize) -> Option<Vec<usize>> {
    let mut votes = vec![vec![0_usize; count]; count];
    for (class, values) in rows {
        votes[first_largest(values)][*class] += 1;
    }
    let most = |votes: &Vec<usize>| (0..count).max_by_key(|&class| votes[class]);
    let mut order: Vec<Option<usize>> = votes
        .iter()
        .map(|votes| most(votes).filter(|&class| votes[class] > 0))
        .collect();
    let mut left = (0..count).filter(|class| !order.contains(&Some(*class)));
    // A class that is never decided on is that of the column that is left.
    if let (Some(class), None) = (left.next(), left.next())
        && let Some(free) = order.iter_mut().find(|of| of.is_none())
    {
        *free = Some(class);
    }
    let order: Vec<usize> = order.into_iter().collect::<Option<_>>()?;
    let mut sorted = order.clone();
    sorted.sort_unstable();
    sorted.dedup();
    let agree: usize = (order.iter().zip(&votes))
        .map(|(&class, votes)| votes[class])
        .sum();
    (sorted.len() == count && (rows.len() - agree) * RARE <= rows.len()).then_some(order)
}
