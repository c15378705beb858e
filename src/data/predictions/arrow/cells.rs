//! The cells of a column in one batch.

use std::borrow::Cow;

use super::body::{Batch, Body, MOST_ROWS};
use super::dictionary::Dictionary;
use super::schema::{Around, Cells, Values};
use crate::data::predictions::ReadError;
use crate::data::predictions::decimal::number;
use crate::data::predictions::digits::{whole, written};
use crate::data::predictions::npy::{Element, Field, decode, text};
use crate::words::word;

/// What came of a cell that is to be a number.
pub(super) enum Pushed {
    Number,
    Null,
    /// This text, which is no number.
    Text(String),
    /// The file contradicts itself.
    Broken,
}

/// What was loaded of a column.
#[derive(Default)]
pub(super) struct Loaded {
    rows: usize,
    /// A bit for each cell that is there; empty where all are.
    pub there: Vec<u8>,
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

pub(super) fn bit(bits: &[u8], at: usize) -> bool {
    bits.get(at / 8)
        .is_some_and(|byte| byte >> (at % 8) & 1 == 1)
}

/// A whole number from four or eight bytes of a list.
pub(super) fn place(bytes: &[u8], width: usize, index: usize) -> Option<usize> {
    let bytes = bytes.get(index.checked_mul(width)?..)?;
    match width {
        4 => usize::try_from(i32::from_le_bytes(*bytes.first_chunk()?)).ok(),
        _ => usize::try_from(i64::from_le_bytes(*bytes.first_chunk()?)).ok(),
    }
}

/// Adds to the rows that are not there those in which a structure around them is not.
pub(super) fn mask(
    there: &mut Vec<u8>,
    around: &Around,
    batch: &Batch<'_>,
    body: &mut Body<'_>,
) -> Result<(), ReadError> {
    for &[node, buffer, views] in &around.masks {
        let file = body.file;
        let broken = || ReadError::of(file, word("its Arrow data contradict themselves"));
        let [rows, nulls] = batch.nodes.pair(node).ok_or_else(broken)?;
        if rows != batch.rows {
            return Err(broken());
        }
        if nulls == 0 {
            continue;
        }
        let [before, _] = batch.variadic(views).ok_or_else(broken)?;
        let bits = batch.buffer(buffer + before, body)?;
        if (bits.len() as u64) < rows.div_ceil(8) {
            return Err(broken());
        }
        match there.is_empty() {
            true => *there = bits,
            false => there.iter_mut().zip(bits).for_each(|(own, of)| *own &= of),
        }
    }
    Ok(())
}

impl Loaded {
    /// The values of a batch, `rows` of them where that is known.
    pub fn of(
        values: &Values,
        rows: Option<u64>,
        batch: &Batch<'_>,
        body: &mut Body<'_>,
    ) -> Result<Self, ReadError> {
        let file = body.file;
        let broken = || ReadError::of(file, word("its Arrow data contradict themselves"));
        let [length, nulls] = batch.nodes.pair(values.node).ok_or_else(broken)?;
        if rows.is_some_and(|rows| rows != length) || length > MOST_ROWS as u64 {
            return Err(broken());
        }
        let rows = usize::try_from(length).map_err(|_| broken())?;
        if values.cells == Cells::Nothing && values.dictionary.is_none() {
            return Ok(Self {
                rows,
                there: Vec::new(),
                cells: None,
            });
        }
        let [before, of_texts] = batch.variadic(values.views).ok_or_else(broken)?;
        let buffer = values.buffer + before;
        let there = match nulls {
            0 => Vec::new(),
            _ => batch.buffer(buffer, body)?,
        };
        let first = batch.buffer(buffer + 1, body)?;
        let fixed = |element: Element| {
            let field = Field {
                name: None,
                element,
                big_endian: false,
                offset: 0,
            };
            (rows * element.size(), field)
        };
        let (needed, cells) = match (values.dictionary, values.cells) {
            (Some((_, element)), _) | (None, Cells::Fixed(element)) => {
                let (needed, field) = fixed(element);
                (needed, Bytes::Fixed(field, first))
            }
            (None, Cells::Bits) => (rows.div_ceil(8), Bytes::Bits(first)),
            (None, Cells::Text(width)) => {
                let texts = batch.buffer(buffer + 2, body)?;
                let needed = if rows == 0 { 0 } else { (rows + 1) * width };
                (needed, Bytes::Text(width, first, texts))
            }
            (None, Cells::Views) => {
                let texts = (buffer + 2..).take(of_texts);
                let texts = texts.map(|at| batch.buffer(at, body));
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

    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes in memory.
    pub fn size(&self) -> u64 {
        let cells = match &self.cells {
            None => 0,
            Some(Bytes::Fixed(_, bytes) | Bytes::Bits(bytes) | Bytes::Decimal(.., bytes)) => {
                bytes.len()
            }
            Some(Bytes::Text(_, ends, texts)) => ends.len() + texts.len(),
            Some(Bytes::Views(views, texts)) => {
                views.len() + texts.iter().map(Vec::len).sum::<usize>()
            }
        };
        (self.there.len() + cells) as u64
    }

    fn is_there(&self, cell: usize) -> bool {
        cell < self.rows && (self.there.is_empty() || bit(&self.there, cell))
    }

    /// Adds one number of each of `count` rows of `width` cells, the cell `k` of each; the first row begins at the cell
    /// `from`. False where they must be looked at one by one.
    pub fn push_all(
        &self,
        from: usize,
        count: usize,
        [width, k]: [usize; 2],
        values: &mut Vec<f64>,
    ) -> bool {
        let Some(Bytes::Fixed(field, bytes)) = &self.cells else {
            return false;
        };
        let size = field.element.size();
        let end = from + count * width;
        if !self.there.is_empty() || end > self.rows {
            return false;
        }
        let field = Field {
            offset: k * size,
            ..field.clone()
        };
        let rows = &bytes[from * size..end * size];
        decode(&field, rows, width * size, values);
        true
    }

    /// Adds the number of a cell, of that in `dictionary` where the cells point into one; NaN where it is none.
    pub fn push(
        &self,
        cell: usize,
        dictionary: Option<&Dictionary>,
        values: &mut Vec<f64>,
    ) -> Pushed {
        let before = values.len();
        let pushed = self.pushed(cell, dictionary, values);
        values.resize(before + 1, f64::NAN);
        pushed
    }

    fn pushed(
        &self,
        cell: usize,
        dictionary: Option<&Dictionary>,
        values: &mut Vec<f64>,
    ) -> Pushed {
        let Some(cells) = self.cells.as_ref().filter(|_| self.is_there(cell)) else {
            return Pushed::Null;
        };
        if let Some(dictionary) = dictionary {
            let found = self.index(cell).and_then(|index| dictionary.find(index));
            return found.map_or(Pushed::Broken, |(part, cell)| {
                part.pushed(cell, None, values)
            });
        }
        match cells {
            Bytes::Fixed(field, bytes) => {
                let size = field.element.size();
                let cell = &bytes[cell * size..(cell + 1) * size];
                decode(field, cell, size, values);
            }
            Bytes::Bits(bits) => values.push(f64::from(u8::from(bit(bits, cell)))),
            Bytes::Decimal(..) | Bytes::Text(..) | Bytes::Views(..) => {
                let Some(text) = self.text(cell, None) else {
                    return Pushed::Broken;
                };
                match number(&text) {
                    Some(number) => values.push(number),
                    None => {
                        let text = String::from_utf8_lossy(&text).into_owned();
                        return Pushed::Text(text);
                    }
                }
            }
        }
        Pushed::Number
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

    /// The text of a cell; empty where there is none. `None` where the file contradicts itself.
    pub fn text(&self, cell: usize, dictionary: Option<&Dictionary>) -> Option<Cow<'_, [u8]>> {
        if !self.is_there(cell) || self.cells.is_none() {
            return Some(Cow::Borrowed(b""));
        }
        if let Some(dictionary) = dictionary {
            let (part, cell) = dictionary.find(self.index(cell)?)?;
            return Some(Cow::Owned(part.text(cell, None)?.into_owned()));
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
        Some(found)
    }
}
