//! Where the messages of a file or stream are. A file lists its own at its end: what stands between them, and how the
//! first one is marked, differs from writer to writer. A stream has them one behind the other.

use std::collections::VecDeque;
use std::io::{Read, Seek, SeekFrom};

use super::body::{Body, room};
use super::flat::Table;
use super::{MAGIC, MESSAGE};
use crate::data::predictions::{Input, ReadError, Source};
use crate::words::word;

/// Longest metadata of a message in bytes, and of the list at the end.
const MOST_METADATA: u64 = 1 << 26;
/// What a file ends with, behind the length of the list before it.
const END: &[u8] = b"ARROW1";
/// Bytes of an entry of the list: place, length of metadata (and four unused), length of the body.
const ENTRY: usize = 24;

/// A message: its metadata, and where its body is.
pub(super) struct Message {
    pub metadata: Vec<u8>,
    body: u64,
    length: u64,
}

/// Where the list of a file has a message.
struct Listed {
    at: u64,
    metadata: u64,
    body: u64,
}

/// What messages a file or stream has.
pub(super) struct Messages {
    pub file: String,
    source: Box<dyn Source>,
    size: u64,
    /// Where the next message of a stream begins; in a file, where the last one ended.
    pub at: u64,
    /// Those that a file lists, lists of names first; `None` in a stream.
    listed: Option<VecDeque<Listed>>,
}

impl Messages {
    /// Opens it; also the bytes in which its schema is.
    pub fn open(input: &Input) -> Result<(Self, Vec<u8>), ReadError> {
        let mut messages = Self {
            file: input.name.clone(),
            source: input.source()?,
            size: input.size()?,
            at: 0,
            listed: None,
        };
        let mut start = [0; 8];
        messages.take(0, &mut start)?;
        if start.starts_with(MAGIC) {
            let list = messages.list()?;
            return Ok((messages, list));
        }
        let first = messages.next()?.ok_or_else(|| messages.broken())?;
        Ok((messages, first.metadata))
    }

    /// The schema in the bytes that opening gave.
    pub fn schema<'a>(&self, bytes: &'a [u8]) -> Option<Table<'a>> {
        let root = Table::root(bytes)?;
        match self.listed {
            Some(_) => root.table(1),
            None => root.table(2).filter(|_| root.u8(1) == Some(1)),
        }
    }

    pub fn broken(&self) -> ReadError {
        ReadError::of(&self.file, word("its Arrow data contradict themselves"))
    }

    fn failed(&self, error: &std::io::Error) -> ReadError {
        ReadError::io(&self.file, error)
    }

    /// Bytes from a place on.
    fn take(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), ReadError> {
        let sought = self.source.seek(SeekFrom::Start(at));
        let read = sought.and_then(|_| self.source.read_exact(bytes));
        read.map_err(|error| self.failed(&error))
    }

    /// The list at the end of a file; notes the messages in it.
    fn list(&mut self) -> Result<Vec<u8>, ReadError> {
        let truncated = || std::io::ErrorKind::UnexpectedEof.into();
        let tail = (4 + END.len()) as u64;
        let place = self.size.checked_sub(tail + MAGIC.len() as u64);
        let place = place.ok_or_else(|| self.failed(&truncated()))? + MAGIC.len() as u64;
        let mut end = [0; 10];
        self.take(place, &mut end)?;
        let (length, mark) = end.split_at(4);
        if mark != END {
            return Err(self.failed(&truncated()));
        }
        let length = length.try_into().map_or(0, u32::from_le_bytes);
        let start = place.checked_sub(length.into());
        let start = start.filter(|_| u64::from(length) <= MOST_METADATA);
        let start = start.ok_or_else(|| self.broken())?;
        let mut list = vec![0; length as usize];
        self.take(start, &mut list)?;
        let entries = Table::root(&list).and_then(|of| entries(of, start));
        self.listed = Some(entries.ok_or_else(|| self.broken())?);
        Ok(list)
    }

    /// The next message; `None` at the end.
    pub fn next(&mut self) -> Result<Option<Message>, ReadError> {
        let (at, listed) = match &mut self.listed {
            None if self.at == self.size => return Ok(None),
            None => (self.at, None),
            Some(listed) => match listed.pop_front() {
                None => return Ok(None),
                Some(listed) => (listed.at, Some(listed)),
            },
        };
        let mut head = [0; 8];
        self.take(at, &mut head)?;
        // The mark came with version 0.15.
        let (mark, length) = head.split_at(4);
        let (before, length) = if mark == MESSAGE {
            (8, length)
        } else {
            (4, mark)
        };
        let length = length.try_into().map_or(0, u32::from_le_bytes);
        let end = at.checked_add(before + u64::from(length));
        let end = end.filter(|&end| end <= self.size && u64::from(length) <= MOST_METADATA);
        let as_listed = |end: &u64| listed.as_ref().is_none_or(|of| end - at == of.metadata);
        let end = end.filter(as_listed).ok_or_else(|| self.broken())?;
        if length == 0 {
            return Ok(None);
        }
        let mut metadata = vec![0; length as usize];
        self.take(at + before, &mut metadata)?;
        let body = Table::root(&metadata).map(|message| message.i64(3).unwrap_or(0));
        let body = body.and_then(|length| u64::try_from(length).ok());
        let fits = |length: &u64| listed.as_ref().is_none_or(|of| *length <= of.body);
        let body_length = body.filter(fits).ok_or_else(|| self.broken())?;
        if body_length > self.size - end {
            return Err(self.failed(&std::io::ErrorKind::UnexpectedEof.into()));
        }
        self.at = end + body_length;
        Ok(Some(Message {
            metadata,
            body: end,
            length: body_length,
        }))
    }

    /// The body of a message.
    pub fn body(&mut self, message: &Message) -> Body<'_> {
        Body {
            file: &self.file,
            source: &mut self.source,
            start: message.body,
            length: message.length,
            room: room(self.size),
        }
    }

    /// Whether what comes later may take the place of an earlier list of names, as streams do.
    pub fn is_stream(&self) -> bool {
        self.listed.is_none()
    }
}

/// The messages that a file lists before `end`; `None` where the list contradicts itself: a few bytes listed over and
/// over must not become many rows.
fn entries(list: Table<'_>, end: u64) -> Option<VecDeque<Listed>> {
    let mut listed = VecDeque::new();
    let mut places = Vec::new();
    for field in [2, 3] {
        let Some(all) = list.list(field) else {
            continue;
        };
        for entry in all.structures::<ENTRY>()? {
            let number = |at: usize| Some(i64::from_le_bytes(*entry.get(at..)?.first_chunk()?));
            let length = i32::from_le_bytes(*entry.get(8..)?.first_chunk()?);
            let [at, body] = [number(0)?, number(16)?].map(u64::try_from);
            let (at, body, length) = (at.ok()?, body.ok()?, u64::try_from(length).ok()?);
            let next = at.checked_add(length)?.checked_add(body)?;
            if next > end {
                return None;
            }
            places.push((at, next));
            listed.push_back(Listed {
                at,
                metadata: length,
                body,
            });
        }
    }
    places.sort_unstable();
    let apart = places.windows(2).all(|pair| pair[0].1 <= pair[1].0);
    apart.then_some(listed)
}
