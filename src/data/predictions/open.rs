//! One or more files as one stream of checked rows.

use std::io::Read;

use super::arrays::Arrays;
use super::columns::{Columns, Role};
use super::delimited::Delimited;
use super::error::{ReadError, Refusal};
use super::json::Object;
use super::npy::MAGIC;
use super::{Block, Header, Input, Options, Outputs, Reading, Rows, Skipped, Table, npz};
use crate::ghm::Task;
use crate::words::{tr, word};

/// Most different groups.
const MOST_GROUPS: usize = 10_000;
/// Sentences that are kept of rows that were skipped.
const KEPT_SENTENCES: usize = 5;
/// How far the probabilities of a row may sum beside 1: half precision rounds each.
const PROBABILITY_SLACK: f64 = 0.01;

/// What a file is, by its first bytes.
enum Format {
    Npy,
    Npz,
    Json,
    Parquet,
    Delimited,
}

fn format_of(input: &Input) -> Result<Format, ReadError> {
    let mut start = Vec::new();
    let read = input.source()?.take(512).read_to_end(&mut start);
    read.map_err(|error| ReadError::io(&input.name, &error))?;
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&start);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    let refuse = |what: &str| Err(ReadError::of(&input.name, what));
    Ok(match first {
        _ if start.starts_with(MAGIC) => Format::Npy,
        _ if start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06") => Format::Npz,
        _ if start.starts_with(b"PAR1") => Format::Parquet,
        _ if start.starts_with(b"\x1f\x8b") => {
            return refuse(word("it is packed by gzip; unpack it first"));
        }
        Some(b'{') => Format::Json,
        Some(b'[') => {
            return refuse(word(
                "it is a JSON array; an object of arrays is expected, as {\"logit\": [1.5], \"label\": [0]}",
            ));
        }
        _ => Format::Delimited,
    })
}

/// What a read came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Next {
    Rows,
    /// There are none left.
    End,
    /// Another reading of the files showed itself: all rows so far are void, and come again from the
    /// beginning, under a header that may be another.
    Again,
}

/// A table and what its columns mean.
type Opened = (Box<dyn Table>, Columns);

/// Rows of one or more files.
pub struct Predictions {
    inputs: Vec<Input>,
    options: Options,
    header: Header,
    tables: Vec<Opened>,
    current: usize,
    block: Block,
    skipped: Skipped,
    reading: Reading,
    /// Rows read so far.
    rows: u64,
    bytes: u64,
    /// The last mini-batch that was read and its number; those before must not come back.
    last_batch: Option<u32>,
    batches: u32,
}

impl Predictions {
    /// Opens files with the same kind of columns: text, objects and archives are read one after the
    /// other, arrays in NPY files side by side.
    ///
    /// # Errors
    /// When there is none, one cannot be read, or their columns do not fit.
    pub fn open(inputs: Vec<Input>, options: Options) -> Result<Self, Refusal> {
        let tables = open_all(&inputs, &options)?;
        let Some((_, first)) = tables.first() else {
            return Err(ReadError(word("no file was given").to_owned()).into());
        };
        let header = first.header;
        for ((_, columns), input) in tables.iter().zip(&inputs) {
            if columns.header != header {
                return Err(ReadError::of(
                    &input.name,
                    tr!(
                        "its columns are not of the kind that {} has",
                        inputs[0].name
                    ),
                )
                .into());
            }
        }
        let mut bytes = 0;
        for input in &inputs {
            bytes += input.size()?;
        }
        let block = Block {
            outputs: vec![Vec::new(); header.width()],
            ..Block::default()
        };
        Ok(Self {
            inputs,
            options,
            header,
            tables,
            current: 0,
            block,
            skipped: Skipped::default(),
            reading: Reading::default(),
            rows: 0,
            bytes,
            last_batch: None,
            batches: 0,
        })
    }

    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Groups met so far, in the order of their appearance.
    pub fn groups(&self) -> &[String] {
        &self.block.groups.list
    }

