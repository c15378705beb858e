//! Which column holds what happened: labels, one-hot labels or the target of a regression.

use std::hash::Hasher;

use super::columns::in_quotes;
use super::error::{ReadError, Refusal};
use super::kind;
use super::labels::Labels;
use super::names::{self, Family, named};
use super::options::quoted;
use super::outputs::{Found, Set, doubled};
use super::question::Question;
use super::regression::are_two;
use super::resolve::Resolver;
use super::survey::{Numbers, number};
use super::{Options, RoleName};
use crate::words::{tr, word};

impl Resolver<'_> {
    /// The column of labels; `None` where there is none.
    pub fn label(&self, found: &Found) -> Result<Option<usize>, Refusal> {
        let given = |column: &usize| {
            matches!(
                self.roles[*column],
                Some(RoleName::Label | RoleName::Target)
            )
        };
        let all = || 0..self.names.len();
        let mut candidates: Vec<usize> = all().filter(given).collect();
        if candidates.is_empty() {
            let taken = |column: &usize| found.sets.iter().any(|set| set.columns.contains(column));
            candidates = all()
                .filter(|column| {
                    self.roles[*column].is_none()
                        && named(&self.names[*column]).label
                        && !taken(column)
                })
                .collect();
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            [a, b, ..] if self.names[*a] == self.names[*b] => {
                Err(doubled(self.file, &self.names[*a]).into())
            }
            [first, others @ ..] => {
                let trace = |column: usize| {
                    let trace = self.survey.columns[column].trace.as_ref()?;
                    Some(trace.finish())
                };
                let is_same = others.iter().all(|&other| trace(other) == trace(*first));
                if self.survey.is_whole && trace(*first).is_some() && is_same {
                    return Ok(Some(*first));
                }
                let why = tr!(
                    "more than one column may be the label: {}",
                    in_quotes(self.names, &candidates)
                );
                let ways = candidates.iter().map(|&column| {
                    let options = self.with([(column, RoleName::Label)]);
                    (
                        tr!("\"{0}\" is the label", super::shorten(&self.names[column])),
                        options,
                    )
                });
                Err(self.ask(why, ways.collect()).into())
            }
        }
    }

    /// Columns of a one-hot label, one for each class.
    pub fn one_hot(&self, set: &Set) -> Vec<usize> {
        let classes = set.columns.len().max(2);
        let place = |class| {
            let mut columns = (0..self.names.len())
                .filter(|&column| named(&self.names[column]).one_hot == Some(class));
            columns.next().filter(|_| columns.next().is_none())
        };
        (0..classes)
            .map(place)
            .collect::<Option<Vec<_>>>()
            .unwrap_or_default()
    }

    /// Whether a prediction and a target are those of a regression.
    pub fn is_regression(&self, set: &Set, label: usize) -> Result<bool, Refusal> {
        if let Some(known) = self.by_target(set, label)? {
            return Ok(known);
        }
        let given = self.roles[label] == Some(RoleName::Target);
        if set.family != Family::Prediction {
            return Ok(false);
        }
        if set.is_given {
            return Ok(true);
        }
        if !given && (self.roles[label].is_some() || !named(&self.names[label]).target) {
            return Ok(false);
        }
        let seen = &self.survey.columns[label];
        let (target, pred) = (&seen.numbers, set.numbers(self.survey));
        let is_text = target.count == 0 && target.others > 0;
        let values = target.values.as_deref().unwrap_or(&[]);
        if given || target.count == 0 {
            return Ok(given || !is_text);
        }
        let binary = are_two(target);
        let shared = pred
            .values
            .iter()
            .flatten()
            .any(|value| values.contains(value));
        if target.are_classes() && pred.are_classes() && shared {
            let what = kind::hard(set, self.names);
            let [name, target] = [set.columns[0], label].map(|of| quoted(&self.names[of]));
            let cure = tr!(
                "for a regression say --map {name}=pred --map {target}=target",
                name,
                target
            );
            return Err(ReadError::of(self.file, format!("{what}; {cure}")).into());
        }
        // No model has logits of such a size.
        const MOST_LOGIT: f64 = 1e6;
        if binary && pred.least.abs().max(pred.most.abs()) < MOST_LOGIT {
            if pred.are_shares() && !names::same(&self.names[label], "target") {
                return Ok(false);
            }
            return Err(self.ask_of_two(set, label, &pred).into());
        }
        if target.may_be_classes() && pred.may_be_classes() {
            let why = tr!(
                "\"{target}\" and \"{pred}\" are whole numbers: decisions, which have no gradient, or a regression?",
                pred = super::shorten(&self.names[set.columns[0]]),
                target = super::shorten(&self.names[label])
            );
            return Err(self.ask(why, vec![self.as_regression(set, label)]).into());
        }
        Ok(true)
    }

    /// What scores beside two classes may be.
    fn ask_of_two(&self, set: &Set, label: usize, pred: &Numbers) -> Question {
        let why = tr!(
            "\"{target}\" is 0 or 1 and \"{pred}\" is not: scores of two classes, or a regression?",
            pred = super::shorten(&self.names[set.columns[0]]),
            target = super::shorten(&self.names[label])
        );
        let with = |role: RoleName| {
            let roles = [(set.columns[0], role), (label, RoleName::Label)];
            self.with(roles)
        };
        let mut ways = Vec::new();
        if pred.beyond == 0 {
            ways.push((word("they are probabilities").to_owned(), with(RoleName::P)));
        }
        if pred.are_percent() {
            ways.push((word("they are percent").to_owned(), with(RoleName::Percent)));
        }
        ways.push((word("they are logits").to_owned(), with(RoleName::Logit)));
        ways.push(self.as_regression(set, label));
        self.ask(why, ways)
    }

    fn as_regression(&self, set: &Set, label: usize) -> (String, Options) {
        let roles = [(set.columns[0], RoleName::Pred), (label, RoleName::Target)];
        (word("a regression").to_owned(), self.with(roles))
    }

    /// What a person said of labels, where there is a regression.
    pub fn of_regression(&self) -> Result<Labels, ReadError> {
        if self.options.positive.is_some() {
            let what = word("--positive is for two classes, and this is a regression");
            return Err(ReadError::of(self.file, what));
        }
        let ignored = self.options.ignore_labels.iter();
        let ignored = ignored.map(|label| {
            number(label).filter(|value| value.is_finite()).ok_or_else(|| {
                let label = super::shorten(label);
                let what = tr!(
                    "--ignore-label {label}: the targets of a regression are numbers, and a number is expected",
                    label
                );
                ReadError::of(self.file, what)
            })
        });
        let ignored = ignored.collect::<Result<Vec<f64>, ReadError>>()?;
        Ok(match ignored.is_empty() {
            true => Labels::default(),
            false => Labels::without(ignored),
        })
    }

    /// Refuses what is said of labels where they are one-hot.
    pub fn check_one_hot(&self) -> Result<(), ReadError> {
        let flag = match (&self.options.positive, self.options.ignore_labels.first()) {
            (Some(_), _) => "--positive",
            (None, Some(_)) => "--ignore-label",
            (None, None) => return Ok(()),
        };
        let what = tr!(
            "{flag}: the labels are one-hot and have no names; a column \"valid\" of 0 leaves out examples, \
             --map NAME=p_CLASS says which column is of which class",
            flag
        );
        Err(ReadError::of(self.file, what))
    }
}
