//! Where the bytes of an array are: in a file of its own, or in a member of an archive, packed or not. Members
//! have a checksum, and nothing is made of one that is wrong.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use crc32fast::Hasher;
use flate2::bufread::DeflateDecoder;

use super::error::ReadError;
use super::work::Pace;
use super::{Input, Source};
use crate::words::word;

/// Bytes that are unpacked in a step.
const STEP: u64 = 1 << 18;

/// How the bytes lie in the file.
#[derive(Clone, Copy)]
pub(super) enum Packing {
    /// As they are.
    Bare,
    /// As they are, with their checksum.
    Stored {
        crc: u32,
    },
    Deflated {
        unpacked: u64,
        crc: u32,
    },
}

/// A part of a file that holds an array, with its header where it has one.
#[derive(Clone)]
pub(super) struct Origin {
    /// What messages call it.
    pub name: String,
    pub input: Input,
    pub start: u64,
    /// Bytes in the file.
    pub size: u64,
    pub packing: Packing,
}

impl Origin {
    /// Bytes, once they are unpacked.
    pub fn length(&self) -> u64 {
        match self.packing {
            Packing::Bare | Packing::Stored { .. } => self.size,
            Packing::Deflated { unpacked, .. } => unpacked,
        }
    }

    /// Bytes that must be in memory to be read from any place.
    pub fn unpacked(&self) -> u64 {
        match self.packing {
            Packing::Bare | Packing::Stored { .. } => 0,
            Packing::Deflated { unpacked, .. } => unpacked,
        }
    }

    fn source(&self, offset: u64) -> Result<Box<dyn Source>, ReadError> {
        let mut source = self.input.source()?;
        let sought = source.seek(SeekFrom::Start(self.start + offset));
        sought.map_err(|error| ReadError::io(&self.input.name, &error))?;
        Ok(source)
    }

    /// All bytes one after the other. To read the last one fails where their checksum is wrong.
    pub fn stream(&self) -> Result<Box<dyn Read + Send>, ReadError> {
        let bytes = self.source(0)?.take(self.size);
        Ok(match self.packing {
            Packing::Bare => Box::new(bytes),
            Packing::Stored { crc } => Box::new(Verified::new(bytes, self.size, crc)),
            Packing::Deflated { unpacked, crc } => {
                let bytes = DeflateDecoder::new(BufReader::with_capacity(1 << 14, bytes));
                Box::new(Verified::new(bytes, unpacked, crc))
            }
        })
    }

    /// Bytes that can be read from any place, and where the first of them is. What is packed is unpacked into the
    /// memory, a step at a time.
    pub async fn seekable(&self, pace: &Pace) -> Result<(Box<dyn Source>, u64), ReadError> {
        let failed = |error| ReadError::io(&self.name, &error);
        let mut bytes = Vec::new();
        let (size, is_kept) = match self.packing {
            Packing::Bare => return Ok((self.source(0)?, self.start)),
            Packing::Stored { .. } => (STEP, false),
            Packing::Deflated { unpacked, .. } => (unpacked, true),
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let no_room = |_| failed(io::ErrorKind::OutOfMemory.into());
        bytes.try_reserve_exact(size).map_err(no_room)?;
        let (mut stream, mut done) = (self.stream()?, 0);
        loop {
            let read = stream.by_ref().take(STEP).read_to_end(&mut bytes);
            let count = read.map_err(failed)? as u64;
            if count == 0 {
                break;
            }
            if !is_kept {
                bytes.clear();
            }
            done += count;
            pace.pause(done).await;
        }
        if is_kept {
            return Ok((Box::new(io::Cursor::new(bytes)), 0));
        }
        Ok((self.source(0)?, self.start))
    }
}

/// Bytes of a known number and checksum.
struct Verified<R> {
    inner: R,
    left: u64,
    seen: Hasher,
    expected: u32,
}

impl<R: Read> Verified<R> {
    fn new(inner: R, length: u64, expected: u32) -> Self {
        Self {
            inner,
            left: length,
            seen: Hasher::new(),
            expected,
        }
    }
}

impl<R: Read> Read for Verified<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX);
        let most = most.min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let count = self.inner.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.seen.update(&buffer[..count]);
        self.left -= count as u64;
        if self.left == 0 && self.seen.clone().finalize() != self.expected {
            let what = word("it is damaged: its CRC-32 is wrong");
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(count)
    }
}
