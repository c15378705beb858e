//! The cells of a column in one batch.

use std::borrow::Cow;

use super::body::{Batch, Body};
use super::schema::{Cells, Column};
use crate::data::predictions::ReadError;
use crate::data::predictions::digits::{whole, written};
use crate::data::predictions::npy::{Element, Field, decode, text};
use crate::words::word;

/// Longest text in bytes: the name of a mini-batch, group or class.
const MOST_TEXT: usize = 4096;

/// What was loaded of a column.
#[derive(Default)]
pub(super) struct Loaded {
    rows: usize,
    /// A bit for each cell that is there; empty where all are.
    there: Vec<u8>,
    cells: Option<Bytes>,
}

enum Bytes {
    Fixed(Field, Vec<u8>),
    Bits(Vec<u8>),
    /// Ends of 4 or 8 bytes, and the texts one behind the other.
    Text(usize, Vec<u8>, Vec<u8>),
    /// Sixteen bytes each, and the buffers that they point into.
    Views(Vec<u8>, Vec<Vec<u8>>),
    Decimal(usize, i32, Vec<u8>),
}

fn bit(bits: &[u8], at: usize) -> bool {
    bits.get(at / 8)
        .is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

/// A whole number from four or eight bytes of a list.
fn place(bytes: &[u8], width: usize, index: usize) -> Option<usize> {
    let bytes = bytes.get(index.checked_mul(width)?..)?;
    match width {
        4 => usize::try_from(i32::from_le_bytes(*bytes.first_chunk()?)).ok(),
        _ => usize::try_from(i64::from_le_bytes(*bytes.first_chunk()?)).ok(),
    }
}

impl Loaded {
    pub fn of(column: &Column, batch: &Batch<'_>, body: &mut Body<'_>) -> Result<Self, ReadError> {
        let file = body.file;
        let broken = || ReadError::of(file, word("its Arrow data contradict themselves"));
        let [length, nulls] = batch.nodes.pair(column.node).ok_or_else(broken)?;
        let rows = usize::try_from(length).map_err(|_| broken())?;
        if length != batch.rows || rows > 1 << 40 {
            return Err(broken());
        }
        if column.cells == Cells::Nothing && column.dictionary.is_none() {
            return Ok(Self {
                rows,
                there: Vec::new(),
                cells: None,
            });
        }
        let there = match nulls {
            0 => Vec::new(),
            _ => batch.buffer(column.buffer, body)?,
        };
        let first = batch.buffer(column.buffer + 1, body)?;
        let fixed = |element: Element| {
            let field = Field {
                name: None,
                element,
                big_endian: false,
                offset: 0,
            };
            (rows * element.size(), field)
        };
        let (needed, cells) = match (column.dictionary, column.cells) {
            (Some((_, element)), _) | (None, Cells::Fixed(element)) => {
                let (needed, field) = fixed(element);
                (needed, Bytes::Fixed(field, first))
            }
            (None, Cells::Bits) => (rows.div_ceil(8), Bytes::Bits(first)),
            (None, Cells::Text(width)) => {
                let texts = batch.buffer(column.buffer + 2, body)?;
                let needed = if rows == 0 { 0 } else { (rows + 1) * width };
                (needed, Bytes::Text(width, first, texts))
            }
            (None, Cells::Views) => {
                let [before, count] = batch.variadic(column.views).unwrap_or_default();
                let place = column.buffer + 2 + before;
                let texts = (place..place + count).map(|at| batch.buffer(at, body));
                let texts = texts.collect::<Result<Vec<_>, _>>()?;
                (rows * 16, Bytes::Views(first, texts))
            }
            (None, Cells::Decimal(size, scale)) => {
                (rows * size, Bytes::Decimal(size, scale, first))
            }
            (None, Cells::Nothing | Cells::Other) => return Err(broken()),
        };
        let has = match &cells {
            Bytes::Fixed(_, bytes)
            | Bytes::Bits(bytes)
            | Bytes::Text(_, bytes, _)
            | Bytes::Views(bytes, _)
            | Bytes::Decimal(.., bytes) => bytes.len(),
        };
        if has < needed || (nulls > 0 && there.len() < rows.div_ceil(8)) {
            return Err(broken());
        }
        Ok(Self {
            rows,
            there,
            cells: Some(cells),
        })
    }

    fn is_there(&self, cell: usize) -> bool {
        cell < self.rows && (self.there.is_empty() || bit(&self.there, cell))
    }

    /// All numbers of some cells at once; false where they must be looked at one by one.
    pub fn numbers(&self, cells: std::ops::Range<usize>, values: &mut Vec<f64>) -> bool {
        match &self.cells {
            Some(Bytes::Fixed(field, bytes)) if self.there.is_empty() => {
                let size = field.element.size();
                decode(
                    field,
                    &bytes[cells.start * size..cells.end * size],
                    size,
                    values,
                );
                true
            }
            _ => false,
        }
    }

    /// The number of a cell, in `list` where the cells point into one; `None` where there is none.
    pub fn number(&self, cell: usize, list: Option<&Self>) -> Option<f64> {
        if !self.is_there(cell) {
            return None;
        }
        if let Some(list) = list {
            return list.number(self.index(cell)?, None);
        }
        match self.cells.as_ref()? {
            Bytes::Fixed(field, bytes) => {
                let size = field.element.size();
                let mut value = Vec::with_capacity(1);
                decode(
                    field,
                    &bytes[cell * size..(cell + 1) * size],
                    size,
                    &mut value,
                );
                value.pop()
            }
            Bytes::Bits(bits) => Some(f64::from(u8::from(bit(bits, cell)))),
            Bytes::Decimal(..) => String::from_utf8(self.text(cell, None)?.into_owned())
                .ok()?
                .parse()
                .ok(),
            Bytes::Text(..) | Bytes::Views(..) => None,
        }
    }

    /// Where a cell points to.
    fn index(&self, cell: usize) -> Option<usize> {
        let Some(Bytes::Fixed(field, bytes)) = &self.cells else {
            return None;
        };
        let size = field.element.size();
        text(field, bytes.get(cell * size..(cell + 1) * size)?)
            .parse()
            .ok()
    }

    /// The text of a cell; empty where there is none. `None` where the file contradicts itself, or it is too long.
    pub fn text(&self, cell: usize, list: Option<&Self>) -> Option<Cow<'_, [u8]>> {
        if !self.is_there(cell) || self.cells.is_none() {
            return Some(Cow::Borrowed(b""));
        }
        if let Some(list) = list {
            let index = self.index(cell).filter(|&index| index < list.rows)?;
            return Some(Cow::Owned(list.text(index, None)?.into_owned()));
        }
        let found = match self.cells.as_ref()? {
            Bytes::Fixed(field, bytes) => {
                let size = field.element.size();
                Cow::Owned(text(field, &bytes[cell * size..(cell + 1) * size]).into_bytes())
            }
            Bytes::Bits(bits) => Cow::Owned(u8::from(bit(bits, cell)).to_string().into_bytes()),
            Bytes::Text(width, ends, texts) => {
                let [start, end] = [cell, cell + 1].map(|at| place(ends, *width, at));
                Cow::Borrowed(texts.get(start?..end?)?)
            }
            Bytes::Views(views, texts) => {
                let view = &views[cell * 16..(cell + 1) * 16];
                match place(view, 4, 0)? {
                    length @ 0..=12 => Cow::Borrowed(&view[4..4 + length]),
                    length => {
                        let [buffer, start] = [2, 3].map(|at| place(view, 4, at));
                        let (buffer, start) = (texts.get(buffer?)?, start?);
                        Cow::Borrowed(buffer.get(start..start.checked_add(length)?)?)
                    }
                }
            }
            Bytes::Decimal(size, scale, bytes) => {
                let bytes = &bytes[cell * size..(cell + 1) * size];
                let highest_first: Vec<u8> = bytes.iter().rev().copied().collect();
                Cow::Owned(written(whole(&highest_first)?, *scale).into_bytes())
            }
        };
        (found.len() <= MOST_TEXT).then_some(found)
    }
}
