//! Which columns are the outputs of the model.

use super::error::ReadError;
use super::maps::mapped;
use super::names::Family;
use super::ordered::{Unordered, gap, ordered};
use super::siblings;
use super::survey::{Numbers, Survey};
use super::{Options, RoleName};
use crate::words::tr;

/// What columns of percent are called, as a person says it.
const PERCENT: &str = "percent";

/// Columns that together are outputs.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Set {
    pub family: Family,
    pub stem: String,
    /// Columns, in the order of the classes; one where there is one output.
    pub columns: Vec<usize>,
    /// Names of the classes; empty where there is one output.
    pub classes: Vec<String>,
    pub is_run: bool,
    /// Whether a person said so.
    pub is_given: bool,
}

impl Set {
    /// Whether a person said that its probabilities are in percent.
    pub fn is_percent(&self) -> bool {
        self.is_given && self.stem == PERCENT
    }

    /// Whether it is a column `x`, of which nobody has said what it is.
    pub fn is_x(&self) -> bool {
        self.stem == "x" && !self.is_given
    }

    /// Whether values have the sign of percent: no logit has one.
    pub fn has_sign(&self, survey: &Survey) -> bool {
        self.columns.iter().any(|of| survey.divided.contains(of))
    }

    /// What its outputs are divided by.
    pub fn unit(&self) -> f64 {
        if self.is_percent() { 100.0 } else { 1.0 }
    }

    /// The same columns, as percent.
    pub fn as_percent(&self) -> Self {
        Self {
            family: Family::Probability,
            stem: PERCENT.to_owned(),
            is_given: true,
            ..self.clone()
        }
    }

    /// The role of its column of that place, as logits or probabilities.
    pub fn role(&self, place: usize, of_logits: bool) -> RoleName {
        match self.classes.get(place) {
            Some(class) if self.is_percent() => RoleName::PercentOf(class.clone()),
            None if self.is_percent() => RoleName::Percent,
            Some(class) => RoleName::of_class(of_logits, class),
            None if of_logits => RoleName::Logit,
            None => RoleName::P,
        }
    }

    /// Options that say that these are the outputs.
    pub fn options(&self, names: &[String], options: &Options, of_logits: bool) -> Options {
        let columns = self.columns.iter().enumerate();
        let roles = columns.map(|(place, &column)| (column, self.role(place, of_logits)));
        mapped(options, names, roles)
    }

    /// Its names, for people.
    pub fn shown(&self, names: &[String]) -> String {
        let name = |column: &usize| format!("\"{}\"", super::shorten(&names[*column]));
        match self.columns.as_slice() {
            [one] => name(one),
            [first, .., last] => tr!("{0} to {1}", name(first), name(last)),
            [] => String::new(),
        }
    }

    /// Numbers of all its columns.
    pub fn numbers(&self, survey: &Survey) -> Numbers {
        let all = self
            .columns
            .iter()
            .map(|&column| &survey.columns[column].numbers);
        all.fold(Numbers::default(), |mut sum, more| {
            sum.count += more.count;
            sum.others += more.others;
            sum.least = sum.least.min(more.least);
            sum.most = sum.most.max(more.most);
            sum.fractions += more.fractions;
            sum.beyond += more.beyond;
            sum.first_beyond = match (sum.first_beyond, more.first_beyond) {
                (Some(one), Some(other)) if other.0 < one.0 => Some(other),
                (None, other) => other,
                (one, _) => one,
            };
            sum.values = match (sum.values, &more.values) {
                (Some(mut values), Some(more)) => {
                    for value in more {
                        if !values.contains(value) {
                            values.push(*value);
                        }
                    }
                    Some(values)
                }
                _ => None,
            };
            sum
        })
    }

    /// Values of a row among the first.
    fn row(&self, survey: &Survey, row: usize) -> Option<Vec<f64>> {
        if survey.is_ignored(row) {
            return None;
        }
        let cells = self.columns.iter().map(|&column| survey.cell(row, column));
        cells
            .map(|cell| cell.filter(|value| !value.is_nan()))
            .collect()
    }

    /// Whether the first rows sum to 1, as probabilities of classes do.
    pub fn sums_to_one(&self, survey: &Survey) -> bool {
        self.sum_to_one(survey, |value| value)
    }

