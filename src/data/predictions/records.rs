//! Splits text into records of fields, a line each, and is strict about quotes: where they contradict each
//! other, rows would be swallowed without a word.

mod fault;
mod quoted;

use std::io::{self, Read};

use super::Source;
use super::delimited::lists::{List, values};
pub(super) use fault::Fault;
use quoted::enclosed;

/// Longest record in bytes: none may fill the memory.
const MOST_RECORD: usize = 1 << 20;
/// Bytes that are read at a time.
pub(super) const BUFFER: usize = 1 << 18;

/// What quotes mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quotes {
    /// A field may be enclosed in quotes, and one within is doubled (RFC 4180).
    Doubled,
    /// One within has a backslash before it, as Spark writes it.
    Backslash,
    /// A quote is a character like any other.
    Literal,
}

/// How records and fields are told apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect {
    pub delimiter: u8,
    /// Whether several delimiters part as one does, as the spaces of columns that stand below each other.
    pub runs: bool,
    /// The last byte of a line: a line feed, or a carriage return where there is no line feed.
    pub end: u8,
    pub quotes: Quotes,
    /// Whether lines that begin with `#` are left out.
    pub comments: bool,
}

/// A reader of records.
pub(super) struct Records {
    source: Box<dyn Source>,
    pub dialect: Dialect,
    /// Whether what quotes mean was decided for the whole file.
    pub settled: bool,
    /// Fields that a record should have, for doubt about quotes.
    pub expected: usize,
    /// Bytes read from the source.
    pub done: u64,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    /// Line of the next record.
    next_line: u64,
    fields: Vec<(usize, usize)>,
    /// Fields without their quotes, where the record has any.
    text: Vec<u8>,
    is_in_text: bool,
    /// Where the record began, in the buffer.
    record: usize,
    record_line: u64,
}

impl Records {
    /// From where the source stands, which is the beginning of `line`.
    pub fn new(source: Box<dyn Source>, dialect: Dialect, line: u64) -> Self {
        Self {
            source,
            dialect,
            settled: dialect.quotes != Quotes::Doubled,
            expected: usize::MAX,
            done: 0,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            at_end: false,
            next_line: line,
            fields: Vec::new(),
            text: Vec::new(),
            is_in_text: false,
            record: 0,
            record_line: line,
        }
    }

    /// Goes on to the next record; false at the end. After a fault it stands where it stood.
    pub fn next(&mut self) -> Result<bool, Fault> {
        loop {
            let (length, lines) = match self.split() {
                Split::Whole(length) => (length, 1),
                Split::Quoted => self.split_quoted()?,
                Split::End => return Ok(false),
                Split::Cut => {
                    self.fill(Fault::Long(self.next_line))?;
                    continue;
                }
            };
            self.record = self.start;
            self.record_line = self.next_line;
            self.start += length;
            self.next_line += lines;
            let is_comment = self.dialect.comments && self.buffer[self.record] == b'#';
            let is_blank =
                !self.is_in_text && self.fields.len() == 1 && self.get(0).trim_ascii().is_empty();
            if !(is_comment || is_blank) {
                return Ok(true);
            }
        }
    }

    /// Whether its first field alone is enclosed in quotes.
    pub fn quotes_first_alone(&self) -> bool {
        let record = &self.buffer[self.record..self.start];
        record.starts_with(b"\"") && record.iter().filter(|&&byte| byte == b'"').count() == 2
    }

    /// Fields of the record.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// A field of the record; nothing where it has none.
    pub fn get(&self, index: usize) -> &[u8] {
        let Some(&(from, to)) = self.fields.get(index) else {
            return &[];
        };
        match self.is_in_text {
            true => &self.text[from..to],
            false => &self.buffer[self.record + from..self.record + to],
        }
    }

