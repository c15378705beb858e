//! Files that are packed by gzip or Zstandard, unpacked while they are read.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::MultiGzDecoder;

use super::error::{ReadError, Said, shorten};
use super::stream::Forward;
use super::{Input, Source};
use crate::words::{tr, word};

/// Text packs to a hundredth at best, the same row over and over to a thousandth; Deflate ends there, while
/// a Zstandard file of a few bytes may hold any number of zeros.
const MOST_RATIO: u64 = 1100;
/// Bytes that any file may unpack to.
const ALWAYS: u64 = 256 << 20;

#[derive(Clone, Copy)]
enum Packing {
    Gzip,
    Zstandard,
}

impl Packing {
    fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1f, 0x8b, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Some(Self::Zstandard),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstandard => "Zstandard",
        }
    }

    fn unpack(self, packed: Counted) -> io::Result<Box<dyn Read + Send>> {
        match self {
            // A file may have several members, as those of a parallel gzip.
            Self::Gzip => Ok(Box::new(MultiGzDecoder::new(packed))),
            #[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
            Self::Zstandard => Ok(Box::new(zstd::Decoder::new(packed)?)),
            #[cfg(not(all(feature = "parquet", not(target_arch = "wasm32"))))]
            Self::Zstandard => Err(Said::error(word(
                "it is packed by Zstandard, which the native program reads; unpack it first: zstd -d FILE",
            ))),
        }
    }
}

/// Packed bytes, and how many of them were read.
struct Counted {
    source: Box<dyn Source>,
    done: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// Unpacked bytes, with a limit.
struct Unpacked {
    reader: Box<dyn Read + Send>,
    packing: Packing,
    left: u64,
}

impl Read for Unpacked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer).map_err(|error| {
            let what = match error.kind() {
                io::ErrorKind::UnexpectedEof => {
                    tr!("its {} stream ends too early: it is truncated", self.packing.name())
                }
                _ => tr!(
                    "it is packed by {0} and cannot be unpacked ({1}); pack it anew or unpack it first",
                    self.packing.name(),
                    shorten(&error.to_string())
                ),
            };
            Said::error(what)
        })?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            Said::error(word(
                "it unpacks to more than 1100 times its size, as no predictions do; unpack it first if it should",
            ))
        })?;
        Ok(count)
    }
}

/// How a file is packed and how much of it was read, for notes and progress.
#[derive(Clone)]
pub(super) struct Unpacking {
    packing: Packing,
    done: Arc<AtomicU64>,
}

impl Unpacking {
    pub fn note(&self) -> String {
        tr!(
            "it is packed by {0} and was unpacked while it was read",
            self.packing.name()
        )
    }

    /// Whether a file's name says that it is packed.
    pub fn is_ending_of(&self, name: &str) -> bool {
        let ending = name.rsplit('.').next().unwrap_or_default();
        ["gz", "zst", "zstd"]
            .iter()
            .any(|of| ending.eq_ignore_ascii_case(of))
    }

    /// Packed bytes that were read.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

/// The file as it is unpacked; itself where it is not packed.
///
/// # Errors
/// When it cannot be read.
pub(super) fn unpacked(input: &Input) -> Result<Input, ReadError> {
    let mut start = [0; 4];
    let mut length = 0;
    let mut source = input.source()?;
    while length < start.len() {
        match source.read(&mut start[length..]) {
            Ok(0) => break,
            Ok(count) => length += count,
            Err(error) => return Err(ReadError::io(&input.name, &error)),
        }
    }
    let Some(packing) = Packing::of(&start[..length]) else {
        return Ok(input.clone());
    };
    let most = input.size()?.saturating_mul(MOST_RATIO).max(ALWAYS);
    let done = Arc::new(AtomicU64::new(0));
    let unpacking = Unpacking {
        packing,
        done: done.clone(),
    };
    let packed = input.open.clone();
    let open = move || -> io::Result<Box<dyn Source>> {
        let (packed, done) = (packed.clone(), done.clone());
        Ok(Box::new(Forward::new(move || {
            done.store(0, Ordering::Relaxed);
            let source = packed()?;
            let done = done.clone();
            let reader = packing.unpack(Counted { source, done })?;
            let unpacked = Unpacked {
                reader,
                packing,
                left: most,
            };
            Ok(Box::new(unpacked) as Box<dyn Read + Send>)
        })?))
    };
    Ok(Input {
        name: input.name.clone(),
        path: input.path.clone(),
        open: Arc::new(open),
        unpacking: Some(unpacking),
    })
}
