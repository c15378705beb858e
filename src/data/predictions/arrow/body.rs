//! The bytes of a batch: buffers, packed or not, and the cells in them.

use std::io::{Read, SeekFrom};

use super::flat::{List, Table};
use crate::data::predictions::{ReadError, Source};
use crate::words::word;

/// Most bytes that the chosen columns of a batch are, beside twice those of the file.
const MOST_BYTES: u64 = 1 << 29;
/// Most rows of a batch.
pub(super) const MOST_ROWS: usize = 1 << 40;
/// What LZ4 cannot pack better than; and what is taken on trust of Zstandard before it is unpacked.
const MOST_RATIO: u64 = 256;

/// A batch that was found.
pub(super) struct Batch<'a> {
    pub rows: u64,
    pub nodes: List<'a>,
    buffers: List<'a>,
    variadic: Option<List<'a>>,
    codec: Option<u8>,
}

/// Where its bytes are.
pub(super) struct Body<'a> {
    pub file: &'a str,
    pub source: &'a mut dyn Source,
    pub start: u64,
    pub length: u64,
    /// Bytes that may still be loaded.
    pub room: u64,
}

/// Bytes that the columns of a file may become.
pub(super) fn room(size: u64) -> u64 {
    MOST_BYTES.saturating_add(size.saturating_mul(2))
}

impl<'a> Batch<'a> {
    pub fn of(table: Table<'a>) -> Option<Self> {
        Some(Self {
            rows: (u64::try_from(table.i64(0).unwrap_or(0)).ok())
                .filter(|&rows| rows <= MOST_ROWS as u64)?,
            nodes: table.list(1)?,
            buffers: table.list(2)?,
            variadic: table.list(4),
            codec: table.table(3).map(|of| of.u8(0).unwrap_or(0)),
        })
    }

    /// How many buffers of texts the lists of texts before this one have, and this one. They lie among the buffers of
    /// all columns: those of what follows come later by as many.
    pub fn variadic(&self, list: usize) -> Option<[usize; 2]> {
        let Some(counts) = self.variadic else {
            return Some([0, 0]);
        };
        let count = |at| {
            let count = counts.i64(at).filter(|_| at < counts.count)?;
            usize::try_from(count).ok().filter(|&n| n < 1 << 20)
        };
        let add = |sum: usize, at| Some(sum + count(at)?).filter(|&sum| sum < 1 << 24);
        let before = (0..list).try_fold(0, add)?;
        // What stands behind the last of them has none.
        let own = if list < counts.count { count(list)? } else { 0 };
        Some([before, own])
    }

    /// Loads a buffer.
    pub fn buffer(&self, index: usize, body: &mut Body<'_>) -> Result<Vec<u8>, ReadError> {
        let broken = || ReadError::of(body.file, word("its Arrow data contradict themselves"));
        let [offset, length] = self.buffers.pair(index).ok_or_else(broken)?;
        if length == 0 {
            return Ok(Vec::new());
        }
        if offset
            .checked_add(length)
            .is_none_or(|end| end > body.length)
        {
            return Err(broken());
        }
        let file = body.file;
        let failed = |error| ReadError::io(file, &error);
        let place = SeekFrom::Start(body.start + offset);
        body.source.seek(place).map_err(failed)?;
        let mut take = |bytes: &mut dyn Read, packed: u64, size: u64| {
            let too_large = || {
                ReadError::of(
                    file,
                    word("its batches are too large; write it in smaller ones"),
                )
            };
            body.room = body.room.checked_sub(size).ok_or_else(too_large)?;
            let mut all = Vec::new();
            let size_here = usize::try_from(size).map_err(|_| too_large())?;
            let trusted = size_here.min(packed.saturating_mul(MOST_RATIO) as usize);
            all.try_reserve_exact(trusted).map_err(|_| too_large())?;
            bytes.take(size).read_to_end(&mut all).map_err(failed)?;
            if all.len() < size_here {
                return Err(ReadError::io(
                    file,
                    &std::io::ErrorKind::UnexpectedEof.into(),
                ));
            }
            Ok(all)
        };
        let Some(codec) = self.codec else {
            return take(&mut body.source, length, length);
        };
        let mut size = [0; 8];
        body.source.read_exact(&mut size).map_err(failed)?;
        let packed = length.saturating_sub(8);
        match (i64::from_le_bytes(size), codec) {
            // It did not become smaller.
            (-1, _) => take(&mut body.source, packed, packed),
            (size @ 0.., 0) => {
                let bytes = (&mut body.source).take(packed);
                take(
                    &mut lz4_flex::frame::FrameDecoder::new(bytes),
                    packed,
                    size.unsigned_abs(),
                )
            }
            (size @ 0.., 1) => {
                let bytes = (&mut body.source).take(packed);
                let mut bytes = zstd::stream::read::Decoder::new(bytes).map_err(failed)?;
                take(&mut bytes, packed, size.unsigned_abs())
            }
            _ => Err(ReadError::of(
                file,
                word("its Arrow data contradict themselves"),
            )),
        }
    }
}