    /// What was read as what; whole once all is read.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    pub fn skipped(&self) -> &Skipped {
        &self.skipped
    }

    /// What its files are called.
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.inputs.iter().map(|of| of.name.as_str()).collect();
        match names.as_slice() {
            [first, _, .., last] => tr!("{first} to {last}", first, last),
            _ => names.join(", "),
        }
    }

    /// Why there is no example, once all is read and none came.
    pub fn without_examples(&self) -> ReadError {
        let count = self.skipped.count;
        let what = match self.skipped.first.first() {
            _ if self.rows == 0 => word("it has no rows").to_owned(),
            Some(first) if count == self.rows => {
                tr!(
                    "none of its {count} rows can be used, the first since {first}",
                    count,
                    first
                )
            }
            _ => word("there is no example among the rows that is not ignored").to_owned(),
        };
        ReadError::of(&self.name(), what)
    }

    /// Bytes read and bytes in all.
    pub fn progress(&self) -> (u64, u64) {
        let done: u64 = self.tables.iter().map(|(table, _)| table.done()).sum();
        (done.min(self.bytes), self.bytes)
    }

    /// Begins again: the same rows in the same order.
    ///
    /// # Errors
    /// Those of [`Predictions::open`].
    pub fn rewind(&mut self) -> Result<(), Refusal> {
        self.tables = open_all(&self.inputs, &self.options)?;
        self.current = 0;
        self.skipped = Skipped::default();
        self.rows = 0;
        self.last_batch = None;
        self.batches = 0;
        self.block.batches = Default::default();
        Ok(())
    }

    /// Replaces `rows` by the next examples, at most `most`.
    ///
    /// # Errors
    /// At the first row that cannot be used, unless such rows are skipped; the file is of no further
    /// use then.
    pub fn read(&mut self, rows: &mut Rows, most: usize) -> Result<Next, Refusal> {
        for values in [&mut rows.outputs, &mut rows.targets] {
            values.clear();
        }
        rows.valid.clear();
        rows.batch.clear();
        rows.group.clear();
        while let Some((table, columns)) = self.tables.get_mut(self.current) {
            self.block.clear();
            table.read(columns, most.max(1), &mut self.block)?;
            if self.block.rows == 0 {
                self.current += 1;
                continue;
            }
            self.rows += self.block.rows as u64;
            self.check(rows)?;
            if !rows.is_empty() {
                return Ok(Next::Rows);
            }
        }
        Ok(Next::End)
    }

    /// Whether the block needs no second look: one output and a label each, all as they should be.
    fn is_plain(&self) -> bool {
        let block = &self.block;
        let columns_are_plain = self.header.task == Task::Binary
            && self.header.outputs == Outputs::Logits
            && !(self.header.has_valid || self.header.has_batch || self.header.has_group);
        columns_are_plain
            && block.bad.is_empty()
            && block.outputs[0].iter().all(|value| value.is_finite())
            && block
                .targets
                .iter()
                .all(|&label| label == 0.0 || label == 1.0)
    }

    /// Moves the rows of the block that are as they should be.
    fn check(&mut self, rows: &mut Rows) -> Result<(), ReadError> {
        let (table, columns) = &self.tables[self.current];
        let Header { task, classes, .. } = self.header;
        let block = &self.block;
        let wrong = |row: usize, role: Role, value: f64, what: &str| {
            let place = table.place(block, row, columns.name(table.names(), role));
            ReadError(format!("{place}: {value} {what}"))
        };
        if block.groups.list.len() > MOST_GROUPS {
            let name = columns.name(table.names(), Role::Group);
            let place = table.place(block, block.rows - 1, name);
            return Err(ReadError(tr!(
                "{place}: this is one group more than {MOST_GROUPS}; a category is expected",
                place,
                MOST_GROUPS
            )));
        }
        if self.is_plain() {
            std::mem::swap(&mut rows.outputs, &mut self.block.outputs[0]);
            std::mem::swap(&mut rows.targets, &mut self.block.targets);
            rows.valid.resize(self.block.rows, true);
            return Ok(());
        }
        let mut bad = block.bad.iter().peekable();
        for row in 0..block.rows {
            let mut error = bad
                .next_if(|(at, _)| *at == row)
                .map(|(_, error)| error.clone());
            let mut sum = 0.0;
            for (k, values) in block.outputs.iter().enumerate() {
                let value = values[row];
                sum += value;
                if !value.is_finite() {
                    error = error.or_else(|| {
                        Some(wrong(
                            row,
                            Role::Output(k),
                            value,
                            word("is not a finite number"),
                        ))
                    });
                } else if self.header.outputs == Outputs::Probabilities
                    && !(0.0..=1.0).contains(&value)
                {
                    error = error.or_else(|| {
                        let what = word("is no probability; 0 to 1 is expected");
                        Some(wrong(row, Role::Output(k), value, what))
                    });
                }
            }
            let unit = self.header.outputs == Outputs::Probabilities && task == Task::Classes;
            if unit && (sum - 1.0).abs() > PROBABILITY_SLACK {
                error = error.or_else(|| {
                    let what = word("is the sum of the row's probabilities; 1 is expected");
                    Some(wrong(row, Role::Output(0), sum, what))
                });
            }
            let target = block.targets[row];
            let (is_good, what) = match task {
                Task::Binary => (
                    target == 0.0 || target == 1.0,
                    word("is not 0 or 1").to_owned(),
                ),
                Task::Classes => (
                    target.fract() == 0.0 && (0.0..classes as f64).contains(&target),
                    tr!("is no class; 0 to {} is expected", classes - 1),
                ),
                Task::Regression => (
                    target.is_finite(),
                    word("is not a finite number").to_owned(),
                ),
            };
            if !is_good {
                error = error.or_else(|| Some(wrong(row, Role::Target, target, &what)));
            }
            let valid = block.valid.get(row).copied().unwrap_or(1.0);
            if valid != 0.0 && valid != 1.0 {
                error =
                    error.or_else(|| Some(wrong(row, Role::Valid, valid, word("is not 0 or 1"))));
            }
            if let Some(error) = error {
                if !self.options.skip_bad_rows {
                    return Err(error);
                }
                self.skipped.count += 1;
                if self.skipped.first.len() < KEPT_SENTENCES {
                    self.skipped.first.push(error.0);
                }
                continue;
            }
            if let Some(&id) = block.batch.get(row) {
                if self.last_batch != Some(id) {
                    // Numbers grow with the first appearance: a smaller one has come back.
                    if self.last_batch.is_some_and(|last| id < last) {
                        let name = columns.name(table.names(), Role::Batch);
                        let place = table.place(block, row, name);
                        let returned = block.batches.returned.as_ref();
                        let name = returned.filter(|(_, number)| *number == id);
                        let name = name.map_or(String::new(), |(name, _)| format!(" \"{name}\""));
                        return Err(ReadError(tr!(
                            "{place}: mini-batch{name} comes back; its rows should stand together",
                            place,
                            name
                        )));
                    }
                    self.batches += u32::from(self.last_batch.is_some());
                    self.last_batch = Some(id);
                }
                rows.batch.push(self.batches);
            }
            rows.outputs
                .extend(block.outputs.iter().map(|values| values[row]));
            rows.targets.push(target);
            rows.valid.push(valid == 1.0);
            if let Some(&group) = block.group.get(row) {
                rows.group.push(group);
            }
        }
        Ok(())
    }
}

