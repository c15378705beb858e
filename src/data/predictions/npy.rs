//! The header of an NPY array, and its elements as numbers.
//!
//! The format is NumPy's own (versions 1 to 3); the header is a Python literal, which is read as one
//! and never run.

use std::io::Read;

use super::error::{ReadError, shorten};
use super::literal::Literal;
use crate::words::{tr, word};

pub(super) const MAGIC: &[u8] = b"\x93NUMPY";

/// Longest header in bytes, and longest row: one is in memory at a time.
const MOST_HEADER: usize = 1 << 20;
const MOST_ROW: usize = 1 << 20;

/// What one element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Element {
    Float(usize),
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
    pub fortran: bool,
    /// One of a plain array, several of a structured one.
    pub fields: Vec<Field>,
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
        let (fields, item, is_structured) = match entry("descr")? {
            Literal::Text(code) => {
                let (element, big_endian) = element(file, code)?;
                let field = Field {
                    name: None,
                    element,
                    big_endian,
                    offset: 0,
                };
                (vec![field], element.size(), false)
            }
            Literal::List(list) => {
                let (fields, item) = structured(file, list)?;
                (fields, item, true)
            }
            _ => return Err(broken()),
        };
        let (rows, columns) = match (lengths.as_slice(), is_structured) {
            (&[rows], _) => (rows, 1),
            (&[rows, columns], false) if (1..=1 << 16).contains(&columns) => {
                (rows, columns as usize)
            }
            _ => {
                let shown: Vec<String> = lengths.iter().map(u64::to_string).collect();
                return Err(refuse(tr!(
                    "the array has the shape ({}); one or two dimensions are expected",
                    shorten(&shown.join(", "))
                )));
            }
        };
        if item == 0 {
            return Err(refuse(word("its elements have no bytes").to_owned()));
        }
        if item * columns > MOST_ROW {
            return Err(broken());
        }
        Ok(Self {
            rows,
            columns,
            fortran: fortran && columns > 1,
            fields,
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

/// The element of a type code such as `<f8`, and whether its bytes begin with the highest.
fn element(file: &str, code: &str) -> Result<(Element, bool), ReadError> {
    let refuse = |why: &str| {
        let code = shorten(code);
        ReadError::of(file, tr!("elements of type \"{code}\" {why}", code, why))
    };
    let order = code.chars().next().filter(|c| "<>|=".contains(*c));
    let rest = &code[order.map_or(0, char::len_utf8)..];
    let kind = rest.chars().next();
    let size = kind
        .map_or("", |kind| &rest[kind.len_utf8()..])
        .parse::<usize>();
    let big_endian = order == Some('>');
    let found = match (kind, size) {
        (Some('O'), _) => {
            return Err(refuse(word(
                "are Python objects, which are never loaded; numbers are expected",
            )));
        }
        (Some('f'), Ok(size @ (2 | 4 | 8))) => Element::Float(size),
        (Some('i'), Ok(size @ (1 | 2 | 4 | 8))) => Element::Signed(size),
        (Some('u'), Ok(size @ (1 | 2 | 4 | 8))) => Element::Unsigned(size),
        (Some('b'), Ok(1)) | (Some('?'), _) => Element::Bool,
        (Some('S' | 'a'), Ok(size @ 1..=4096)) => Element::Bytes(size),
        (Some('U'), Ok(size @ 1..=4096)) => Element::Unicode(size),
        _ => return Err(refuse(word("cannot be read; numbers are expected"))),
    };
    Ok((found, big_endian))
}

/// The fields of a structured type and the bytes of all of them.
fn structured(file: &str, list: &[Literal]) -> Result<(Vec<Field>, usize), ReadError> {
    let mut fields = Vec::new();
    let mut offset = 0;
    for entry in list {
        let Literal::List(parts) = entry else {
            return Err(ReadError::of(
                file,
                word("its NPY header cannot be understood"),
            ));
        };
        let [Literal::Text(name), Literal::Text(code)] = parts.as_slice() else {
            return Err(ReadError::of(
                file,
                word("a field holds more than a number or text; one element each is expected"),
            ));
        };
        let (element, big_endian) = element(file, code)?;
        fields.push(Field {
            name: Some(name.clone()),
            element,
            big_endian,
            offset,
        });
        offset += element.size();
    }
    Ok((fields, offset))
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

/// The text of a field in one row.
pub(super) fn text(field: &Field, row: &[u8]) -> String {
    let cell = &row[field.offset..field.offset + field.element.size()];
    let text: String = match field.element {
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
            codes
                .map(|code| char::from_u32(code).unwrap_or('\u{fffd}'))
                .collect()
        }
        Element::Bytes(_) => String::from_utf8_lossy(cell).into_owned(),
        _ => {
            let mut value = Vec::with_capacity(1);
            decode(field, row, row.len().max(1), &mut value);
            value.first().map_or(String::new(), f64::to_string)
        }
    };
    text.trim_end_matches('\0').to_owned()
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
