//! Parquet: columns in packed pages, by groups of rows. Flat columns of numbers and text are read.

mod lengths;
mod source;
mod thrift;
mod unread;

use std::sync::Arc;

use parquet::basic::{ConvertedType, LogicalType, Type};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl, get_column_reader};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::SerializedPageReader;
use parquet::schema::types::ColumnDescriptor;

use super::columns::{Columns, Role};
use super::error::{ReadError, shorten};
use super::guard::guarded;
use super::npy::half;
use super::{Block, Input, Table};
use crate::words::{tr, word};
use source::{Checked, Chunks, Packed};

/// What the values of a column are.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Unsigned,
    Half,
    Text,
    Other,
}

impl Kind {
    fn of(column: &ColumnDescriptor) -> Self {
        let is_text = matches!(
            column.converted_type(),
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON
        );
        match (column.physical_type(), column.logical_type_ref()) {
            (Type::BOOLEAN | Type::FLOAT | Type::DOUBLE, _) => Self::Number,
            (Type::INT32 | Type::INT64, Some(LogicalType::Integer(of))) if !of.is_signed => {
                Self::Unsigned
            }
            (Type::INT32 | Type::INT64, Some(LogicalType::Integer(_))) => Self::Number,
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

/// A column that is read.
struct Lane {
    index: usize,
    role: Role,
    kind: Kind,
    /// The definition level of a value that is there; 0 where all are.
    defined: i16,
    /// Of the group of rows that is being read.
    reader: Option<ColumnReader>,
}

/// Values of a run of rows, without those that are null.
enum Values {
    Numbers(Vec<f64>),
    Texts(Vec<ByteArray>),
}

/// A Parquet file.
pub(super) struct Pages {
    file: String,
    chunks: Chunks,
    reader: SerializedFileReader<Chunks>,
    names: Vec<String>,
    lanes: Vec<Lane>,
    next_group: usize,
    /// Rows of the group that were not read yet.
    left: u64,
    /// Index of the first row of the last block.
    first: u64,
    next: u64,
    rows: u64,
    size: u64,
}

impl Pages {
    /// Reads the metadata at the end of the file.
    pub fn open(input: &Input) -> Result<Self, ReadError> {
        let file = input.name.clone();
        let size = input.size()?;
        let chunks = Chunks {
            input: input.clone(),
            size,
        };
        let reader = attempt(&file, || {
            chunks.check_metadata()?;
            SerializedFileReader::new(chunks.clone())
        })?;
        let metadata = reader.metadata();
        let columns = metadata.file_metadata().schema_descr().columns();
        let names = columns.iter().map(|column| column.path().string());
        let rows = metadata
            .row_groups()
            .iter()
            .map(|group| group.num_rows().max(0) as u64)
            .fold(0, u64::saturating_add);
        Ok(Self {
            names: names.collect(),
            lanes: Vec::new(),
            next_group: 0,
            left: 0,
            first: 0,
            next: 0,
            rows,
            size,
            file,
            chunks,
            reader,
        })
    }

    /// Finds out how the chosen columns are to be read.
    fn choose(&mut self, columns: &Columns) -> Result<(), ReadError> {
        let schema = self.reader.metadata().file_metadata().schema_descr();
        for &(index, role) in &columns.chosen {
            let column = schema.column(index);
            let kind = Kind::of(&column);
            let is_name = role.is_text();
            let refuse = |what: &str| {
                let name = shorten(&self.names[index]);
                ReadError::of(
                    &self.file,
                    tr!("column \"{name}\" holds {what}", name, what),
                )
            };
            match kind {
                _ if column.max_rep_level() > 0 => {
                    return Err(refuse(word("lists; one value a row is expected")));
                }
                Kind::Text if !is_name => return Err(refuse(word("text; numbers are expected"))),
                Kind::Other => {
                    let expected = if is_name {
                        word("numbers or text")
                    } else {
                        word("numbers")
                    };
                    let of = match column.logical_type_ref() {
                        Some(logical) => format!("{logical:?}"),
                        None => format!("{:?}", column.physical_type()),
                    };
                    let of = shorten(&of);
                    return Err(refuse(&tr!(
                        "values of type {of}; {expected} are expected",
                        of,
                        expected
                    )));
                }
                _ => {}
            }
            self.lanes.push(Lane {
                index,
                role,
                kind,
                defined: column.max_def_level(),
                reader: None,
            });
        }
        Ok(())
    }

    /// Begins the next group of rows; false when there is none.
    fn begin_group(&mut self) -> Result<bool, ParquetError> {
        if self.next_group == self.reader.num_row_groups() {
            return Ok(false);
        }
        let group = self.reader.metadata().row_group(self.next_group);
        self.left = group.num_rows().max(0) as u64;
        for lane in &mut self.lanes {
            let column = self
                .reader
                .metadata()
                .file_metadata()
                .schema_descr()
                .column(lane.index);
            let chunk = group.column(lane.index);
            let packed = Arc::new(Packed::new(&self.chunks, chunk.compression()));
            let pages = SerializedPageReader::new(packed, chunk, self.left as usize, None)?;
            let pages = Checked::new(pages, lane.defined > 0);
            lane.reader = Some(get_column_reader(column, Box::new(pages)));
        }
        self.next_group += 1;
        Ok(true)
    }

    /// Adds the next rows of the group to a block.
    fn read_group(&mut self, count: usize, block: &mut Block) -> Result<(), ReadError> {
        let before = block.rows;
        let mut levels = Vec::new();
        let mut bad = std::collections::BTreeMap::new();
        for lane in &mut self.lanes {
            levels.clear();
            let values = attempt(&self.file, || lane.read(count, &mut levels))?;
            let is_there = |row: usize| levels.get(row).is_none_or(|&level| level == lane.defined);
            let name = &self.names[lane.index];
            let nulls = (0..count).filter(|&row| !is_there(row)).count();
            let there = match &values {
                Values::Numbers(numbers) => numbers.len(),
                Values::Texts(texts) => texts.len(),
            };
            if there + nulls != count {
                let what = tr!(
                    "column \"{}\" does not have a value for each row",
                    shorten(name)
                );
                return Err(ReadError::of(&self.file, what));
            }
            if lane.role.is_text() {
                let mut next = 0;
                for row in 0..count {
                    if !is_there(row) {
                        block.name(lane.role, b"null");
                        continue;
                    }
                    match &values {
                        Values::Numbers(of) => {
                            block.name(lane.role, of[next].to_string().as_bytes())
                        }
                        Values::Texts(of) => block.name(lane.role, of[next].data()),
                    }
                    next += 1;
                }
                continue;
            }
            let (Values::Numbers(numbers), Some(column)) = (values, block.numbers(lane.role))
            else {
                continue;
            };
            if nulls == 0 {
                column.extend(numbers);
                continue;
            }
            let mut numbers = numbers.into_iter();
            for row in 0..count {
                let number = if is_there(row) { numbers.next() } else { None };
                column.push(number.unwrap_or(f64::NAN));
                if number.is_none() {
                    let index = self.next + row as u64;
                    let sentence = tr!(
                        "{}, column \"{name}\", index {index}: null is not a number",
                        self.file,
                        name,
                        index
                    );
                    bad.entry(before + row).or_insert(ReadError(sentence));
                }
            }
        }
        block.bad.extend(bad);
        block.rows += count;
        self.left -= count as u64;
        self.next += count as u64;
        Ok(())
    }
}

/// Reads something, or says why it cannot be read.
fn attempt<T>(file: &str, read: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ReadError> {
    let why = match guarded(read) {
        Some(Ok(value)) => return Ok(value),
        Some(Err(error)) => {
            let text = error.to_string();
            text.split_once(": ")
                .map_or(text.clone(), |(_, why)| why.to_owned())
        }
        None => word("it contradicts itself").to_owned(),
    };
    let why = shorten(&why);
    Err(ReadError::of(
        file,
        tr!("its Parquet data cannot be read: {why}", why),
    ))
}

/// The values of so many rows, and their definition levels.
fn values<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    count: usize,
    levels: &mut Vec<i16>,
) -> Result<Vec<T::T>, ParquetError> {
    let mut values = Vec::new();
    let mut left = count;
    while left > 0 {
        let (rows, _, _) = reader.read_records(left, Some(levels), None, &mut values)?;
        if rows == 0 {
            let what = word("a column ends before its group of rows: truncated");
            return Err(ParquetError::General(what.to_owned()));
        }
        left -= rows.min(left);
    }
    Ok(values)
}

impl Lane {
    /// The values of the next rows; `levels` are those of all rows where some may be null, and empty
    /// where none can be.
    fn read(&mut self, count: usize, levels: &mut Vec<i16>) -> Result<Values, ParquetError> {
        macro_rules! numbers {
            ($reader:expr, $to:expr) => {
                Values::Numbers(
                    values($reader, count, levels)?
                        .into_iter()
                        .map($to)
                        .collect(),
                )
            };
        }
        let unsigned = self.kind == Kind::Unsigned;
        let Some(reader) = &mut self.reader else {
            return Ok(Values::Numbers(Vec::new()));
        };
        Ok(match reader {
            ColumnReader::BoolColumnReader(reader) => numbers!(reader, |v| f64::from(u8::from(v))),
            ColumnReader::Int32ColumnReader(reader) if unsigned => {
                numbers!(reader, |v: i32| f64::from(v.cast_unsigned()))
            }
            ColumnReader::Int32ColumnReader(reader) => numbers!(reader, f64::from),
            ColumnReader::Int64ColumnReader(reader) if unsigned => {
                numbers!(reader, |v: i64| v.cast_unsigned() as f64)
            }
            ColumnReader::Int64ColumnReader(reader) => numbers!(reader, |v: i64| v as f64),
            ColumnReader::FloatColumnReader(reader) => numbers!(reader, f64::from),
            ColumnReader::DoubleColumnReader(reader) => numbers!(reader, |v: f64| v),
            ColumnReader::FixedLenByteArrayColumnReader(reader) => numbers!(reader, |v| {
                match v.data() {
                    &[low, high] => half(u16::from_le_bytes([low, high])),
                    _ => f64::NAN,
                }
            }),
            ColumnReader::ByteArrayColumnReader(reader) => {
                Values::Texts(values(reader, count, levels)?)
            }
            ColumnReader::Int96ColumnReader(_) => Values::Numbers(Vec::new()),
        })
    }
}

impl Table for Pages {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        if self.lanes.is_empty() {
            self.choose(columns)?;
        }
        self.first = self.next;
        while block.rows < most {
            if self.left == 0 {
                let file = self.file.clone();
                if attempt(&file, || self.begin_group())? {
                    continue;
                }
                break;
            }
            let count = self.left.min((most - block.rows) as u64) as usize;
            self.read_group(count, block)?;
        }
        Ok(())
    }

    fn place(&self, _block: &Block, row: usize, column: &str) -> String {
        let index = self.first + row as u64;
        tr!(
            "{}, column \"{column}\", index {index}",
            self.file,
            column,
            index
        )
    }

    fn done(&self) -> u64 {
        let share = self.next as f64 / self.rows.max(1) as f64;
        (self.size as f64 * share) as u64
    }
}
