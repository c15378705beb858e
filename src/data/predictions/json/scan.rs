//! JSON, token by token, as it streams by; with NaN and Infinity, which Python writes.

use std::io::{self, Read};

use super::super::Source;
use super::super::error::{ReadError, shorten};
use crate::words::{tr, word};

/// Bytes that are read at a time.
pub(super) const BUFFER: usize = 1 << 18;
/// Longest number.
const MOST_DIGITS: usize = 1 << 12;
/// Longest text that is kept.
const MOST_TEXT: usize = 1 << 24;
/// Whole numbers of so many digits are exact in f64.
const EXACT_DIGITS: usize = 15;

/// A value that holds no others. Texts, and whole numbers that f64 does not hold, stand in [`Scanner::text`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar {
    Number(f64),
    /// A whole number beyond those that f64 holds, and the nearest that it does.
    Whole(f64),
    Text,
    Bool(bool),
    Null,
}

/// See the module.
pub(super) struct Scanner {
    file: String,
    source: Box<dyn Source>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    at_end: bool,
    /// Bytes before the buffer.
    before: u64,
    line: u64,
    /// Where the line begins.
    line_start: u64,
    /// The last text.
    pub text: Vec<u8>,
}

impl Scanner {
    pub fn new(file: &str, source: Box<dyn Source>) -> Result<Self, ReadError> {
        let mut this = Self {
            file: file.to_owned(),
            source,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            at_end: false,
            before: 0,
            line: 1,
            line_start: 0,
            text: Vec::new(),
        };
        if this.ahead(3)?.starts_with(b"\xef\xbb\xbf") {
            this.start = 3;
            this.line_start = 3;
        }
        Ok(this)
    }

    /// An error at the next byte.
    pub fn fail(&self, what: &str) -> ReadError {
        let character = self.before + self.start as u64 - self.line_start + 1;
        let (file, line) = (&self.file, self.line);
        ReadError(tr!(
            "{file}, line {line}, character {character}: {what}",
            file,
            line,
            character,
            what
        ))
    }