    /// Whether these of the first rows sum to 1.
    pub fn sum_to_one(&self, survey: &Survey, of: fn(f64) -> f64) -> bool {
        let slack = sum_slack(self.columns.len());
        let rows = (0..survey.rows.len()).filter_map(|row| self.row(survey, row));
        let mut sums = rows
            .map(|row| (row.into_iter().map(of).sum::<f64>() - 1.0).abs() <= slack)
            .peekable();
        sums.peek().is_some() && sums.all(|fits| fits)
    }

    /// Whether these may be the probabilities of the logits, by their classes.
    fn may_be_of(&self, logits: &Self) -> bool {
        self.columns.len() == logits.columns.len() && self.classes == logits.classes
    }
}

/// What the columns may be read as.
pub(super) struct Found {
    pub sets: Vec<Set>,
    /// Columns of one class each, beside which there is none of another.
    pub lone: Vec<Set>,
    /// Columns of decisions, by their names.
    pub decisions: Vec<usize>,
    /// Columns of names that outputs have, and yet no outputs.
    pub others: Vec<usize>,
}

/// How far the sum of a row's probabilities may be beside 1: each may be rounded to two digits.
pub(super) fn sum_slack(classes: usize) -> f64 {
    const ROUNDED: f64 = 0.005;
    const MOST: f64 = 0.5;
    // Decimal fractions are none of a float.
    const EXACT: f64 = 1e-9;
    (ROUNDED * classes as f64 + EXACT).min(MOST)
}

/// All sets of outputs, by names and by what a person said of columns.
pub(super) fn find(
    file: &str,
    names: &[String],
    roles: &[Option<RoleName>],
) -> Result<Found, ReadError> {
    let mut sets: Vec<Set> = Vec::new();
    let mut decisions = Vec::new();
    let given = roles.iter().flatten().any(RoleName::is_output);
    let mut add = |family, stem: &str, column, class: Option<&str>, is_run| {
        let found = sets.iter_mut().find(|set| {
            class.is_some() && set.family == family && set.stem == stem && !set.classes.is_empty()
        });
        match (found, class) {
            (Some(set), Some(class)) => {
                set.columns.push(column);
                set.classes.push(class.to_owned());
            }
            (_, class) => sets.push(Set {
                family,
                stem: stem.to_owned(),
                columns: vec![column],
                classes: class.map(str::to_owned).into_iter().collect(),
                is_run,
                is_given: given,
            }),
        }
    };
    for (column, name) in names.iter().enumerate() {
        match &roles[column] {
            Some(RoleName::Logit) => add(Family::Logit, "logit", column, None, false),
            Some(RoleName::P | RoleName::Confidence) => {
                add(Family::Probability, "p", column, None, false);
            }
            Some(RoleName::Pred) => add(Family::Prediction, "pred", column, None, false),
            Some(RoleName::LogitOf(class)) => {
                add(Family::Logit, "logit", column, Some(class), false)
            }
            Some(RoleName::POf(class)) => add(Family::Probability, "p", column, Some(class), false),
            Some(RoleName::Percent) => add(Family::Probability, PERCENT, column, None, false),
            Some(RoleName::PercentOf(class)) => {
                add(Family::Probability, PERCENT, column, Some(class), false)
            }
            Some(
                RoleName::Label
                | RoleName::Decision
                | RoleName::Target
                | RoleName::Valid
                | RoleName::Batch
                | RoleName::Group
                | RoleName::Ignore,
            ) => {}
            None => match siblings::output(names, name) {
                Some(output) if output.family == Family::Decision => decisions.push(column),
                Some(output) if !given => add(
                    output.family,
                    &output.stem,
                    column,
                    output.class.as_deref().filter(|_| output.stem != "x"),
                    output.is_run,
                ),
                Some(_) | None => {}
            },
        }
    }
    // Where others are there, a column x is a feature.
    let others = sets.iter().any(|set| set.stem != "x");
    sets.retain(|set| {
        set.stem != "x"
            || !others && crate::data::predictions::names::plain(&names[set.columns[0]]) == "x"
    });
    let (mut whole, mut lone, mut named) = (Vec::new(), Vec::new(), Vec::new());
    let (mut wrong, mut others) = (None, Vec::new());
    for set in sets {
        let columns = set.columns.clone();
        match ordered(file, names, set) {
            Ok(Some(set)) => {
                others.extend(
                    columns
                        .iter()
                        .filter(|column| !set.columns.contains(column)),
                );
                match gap(&set.classes) {
                    None => whole.push(set),
                    Some(_) => named.push(set),
                }
            }
            Ok(None) => {}
            Err(Unordered::Lone(set)) => lone.push(set),
            Err(Unordered::Doubled(error)) => return Err(error),
            Err(Unordered::Lacking(error)) => {
                others.extend(columns);
                wrong = wrong.or(Some(error));
            }
        }
    }
    // Where good ones are there, the others are no outputs.
    let is_good =
        |set: &Set| matches!(set.family, Family::Logit | Family::Probability) && !set.is_given;
    let is_any_good = whole.iter().any(is_good);
    match is_any_good {
        true => others.extend(named.iter().flat_map(|set| &set.columns)),
        false => whole.append(&mut named),
    }
    match wrong {
        Some(error) if !is_any_good => Err(error),
        Some(_) | None => Ok(Found {
            sets: whole,
            lone,
            decisions,
            others,
        }),
    }
}

