//! Structures within a row, as columns.

use super::names::named;
use crate::words::word;

/// What to do with a vector of Spark that has not all of its values.
pub(super) fn what_of_sparse() -> &'static str {
    word(
        "it is a sparse vector of Spark; where it is written, vector_to_array (pyspark.ml.functions) makes a list of it",
    )
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