    /// What is there instead of something else.
    pub fn unexpected(&mut self, expected: &str) -> Result<ReadError, ReadError> {
        let ahead = self.ahead(1)?;
        let Some(&byte) = ahead.first() else {
            return Ok(self.fail(&tr!(
                "the file ends where {expected} is expected: it is truncated",
                expected
            )));
        };
        let found = match byte {
            b' '..=b'~' => char::from(byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        };
        Ok(self.fail(&tr!(
            "\"{found}\" stands where {expected} is expected",
            found,
            expected
        )))
    }

    /// The next bytes, at least `least` unless the file ends.
    fn ahead(&mut self, least: usize) -> Result<&[u8], ReadError> {
        if self.end - self.start < least && !self.at_end {
            self.buffer.copy_within(self.start..self.end, 0);
            self.before += self.start as u64;
            (self.start, self.end) = (0, self.end - self.start);
            while self.end < self.buffer.len() {
                match self.source.read(&mut self.buffer[self.end..]) {
                    Ok(0) => {
                        self.at_end = true;
                        break;
                    }
                    Ok(count) => self.end += count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(ReadError::io(&self.file, &error)),
                }
            }
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// The next byte that is no space; `None` at the end.
    pub fn peek(&mut self) -> Result<Option<u8>, ReadError> {
        loop {
            while self.start < self.end {
                match self.buffer[self.start] {
                    b' ' | b'\t' | b'\r' => self.start += 1,
                    b'\n' => {
                        self.start += 1;
                        self.line += 1;
                        self.line_start = self.before + self.start as u64;
                    }
                    byte => return Ok(Some(byte)),
                }
            }
            if self.ahead(1)?.is_empty() {
                return Ok(None);
            }
        }
    }

    /// Takes the byte that was peeked.
    pub fn take(&mut self) {
        self.start += 1;
    }

    /// The first byte of the next element of an array, or key of an object, whose opening bracket was taken;
    /// `None` behind its end.
    pub fn element(&mut self, is_first: &mut bool, close: u8) -> Result<Option<u8>, ReadError> {
        let mut next = self.peek()?;
        if next == Some(close) {
            self.take();
            return Ok(None);
        }
        if !std::mem::take(is_first) {
            if next != Some(b',') {
                let expected = if close == b']' {
                    word("a comma or the end of an array")
                } else {
                    word("a comma or the end of an object")
                };
                return Err(self.unexpected(expected)?);
            }
            self.take();
            next = self.peek()?;
        }
        match next {
            Some(byte) => Ok(Some(byte)),
            None => Err(self.unexpected(word("a value"))?),
        }
    }

    /// The first byte of the next value of an object, whose key is in `text` then; `None` behind its end.
    pub fn entry(&mut self, is_first: &mut bool) -> Result<Option<u8>, ReadError> {
        match self.element(is_first, b'}')? {
            None => return Ok(None),
            Some(b'"') => self.string(true)?,
            Some(_) => return Err(self.unexpected(word("a name in quotes"))?),
        }
        if self.peek()? != Some(b':') {
            return Err(self.unexpected(word("a colon"))?);
        }
        self.take();
        match self.peek()? {
            Some(byte) => Ok(Some(byte)),
            None => Err(self.unexpected(word("a value"))?),
        }
    }

    /// A value that begins with the byte that was peeked, and is no array and no object.
    pub fn scalar(&mut self, first: u8) -> Result<Scalar, ReadError> {
        let known: [(&[u8], Scalar); 6] = [
            (b"null", Scalar::Null),
            (b"true", Scalar::Bool(true)),
            (b"false", Scalar::Bool(false)),
            (b"NaN", Scalar::Number(f64::NAN)),
            (b"Infinity", Scalar::Number(f64::INFINITY)),
            (b"-Infinity", Scalar::Number(f64::NEG_INFINITY)),
        ];
        match first {
            b'"' => {
                self.string(true)?;
                return Ok(Scalar::Text);
            }
            b'0'..=b'9' => return self.number(),
            b'-' if self.ahead(2)?.get(1) != Some(&b'I') => return self.number(),
            _ => {}
        }
        for (name, value) in known {
            if self.ahead(name.len())?.starts_with(name) {
                self.start += name.len();
                return Ok(value);
            }
        }
        Err(self.unexpected(word("a value"))?)
    }

    fn number(&mut self) -> Result<Scalar, ReadError> {
        let bytes = self.ahead(MOST_DIGITS)?;
        let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
        let length = bytes
            .iter()
            .position(|byte| !is_part(byte))
            .unwrap_or(bytes.len());
        if length >= MOST_DIGITS {
            return Err(self.fail(word("a number has more than 4096 digits")));
        }
        let token = &bytes[..length];
        let (is_negative, digits) = match token {
            [b'-', digits @ ..] => (true, digits),
            digits => (false, digits),
        };
        let is_whole = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
        if is_whole && digits.len() <= EXACT_DIGITS {
            let whole = digits
                .iter()
                .fold(0_u64, |sum, digit| 10 * sum + u64::from(digit - b'0'));
            self.start += length;
            let value = whole as f64;
            return Ok(Scalar::Number(if is_negative { -value } else { value }));
        }
        let parsed = std::str::from_utf8(token)
            .ok()
            .and_then(|text| text.parse().ok());
        let Some(value) = parsed.filter(|_| digits.first().is_some_and(u8::is_ascii_digit)) else {
            let shown = shorten(&String::from_utf8_lossy(token));
            return Err(self.fail(&tr!("\"{shown}\" is not a number", shown)));
        };
        let value: f64 = value;
        let is_exact = !is_whole || value.to_string().as_bytes() == token;
        if !is_exact {
            self.text.clear();
            self.text
                .extend_from_slice(&self.buffer[self.start..self.start + length]);
        }
        self.start += length;
        Ok(if is_exact {
            Scalar::Number(value)
        } else {
            Scalar::Whole(value)
        })
    }

    /// A text whose opening quote was peeked, into `text` where it is kept.
    fn string(&mut self, keep: bool) -> Result<(), ReadError> {
        self.take();
        self.text.clear();
        loop {
            let bytes = self.ahead(1)?;
            let length = bytes
                .iter()
                .position(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
            let length = length.unwrap_or(bytes.len());
            let end = bytes.get(length).copied();
            if bytes.is_empty() {
                return Err(self.unexpected(word("the closing quote of a text"))?);
            }
            if keep {
                self.text
                    .extend_from_slice(&self.buffer[self.start..self.start + length]);
                if self.text.len() > MOST_TEXT {
                    return Err(self.fail(word("a text is longer than 16 MiB")));
                }
            }
            self.start += length;
            match end {
                None => {}
                Some(b'"') => {
                    self.take();
                    if std::str::from_utf8(&self.text).is_err() {
                        return Err(self.fail(word(
                            "the text before it is not UTF-8; save the file as UTF-8",
                        )));
                    }
                    return Ok(());
                }
                Some(b'\n') => {
                    return Err(self.fail(word(
                        "a text goes on beyond its line; its closing quote is missing",
                    )));
                }
                Some(_) => self.escape(keep)?,
            }
        }
    }

    fn escape(&mut self, keep: bool) -> Result<(), ReadError> {
        let c = match *self.ahead(2)? {
            [_, byte @ (b'"' | b'\\' | b'/'), ..] => char::from(byte),
            [_, b'b', ..] => '\u{8}',
            [_, b'f', ..] => '\u{c}',
            [_, b'n', ..] => '\n',
            [_, b'r', ..] => '\r',
            [_, b't', ..] => '\t',
            [_, b'u', ..] => {
                let bytes = self.ahead(12)?;
                let unit = |at: usize| {
                    let digits = std::str::from_utf8(bytes.get(at..at + 4)?).ok()?;
                    u16::from_str_radix(digits, 16)
                        .ok()
                        .filter(|_| !digits.starts_with('+'))
                };
                let first = unit(2);
                let second = if bytes.get(6..8) == Some(b"\\u") {
                    unit(8)
                } else {
                    None
                };
                let mut units = char::decode_utf16(first.into_iter().chain(second));
                let Some(Ok(c)) = units.next() else {
                    return Err(self.fail(word(
                        "it is no character: \\u needs four digits, or a pair of them",
                    )));
                };
                // Six bytes for each unit, of which two stand behind.
                self.start += 6 * c.len_utf16() - 2;
                c
            }
            _ => {
                return Err(self.unexpected(word("a character that may stand behind a backslash"))?);
            }
        };
        self.start += 2;
        if keep {
            self.text
                .extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }

    /// Passes over a value of any depth that begins with the byte that was peeked.
    pub fn skip(&mut self, first: u8) -> Result<(), ReadError> {
        // Brackets that are open; one bit each would do, and a byte is simpler.
        const DEEPEST: usize = 1 << 16;
        let mut open: Vec<u8> = Vec::new();
        let mut next = first;
        let mut is_first = true;
        loop {
            match next {
                b'[' | b'{' => {
                    self.take();
                    open.push(if next == b'[' { b']' } else { b'}' });
                    is_first = true;
                    if open.len() > DEEPEST {
                        return Err(self.fail(word("it is nested too deeply")));
                    }
                }
                b'"' => self.string(false)?,
                _ => drop(self.scalar(next)?),
            }
            next = loop {
                let Some(&close) = open.last() else {
                    return Ok(());
                };
                let found = if close == b'}' {
                    self.entry(&mut is_first)?
                } else {
                    self.element(&mut is_first, close)?
                };
                if let Some(byte) = found {
                    break byte;
                }
                open.pop();
                is_first = false;
            };
        }
    }

    /// Bytes passed.
    pub fn done(&self) -> u64 {
        self.before + self.start as u64
    }
}
