//! Parquet: columns in packed pages, by groups of rows. Flat columns of numbers and text are read.

mod lane;
mod lengths;
mod source;
mod thrift;
mod unread;

use std::sync::Arc;

use parquet::column::reader::get_column_reader;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::SerializedPageReader;

use super::columns::Columns;
use super::error::{ReadError, shorten};
use super::guard::guarded;
use super::{Block, Input, Table};
use crate::words::{tr, word};
use lane::{Kind, Lane, Values};
use source::{Budget, Checked, Chunks, MOST_TEXT, Packed};

/// Rows that are read at a time where some are texts.
const TEXT_ROWS: usize = 1024;
/// Bytes of texts in a block; it ends early behind them.
const MOST_TEXTS: usize = 16 << 20;

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
    /// Bytes of texts in the block.
    text_bytes: usize,
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
            text_bytes: 0,
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
                Kind::Other if !is_name => {
                    let of = match column.logical_type_ref() {
                        Some(logical) => format!("{logical:?}"),
                        None => format!("{:?}", column.physical_type()),
                    };
                    let of = shorten(&of);
                    return Err(refuse(&tr!(
                        "values of type {of}; numbers are expected",
                        of
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
        let budget = Budget::default();
        for lane in &mut self.lanes {
            let column = self
                .reader
                .metadata()
                .file_metadata()
                .schema_descr()
                .column(lane.index);
            let chunk = group.column(lane.index);
            let packed = Arc::new(Packed::new(&self.chunks, chunk.compression(), &budget));
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
            if let Values::Texts(texts) = values {
                let mut texts = texts.iter();
                for row in 0..count {
                    let text = if is_there(row) { texts.next() } else { None };
                    let text = text.unwrap_or_default();
                    if text.len() > MOST_TEXT {
                        let index = self.next + row as u64;
                        let what = tr!(
                            "{}, column \"{name}\", index {index}: a text of {0} bytes; at most {MOST_TEXT} are expected",
                            self.file,
                            text.len(),
                            name = shorten(name),
                            index,
                            MOST_TEXT
                        );
                        return Err(ReadError(what));
                    }
                    self.text_bytes += text.len();
                    block.name(lane.role, text);
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

impl Table for Pages {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        if self.lanes.is_empty() {
            self.choose(columns)?;
        }
        self.first = self.next;
        self.text_bytes = 0;
        while block.rows < most && self.text_bytes < MOST_TEXTS {
            if self.left == 0 {
                let file = self.file.clone();
                if attempt(&file, || self.begin_group())? {
                    continue;
                }
                break;
            }
            // A few bytes may stand for many long texts: they are looked at before there are many.
            let has_texts = self.lanes.iter().any(|lane| lane.role.is_text());
            let step = if has_texts { TEXT_ROWS } else { most };
            let count = self.left.min(step.min(most - block.rows) as u64) as usize;
            self.read_group(count, block)?;
        }
        Ok(())
    }

    fn place(&self, _block: &Block, row: usize, column: &str) -> String {
        let index = self.first + row as u64;
        let column = shorten(column);
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
