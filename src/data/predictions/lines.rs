//! A guard before text is split into records: no record may be so long that it fills the memory.

use crate::words::word;
use std::io::{self, Read};

/// Longest record in bytes.
pub(super) const MOST_RECORD: usize = 1 << 20;

/// Passes bytes on, and fails where a record is too long.
pub(super) struct Guarded<R> {
    inner: R,
    /// Bytes since the record began.
    length: usize,
    /// Whether a quoted field is open, in which newlines belong to the record.
    quoted: bool,
    /// Bytes passed on.
    pub done: u64,
}

impl<R: Read> Guarded<R> {
    pub fn new(inner: R) -> Self {
        Self {
            inner,
            length: 0,
            quoted: false,
            done: 0,
        }
    }

    fn follow(&mut self, bytes: &[u8]) {
        if !self.quoted && !bytes.contains(&b'"') {
            match bytes.iter().rposition(|&byte| byte == b'\n') {
                Some(at) => self.length = bytes.len() - at - 1,
                None => self.length += bytes.len(),
            }
            return;
        }
        for &byte in bytes {
            self.length += 1;
            match byte {
                b'"' => self.quoted = !self.quoted,
                b'\n' if !self.quoted => self.length = 0,
                _ => {}
            }
        }
    }
}

impl<R: Read> Read for Guarded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.follow(&buffer[..count]);
        self.done += count as u64;
        if self.length > MOST_RECORD {
            return Err(io::Error::new(io::ErrorKind::InvalidData, word("too long")));
        }
        Ok(count)
    }
}
