//! Text with a delimiter: CSV, TSV and the like, with a header.

use std::io::{Read, Seek, SeekFrom};

use super::columns::Columns;
use super::error::{ReadError, shorten};
use super::lines::{Guarded, MOST_RECORD};
use super::{Block, Input, Source, Table};
use crate::words::{tr, word};

/// Bytes that are looked at to tell the delimiter.
const LOOK: u64 = 1 << 16;
const BUFFER: usize = 1 << 18;

/// Splits text into records.
pub(super) struct Delimited {
    file: String,
    reader: csv::Reader<Guarded<Box<dyn Source>>>,
    names: Vec<String>,
    record: csv::ByteRecord,
}

impl Delimited {
    /// Reads the header. Lines that begin with `#` are comments where `comments` says so.
    pub fn open(input: &Input, comments: bool) -> Result<Self, ReadError> {
        let file = input.name.clone();
        let mut source = input.source()?;
        let mut start = Vec::new();
        let read = source.by_ref().take(LOOK).read_to_end(&mut start);
        read.and_then(|_| source.seek(SeekFrom::Start(0)))
            .map_err(|error| ReadError::io(&file, &error))?;
        // The byte order mark of UTF-8 belongs to no name; the csv crate takes it away.
        let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
        if text.iter().all(u8::is_ascii_whitespace) {
            return Err(ReadError::of(
                &file,
                word("it is empty; a header and rows are expected"),
            ));
        }
        if text.contains(&0) {
            return Err(ReadError::of(
                &file,
                word("it is not text, and no NPY, NPZ or Parquet file either"),
            ));
        }
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(text, comments))
            .comment(comments.then_some(b'#'))
            .buffer_capacity(BUFFER)
            .from_reader(Guarded::new(source));
        let header = match reader.byte_headers() {
            Ok(header) => header.clone(),
            Err(error) => return Err(explain(&file, &error, 1)),
        };
        let names: Vec<String> = header
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_owned())
            .collect();
        if names.iter().all(|name| name.parse::<f64>().is_ok()) {
            return Err(ReadError::of(
                &file,
                tr!(
                    "there is no header; the first line should name the columns, and it is \"{}\"",
                    shorten(&names.join(","))
                ),
            ));
        }
        Ok(Self {
            file,
            reader,
            names,
            record: csv::ByteRecord::new(),
        })
    }

    /// The next record, with its line; `None` at the end.
    pub fn next(&mut self) -> Result<Option<(&csv::ByteRecord, u64)>, ReadError> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(false) => Ok(None),
            Ok(true) => {
                let line = self.record.position().map_or(0, csv::Position::line);
                Ok(Some((&self.record, line)))
            }
            Err(error) => Err(explain(&self.file, &error, self.reader.position().line())),
        }
    }
}

/// The delimiter that the header has most of.
fn delimiter(text: &[u8], comments: bool) -> u8 {
    let lines = text.split(|&byte| byte == b'\n');
    let header = lines
        .filter(|line| !(comments && line.starts_with(b"#")))
        .find(|line| !line.iter().all(u8::is_ascii_whitespace))
        .unwrap_or(text);
    let count = |delimiter: &u8| header.iter().filter(|&byte| byte == delimiter).count();
    // The first of equal ones: max_by_key takes the last.
    let candidates = [b'|', b'\t', b';', b','];
    candidates.into_iter().max_by_key(count).unwrap_or(b',')
}

fn explain(file: &str, error: &csv::Error, line: u64) -> ReadError {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => {
            let line = pos.as_ref().map_or(line, csv::Position::line);
            ReadError(tr!(
                "{file}, line {line}: it has {len} fields; {expected_len} are expected, as in the header",
                file,
                line,
                len,
                expected_len
            ))
        }
        csv::ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
            ReadError(tr!(
                "{file}, line {line}: the line is longer than {MOST_RECORD} bytes, or a quote is never closed",
                file,
                line,
                MOST_RECORD
            ))
        }
        csv::ErrorKind::Io(error) => ReadError::io(file, error),
        _ => ReadError(tr!(
            "{file}, line {line}: {}",
            shorten(&error.to_string()),
            file,
            line
        )),
    }
}

/// A number, or 1 and 0 for true and false; `None` for anything else.
pub(super) fn number(field: &[u8]) -> Option<f64> {
    // A label is most often one digit.
    if let [digit @ b'0'..=b'9'] = field {
        return Some(f64::from(digit - b'0'));
    }
    let text = std::str::from_utf8(field).ok()?.trim();
    match text.parse() {
        Ok(value) => Some(value),
        Err(_) if text.eq_ignore_ascii_case("true") => Some(1.0),
        Err(_) if text.eq_ignore_ascii_case("false") => Some(0.0),
        Err(_) => None,
    }
}

impl Table for Delimited {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        for row in 0..most {
            let line = match self.reader.read_byte_record(&mut self.record) {
                Ok(true) => self.record.position().map_or(0, csv::Position::line),
                Ok(false) => break,
                Err(error) => {
                    let place = self.reader.position().line();
                    let sentence = explain(&self.file, &error, place);
                    if !matches!(error.kind(), csv::ErrorKind::UnequalLengths { .. }) {
                        return Err(sentence);
                    }
                    // A row like any other that cannot be used.
                    block.leave_out(columns, row, place, sentence);
                    continue;
                }
            };
            let mut bad = None;
            for &(index, role) in &columns.chosen {
                let field = self.record.get(index).unwrap_or_default();
                if role.is_text() {
                    block.name(role, field);
                    continue;
                }
                let value = number(field).unwrap_or_else(|| {
                    let shown = shorten(&String::from_utf8_lossy(field));
                    let what = match std::str::from_utf8(field) {
                        Ok(_) => tr!("\"{shown}\" is not a number", shown),
                        Err(_) => tr!("\"{shown}\" is not UTF-8 text; a number is expected", shown),
                    };
                    bad.get_or_insert((index, what));
                    f64::NAN
                });
                if let Some(values) = block.numbers(role) {
                    values.push(value);
                }
            }
            if let Some((index, what)) = bad {
                let column = &self.names[index];
                let sentence = tr!(
                    "{}, line {line}, column \"{column}\": {what}",
                    self.file,
                    line,
                    column,
                    what
                );
                block.bad.push((row, ReadError(sentence)));
            }
            block.lines.push(line);
            block.rows += 1;
        }
        Ok(())
    }

    fn place(&self, block: &Block, row: usize, column: &str) -> String {
        let line = block.lines.get(row).copied().unwrap_or(0);
        tr!(
            "{}, line {line}, column \"{column}\"",
            self.file,
            line,
            column
        )
    }

    fn done(&self) -> u64 {
        self.reader.get_ref().done
    }
}
