//! A column that is read: what its values are, and how they become numbers or texts.

use std::borrow::Cow;

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType, Int96};
use parquet::errors::ParquetError;
use parquet::schema::types::ColumnDescriptor;

use super::leaf::{Leaf, ListLevels};
use crate::data::predictions::columns::Role;
use crate::data::predictions::digits::{whole, written};
use crate::data::predictions::npy::half;
use crate::data::predictions::place::MOST_TEXT;
use crate::words::word;

/// Powers of ten that are exact.
const EXACT_TENS: i32 = 22;
/// Whole numbers that are exact.
const EXACT_WHOLE: i128 = 1 << 53;

/// What the values of a column are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Unsigned,
    Half,
    /// A whole number to be divided by ten to the power of this.
    Decimal(i32),
    Text,
    Other,
}

impl Kind {
    pub fn of(column: &ColumnDescriptor) -> Self {
        let is_text = matches!(
            column.converted_type(),
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON
        );
        let is_decimal = column.converted_type() == ConvertedType::DECIMAL;
        match (column.physical_type(), column.logical_type_ref()) {
            (_, Some(LogicalType::Decimal(of))) => Self::Decimal(of.scale),
            (_, None) if is_decimal => Self::Decimal(column.type_scale()),
            (Type::BOOLEAN | Type::FLOAT | Type::DOUBLE, _) => Self::Number,
            (Type::INT32 | Type::INT64, Some(LogicalType::Integer(of))) if !of.is_signed => {
                Self::Unsigned
            }
            (Type::INT32 | Type::INT64, Some(LogicalType::Integer(_) | LogicalType::Unknown)) => {
                Self::Number
            }
            (Type::INT32 | Type::INT64, None) => match column.converted_type() {
                ConvertedType::UINT_8
                | ConvertedType::UINT_16
                | ConvertedType::UINT_32
                | ConvertedType::UINT_64 => Self::Unsigned,
                ConvertedType::NONE
                | ConvertedType::INT_8
                | ConvertedType::INT_16
                | ConvertedType::INT_32
                | ConvertedType::INT_64 => Self::Number,
                _ => Self::Other,
            },
            (Type::FIXED_LEN_BYTE_ARRAY, Some(LogicalType::Float16)) => Self::Half,
            (Type::BYTE_ARRAY, logical) if is_text || logical.is_none() => Self::Text,
            _ => Self::Other,
        }
    }
}

/// A column of the file that is read.
pub(super) struct Lane {
    pub index: usize,
    /// What its values are for, and which of a row's list each is.
    pub fields: Vec<(Role, usize)>,
    /// How many values a row has; 0 where it cannot be read, and is looked at as empty.
    pub width: usize,
    pub list: Option<ListLevels>,
    pub kind: Kind,
    /// The definition level of a value that is there; 0 where all are.
    pub defined: i16,
    /// Of the group of rows that is being read.
    pub reader: Option<ColumnReader>,
}

/// Values of a run of rows, without those that are null.
pub(super) enum Values {
    Numbers(Vec<f64>),
    Texts(Texts),
}

impl Values {
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(numbers) => numbers.len(),
            Self::Texts(texts) => texts.len(),
        }
    }
}

/// Texts one behind the other.
#[derive(Default)]
pub(super) struct Texts {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Texts {
    /// Adds a text, as much of it as shows that it is too long: one in a dictionary may come in every row.
    fn push(&mut self, text: &[u8]) {
        let length = text.len().min(MOST_TEXT + 1);
        self.bytes.extend_from_slice(&text[..length]);
        self.ends.push(self.bytes.len());
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let starts = [0].into_iter().chain(self.ends.iter().copied());
        starts
            .zip(&self.ends)
            .map(|(start, &end)| &self.bytes[start..end])
    }
}

/// Definition levels of all values of some rows, and repetition levels where there are lists.
#[derive(Default)]
pub(super) struct Levels {
    pub defined: Vec<i16>,
    pub repeated: Vec<i16>,
}

/// The values of so many rows, and their levels.
fn values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    count: usize,
    levels: &mut Levels,
    is_list: bool,
) -> Result<Vec<T::T>, ParquetError> {
    let mut values = Vec::new();
    let mut left = count;
    while left > 0 {
        let repeated = is_list.then_some(&mut levels.repeated);
        let defined = Some(&mut levels.defined);
        let (rows, _, _) = reader.read_records(left, defined, repeated, &mut values)?;
        if rows == 0 {
            let what = word("a column ends before its group of rows: truncated");
            return Err(ParquetError::General(what.to_owned()));
        }
        left -= rows.min(left);
    }
    Ok(values)
}

/// The nearest number to a decimal.
fn nearest(value: i128, scale: i32) -> f64 {
    if value.abs() <= EXACT_WHOLE && (0..=EXACT_TENS).contains(&scale) {
        return value as f64 / 10_f64.powi(scale);
    }
    written(value, scale).parse().unwrap_or(f64::NAN)
}

impl Lane {
    /// Of a column of the file, for nothing yet.
    pub fn of(leaf: &Leaf, index: usize, width: usize) -> Self {
        Self {
            index,
            fields: Vec::new(),
            width,
            list: leaf.list,
            kind: leaf.kind,
            defined: leaf.defined,
            reader: None,
        }
    }

