//! A line of a title above the header.

use super::super::error::shorten;
use super::super::names::known;
use super::super::options::quoted_file;
use super::super::records::Dialect;
use super::{Line, split};
use crate::words::tr;

/// What to do where the first line is no header, in one piece, and the next one names columns.
pub(super) fn cure(
    file: &str,
    first: &Line<'_>,
    behind: &[u8],
    dialect: Dialect,
) -> Option<String> {
    let mut others = behind.split(|&byte| byte == dialect.end);
    let header = others.find(|line| !line.trim_ascii().is_empty())?;
    // A quoted name may go on in the next line.
    let is_header = |&delimiter: &u8| {
        let dialect = Dialect {
            delimiter,
            ..dialect
        };
        let is_whole = ![delimiter, b'"'].iter().any(|of| first.bytes.contains(of))
            && known(&split(first.bytes, dialect)) == 0;
        is_whole && known(&split(header, dialect)) > 1
    };
    [b',', b'\t', b';', b'|'].iter().find(|of| is_header(of))?;
    let text = |line: &[u8]| shorten(String::from_utf8_lossy(line).trim());
    Some(tr!(
        "line {number}, \"{title}\", is no header, and the next one, \"{header}\", looks like it: delete line {number}, \
         as by tail -n +{next} {file} > NEW.csv",
        number = first.number,
        title = text(first.bytes),
        header = text(header),
        next = first.number + 1,
        file = quoted_file(file)
    ))
}