    /// Makes a field of each value of these lists; of a cell that has not as many values, fields that are all of it.
    pub fn part(&mut self, lists: &[List]) {
        for &List { at, width } in lists {
            let Some(&(from, to)) = self.fields.get(at) else {
                return;
            };
            let (whole, nothing) = (0..to - from, to - from..to - from);
            let parts = match values(self.get(at)) {
                Some(parts) if parts.len() == width => parts,
                Some(_) => vec![whole; width],
                // What is no list is not the value of each class.
                None => [vec![whole], vec![nothing; width - 1]].concat(),
            };
            let parts = parts.into_iter().map(|of| (from + of.start, from + of.end));
            self.fields.splice(at..=at, parts);
        }
    }

    /// Whether the source was read to its end.
    pub fn has_ended(&self) -> bool {
        self.at_end
    }

    /// Whether nothing comes behind the record.
    pub fn is_last(&self) -> bool {
        self.at_end && self.start == self.end
    }

    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// The line where the record begins, from 1.
    pub fn line(&self) -> u64 {
        self.record_line
    }

    /// A record that lies in the buffer as it is, but for quotes around whole fields.
    fn split(&mut self) -> Split {
        self.fields.clear();
        self.is_in_text = false;
        let Dialect { delimiter, end, .. } = self.dialect;
        let runs = self.dialect.runs;
        let special = self.dialect.quotes != Quotes::Literal;
        let bytes = &self.buffer[self.start..self.end];
        let mut from = 0;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            // Most bytes are of numbers, which no delimiter is.
            if matches!(byte, b'-'..=b'9') {
                at += 1;
                continue;
            }
            if byte == delimiter {
                if !runs || at > from {
                    self.fields.push((from, at));
                }
                from = at + 1;
            } else if byte == end {
                let is_pair = at > from && bytes[at - 1] == b'\r';
                let to = at - usize::from(is_pair);
                if !runs || to > from || self.fields.is_empty() {
                    self.fields.push((from, to));
                }
                return Split::Whole(at + 1);
            } else if byte == b'"' && at == from && special {
                let Some((length, behind)) = enclosed(&bytes[at + 1..], delimiter, end) else {
                    return Split::Quoted;
                };
                self.fields.push((at + 1, at + 1 + length));
                at += behind;
                if bytes[at] == end {
                    return Split::Whole(at + 1);
                }
                from = at + 1;
            }
            at += 1;
        }
        match bytes {
            _ if !self.at_end => Split::Cut,
            [] => Split::End,
            _ => {
                let is_pair = bytes.len() > from && bytes.ends_with(b"\r");
                let to = bytes.len() - usize::from(is_pair);
                if !runs || to > from || self.fields.is_empty() {
                    self.fields.push((from, to));
                }
                Split::Whole(bytes.len())
            }
        }
    }

    /// Reads on, behind what is left in the buffer.
    fn fill(&mut self, too_long: Fault) -> Result<(), Fault> {
        let left = self.end - self.start;
        if left > MOST_RECORD {
            return Err(too_long);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, left);
        if self.buffer.len() < 2 * left {
            self.buffer.resize(2 * self.buffer.len(), 0);
        }
        while self.end < self.buffer.len() {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.at_end = true;
                    break;
                }
                Ok(count) => {
                    self.end += count;
                    self.done += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Io(error)),
            }
        }
        Ok(())
    }

    /// A byte of the record that begins at `start`; `None` behind the last one.
    fn byte(&mut self, at: usize, opened: Option<u64>) -> Result<Option<u8>, Fault> {
        while self.start + at >= self.end {
            if self.at_end {
                return Ok(None);
            }
            // A quote that is never closed runs on and on.
            self.fill(opened.map_or(Fault::Long(self.next_line), Fault::Unclosed))?;
        }
        Ok(Some(self.buffer[self.start + at]))
    }

    /// Takes over the bytes of the record from `at` up to one that is special, as far as they are there: how many.
    fn copy(&mut self, at: usize, is_special: impl Fn(u8) -> bool) -> usize {
        let from = (self.start + at).min(self.end);
        let rest = &self.buffer[from..self.end];
        let found = rest.iter().position(|&byte| is_special(byte));
        let count = found.unwrap_or(rest.len());
        self.text.extend_from_slice(&rest[..count]);
        count
    }

    /// A record with quotes: its bytes and its lines.
    fn split_quoted(&mut self) -> Result<(usize, u64), Fault> {
        self.fields.clear();
        self.text.clear();
        self.is_in_text = true;
        let Dialect { delimiter, end, .. } = self.dialect;
        let (mut at, mut lines) = (0, 1);
        // Delimiters in the line, quoted or not: a line within a quoted field that looks like a record.
        let mut cells = 1;
        let mut looks_swallowed = false;
        loop {
            let from = self.text.len();
            if self.byte(at, None)? == Some(b'"') {
                let opened = self.next_line + lines - 1;
                at += 1;
                loop {
                    at += self.copy(at, |byte| {
                        byte == b'"' || byte == b'\\' || byte == end || byte == delimiter
                    });
                    let Some(byte) = self.byte(at, Some(opened))? else {
                        return Err(Fault::Unclosed(opened));
                    };
                    at += 1;
                    match byte {
                        b'"' => {
                            let is_doubled = self.dialect.quotes == Quotes::Doubled
                                && self.byte(at, Some(opened))? == Some(b'"');
                            if !is_doubled {
                                break;
                            }
                            at += 1;
                        }
                        b'\\' => {
                            let next = self.byte(at, Some(opened))?;
                            if self.dialect.quotes == Quotes::Backslash {
                                if let Some(escaped @ (b'"' | b'\\')) = next {
                                    self.text.push(escaped);
                                    at += 1;
                                    continue;
                                }
                            } else if next == Some(b'"') && !self.settled {
                                return Err(Fault::Doubtful(opened));
                            }
                        }
                        _ if byte == end => {
                            looks_swallowed |= lines > 1 && cells == self.expected;
                            lines += 1;
                            cells = 1;
                        }
                        _ if byte == delimiter => cells += 1,
                        _ => {}
                    }
                    self.text.push(byte);
                }
                let to = self.text.len();
                self.fields.push((from, to));
                while let Some(byte @ (b' ' | b'\t')) = self.byte(at, None)?
                    && byte != delimiter
                {
                    at += 1;
                }
                if self.byte(at, None)? == Some(b'\r') && end == b'\n' {
                    at += 1;
                }
                match self.byte(at, None)? {
                    Some(byte) if byte == delimiter || byte == end => {}
                    None => {}
                    Some(_) => return Err(Fault::AfterQuote(opened)),
                }
            } else {
                let ends = |byte| byte == delimiter || byte == end;
                while self.byte(at, None)?.is_some_and(|byte| !ends(byte)) {
                    at += self.copy(at, ends);
                }
                let is_pair = self.text.len() > from && self.text.ends_with(b"\r");
                let is_last = self.byte(at, None)? != Some(delimiter);
                self.text
                    .truncate(self.text.len() - usize::from(is_pair && is_last));
                self.fields.push((from, self.text.len()));
            }
            match self.byte(at, None)? {
                Some(byte) if byte == delimiter => {
                    at += 1;
                    cells += 1;
                }
                Some(_) => {
                    at += 1;
                    break;
                }
                None => break,
            }
        }
        looks_swallowed |= lines > 1 && cells == self.expected;
        if looks_swallowed && !self.settled {
            return Err(Fault::Doubtful(self.next_line));
        }
        Ok((at, lines))
    }
}

/// What the next bytes of the buffer are.
enum Split {
    /// A record of so many bytes.
    Whole(usize),
    /// One with a quoted field.
    Quoted,
    /// The beginning of one.
    Cut,
    /// Nothing.
    End,
}
