//! Where the parquet crate reads from, with what it takes on trust checked: sizes that a file only
//! claims must not become memory.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use bytes::Bytes;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::errors::{ParquetError, Result};
use parquet::file::reader::{ChunkReader, Length};

use crate::data::predictions::{Input, ReadError, Source};
use crate::words::word;

/// Most values that a page may claim to hold.
const MOST_VALUES: u32 = 1 << 28;

/// An input as the parquet crate wants it: read from any place, many times.
pub(super) struct Chunks {
    pub input: Input,
    pub size: u64,
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

/// Pages of a column, each with no more values than it can hold.
pub(super) struct Checked(pub Box<dyn PageReader>);

impl Checked {
    fn check(page: Page) -> Result<Page> {
        let most = match &page {
            // Each value of a dictionary is there, in a byte at least.
            Page::DictionaryPage { buf, .. } => buf.len() as u32,
            Page::DataPage { .. } | Page::DataPageV2 { .. } => MOST_VALUES,
        };
        if page.num_values() > most {
            let what = word("a page claims more values than it can hold");
            return Err(ParquetError::General(what.to_owned()));
        }
        Ok(page)
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
        self.0.get_next_page()?.map(Self::check).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }
}
