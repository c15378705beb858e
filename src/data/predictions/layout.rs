//! How a text lies in its file: what stands above the header, the delimiter and the names, told from its
//! beginning.

mod headerless;
mod spaces;
mod title;

use std::io::Cursor;

use super::Options;
use super::decimal::number;
use super::error::{ReadError, shorten};
use super::names::{known, same};
use super::records::{Dialect, Quotes, Records};
use crate::words::{tr, word};

/// See the module.
#[derive(Clone)]
pub(super) struct Layout {
    pub dialect: Dialect,
    /// Bytes above the header, or above the rows where that is no line of its own.
    pub skip: u64,
    /// The line that begins there.
    pub line: u64,
    /// Names that are not the first record: from a comment, or given.
    pub names: Option<Vec<String>>,
    pub notes: Vec<String>,
}

/// A line with its end, and where it begins.
struct Line<'a> {
    bytes: &'a [u8],
    from: usize,
    number: u64,
}

fn lines(text: &[u8], end: u8) -> impl Iterator<Item = Line<'_>> {
    let mut from = 0;
    text.split_inclusive(move |&byte| byte == end)
        .zip(1..)
        .map(move |(bytes, number)| {
            let line = Line {
                bytes,
                from,
                number,
            };
            from += bytes.len();
            line
        })
}

/// The fields of a line as names.
fn split(line: &[u8], dialect: Dialect) -> Vec<String> {
    let name = |of: &[u8]| String::from_utf8_lossy(of).trim().to_owned();
    for quotes in [Quotes::Doubled, Quotes::Backslash] {
        let dialect = Dialect { quotes, ..dialect };
        let mut records = Records::new(Box::new(Cursor::new(line.to_vec())), dialect, 1);
        if matches!(records.next(), Ok(true)) {
            return records.fields().map(name).collect();
        }
    }
    // A quoted name may go on in the next line.
    let fields = line.split(|&byte| byte == dialect.delimiter);
    fields.map(name).collect()
}

fn is_data(names: &[String]) -> bool {
    names.iter().any(|name| {
        number(name.as_bytes()).is_some() || is_comma_number(name) || headerless::is_list(name)
    })
}

fn is_comma_number(name: &str) -> bool {
    name.contains(',') && number(name.replacen(',', ".", 1).as_bytes()).is_some()
}

/// The first line that is not empty.
fn next_line(text: &[u8], end: u8) -> &[u8] {
    let mut lines = text.split(|&byte| byte == end);
    lines
        .find(|line| !line.trim_ascii().is_empty())
        .unwrap_or_default()
}

/// What names no column: classes may be numbers, but not such.
fn is_fraction(name: &str) -> bool {
    number(name.as_bytes()).is_some_and(|value| value.is_finite() && value.fract() != 0.0)
        || headerless::is_list(name)
}

