//! An array of which columns are read: rows one after the other, or columns one behind the other, from one place
//! each, so that thousands of columns need no thousands of open files.

use std::io::{self, Read, SeekFrom};

use super::columns::Role;
use super::decimal::number;
use super::error::ReadError;
use super::npy::{Field, decode, text};
use super::origin::Origin;
use super::work::Pace;
use super::{Block, Source};

/// Bytes that are read at a time of each array.
const BUFFER: usize = 1 << 20;

/// The bytes of an array that is read.
enum Bytes {
    /// Row by row.
    Rows(Box<dyn Read + Send>),
    /// Column by column, the first from there on.
    Columns { source: Box<dyn Source>, start: u64 },
}

/// A cell that is to be a number and holds a text that is none.
pub(super) struct Fault {
    /// Index of the row among those that are read.
    pub row: usize,
    pub role: Role,
    pub text: String,
}

/// What is chosen of an array.
pub(super) struct Chosen {
    pub array: usize,
    pub rows: u64,
    pub origin: Origin,
    /// Bytes before the first cell.
    pub header: u64,
    /// Whether columns lie one behind the other.
    pub is_fortran: bool,
    /// Bytes from a cell to that in the next row.
    pub stride: usize,
    /// What each column is for, its index and its cells.
    pub fields: Vec<(Role, u64, Field)>,
}

/// An array of which columns are read.
pub(super) struct Lane {
    pub array: usize,
    rows: u64,
    bytes: Bytes,
    stride: usize,
    fields: Vec<(Role, u64, Field)>,
}

impl Lane {
    /// Opens all of them.
    pub async fn open(chosen: Vec<Chosen>, pace: Pace) -> Result<Vec<Self>, ReadError> {
        let mut lanes = Vec::with_capacity(chosen.len());
        for of in chosen {
            let bytes = if of.is_fortran {
                let (source, start) = of.origin.seekable(&pace).await?;
                let start = start + of.header;
                Bytes::Columns { source, start }
            } else {
                let mut stream = of.origin.stream()?;
                let skipped = io::copy(&mut stream.by_ref().take(of.header), &mut io::sink());
                skipped.map_err(|error| ReadError::io(&of.origin.name, &error))?;
                Bytes::Rows(stream)
            };
            lanes.push(Self {
                array: of.array,
                rows: of.rows,
                bytes,
                stride: of.stride,
                fields: of.fields,
            });
        }
        Ok(lanes)
    }

    /// Adds `count` rows from `next` on to a block; texts without a letter where the array has no more. Returns what is
    /// wrong with them.
    pub fn read(
        &mut self,
        next: u64,
        count: usize,
        buffer: &mut Vec<u8>,
        block: &mut Block,
    ) -> io::Result<Vec<Fault>> {
        let mut faults = Vec::new();
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
                        add(*role, field, rows, stride, block, &mut faults);
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
                    each(source, &mut |rows| {
                        add(*role, field, rows, stride, block, &mut faults);
                    })?;
                }
            }
        }
        for (role, ..) in &self.fields {
            (there..count).for_each(|_| block.name(*role, b""));
        }
        Ok(faults)
    }
}

/// Adds the cells of a column, from whole rows.
fn add(
    role: Role,
    field: &Field,
    rows: &[u8],
    stride: usize,
    block: &mut Block,
    faults: &mut Vec<Fault>,
) {
    if role.is_text() {
        for row in rows.chunks_exact(stride) {
            block.name(role, text(field, row).as_bytes());
        }
        return;
    }
    let before = block.rows;
    let Some(values) = block.numbers(role) else {
        return;
    };
    if !field.element.is_text() {
        decode(field, rows, stride, values);
        return;
    }
    for row in rows.chunks_exact(stride) {
        let text = text(field, row);
        let value = number(text.as_bytes());
        if value.is_none() {
            let row = values.len() - before;
            faults.push(Fault { row, role, text });
        }
        values.push(value.unwrap_or(f64::NAN));
    }
}
