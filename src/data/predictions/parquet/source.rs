//! Where the parquet crate reads from, with what it takes on trust checked: sizes that a file only
//! claims must not become memory.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::FOOTER_SIZE;
use parquet::file::metadata::FooterTail;
use parquet::file::reader::{ChunkReader, Length};

use super::lengths::lengths;
use super::thrift::{is_sound, page_sizes};
use crate::data::predictions::place::MOST_TEXT;
use crate::data::predictions::{Input, ReadError, Source};
use crate::words::{tr, word};

/// Most values that a page may claim to hold.
const MOST_VALUES: u32 = 1 << 28;
/// Most bytes that pages become, of all columns at a time, beside twice those of the file.
const MOST_UNPACKED: u64 = 1 << 29;
/// The number of a page that is a dictionary.
const DICTIONARY: i32 = 2;
/// Most values of lists that pages hold of which some are read at a time: a few bytes may be the list of one row.
const MOST_OF_LISTS: u64 = 1 << 22;
/// Most lengths of texts that a page may claim to hold: as many as rows in the largest pages of common writers,
/// twice over. All are unpacked for the first text.
const MOST_LENGTHS: u32 = 1 << 21;

/// Bytes of the least file: a mark at each end, and how long the metadata are.
const MARKED: u64 = 12;

fn too_much() -> ParquetError {
    ParquetError::General(word("a page claims more values than it holds").to_owned())
}

/// An input as the parquet crate wants it: read from any place, many times.
#[derive(Clone)]
pub(super) struct Chunks {
    pub input: Input,
    pub size: u64,
}

impl Chunks {
    /// Whether it ends as it should, with the mark that is written last.
    ///
    /// # Errors
    /// It does not, or cannot be read.
    pub fn check_end(&self) -> std::result::Result<(), ReadError> {
        let file = &self.input.name;
        let mut end = Vec::new();
        let mut source = self.input.source()?;
        source
            .seek(SeekFrom::Start(self.size.saturating_sub(4)))
            .and_then(|_| source.take(4).read_to_end(&mut end))
            .map_err(|error| ReadError::io(file, &error))?;
        // The other is of what is encrypted.
        if [b"PAR1", b"PARE"].iter().any(|mark| *mark == &end[..]) && self.size >= MARKED {
            return Ok(());
        }
        let what = word(
            "it does not end as a Parquet file does: it is truncated, or its writer was never closed; copy it again, \
             or write it again and close the writer",
        );
        Err(ReadError::of(file, what))
    }

    /// Looks at the metadata at the end of the file; what is wrong with the end itself the crate says.
    pub fn check_metadata(&self) -> Result<()> {
        let Some(end) = self.size.checked_sub(FOOTER_SIZE as u64) else {
            return Ok(());
        };
        let tail = self.get_bytes(end, FOOTER_SIZE)?;
        let Ok(tail) = FooterTail::try_from(&tail[..]) else {
            return Ok(());
        };
        let length = tail.metadata_length();
        match end.checked_sub(length as u64) {
            Some(start) if !tail.is_encrypted_footer() => {
                if is_sound(&self.get_bytes(start, length)?) {
                    return Ok(());
                }
                Err(ParquetError::General(
                    word("it contradicts itself").to_owned(),
                ))
            }
            _ => Ok(()),
        }
    }
}

impl Length for Chunks {
    fn len(&self) -> u64 {
        self.size
    }
}

impl ChunkReader for Chunks {
    type T = BufReader<Box<dyn Source>>;

    fn get_read(&self, start: u64) -> Result<Self::T> {
        let outside = |error: ReadError| ParquetError::General(error.0);
        let mut source = self.input.source().map_err(outside)?;
        source.seek(SeekFrom::Start(start))?;
        Ok(BufReader::new(source))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        // Lengths are the file's own word: memory is asked for only where there is something to read.
        if start > self.size || length as u64 > self.size - start {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        let mut bytes = vec![0; length];
        self.get_read(start)?.read_exact(&mut bytes)?;
        Ok(bytes.into())
    }
}

/// Bytes that the pages of all columns are at a time.
#[derive(Clone, Default)]
pub(super) struct Budget(Arc<AtomicU64>);

/// The pages of one column, each no larger than its packed bytes can become.
pub(super) struct Packed {
    chunks: Chunks,
    /// Most bytes that a packed byte can become.
    ratio: u64,
    budget: Budget,
    /// Bytes of the dictionary and of the last page.
    held: [AtomicU64; 2],
}

impl Packed {
    pub fn new(chunks: &Chunks, compression: Compression, budget: &Budget) -> Self {
        Self {
            chunks: chunks.clone(),
            ratio: match compression {
                Compression::SNAPPY => 22,
                Compression::LZ4 | Compression::LZ4_RAW => 256,
                Compression::GZIP(_) => 1100,
                // Zstandard has blocks of 128 KiB in four bytes, and Brotli packs what repeats as well.
                _ => 1 << 15,
            },
            budget: budget.clone(),
            held: Default::default(),
        }
    }