impl Layout {
    /// From the first bytes of a file, in UTF-8 or another superset of ASCII.
    pub fn of(
        file: &str,
        start: &[u8],
        options: &Options,
        comments: bool,
    ) -> Result<Self, ReadError> {
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
        let mark = start.len() - text.len();
        let refuse = |what: &str| Err(ReadError::of(file, what));
        if text.trim_ascii().is_empty() {
            return refuse(word("it is empty; a header and rows are expected"));
        }
        if text.contains(&0) {
            let half = |odd: usize| {
                text.iter()
                    .skip(odd)
                    .step_by(2)
                    .filter(|&&byte| byte == 0)
                    .count()
            };
            let [one, other] = [half(0), half(1)];
            // Of most scripts one byte of two is 0, and hardly ever the other.
            return refuse(
                if one.max(other) * 3 > text.len() && one.min(other) * 20 < text.len() {
                    word("it seems to be UTF-16 without a byte order mark; save it as UTF-8")
                } else {
                    word("it is not text, and no NPY, NPZ or Parquet file either")
                },
            );
        }
        // Files of old Macs have carriage returns alone.
        let end = if text.contains(&b'\n') || !text.contains(&b'\r') {
            b'\n'
        } else {
            b'\r'
        };
        let mut notes = Vec::new();
        let mut told = None;
        let mut comment = None;
        let mut first = None;
        let mut last = 0;
        for line in lines(text, end) {
            last = line.from + line.bytes.len();
            let content = line.bytes.trim_ascii();
            if content.is_empty() {
                continue;
            }
            if let (None, None, [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', mark, ..]) =
                (told, &comment, line.bytes)
            {
                // Quotes, digits and letters part no fields.
                told = Some(*mark)
                    .filter(|mark| !matches!(mark, b'"' | b'-'..=b'9' | b'a'..=b'z' | b'A'..=b'Z'));
            } else if content[0] == b'#' {
                comment = Some(line);
            } else {
                first = Some(line);
                break;
            }
        }
        let dialect = |delimiter| Dialect {
            delimiter,
            runs: false,
            end,
            quotes: Quotes::Doubled,
            comments,
        };
        let header = first.as_ref().map_or(&[][..], |line| line.bytes);
        let commented = comment
            .as_ref()
            .map_or(&[][..], |line| line.bytes.trim_ascii().trim_ascii_start());
        let commented = commented
            .iter()
            .position(|&byte| byte != b'#')
            .map_or(&[][..], |at| commented[at..].trim_ascii());
        // Rows behind the header, or the line itself where it is none.
        let behind = first
            .as_ref()
            .map_or(&[][..], |line| &text[line.from + line.bytes.len()..]);
        let title = first
            .as_ref()
            .filter(|_| told.is_none() && comment.is_none());
        if let Some(cure) = title.and_then(|line| title::cure(file, line, behind, dialect(b','))) {
            return refuse(&cure);
        }
        let delimiter =
            told.unwrap_or_else(|| delimiter(&[(header, behind), (commented, header)], dialect));
        let parted = first.as_ref().map_or(&[][..], |line| &text[line.from..]);
        let delimiter = match delimiter {
            b' ' => spaces::other(parted, dialect).unwrap_or(delimiter),
            _ => delimiter,
        };
        let mut dialect = dialect(delimiter);
        if delimiter == b' ' {
            notes.push(word("its fields are separated by spaces").to_owned());
            dialect.runs = spaces::are_runs(parted, dialect);
        }
        let names = split(header, dialect);
        let is_quoted = |name: &String| matches!(name.as_bytes(), [b'\'', .., b'\'']);
        if names.len() > 1 && names.iter().all(is_quoted) {
            return refuse(word(
                "its fields are enclosed in single quotes; write double quotes, or none: tr \\' '\"' < FILE > NEW",
            ));
        }
        let commented = split(commented, dialect);
        // Where the rows begin if the header is none of the lines.
        let rows = match &first {
            Some(line) => (mark + line.from, line.number),
            None => (
                mark + last,
                1 + text[..last].iter().filter(|&&byte| byte == end).count() as u64,
            ),
        };
        // Without an empty field behind the last delimiter.
        let inner = match names.as_slice() {
            [.., last] if last.is_empty() => names.len() - 1,
            _ => names.len(),
        };
        let is_commented = known(&commented) > known(&names)
            && (first.is_none() || [names.len(), inner].contains(&commented.len()));
        let has_comment_only = comment.is_some() && !is_commented;
        let given = options.columns.as_ref().filter(|_| !comments);
        let mut layout = Self {
            dialect,
            skip: rows.0 as u64,
            line: rows.1,
            names: None,
            notes,
        };
        if is_commented {
            layout
                .notes
                .push(word("its names stand in a comment above the rows").to_owned());
        } else if has_comment_only && !comments {
            layout
                .notes
                .push(word("lines that begin with # above the header are comments").to_owned());
        }
        let own = if is_commented { &commented } else { &names };
        let has_header = is_commented || !is_data(&names);
        match given {
            Some(given) if has_header => {
                let are_same = |(one, other): (&String, &String)| same(one, other);
                if given.len() != own.len() || !given.iter().zip(own).all(are_same) {
                    return Err(ReadError::of(
                        file,
                        tr!(
                            "--columns names {0}, and its header {1}; --columns is for files without names, --map NAME=ROLE for others",
                            shorten(&given.join(",")),
                            shorten(&own.join(","))
                        ),
                    ));
                }
            }
            Some(given) => {
                let is_count = names
                    .iter()
                    .enumerate()
                    .all(|(k, name)| *name == k.to_string());
                if is_count && names.len() > 1 {
                    return Err(ReadError::of(
                        file,
                        tr!(
                            "its first line \"{0}\" may be a header of numbers or a row; delete it or write it as {1}",
                            shorten(&names.join(",")),
                            "0.0"
                        ),
                    ));
                }
                if ![names.len(), inner].contains(&given.len()) {
                    return Err(ReadError::of(
                        file,
                        tr!(
                            "its number of columns is {0}, and --columns names {1}",
                            names.len(),
                            given.len()
                        ),
                    ));
                }
                layout.names = Some(given.clone());
            }
            None if !is_commented
                && (names.iter().any(|name| is_fraction(name))
                    || is_data(&names)
                        && !headerless::is_header(
                            &names,
                            &split(next_line(behind, end), dialect),
                        )
                        && names.iter().filter(|name| !name.is_empty()).all(|name| {
                            number(name.as_bytes()).is_some() || is_comma_number(name)
                        })) =>
            {
                let first = shorten(&names.join(&char::from(delimiter).to_string()));
                let cure = headerless::cure(file, parted, dialect).unwrap_or_else(|| {
                    tr!(
                        "name every column by --columns, {count} in all (a name that says nothing, such as other, is not read)",
                        count = names.len()
                    )
                });
                let what = tr!(
                    "there is no header; the first line should name the columns, and it is \"{first}\"; {cure}",
                    first,
                    cure
                );
                return Err(ReadError::of(file, what));
            }
            None => {}
        }
        if is_commented {
            layout.names = Some(commented);
        }
        Ok(layout)
    }
}

/// Rows that tell whether a delimiter parts them as it parts the header.
const TELLING_ROWS: usize = 20;
/// Bytes of them that are looked at.
const MOST_TELLING: usize = 1 << 14;

/// How many of the first rows have as many fields as there are names, give or take one at an end.
fn fitting(rows: &[u8], dialect: Dialect, names: &[String]) -> usize {
    let ends = match names {
        [] | [_] => return 0,
        [.., last] => names.len() - usize::from(last.is_empty())..=names.len() + 1,
    };
    let mut records = Records::new(Box::new(Cursor::new(rows.to_vec())), dialect, 1);
    records.settled = true;
    let lengths = std::iter::from_fn(|| matches!(records.next(), Ok(true)).then(|| records.len()));
    lengths
        .take(TELLING_ROWS)
        .filter(|length| ends.contains(length))
        .count()
}

/// The delimiter that makes the most names that predictions have; of equal ones that which parts the rows as
/// well, and then that which makes the most names. Lines are the header and a comment, each with what follows.
fn delimiter(lines: &[(&[u8], &[u8]); 2], dialect: impl Fn(u8) -> Dialect) -> u8 {
    let score = |delimiter: &u8| {
        let of = |(line, rows): &(&[u8], &[u8])| {
            let names = split(line, dialect(*delimiter));
            let rows = &rows[..rows.len().min(MOST_TELLING)];
            let fitting = fitting(rows, dialect(*delimiter), &names);
            (known(&names), fitting, names.len())
        };
        // Names in a comment are names only if they are known.
        let [header, comment] = [of(&lines[0]), of(&lines[1])];
        let best = header.max(if comment.0 > 0 { comment } else { (0, 0, 0) });
        // Spaces stand within names as well: they part what nothing else does.
        let rank = if *delimiter == b' ' {
            best.2.min(1)
        } else {
            best.2
        };
        (best.0, best.1, rank, header.2)
    };
    // The last of equal ones.
    [b' ', b'|', b'\t', b';', b',']
        .into_iter()
        .max_by_key(score)
        .unwrap_or(b',')
}