pub(super) fn doubled(file: &str, wanted: &str) -> ReadError {
    let what = tr!(
        "there are two columns \"{wanted}\"; one is expected",
        wanted = super::shorten(wanted)
    );
    ReadError::of(file, what)
}

/// One set, or why there is none: a sentence and the sets to choose from.
pub(super) enum Choice {
    One(Set, Option<String>),
    /// Logits, with probabilities beside them that have to be theirs in every row.
    Twins(Set, Set, Option<String>),
    Many(String, Vec<Set>),
    None,
}

/// Chooses among sets: what says what it is before what values tell.
pub(super) fn choose(
    file: &str,
    found: &Found,
    names: &[String],
    survey: &Survey,
) -> Result<Choice, ReadError> {
    let sure = |set: &&Set| set.family <= Family::Probability || set.is_given;
    let mut there: Vec<&Set> = found.sets.iter().filter(sure).collect();
    for family in [Family::Score, Family::Prediction] {
        if there.is_empty() {
            there = found
                .sets
                .iter()
                .filter(|set| set.family == family)
                .collect();
        }
    }
    let note = |set: &Set| {
        let others: Vec<String> = found
            .sets
            .iter()
            .filter(|other| other.columns != set.columns)
            .map(|other| other.shown(names))
            .chain(
                found
                    .decisions
                    .iter()
                    .chain(&found.others)
                    .chain(found.lone.iter().flat_map(|set| &set.columns))
                    .filter(|column| !set.columns.contains(column))
                    .map(|&column| format!("\"{}\"", super::shorten(&names[column]))),
            )
            .collect();
        (!others.is_empty()).then(|| {
            let (taken, left) = (set.shown(names), others.join(", "));
            tr!("{taken} is taken, not {left}", taken, left)
        })
    };
    Ok(match there.as_slice() {
        [] => Choice::None,
        [one] => Choice::One((*one).clone(), note(one)),
        [a, b, ..]
            if a.columns.len() == 1
                && b.columns.len() == 1
                && names[a.columns[0]] == names[b.columns[0]] =>
        {
            return Err(doubled(file, &names[a.columns[0]]));
        }
        &[logits, p] | &[p, logits]
            if logits.family == Family::Logit
                && p.family == Family::Probability
                && p.may_be_of(logits)
                && survey.differ.is_none() =>
        {
            Choice::Twins(logits.clone(), p.clone(), note(logits))
        }
        many => {
            let sets: Vec<Set> = many.iter().map(|set| (*set).clone()).collect();
            let shown: Vec<String> = sets.iter().map(|set| set.shown(names)).collect();
            let shown = shown.join(", ");
            let why = if let Some(place) = &survey.differ {
                tr!(
                    "there are outputs of more than one kind among {shown}, which differ at {place}: which are to be read?",
                    shown,
                    place
                )
            } else if sets.iter().all(|set| set.is_run) {
                tr!(
                    "there are outputs of several runs among {shown}: which are to be read?",
                    shown
                )
            } else {
                tr!(
                    "there are outputs of more than one kind among {shown}: which are to be read?",
                    shown
                )
            };
            Choice::Many(why, sets)
        }
    })
}
