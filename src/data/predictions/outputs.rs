//! Which columns are the outputs of the model.

use super::error::ReadError;
use super::names::{Family, named};
use super::survey::{Numbers, Survey};
use super::{Options, RoleName};
use crate::words::tr;

/// Most classes that a file may have.
const MOST_CLASSES: usize = 10_000;
/// How far probabilities and those of logits may be apart that are one and the same, rounded to two
/// digits.
const ROUNDED: f64 = 0.006;

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
    /// The role of its column of that place, as logits or probabilities.
    pub fn role(&self, place: usize, of_logits: bool) -> RoleName {
        match self.classes.get(place) {
            Some(class) => class_role(of_logits, class),
            None if of_logits => RoleName::Logit,
            None => RoleName::P,
        }
    }

    /// Options that say that these are the outputs.
    pub fn options(&self, names: &[String], options: &Options, of_logits: bool) -> Options {
        let mut options = options.clone();
        let columns = self.columns.iter().enumerate();
        options
            .maps
            .retain(|(name, _)| !self.columns.iter().any(|&column| names[column] == *name));
        options.maps.extend(
            columns.map(|(place, &column)| (names[column].clone(), self.role(place, of_logits))),
        );
        options
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
        let cells = self.columns.iter().map(|&column| survey.cell(row, column));
        cells
            .map(|cell| cell.filter(|value| !value.is_nan()))
            .collect()
    }

    /// Whether the first rows sum to 1, as probabilities of classes do.
    pub fn sums_to_one(&self, survey: &Survey) -> bool {
        let slack = 0.005 * self.columns.len() as f64;
        let rows = (0..survey.rows.len()).filter_map(|row| self.row(survey, row));
        let mut sums = rows
            .map(|row| (row.iter().sum::<f64>() - 1.0).abs() <= slack)
            .peekable();
        sums.peek().is_some() && sums.all(|fits| fits)
    }

    /// Whether these probabilities are those of the logits, as far as the first rows tell.
    fn is_of(&self, logits: &Self, survey: &Survey) -> bool {
        if self.columns.len() != logits.columns.len() || self.classes != logits.classes {
            return false;
        }
        let mut seen = false;
        let agrees = (0..survey.rows.len()).all(|row| {
            let rows = self.row(survey, row).zip(logits.row(survey, row));
            let Some((p, mut x)) = rows else { return true };
            seen = true;
            if x.len() == 1 {
                x[0] = crate::ghm::sigmoid(x[0]);
            } else {
                let logits = x.clone();
                crate::ghm::softmax(&logits, &mut x);
            }
            p.iter().zip(&x).all(|(p, of)| (p - of).abs() <= ROUNDED)
        });
        seen && agrees
    }
}

/// What the columns may be read as.
pub(super) struct Found {
    pub sets: Vec<Set>,
    /// Columns of decisions, by their names.
    pub decisions: Vec<usize>,
}

/// All sets of outputs, by names and by what a person said of columns.
pub(super) fn find(
    file: &str,
    names: &[String],
    roles: &[Option<RoleName>],
) -> Result<Found, ReadError> {
    let mut sets: Vec<Set> = Vec::new();
    let mut decisions = Vec::new();
    let given = roles.iter().flatten().any(|role| {
        matches!(
            role,
            RoleName::Logit
                | RoleName::P
                | RoleName::LogitOf(_)
                | RoleName::POf(_)
                | RoleName::Pred
        )
    });
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
            Some(RoleName::P) => add(Family::Probability, "p", column, None, false),
            Some(RoleName::Pred) => add(Family::Prediction, "pred", column, None, false),
            Some(RoleName::LogitOf(class)) => {
                add(Family::Logit, "logit", column, Some(class), false)
            }
            Some(RoleName::POf(class)) => add(Family::Probability, "p", column, Some(class), false),
            Some(_) => {}
            None => match named(name).output {
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
    let mut whole = Vec::new();
    for set in sets {
        whole.extend(ordered(file, names, set)?);
    }
    Ok(Found {
        sets: whole,
        decisions,
    })
}

/// With its classes in their order; `None` where it is none after all.
fn ordered(file: &str, names: &[String], mut set: Set) -> Result<Option<Set>, ReadError> {
    if set.classes.is_empty() {
        return Ok(Some(set));
    }
    let prefix = set.stem.clone();
    let number = |class: &String| class.parse::<usize>().ok();
    let numbered = set.classes.iter().filter_map(number).count();
    if set.classes.len() == 1 {
        let positive = ["1", "positive", "pos", "true"];
        if set.family == Family::Probability
            && positive.contains(&set.classes[0].to_lowercase().as_str())
        {
            set.classes.clear();
            return Ok(Some(set));
        }
        if numbered == 0 || set.family > Family::Probability {
            return Ok(None);
        }
    }
    let mut pairs: Vec<(String, usize)> =
        set.classes.drain(..).zip(set.columns.drain(..)).collect();
    // Of p_0, p_1 and p_value the last is none of a class.
    if numbered >= 2 {
        pairs.retain(|(class, _)| number(class).is_some());
        pairs.sort_by_key(|(class, _)| number(class));
    }
    let count = pairs.len();
    if !(2..=MOST_CLASSES).contains(&count) {
        return Err(ReadError::of(
            file,
            tr!(
                "there are {count} columns \"{prefix}_…\"; 2 to {MOST_CLASSES} classes are expected",
                count,
                prefix,
                MOST_CLASSES
            ),
        ));
    }
    if let Some(pair) = pairs.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(doubled(file, &names[pair[0].1]));
    }
    if numbered >= 2 {
        let first = number(&pairs[0].0).map_or(0, |first| first.min(1));
        if let Some(class) = (first..first + count).find(|class| {
            pairs.get(class - first).and_then(|(name, _)| number(name)) != Some(*class)
        }) {
            let name = format!("{prefix}_{class}");
            let last = first + count - 1;
            return Err(ReadError::of(
                file,
                tr!(
                    "there is no column \"{name}\"; {count} classes need \"{prefix}_{first}\" to \"{prefix}_{last}\"",
                    name,
                    count,
                    prefix,
                    first,
                    last
                ),
            ));
        }
    }
    (set.classes, set.columns) = pairs.into_iter().unzip();
    if numbered >= 2 {
        for class in &mut set.classes {
            *class = number(class).map_or_else(|| class.clone(), |number| number.to_string());
        }
    }
    Ok(Some(set))
}

pub(super) fn doubled(file: &str, wanted: &str) -> ReadError {
    let what = tr!(
        "there are two columns \"{wanted}\"; one is expected",
        wanted
    );
    ReadError::of(file, what)
}

/// One set, or why there is none: a sentence and the sets to choose from.
pub(super) enum Choice {
    One(Set, Option<String>),
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
                    .map(|&column| format!("\"{}\"", names[column])),
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
        [a, b] if a.family == Family::Logit && b.is_of(a, survey) => {
            Choice::One((*a).clone(), note(a))
        }
        [a, b] if b.family == Family::Logit && a.is_of(b, survey) => {
            Choice::One((*b).clone(), note(b))
        }
        many => {
            let sets: Vec<Set> = many.iter().map(|set| (*set).clone()).collect();
            let shown: Vec<String> = sets.iter().map(|set| set.shown(names)).collect();
            let shown = shown.join(", ");
            let why = if sets.iter().all(|set| set.is_run) {
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

/// Roles that say which class each column is of, for an answer.
fn class_role(of_logits: bool, class: &str) -> RoleName {
    if of_logits {
        RoleName::LogitOf(class.to_owned())
    } else {
        RoleName::POf(class.to_owned())
    }
}