    /// The values of the next rows; `levels` are those of all rows where some may be null, and empty
    /// where none can be.
    pub fn read(&mut self, count: usize, levels: &mut Levels) -> Result<Values, ParquetError> {
        let (kind, is_list) = (self.kind, self.list.is_some());
        // Texts that are to be numbers are looked at one by one, and lists hold numbers.
        let is_text = !is_list && self.has_texts();
        // Numbers by the first function, texts by the second.
        macro_rules! cells {
            ($reader:expr, $number:expr, $text:expr) => {{
                let values = values($reader, count, levels, is_list)?;
                if is_text {
                    let mut texts = Texts::default();
                    for value in &values {
                        texts.push($text(value).as_ref());
                    }
                    Values::Texts(texts)
                } else {
                    Values::Numbers(values.into_iter().map($number).collect())
                }
            }};
        }
        let Some(reader) = &mut self.reader else {
            return Ok(Values::Numbers(Vec::new()));
        };
        Ok(match (reader, kind) {
            (ColumnReader::BoolColumnReader(reader), _) => {
                cells!(reader, |v| f64::from(u8::from(v)), |&v: &bool| u8::from(v)
                    .to_string())
            }
            (ColumnReader::Int32ColumnReader(reader), Kind::Unsigned) => {
                cells!(reader, |v: i32| f64::from(v.cast_unsigned()), |v: &i32| v
                    .cast_unsigned()
                    .to_string())
            }
            (ColumnReader::Int32ColumnReader(reader), Kind::Decimal(scale)) => {
                cells!(reader, |v: i32| nearest(v.into(), scale), |&v: &i32| {
                    written(v.into(), scale)
                })
            }
            (ColumnReader::Int32ColumnReader(reader), _) => {
                cells!(reader, f64::from, |v: &i32| v.to_string())
            }
            (ColumnReader::Int64ColumnReader(reader), Kind::Unsigned) => {
                cells!(reader, |v: i64| v.cast_unsigned() as f64, |v: &i64| v
                    .cast_unsigned()
                    .to_string())
            }
            (ColumnReader::Int64ColumnReader(reader), Kind::Decimal(scale)) => {
                cells!(reader, |v: i64| nearest(v.into(), scale), |&v: &i64| {
                    written(v.into(), scale)
                })
            }
            (ColumnReader::Int64ColumnReader(reader), _) => {
                cells!(reader, |v: i64| v as f64, |v: &i64| v.to_string())
            }
            (ColumnReader::FloatColumnReader(reader), _) => {
                cells!(reader, f64::from, |v: &f32| v.to_string())
            }
            (ColumnReader::DoubleColumnReader(reader), _) => {
                cells!(reader, |v: f64| v, |v: &f64| v.to_string())
            }
            (ColumnReader::Int96ColumnReader(reader), _) => {
                cells!(reader, |_| f64::NAN, |v: &Int96| v.to_nanos().to_string())
            }
            (ColumnReader::FixedLenByteArrayColumnReader(reader), _) => {
                cells!(reader, |v| of_bytes(kind, v.data()), |v| text_of(kind, v))
            }
            (ColumnReader::ByteArrayColumnReader(reader), _) => {
                cells!(reader, |v| of_bytes(kind, v.data()), |v| text_of(kind, v))
            }
        })
    }
}

/// The number that bytes stand for.
fn of_bytes(kind: Kind, bytes: &[u8]) -> f64 {
    match (kind, bytes) {
        (Kind::Half, &[low, high]) => half(u16::from_le_bytes([low, high])),
        (Kind::Decimal(scale), _) => whole(bytes).map_or(f64::NAN, |value| nearest(value, scale)),
        (Kind::Half | Kind::Number | Kind::Unsigned | Kind::Text | Kind::Other, _) => f64::NAN,
    }
}

/// The text that bytes stand for; what is neither text nor number is spelled out.
fn text_of(kind: Kind, bytes: &ByteArray) -> Cow<'_, [u8]> {
    let bytes = bytes.data();
    let text = match kind {
        Kind::Text => return Cow::Borrowed(bytes),
        Kind::Half => (of_bytes(kind, bytes) as f32).to_string(),
        Kind::Decimal(scale) => {
            whole(bytes).map_or("NaN".to_owned(), |value| written(value, scale))
        }
        Kind::Number | Kind::Unsigned | Kind::Other => {
            bytes.iter().map(|byte| format!("{byte:02x}")).collect()
        }
    };
    Cow::Owned(text.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_the_nearest_numbers() {
        let cases = [
            (5, 1, 0.5, "0.5"),
            (-5, 1, -0.5, "-0.5"),
            (-12345, 3, -12.345, "-12.345"),
            (7, 0, 7.0, "7"),
            (7, -2, 700.0, "700"),
            (3, 5, 0.00003, "0.00003"),
            (
                i128::MAX,
                38,
                1.7014118346046923,
                "1.70141183460469231731687303715884105727",
            ),
            (
                9_007_199_254_740_993,
                0,
                9_007_199_254_740_992.0,
                "9007199254740993",
            ),
            (1, 400, 0.0, &format!("0.{}1", "0".repeat(399))),
        ];
        for (value, scale, number, text) in cases {
            assert_eq!(nearest(value, scale), number, "{value} {scale}");
            assert_eq!(written(value, scale), text);
        }
    }

    #[test]
    fn whole_numbers_of_any_length_are_read() {
        assert_eq!(whole(&[]), Some(0));
        assert_eq!(whole(&[0x80]), Some(-128));
        assert_eq!(whole(&[0, 0x80]), Some(128));
        assert_eq!(whole(&[0xff; 20]), Some(-1));
        assert_eq!(whole(&[0; 20]), Some(0));
        assert_eq!(whole(&[1; 20]), None);
        let mut long = [0; 17];
        long[1] = 0x80;
        assert_eq!(whole(&long), None);
    }
}
