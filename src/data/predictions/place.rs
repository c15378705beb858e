//! Where a value is in a file of columns, what is wrong with one there, and how much of texts is read.

use super::error::{ReadError, shorten};
use crate::words::tr;

/// Longest text in bytes: the name of a mini-batch, group or class.
pub(super) const MOST_TEXT: usize = 4096;
/// Rows that are read at a time where some are texts: a few bytes may stand for many long ones, which are looked at
/// before there are many.
pub(super) const TEXT_ROWS: usize = 1024;
/// Bytes of texts in a block; it ends early behind them.
pub(super) const MOST_TEXTS: usize = 16 << 20;

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

/// A cell whose text is longer than a name can be.
pub(super) fn too_long(place: &str) -> ReadError {
    ReadError(tr!(
        "{place}: a text of more than {MOST_TEXT} bytes; at most {MOST_TEXT} are expected (--map NAME=ignore leaves the \
         column out)",
        place,
        MOST_TEXT
    ))
}
