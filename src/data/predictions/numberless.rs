//! Columns that should hold numbers and hold none: leaving out rows would leave nothing.

use super::delimited::lists::values;
use super::open::Predictions;
use super::options::quoted_name;
use super::survey::{Seen, Survey, number};
use crate::words::{tr, word};

/// Texts that stand where there is no value.
const MISSING: [&str; 8] = ["", "na", "n/a", "none", "null", "-", "?", "<na>"];

/// What is wrong with each of the columns without a number, and what can be done.
pub(super) fn cures(survey: &Survey, names: &[String]) -> Vec<(usize, String)> {
    let cure = |(column, seen): (usize, &Seen)| Some((column, cure(seen, &names[column])?));
    let columns = survey.columns.iter().enumerate();
    columns.filter_map(cure).collect()
}

impl Predictions {
    /// What can be done where such a column is the reason that a row of the block cannot be used.
    pub(super) fn numberless(&mut self, row: usize) -> Option<&str> {
        for &(column, role) in &self.plan.chosen {
            let value = self.block.numbers(role).and_then(|of| of.get(row).copied());
            let is_bad = value.is_some_and(f64::is_nan);
            let mut numberless = self.numberless.iter();
            if let Some((_, cure)) = numberless.find(|(of, _)| is_bad && *of == column) {
                return Some(cure);
            }
        }
        None
    }
}

fn cure(seen: &Seen, name: &str) -> Option<String> {
    if seen.numbers.count > 0 {
        return None;
    }
    let mut texts = seen.texts.iter().map(|(text, _)| text.as_str());
    let first = texts.find(|text| {
        let is_missing = MISSING.contains(&text.to_ascii_lowercase().as_str());
        !is_missing && number(text).is_none()
    })?;
    let name = quoted_name(name);
    if first.contains('[') {
        // As many numbers as there are brackets for: what is not read so are other formats, and lists of other lengths.
        let items = values(first.as_bytes()).unwrap_or_default();
        if !items.is_empty() && items.into_iter().all(|of| number(&first[of]).is_some()) {
            let what = word(
                "the column holds texts of lists; where it was written, pandas makes a column for each class: import ast; d[[\"p_0\", \"p_1\"]] = d.pop(COLUMN).map(ast.literal_eval).tolist()",
            );
            return Some(what.to_owned());
        }
        let what = word(
            "the column holds lists that are not all numbers, as many in each row; where it was written, pandas makes a column for each class: d[[\"p_0\", \"p_1\"]] = d.pop(COLUMN).tolist()",
        );
        return Some(what.to_owned());
    }
    let looks = match first.as_bytes() {
        [a, b, c, d, b'-' | b'/', ..] if [a, b, c, d].iter().all(|of| of.is_ascii_digit()) => {
            word("dates")
        }
        _ => word("words"),
    };
    Some(tr!(
        "the column holds {looks} and no number; where another column has the numbers, --map {name}=ignore leaves this one \
         out",
        looks,
        name
    ))
}