/// Tables of all files, each with its columns.
fn open_all(inputs: &[Input], options: &Options) -> Result<Vec<Opened>, ReadError> {
    let mut tables: Vec<Box<dyn Table>> = Vec::new();
    let mut arrays = None;
    for input in inputs {
        match format_of(input)? {
            Format::Npy => {
                let arrays = arrays.get_or_insert_with(|| Arrays::new(""));
                arrays.add_file(input, options.columns.as_deref())?;
            }
            Format::Npz => tables.push(Box::new(npz::open(input, options)?)),
            Format::Json => tables.push(Box::new(Object::open(input)?)),
            #[cfg(feature = "parquet")]
            Format::Parquet => tables.push(Box::new(super::parquet::Pages::open(input)?)),
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => {
                let what =
                    word("Parquet is read by the native program only; CSV, NPY, NPZ or JSON here");
                return Err(ReadError::of(&input.name, what));
            }
            Format::Delimited => tables.push(Box::new(Delimited::open(input, false)?)),
        }
    }
    if let Some(arrays) = arrays {
        if let Some(other) = tables.first() {
            let names = other.names().len();
            return Err(ReadError(tr!(
                "NPY files cannot be mixed with a file of other kind, which has {names} columns",
                names
            )));
        }
        tables.push(Box::new(arrays));
    }
    let with_columns = tables.into_iter().zip(inputs).map(|(table, input)| {
        let columns = Columns::of(&input.name, table.names())?;
        Ok((table, columns))
    });
    with_columns.collect()
}
