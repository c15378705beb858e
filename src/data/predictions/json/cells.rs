//! What arrays of JSON hold, eight bytes a cell: numbers as they are, and all else as NaNs that say what it is.
//! Equal texts are kept once. All that a file asks for comes out of one budget.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use crate::words::word;

/// Bytes that the cells of a file may take.
#[cfg(not(target_arch = "wasm32"))]
const MOST_BYTES: usize = 1 << 30;
#[cfg(target_arch = "wasm32")]
const MOST_BYTES: usize = 1 << 29;
/// What a column costs besides its cells: its names, and its place in lists.
const COLUMN: usize = 256;
/// What a text costs besides its bytes.
const TEXT: usize = 48;

/// There is no more memory than what the file already takes.
pub(super) struct Full;

/// A NaN that no arithmetic makes, with a kind and a code in it.
const TAG: u64 = 0xfffc_0000_0000_0000;
const KIND_SHIFT: u32 = 32;

/// What is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// A text.
    Text,
    /// A whole number that f64 does not hold.
    Whole,
    Null,
    True,
    False,
    Array,
    /// Of another length than the first of its column.
    OtherLength,
    Object,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Text,
        Self::Whole,
        Self::Null,
        Self::True,
        Self::False,
        Self::Array,
        Self::OtherLength,
        Self::Object,
    ];

    /// What messages call it, where it has no text of its own.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => word("a text"),
            Self::Whole => word("a whole number"),
            Self::Null => "null",
            Self::True => "true",
            Self::False => "false",
            Self::Array => word("an array"),
            Self::OtherLength => word("an array of another length than the first one"),
            Self::Object => word("an object"),
        }
    }
}

/// One cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell(f64);

impl Cell {
    pub fn number(value: f64) -> Self {
        Self(if value.is_nan() { f64::NAN } else { value })
    }

    pub fn of(kind: Kind, code: u32) -> Self {
        Self(f64::from_bits(
            TAG | (kind as u64) << KIND_SHIFT | u64::from(code),
        ))
    }

    /// The number.
    ///
    /// # Errors
    /// What it is instead, and the code of its text.
    pub fn value(self) -> Result<f64, (Kind, u32)> {
        let bits = self.0.to_bits();
        if bits & TAG != TAG {
            return Ok(self.0);
        }
        let kind = (bits >> KIND_SHIFT) as usize & 0xff;
        // A kind that is none was never stored.
        let kind = Kind::ALL.get(kind).copied().unwrap_or(Kind::Null);
        Err((kind, bits as u32))
    }
}

/// What may still be taken, and the texts.
pub(super) struct Store {
    left: usize,
    bytes: Vec<u8>,
    ends: Vec<usize>,
    /// Texts by their fingerprint, so that equal ones are kept once.
    codes: HashMap<u64, u32>,
}

impl Store {
    pub fn new() -> Self {
        Self {
            left: MOST_BYTES,
            bytes: Vec::new(),
            ends: Vec::new(),
            codes: HashMap::new(),
        }
    }

    pub fn take(&mut self, bytes: usize) -> Result<(), Full> {
        self.left = self.left.checked_sub(bytes).ok_or(Full)?;
        Ok(())
    }

    /// Makes a column.
    pub fn column(&mut self, name: &str) -> Result<Column, Full> {
        self.take(COLUMN + 4 * name.len())?;
        Ok(Column::default())
    }

    /// The code of a text.
    pub fn code(&mut self, text: &[u8]) -> Result<u32, Full> {
        let mut hasher = DefaultHasher::new();
        hasher.write(text);
        let fingerprint = hasher.finish();
        if let Some(&code) = self.codes.get(&fingerprint)
            && self.text(code) == text
        {
            return Ok(code);
        }
        self.take(TEXT + text.len())?;
        let code = u32::try_from(self.ends.len()).map_err(|_| Full)?;
        self.bytes.extend_from_slice(text);
        self.ends.push(self.bytes.len());
        self.codes.entry(fingerprint).or_insert(code);
        Ok(code)
    }

    pub fn text(&self, code: u32) -> &[u8] {
        let at = code as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.bytes[start..self.ends[at]]
    }
}

/// The cells of a column.
#[derive(Default)]
pub(super) struct Column {
    pub cells: Vec<Cell>,
}

impl Column {
    pub fn push(&mut self, store: &mut Store, cell: Cell) -> Result<(), Full> {
        if self.cells.len() == self.cells.capacity() {
            self.grow(store, self.cells.len().max(4))?;
        }
        self.cells.push(cell);
        Ok(())
    }

    fn grow(&mut self, store: &mut Store, more: usize) -> Result<(), Full> {
        store.take(more.saturating_mul(size_of::<Cell>()))?;
        self.cells.reserve_exact(more);
        Ok(())
    }

    /// Fills up with cells that are missing.
    pub fn pad(&mut self, store: &mut Store, length: usize) -> Result<(), Full> {
        let more = length.saturating_sub(self.cells.capacity());
        if more > 0 {
            self.grow(store, more.max(self.cells.len()))?;
        }
        if length > self.cells.len() {
            self.cells.resize(length, Cell::of(Kind::Null, 0));
        }
        Ok(())
    }
}
