//! Spaces part fields only where nothing else does: names and texts have them as well.

use std::io::Cursor;

use super::super::records::{Dialect, Records};

/// Rows that tell, and bytes of them that are looked at.
const ROWS: usize = 20;
const BYTES: usize = 1 << 14;

/// The delimiter that parts a header and most of the rows below it into the same number of fields, where one
/// that is no space does.
pub(super) fn other(text: &[u8], dialect: impl Fn(u8) -> Dialect) -> Option<u8> {
    let text = &text[..text.len().min(BYTES)];
    let end = dialect(b' ').end;
    let header = text.split(|&byte| byte == end).next().unwrap_or_default();
    // A first row of numbers with decimal commas is no header.
    let has_names = header
        .iter()
        .any(|byte| byte.is_ascii_alphabetic() && !b"eE".contains(byte) || !byte.is_ascii());
    if !has_names {
        return None;
    }
    let marks = [b'|', b'\t', b';', b','].into_iter();
    let fields = |mark: u8| Some((fields(text, dialect(mark))?, mark));
    let (_, mark) = marks.filter_map(fields).max()?;
    Some(mark)
}

/// Whether spaces in a row part as one does: where a header and most of the rows below it then have as many
/// fields, and names would be empty where each space parts, or rows of other lengths; as pandas and R print.
pub(super) fn are_runs(text: &[u8], dialect: Dialect) -> bool {
    let text = &text[..text.len().min(BYTES)];
    let runs = Dialect {
        runs: true,
        ..dialect
    };
    let has_gap = |of: &[u8]| of.starts_with(b" ") || of.windows(2).any(|two| two == b"  ");
    let mut lines = text.split(|&byte| byte == dialect.end).take(1 + ROWS);
    let has_gaps = lines.next().is_some_and(has_gap) && lines.any(has_gap);
    (has_gaps || fields(text, dialect).is_none()) && fields(text, runs).is_some()
}

/// The fields of the first line, where most of those below have as many.
fn fields(text: &[u8], dialect: Dialect) -> Option<usize> {
    let mut records = Records::new(Box::new(Cursor::new(text.to_vec())), dialect, 1);
    records.settled = true;
    let mut next = || matches!(records.next(), Ok(true)).then(|| records.len());
    let names = next().filter(|&names| names > 1)?;
    let rows: Vec<usize> = std::iter::from_fn(next).take(ROWS).collect();
    // R and pandas write one name less where rows have names.
    let fitting = rows.iter().filter(|&&of| of == names || of == names + 1);
    (2 * fitting.count() > rows.len()).then_some(names)
}
