//! How bytes are text: UTF-8, UTF-16 with its mark, and else Windows-1252, which includes Latin-1.

use std::borrow::Cow;
use std::io::{self, Read};
use std::sync::Arc;

use super::error::ReadError;
use super::stream::Forward;
use super::{Input, Source};

/// Bytes that are transcoded at once; a whole number of units of UTF-16.
const CHUNK: usize = 1 << 16;

/// UTF-16 as UTF-8. What is no character becomes the replacement character.
struct Utf16<R> {
    inner: R,
    is_big: bool,
    /// The first half of a pair that the next unit completes.
    high: Option<u16>,
    ready: Vec<u8>,
    taken: usize,
}

impl<R: Read> Utf16<R> {
    fn fill(&mut self) -> io::Result<()> {
        let mut bytes = Vec::with_capacity(CHUNK);
        self.inner
            .by_ref()
            .take(CHUNK as u64)
            .read_to_end(&mut bytes)?;
        let is_last = bytes.len() < CHUNK;
        self.ready.clear();
        self.taken = 0;
        let units = bytes.chunks(2).map(|pair| match *pair {
            [one, two] if self.is_big => u16::from_be_bytes([one, two]),
            [one, two] => u16::from_le_bytes([one, two]),
            _ => u16::from(u8::MAX) << 8, // Half a unit at the end: no character.
        });
        let units: Vec<u16> = self.high.take().into_iter().chain(units).collect();
        let mut whole = units.as_slice();
        if let (false, [rest @ .., last @ 0xd800..=0xdbff]) = (is_last, whole) {
            self.high = Some(*last);
            whole = rest;
        }
        let mut utf8 = [0; 4];
        for c in char::decode_utf16(whole.iter().copied()) {
            let c = c.unwrap_or(char::REPLACEMENT_CHARACTER);
            self.ready
                .extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.ready.len() {
            self.fill()?;
        }
        let count = buffer.len().min(self.ready.len() - self.taken);
        buffer[..count].copy_from_slice(&self.ready[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

/// The file as UTF-8 where its mark says that it is UTF-16, with what it was; else itself.
///
/// # Errors
/// When it cannot be read.
pub(super) fn transcoded(input: &Input) -> Result<(Input, Option<&'static str>), ReadError> {
    let (is_big, what) = match input.beginning(2).as_slice() {
        [0xff, 0xfe] => (false, "UTF-16 LE"),
        [0xfe, 0xff] => (true, "UTF-16 BE"),
        _ => return Ok((input.clone(), None)),
    };
    let bytes = input.open.clone();
    let open = move || -> io::Result<Box<dyn Source>> {
        let bytes = bytes.clone();
        Ok(Box::new(Forward::new(move || {
            let mut inner = bytes()?;
            io::copy(&mut inner.by_ref().take(2), &mut io::sink())?;
            let reader = Utf16 {
                inner,
                is_big,
                high: None,
                ready: Vec::new(),
                taken: 0,
            };
            Ok(Box::new(reader) as Box<dyn Read + Send>)
        })?))
    };
    let transcoded = Input {
        open: Arc::new(open),
        ..input.clone()
    };
    Ok((transcoded, Some(what)))
}

/// The code page of a text that names none, told by the first bytes in it that are not ASCII.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum CodePage {
    /// ASCII so far.
    #[default]
    Open,
    Utf8,
    Windows1252,
}

/// Text of no one code page: UTF-8 before, and now not.
pub(super) struct Mixed;

impl CodePage {
    /// A text in UTF-8.
    pub fn decode<'a>(&mut self, bytes: &'a [u8]) -> Result<Cow<'a, [u8]>, Mixed> {
        if bytes.is_ascii() {
            return Ok(Cow::Borrowed(bytes));
        }
        let is_utf8 = std::str::from_utf8(bytes).is_ok();
        match (*self, is_utf8) {
            (Self::Open | Self::Utf8, true) => {
                *self = Self::Utf8;
                Ok(Cow::Borrowed(bytes))
            }
            (Self::Utf8, false) => Err(Mixed),
            (Self::Open, false) | (Self::Windows1252, _) => {
                *self = Self::Windows1252;
                let text: String = bytes.iter().map(|&byte| character(byte)).collect();
                Ok(Cow::Owned(text.into_bytes()))
            }
        }
    }
}

/// A byte of Windows-1252. The five that it does not have are control characters, as in Latin-1: no two bytes
/// are the same character.
fn character(byte: u8) -> char {
    const FROM_80: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => FROM_80[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}
