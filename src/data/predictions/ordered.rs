//! Columns of classes in the order of their classes.

use std::collections::HashSet;

use super::error::ReadError;
use super::names::{Family, is_positive, polarity};
use super::outputs::{Set, doubled};
use crate::words::tr;

/// Most classes that a file may have.
const MOST_CLASSES: usize = 10_000;

/// Why columns are not those of classes.
pub(super) enum Unordered {
    /// Two are of one class.
    Doubled(ReadError),
    /// There are too many, or one is missing.
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
    let number = |class: &String| class.parse::<i64>().ok().filter(|&class| class >= -1);
    let numbered = set.classes.iter().filter_map(number).count();
    let lacking = |what: String| Unordered::Lacking(ReadError::of(file, what));
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
        pairs.sort_by_key(|(class, _)| number(class));
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
    if are_numbers {
        let first = number(&pairs[0].0).map_or(0, |first| first.min(1));
        let are_signs = first == -1 && count == 2 && number(&pairs[1].0) == Some(1);
        let missing = (first..)
            .zip(&pairs)
            .find(|(class, (name, _))| number(name) != Some(*class));
        if let Some((class, _)) = missing.filter(|_| !are_signs) {
            let name = format!("{prefix}_{class}");
            let last = first + count as i64 - 1;
            return Err(lacking(tr!(
                "there is no column \"{name}\"; {count} classes need \"{prefix}_{first}\" to \"{prefix}_{last}\"",
                name,
                count,
                prefix,
                first,
                last
            )));
        }
    }
    // Of yes and no, yes is the positive class wherever its column stands.
    if let [(first, _), (second, _)] = pairs.as_slice()
        && (polarity(first), polarity(second)) == (Some(true), Some(false))
    {
        pairs.reverse();
    }
    (set.classes, set.columns) = pairs.into_iter().unzip();
    if are_numbers {
        for class in &mut set.classes {
            *class = number(class).map_or_else(|| class.clone(), |number| number.to_string());
        }
    }
    Ok(Some(set))
}
