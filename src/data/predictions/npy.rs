//! The header of an NPY array, and its elements as numbers.
//!
//! The format is NumPy's own (versions 1 to 3); the header is a Python literal, which is read as one
//! and never run.

use std::io::Read;

use super::descr::Layout;
use super::error::{ReadError, shorten};
use super::literal::Literal;
use crate::words::{tr, word};

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Longest header in bytes, and longest row: one is in memory at a time.
const MOST_HEADER: usize = 1 << 20;
pub(super) const MOST_ROW: usize = 1 << 20;
/// Most columns of an array.
const MOST_COLUMNS: u64 = 1 << 16;

/// What one element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Float(usize),
    /// Half of a single-precision float, the higher one.
    Brain,
    Signed(usize),
    Unsigned(usize),
    Bool,
    /// Text of so many bytes.
    Bytes(usize),
    /// Text of so many characters of four bytes.
    Unicode(usize),
}

/// A column inside the rows of an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// `None` in an array without names.
    pub name: Option<String>,
    pub element: Element,
    pub big_endian: bool,
    /// Bytes from the beginning of a row.
    pub offset: usize,
}

/// What a header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub rows: u64,
    /// Columns of a plain array; 1 of a structured one.
    pub columns: usize,
    /// Whether it is a row, `(1, n)`, taken as n values.
    pub is_row: bool,
    /// Whether its columns lie one behind the other.
    pub fortran: bool,
    /// One of a plain array, several of a structured one.
    pub fields: Vec<Field>,
    /// What is ignored of a structured one, a sentence each.
    pub ignored: Vec<String>,
    /// Bytes of one element, or of all fields of a structured one.
    pub item: usize,
    /// Bytes of the header, behind which the elements begin.
    pub header: u64,
}

impl Element {
    pub fn size(self) -> usize {
        match self {
            Self::Float(size) | Self::Signed(size) | Self::Unsigned(size) | Self::Bytes(size) => {
                size
            }
            Self::Bool => 1,
            Self::Brain => 2,
            Self::Unicode(characters) => 4 * characters,
        }
    }

    pub fn is_text(self) -> bool {
        matches!(self, Self::Bytes(_) | Self::Unicode(_))
    }
}

impl Shape {
    /// Reads the header from the beginning of a file.
    pub fn read(file: &str, source: &mut dyn Read) -> Result<Self, ReadError> {
        let refuse = |what: &str| ReadError::of(file, what);
        let mut read = |bytes: &mut [u8]| {
            source
                .read_exact(bytes)
                .map_err(|error| ReadError::io(file, &error))
        };
        let mut start = [0; 8];
        read(&mut start)?;
        if !start.starts_with(MAGIC) {
            return Err(refuse(word("it is no NPY array")));
        }
        let (length, before) = match start[6] {
            1 => {
                let mut bytes = [0; 2];
                read(&mut bytes)?;
                (usize::from(u16::from_le_bytes(bytes)), 10)
            }
            2 | 3 => {
                let mut bytes = [0; 4];
                read(&mut bytes)?;
                (u32::from_le_bytes(bytes) as usize, 12)
            }
            version => {
                return Err(refuse(&tr!(
                    "NPY version {version} is not known; 1 to 3 are expected",
                    version
                )));
            }
        };
        if length > MOST_HEADER {
            return Err(refuse(word(
                "its header is longer than an NPY array's can be",
            )));
        }
        let mut text = vec![0; length];
        read(&mut text)?;
        let mut shape = Self::parse(file, &text)?;
        shape.header = before + length as u64;
        Ok(shape)
    }

    fn parse(file: &str, text: &[u8]) -> Result<Self, ReadError> {
        let refuse = |what: String| ReadError::of(file, what);
        let broken = || refuse(word("its NPY header cannot be understood").to_owned());
        let Some(Literal::Dict(entries)) = Literal::parse(text) else {
            return Err(broken());
        };
        let entry = |key: &str| {
            let found = entries.iter().find(|(name, _)| name == key);
            found.map(|(_, value)| value).ok_or_else(broken)
        };
        let Literal::List(shape) = entry("shape")? else {
            return Err(broken());
        };
        let lengths: Option<Vec<u64>> = shape
            .iter()
            .map(|value| match value {
                Literal::Int(length) => Some(*length),
                _ => None,
            })
            .collect();
        let lengths = lengths.ok_or_else(broken)?;
        let fortran = matches!(entry("fortran_order")?, Literal::Bool(true));
        let descr = entry("descr")?;
        let layout = Layout::of(file, descr)?;
        let mut shape = Self::of(file, &lengths, layout)?;
        if shape.columns > 1 && !matches!(descr, Literal::Text(_)) {
            return Err(broken());
        }
        shape.fortran = fortran && shape.columns > 1;
        Ok(shape)
    }

