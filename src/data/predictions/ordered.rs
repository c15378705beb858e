//! Columns of classes in the order of their classes.

use std::collections::HashSet;

use super::class_order::{self, positive_of};
use super::columns::first_of;
use super::error::{ReadError, Refusal};
use super::labels::{Classes, IGNORED, Labels};
use super::names::{Family, is_positive};
use super::outputs::{Set, doubled};
use super::resolve::Resolver;
use super::survey;
use crate::words::tr;

/// Most classes that a file may have.
const MOST_CLASSES: usize = 10_000;

/// Why columns are not those of classes.
pub(super) enum Unordered {
    /// Two are of one class.
    Doubled(ReadError),
    /// There are too many.
    Lacking(ReadError),
    /// There is one, of one class.
    Lone(Set),
}

/// So many columns of classes are none.
pub(super) fn wrong_count(file: &str, prefix: &str, count: usize) -> ReadError {
    let what = tr!(
        "the number of columns \"{prefix}_…\" is {count}; 2 to {MOST_CLASSES} classes are expected",
        count,
        prefix,
        MOST_CLASSES
    );
    ReadError::of(file, what)
}

/// The number of a class.
fn number(class: &str) -> Option<i64> {
    class.parse().ok().filter(|&class| class >= -1)
}

/// The number where the first class would be, and the first that is missing, where classes in their order have numbers
/// that do not follow one another from 0 or 1: then they are names.
pub(super) fn gap(classes: &[String]) -> Option<(i64, i64)> {
    let numbers: Vec<i64> = classes
        .iter()
        .map(|class| number(class))
        .collect::<Option<_>>()?;
    let first = numbers.first().map_or(0, |&first| first.min(1));
    let mut expected = (first..).zip(&numbers);
    let missing = expected.find(|(class, number)| class != *number);
    missing
        .filter(|_| numbers != [-1, 1])
        .map(|(class, _)| (first, class))
}

impl Set {
    /// Brings its columns into the order of the numbers by which their classes differ; of yes and no, yes is the
    /// second wherever its column stands.
    pub fn sort(&mut self) {
        let whole: Option<Vec<i64>> = self.classes.iter().map(|class| number(class)).collect();
        let numbers = whole.or_else(|| class_order::numbers(&self.classes));
        if let Some(numbers) = numbers {
            let pairs = self.classes.drain(..).zip(self.columns.drain(..));
            let mut all: Vec<(i64, (String, usize))> = numbers.into_iter().zip(pairs).collect();
            all.sort_by_key(|(number, _)| *number);
            (self.classes, self.columns) = all.into_iter().map(|(_, pair)| pair).unzip();
        } else if positive_of(&self.classes) == Some(0) {
            self.classes.reverse();
            self.columns.reverse();
        }
    }
}

/// With its classes in their order; `None` where it is none after all.
pub(super) fn ordered(
    file: &str,
    names: &[String],
    mut set: Set,
) -> Result<Option<Set>, Unordered> {
    if set.classes.is_empty() {
        return Ok(Some(set));
    }
    let prefix = set.stem.clone();
    let numbered = set.classes.iter().filter_map(|class| number(class)).count();
    if set.classes.len() == 1 {
        if set.family == Family::Probability && is_positive(&set.classes[0]) {
            set.classes.clear();
            return Ok(Some(set));
        }
        return match set.family {
            Family::Logit | Family::Probability => Err(Unordered::Lone(set)),
            Family::LogProbability => Ok(Some(set)),
            Family::Score | Family::Prediction | Family::Decision => Ok(None),
        };
    }
    let mut pairs: Vec<(String, usize)> =
        set.classes.drain(..).zip(set.columns.drain(..)).collect();
    // Of p_0, p_1 and p_value the last is none of a class, unless a person says so.
    let are_numbers = numbered >= 2 && (numbered == pairs.len() || !set.is_given);
    if are_numbers {
        pairs.retain(|(class, _)| number(class).is_some());
    }
    let count = pairs.len();
    if !(2..=MOST_CLASSES).contains(&count) {
        return Err(Unordered::Lacking(wrong_count(file, &prefix, count)));
    }
    let mut seen = HashSet::new();
    if let Some((_, column)) = pairs.iter().find(|(class, _)| {
        let key = number(class).map_or_else(|| class.clone(), |number| number.to_string());
        !seen.insert(key)
    }) {
        return Err(Unordered::Doubled(doubled(file, &names[*column])));
    }
    (set.classes, set.columns) = pairs.into_iter().unzip();
    set.sort();
    if are_numbers {
        for class in &mut set.classes {
            *class = number(class).map_or_else(|| class.clone(), |number| number.to_string());
        }
    }
    Ok(Some(set))
}

impl Resolver<'_> {
    /// Refuses classes whose numbers do not follow one another, where a label is none of them.
    pub fn check_gap(&self, set: &Set, label: Option<usize>) -> Result<(), Refusal> {
        let Some((first, missing)) = gap(&set.classes) else {
            return Ok(());
        };
        let prefix = &set.stem;
        let all_classes = || {
            let (name, count) = (format!("{prefix}_{missing}"), set.classes.len());
            let last = first + count as i64 - 1;
            tr!(
                "there is no column \"{name}\"; {count} classes need \"{prefix}_{first}\" to \"{prefix}_{last}\"",
                name,
                count,
                prefix,
                first,
                last
            )
        };
        let Some(label) = label else {
            return Err(ReadError::of(self.file, all_classes()).into());
        };
        let texts = &self.survey.columns[label].texts;
        let left = Labels::left(texts, &Classes::Named(&set.classes), self.options);
        let Ok((left, _)) = left else { return Ok(()) };
        let value = |text: &str| survey::number(text);
        let is_class = |of: f64| set.classes.iter().any(|class| value(class) == Some(of));
        let fits =
            |text: &&str| value(text).is_some_and(|of| is_class(of) || IGNORED.contains(&of));
        let Some(other) = left.into_iter().find(|text| !fits(text)) else {
            return Ok(());
        };
        let what = match value(other).filter(|of| of.fract() == 0.0) {
            Some(of) => tr!(
                "there is no column \"{prefix}_{of}\" for label {of}, and columns are of the classes {0} \
                 (--map NAME=p_{of} says which it is, --ignore-label {of} leaves out its rows)",
                first_of(&set.classes),
                prefix,
                of
            ),
            None => all_classes(),
        };
        Err(ReadError::of(self.file, what).into())
    }
}