    /// Whether there is room for a page beside those of the other columns.
    fn has_room(&self, kind: i32, size: u64) -> bool {
        let slot = usize::from(kind != DICTIONARY);
        let before = self.held[slot].swap(size, Relaxed);
        let Budget(all) = &self.budget;
        all.fetch_sub(before, Relaxed);
        let after = all.fetch_add(size, Relaxed) + size;
        after <= MOST_UNPACKED + self.chunks.size.saturating_mul(2)
    }
}

impl Length for Packed {
    fn len(&self) -> u64 {
        self.chunks.size
    }
}

/// Bytes whose end is an error: of what a header claims, the parquet crate skips on and on what is not there.
pub(super) struct Header(BufReader<Box<dyn Source>>);

impl Read for Header {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self.0.read(bytes)? {
            0 if !bytes.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            count => Ok(count),
        }
    }
}

impl ChunkReader for Packed {
    type T = Header;

    /// Goes to the header of a page.
    fn get_read(&self, start: u64) -> Result<Self::T> {
        let mut header = self.chunks.get_read(start)?;
        let Some([kind, unpacked, packed]) = page_sizes(header.fill_buf()?) else {
            return Err(too_much());
        };
        let [unpacked, packed] = [unpacked, packed].map(|size| u64::try_from(size).unwrap_or(0));
        if unpacked > (packed + 1) * self.ratio {
            return Err(too_much());
        }
        if !self.has_room(kind, unpacked) {
            let what = word("its pages are too large; write it in smaller groups of rows");
            return Err(ParquetError::General(what.to_owned()));
        }
        Ok(Header(header))
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes> {
        self.chunks.get_bytes(start, length)
    }
}

/// How many values of lists the pages have that were begun.
#[derive(Clone, Default)]
pub(super) struct Begun(Arc<AtomicU64>);

impl Begun {
    /// Rows are read anew.
    pub fn reset(&self) {
        self.0.store(0, Relaxed);
    }
}

/// Pages of a column, each with no more values than it can hold.
pub(super) struct Checked {
    pages: Box<dyn PageReader>,
    is_nullable: bool,
    /// Of a column of lists.
    begun: Option<Begun>,
}

impl Checked {
    pub fn new(pages: impl PageReader + 'static, is_nullable: bool, begun: Option<Begun>) -> Self {
        Self {
            pages: Box::new(pages),
            is_nullable,
            begun,
        }
    }

    fn check(&self, page: Page) -> Result<Page> {
        let values = page.num_values();
        let most = match &page {
            // Each value of a dictionary is there, in a byte at least.
            Page::DictionaryPage { buf, .. } => buf.len() as u32,
            Page::DataPage { .. } | Page::DataPageV2 { .. } => MOST_VALUES,
        };
        if let Some(Begun(begun)) = self.begun.as_ref().filter(|_| page.is_data_page()) {
            let values = u64::from(values);
            if begun.fetch_add(values, Relaxed) + values > MOST_OF_LISTS {
                let what = word("its pages of lists have too many values; write smaller pages");
                return Err(ParquetError::General(what.to_owned()));
            }
        }
        let most_lengths = u64::from(values.min(MOST_LENGTHS));
        let lengths = lengths(&page, self.is_nullable, most_lengths);
        let Some(longest) = lengths.filter(|_| values <= most) else {
            return Err(too_much());
        };
        // Each text may be as long as the beginning of another and what follows.
        if longest <= 2 * MOST_TEXT as u64 {
            return Ok(page);
        }
        let what = tr!("texts longer than {MOST_TEXT} bytes", MOST_TEXT);
        Err(ParquetError::General(what))
    }
}

impl Iterator for Checked {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Checked {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        let page = self.pages.get_next_page()?;
        page.map(|page| self.check(page)).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.pages.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.pages.skip_next_page()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_all_columns_share_one_limit() {
        let chunks = Chunks {
            input: Input::bytes("a.parquet", *b""),
            size: 0,
        };
        let budget = Budget::default();
        let [one, other] = [(); 2].map(|()| Packed::new(&chunks, Compression::SNAPPY, &budget));
        assert!(one.has_room(0, MOST_UNPACKED - 10));
        assert!(other.has_room(DICTIONARY, 10));
        assert!(!other.has_room(0, 1));
        // The next page takes the place of the last, and not of the dictionary.
        assert!(one.has_room(0, 5));
        assert!(other.has_room(0, MOST_UNPACKED - 15));
        assert!(!other.has_room(0, MOST_UNPACKED - 14));
    }
}
