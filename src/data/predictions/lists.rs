//! Columns of lists: as many columns as each row has values.

use std::ops::Range;

use super::error::ReadError;
use super::names::named;
use super::place::null;
use crate::words::{tr, word};

/// Most columns that a file becomes.
pub(super) const MOST_COLUMNS: usize = 1 << 16;

/// What a vector of Spark is made of, and which of it are the values; the first says whether they are all.
pub(super) const VECTOR: [&str; 4] = ["type", "size", "indices", "values"];
pub(super) const VALUES: usize = 3;
pub(super) const DENSE: f64 = 1.0;

/// What to do with a vector of Spark that has not all of its values.
pub(super) fn what_of_sparse() -> &'static str {
    word(
        "it is a sparse vector of Spark; where it is written, vector_to_array (pyspark.ml.functions) makes a list of it",
    )
}

/// A vector at this place that has not all of its values.
pub(super) fn sparse(place: &str) -> ReadError {
    ReadError(format!("{place}: {}", what_of_sparse()))
}

/// The name of a column within a structure: its own where both name the same outputs and it a class of them, as
/// `prob_cat` in `p`.
pub(super) fn of_struct(outer: &str, sign: char, inner: &str) -> String {
    let [of, within] = [outer, inner].map(|name| named(name).output);
    match (of, within) {
        (Some(of), Some(within))
            if of.class.is_none() && within.class.is_some() && of.family == within.family =>
        {
            inner.to_owned()
        }
        (..) => format!("{outer}{sign}{inner}"),
    }
}

/// Where the value `k` of a row is, whose values are these; `None` where it has no list, or one with holes.
///
/// # Errors
/// When it has not as many values as are expected.
pub(super) fn cell(
    values: Option<Range<usize>>,
    [expected, k]: [usize; 2],
    place: impl Fn() -> String,
) -> Result<usize, ReadError> {
    match values {
        None => Err(null(&place())),
        Some(values) if values.len() == expected => Ok(values.start + k),
        Some(values) => {
            let (place, count) = (place(), values.len());
            Err(ReadError(tr!(
                "{place}: a list of length {count}; {expected} is expected, as in the first row that has any",
                place,
                count,
                expected
            )))
        }
    }
}
