//! An array of which columns are read: rows one after the other, or columns one behind the other, from one place
//! each, so that thousands of columns need no thousands of open files.

use std::io::{self, Read, SeekFrom};

use super::columns::Role;
use super::npy::{Field, decode, text};
use super::{Block, Source};

/// Bytes that are read at a time of each array.
const BUFFER: usize = 1 << 20;

/// The bytes of an array that is read.
pub(super) enum Bytes {
    /// Row by row.
    Rows(Box<dyn Read + Send>),
    /// Column by column, the first from there on.
    Columns { source: Box<dyn Source>, start: u64 },
}

/// An array of which columns are read.
pub(super) struct Lane {
    pub array: usize,
    pub rows: u64,
    pub bytes: Bytes,
    /// Bytes from a cell to that in the next row.
    pub stride: usize,
    /// What each column is for, its index and its cells.
    pub fields: Vec<(Role, u64, Field)>,
}

impl Lane {
    /// Adds `count` rows from `next` on to a block; texts without a letter where the array has no more.
    pub fn read(
        &mut self,
        next: u64,
        count: usize,
        buffer: &mut Vec<u8>,
        block: &mut Block,
    ) -> io::Result<()> {
        let there = self.rows.saturating_sub(next).min(count as u64) as usize;
        let stride = self.stride;
        // Reads the next rows, a buffer at a time.
        let mut each = |bytes: &mut dyn Read, add: &mut dyn FnMut(&[u8])| -> io::Result<()> {
            let mut left = there;
            while left > 0 {
                let rows = left.min((BUFFER / stride).max(1));
                buffer.resize(rows * stride, 0);
                bytes.read_exact(buffer)?;
                add(buffer);
                left -= rows;
            }
            Ok(())
        };
        match &mut self.bytes {
            Bytes::Rows(stream) => {
                each(stream, &mut |rows| {
                    for (role, _, field) in &self.fields {
                        add(*role, field, rows, stride, block);
                    }
                })?;
                if next + count as u64 >= self.rows {
                    // The checksum is that of all bytes.
                    io::copy(stream, &mut io::sink())?;
                }
            }
            Bytes::Columns { source, start } => {
                for (role, column, field) in &self.fields {
                    let row = column * self.rows + next;
                    source.seek(SeekFrom::Start(*start + row * stride as u64))?;
                    each(source, &mut |rows| add(*role, field, rows, stride, block))?;
                }
            }
        }
        for (role, ..) in &self.fields {
            (there..count).for_each(|_| block.name(*role, b""));
        }
        Ok(())
    }
}

/// Adds the cells of a column, from whole rows.
fn add(role: Role, field: &Field, rows: &[u8], stride: usize, block: &mut Block) {
    if role.is_text() {
        for row in rows.chunks_exact(stride) {
            block.name(role, text(field, row).as_bytes());
        }
    } else if let Some(values) = block.numbers(role) {
        decode(field, rows, stride, values);
    }
}
