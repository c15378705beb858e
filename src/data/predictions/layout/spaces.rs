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
    let fields = |mark: u8| {
        let mut records = Records::new(Box::new(Cursor::new(text.to_vec())), dialect(mark), 1);
        records.settled = true;
        let mut next = || matches!(records.next(), Ok(true)).then(|| records.len());
        let names = next().filter(|&names| names > 1)?;
        let rows: Vec<usize> = std::iter::from_fn(next).take(ROWS).collect();
        // R writes one name less where rows have names.
        let fitting = rows.iter().filter(|&&of| of == names || of == names + 1);
        (2 * fitting.count() > rows.len()).then_some(names)
    };
    let marks = [b'|', b'\t', b';', b','].into_iter();
    let (_, mark) = marks.filter_map(|mark| Some((fields(mark)?, mark))).max()?;
    Some(mark)
}
