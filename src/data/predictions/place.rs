//! Where a value is in a file whose rows have no lines, and what is wrong with one there.

use super::error::{ReadError, shorten};
use crate::words::tr;

/// A cell, by the index of its row in the file.
pub(super) fn place(file: &str, column: &str, index: u64) -> String {
    let column = shorten(column);
    tr!(
        "{file}, column \"{column}\", index {index}",
        file,
        column,
        index
    )
}

/// A cell that is no number, since it holds nothing.
pub(super) fn null(place: &str) -> ReadError {
    ReadError(tr!("{place}: null is not a number", place))
}
