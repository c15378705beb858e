//! Labels that are none: words for a value that is missing, and texts among numbers, such as sums and headers
//! that come again.

use super::super::Options;
use super::super::columns::all_of;
use super::super::names::same;
use super::super::survey::{number, truth};
use super::{Classes, Trouble};
use crate::words::{tr, word};

/// Words for a value that is missing, in small letters.
const MISSING: [&str; 11] = [
    "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "missing", "-", ".", "?",
];
/// Most texts that a question proposes to ignore.
const MOST: usize = 5;

/// Labels that stand for a class or may. Others are of rows that cannot be used.
///
/// # Errors
/// Asks, where such rows are not skipped and numbers are beside them.
pub(super) fn leave_out<'a>(
    there: Vec<&'a str>,
    counts: &[(String, u64)],
    classes: &Classes<'_>,
    options: &Options,
) -> Result<Vec<&'a str>, Trouble> {
    let is_class = |text: &str| match classes {
        Classes::Two => options.positive.as_deref() == Some(text),
        Classes::Named(names) => names.iter().any(|name| same(name, text)),
    };
    let rows = |is: &dyn Fn(&str) -> bool| -> u64 {
        let counted = counts.iter().filter(|(text, _)| is(text));
        counted.map(|(_, count)| count).sum()
    };
    let is_text = |text: &str| !text.is_empty() && number(text).is_none();
    let texts = rows(&|text| is_text(text) && there.contains(&text));
    let numbers = rows(&|text| number(text).is_some());
    // A class may be called "none": a word alone says little.
    let is_told =
        numbers > 0 || options.skip_bad_rows && matches!(classes, Classes::Two) && there.len() > 2;
    let is_bad = |text: &&str| {
        let is_missing = is_told && MISSING.contains(&text.to_ascii_lowercase().as_str());
        let is_odd = numbers > texts && truth(text).is_none();
        is_text(text) && (is_missing || is_odd) && !is_class(text)
    };
    let (bad, good): (Vec<&str>, Vec<&str>) = there.iter().copied().partition(|text| is_bad(text));
    if bad.is_empty() || good.is_empty() {
        return Ok(there);
    }
    if options.skip_bad_rows {
        return Ok(good);
    }
    let why = tr!(
        "labels beside classes are {} (rows: {count}): are such rows ignored or bad?",
        all_of(bad.iter().take(MOST)),
        count = rows(&|text| bad.contains(&text))
    );
    let mut ways = Vec::new();
    if bad.len() <= MOST {
        let mut options = options.clone();
        options
            .ignore_labels
            .extend(bad.iter().map(|&text| text.to_owned()));
        ways.push((word("such rows are ignored").to_owned(), options));
    }
    let skipping = Options {
        skip_bad_rows: true,
        ..options.clone()
    };
    ways.push((
        word("such rows are skipped and counted").to_owned(),
        skipping,
    ));
    Err(Trouble::Ask(why, ways))
}