    /// An array of these dimensions that begins without a header.
    pub fn of(file: &str, lengths: &[u64], layout: Layout) -> Result<Self, ReadError> {
        let refuse = |what: String| ReadError::of(file, what);
        let of_one = |lengths: &[u64]| lengths.iter().filter(|&&length| length != 1).count() <= 1;
        let (rows, columns) = match *lengths {
            [rows] => (rows, 1),
            // One dimension, whichever it is.
            [_, ..] if of_one(lengths) => (lengths.iter().product(), 1),
            [rows, columns] if (1..=MOST_COLUMNS).contains(&columns) => (rows, columns as usize),
            _ => {
                let shown: Vec<String> = lengths.iter().map(u64::to_string).collect();
                let shape = shorten(&shown.join(", "));
                return Err(refuse(match lengths {
                    [] => word("the array is one number; a number for each example is expected")
                        .to_owned(),
                    _ if lengths.contains(&0) => tr!(
                        "the array has the shape ({shape}) and holds nothing; a row for each example is expected",
                        shape
                    ),
                    [_, _] => tr!(
                        "the array has the shape ({shape}); at most {MOST_COLUMNS} columns are expected, a row for each \
                         example and a column for each class: a.T where it is the other way round",
                        shape,
                        MOST_COLUMNS
                    ),
                    _ => tr!(
                        "the array has the shape ({shape}); one or two dimensions are expected: np.save(\"logit.npy\", \
                         a.reshape(-1, a.shape[-1])) makes rows where the last is of the classes \
                         (a = np.moveaxis(a, 1, -1) before it where the second is), and labels go with .reshape(-1)",
                        shape
                    ),
                }));
            }
        };
        let item = layout.item;
        if item == 0 || layout.fields.is_empty() {
            return Err(refuse(word("its elements have no bytes").to_owned()));
        }
        if item * columns > MOST_ROW {
            return Err(refuse(
                word("its NPY header cannot be understood").to_owned(),
            ));
        }
        Ok(Self {
            rows,
            columns,
            is_row: lengths.len() == 2 && lengths[0] == 1 && rows > 1,
            fortran: false,
            fields: layout.fields,
            ignored: layout.ignored,
            item,
            header: 0,
        })
    }

    /// Bytes of all elements; `None` when no file is that large.
    pub fn bytes(&self) -> Option<u64> {
        let row = (self.item as u64).checked_mul(self.columns as u64)?;
        self.rows.checked_mul(row).filter(|&bytes| bytes < 1 << 60)
    }
}

/// Adds the numbers of a field, from whole rows of `stride` bytes.
pub(super) fn decode(field: &Field, rows: &[u8], stride: usize, values: &mut Vec<f64>) {
    let cells = rows.chunks_exact(stride).map(|row| &row[field.offset..]);
    macro_rules! numbers {
        ($type:ty, $to:expr) => {{
            const SIZE: usize = size_of::<$type>();
            let bytes = cells.map(|cell| {
                let mut bytes = [0; SIZE];
                bytes.copy_from_slice(&cell[..SIZE]);
                bytes
            });
            let to = $to;
            if field.big_endian {
                values.extend(bytes.map(|bytes| to(<$type>::from_be_bytes(bytes))));
            } else {
                values.extend(bytes.map(|bytes| to(<$type>::from_le_bytes(bytes))));
            }
        }};
    }
    match field.element {
        Element::Float(2) => numbers!(u16, half),
        Element::Float(4) => numbers!(f32, f64::from),
        Element::Float(_) => numbers!(f64, |value: f64| value),
        Element::Brain => numbers!(u16, brain),
        Element::Signed(1) => numbers!(i8, f64::from),
        Element::Signed(2) => numbers!(i16, f64::from),
        Element::Signed(4) => numbers!(i32, f64::from),
        Element::Signed(_) => numbers!(i64, |value: i64| value as f64),
        Element::Unsigned(1) => numbers!(u8, f64::from),
        Element::Unsigned(2) => numbers!(u16, f64::from),
        Element::Unsigned(4) => numbers!(u32, f64::from),
        Element::Unsigned(_) => numbers!(u64, |value: u64| value as f64),
        Element::Bool => values.extend(cells.map(|cell| f64::from(u8::from(cell[0] != 0)))),
        Element::Bytes(_) | Element::Unicode(_) => values.extend(cells.map(|_| f64::NAN)),
    }
}

/// The text of a field in one row: whole numbers as they are, others as short as they can be.
pub(super) fn text(field: &Field, row: &[u8]) -> String {
    let cell = &row[field.offset..field.offset + field.element.size()];
    let mut value = [0; 8];
    // The lowest byte first.
    let cell_in_order = cell.iter().take(8);
    if field.big_endian {
        let places = value.iter_mut().zip(cell_in_order.rev());
        places.for_each(|(to, &byte)| *to = byte);
    } else {
        let places = value.iter_mut().zip(cell_in_order);
        places.for_each(|(to, &byte)| *to = byte);
    }
    let bits = u64::from_le_bytes(value);
    match field.element {
        Element::Unicode(_) => {
            let code = |bytes: &[u8]| {
                let mut four = [0; 4];
                four.copy_from_slice(bytes);
                match field.big_endian {
                    true => u32::from_be_bytes(four),
                    false => u32::from_le_bytes(four),
                }
            };
            let codes = cell.chunks_exact(4).map(code);
            let text: String = codes
                .map(|code| char::from_u32(code).unwrap_or('\u{fffd}'))
                .collect();
            text.trim_end_matches('\0').to_owned()
        }
        Element::Bytes(_) => {
            let text = String::from_utf8_lossy(cell);
            text.trim_end_matches('\0').to_owned()
        }
        Element::Float(2) => (half(bits as u16) as f32).to_string(),
        Element::Float(4) => f32::from_bits(bits as u32).to_string(),
        Element::Float(_) => f64::from_bits(bits).to_string(),
        Element::Brain => (brain(bits as u16) as f32).to_string(),
        Element::Signed(size) => {
            let unused = 64 - 8 * size as u32;
            ((bits << unused).cast_signed() >> unused).to_string()
        }
        Element::Unsigned(_) => bits.to_string(),
        Element::Bool => u8::from(bits != 0).to_string(),
    }
}

/// The upper half of a single-precision float.
fn brain(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

/// IEEE half precision.
pub(super) fn half(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let fraction = f64::from(bits & 0x3ff);
    let size = match (bits >> 10) & 0x1f {
        0 => fraction / f64::from(1 << 24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1.0 + fraction / 1024.0) * libm::exp2(f64::from(exponent) - 15.0),
    };
    sign * size
}
