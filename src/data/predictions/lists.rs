//! Columns of lists: as many columns as each row has values.

use std::ops::Range;

use super::error::ReadError;
use super::place::null;
use super::structures::what_of_sparse;
use crate::words::tr;

/// Most columns that a file becomes.
pub(super) const MOST_COLUMNS: usize = 1 << 16;

/// What a vector of Spark is made of, and which of it are the values; the first says whether they are all.
pub(super) const VECTOR: [&str; 4] = ["type", "size", "indices", "values"];
pub(super) const VALUES: usize = 3;
pub(super) const DENSE: f64 = 1.0;

/// A vector at this place that has not all of its values.
pub(super) fn sparse(place: &str) -> ReadError {
    ReadError(format!("{place}: {}", what_of_sparse()))
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
