//! Arrow: files (Feather 2) and streams, batch by batch. Both are the same messages one behind the other; the
//! listing at the end of a file is not needed.

mod body;
mod cells;
mod flat;
mod schema;

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};

use super::columns::{Columns, Role};
use super::error::{ReadError, shorten};
use super::{Block, Input, Source, Table};
use crate::words::{tr, word};
use body::{Batch, Body};
use cells::Loaded;
use schema::{Cells, Column};

/// What files begin with, and messages.
const MAGIC: &[u8] = b"ARROW1\0\0";
const MESSAGE: [u8; 4] = [0xff; 4];
/// Longest metadata of a message in bytes.
const MOST_METADATA: u32 = 1 << 26;
/// Bytes of texts in a block; it ends early behind them.
const MOST_TEXTS: usize = 16 << 20;

/// Whether a file begins like this. Some writers leave the first message of a file without its mark: those are
/// refused like files of others.
pub(super) fn is_arrow(start: &[u8]) -> bool {
    start
        .strip_prefix(MAGIC)
        .unwrap_or(start)
        .starts_with(&MESSAGE)
}

/// A column that is read, and what of the present batch.
struct Lane {
    column: usize,
    role: Role,
    loaded: Loaded,
}

/// An Arrow file or stream.
pub(super) struct Batches {
    file: String,
    source: Box<dyn Source>,
    size: u64,
    /// Where the next message begins.
    at: u64,
    columns: Vec<Column>,
    names: Vec<String>,
    lanes: Vec<Lane>,
    /// Lists that cells point into.
    dictionaries: HashMap<i64, Loaded>,
    /// Rows of the batch, and of those the ones that were read.
    rows: u64,
    taken: u64,
    first: u64,
    next: u64,
}

impl Batches {
    /// Reads the schema.
    pub fn open(input: &Input) -> Result<Self, ReadError> {
        let mut source = input.source()?;
        let mut start = [0; 8];
        let read = source.read_exact(&mut start);
        read.map_err(|error| ReadError::io(&input.name, &error))?;
        let mut batches = Self {
            file: input.name.clone(),
            source,
            size: input.size()?,
            at: if start == MAGIC { 8 } else { 0 },
            columns: Vec::new(),
            names: Vec::new(),
            lanes: Vec::new(),
            dictionaries: HashMap::new(),
            rows: 0,
            taken: 0,
            first: 0,
            next: 0,
        };
        let metadata = batches.message()?.ok_or_else(|| batches.broken())?;
        let message = flat::Table::root(&metadata);
        let schema = message.filter(|of| of.u8(1) == Some(1));
        let columns = schema.and_then(|of| schema::columns(of.table(2)?));
        batches.columns = columns.ok_or_else(|| batches.broken())?;
        let names = batches.columns.iter().map(|column| column.name.clone());
        batches.names = names.collect();
        Ok(batches)
    }

    fn broken(&self) -> ReadError {
        ReadError::of(&self.file, word("its Arrow data contradict themselves"))
    }

    /// The metadata of the next message; `None` at the end. Its body begins where we are then.
    fn message(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        let file = &self.file;
        let failed = |error| ReadError::io(file, &error);
        self.source.seek(SeekFrom::Start(self.at)).map_err(failed)?;
        if self.at == self.size {
            return Ok(None);
        }
        let mut head = [0; 8];
        self.source.read_exact(&mut head).map_err(failed)?;
        let (mark, length) = head.split_at(4);
        let length = length.try_into().map_or(0, u32::from_le_bytes);
        if mark != MESSAGE || length > MOST_METADATA || u64::from(length) > self.size {
            return Err(self.broken());
        }
        if length == 0 {
            return Ok(None);
        }
        let mut metadata = vec![0; length as usize];
        self.source.read_exact(&mut metadata).map_err(failed)?;
        self.at += 8 + u64::from(length);
        Ok(Some(metadata))
    }

    /// Loads the chosen columns of the next batch; false at the end.
    fn begin_batch(&mut self) -> Result<bool, ReadError> {
        let Some(metadata) = self.message()? else {
            return Ok(false);
        };
        let broken = self.broken();
        let message = flat::Table::root(&metadata).ok_or(broken.clone())?;
        let length = u64::try_from(message.i64(3).unwrap_or(0)).map_err(|_| broken.clone())?;
        if length > self.size.saturating_sub(self.at) {
            return Err(ReadError::io(
                &self.file,
                &std::io::ErrorKind::UnexpectedEof.into(),
            ));
        }
        let mut body = Body {
            file: &self.file,
            source: &mut self.source,
            start: self.at,
            length,
            room: body::room(self.size),
        };
        self.at += length;
        let header = message.table(2).ok_or(broken.clone())?;
        match message.u8(1) {
            Some(2) => {
                let id = header.i64(0).unwrap_or(0);
                let used = |lane: &&Lane| {
                    let column = &self.columns[lane.column];
                    column.dictionary.is_some_and(|(of, _)| of == id)
                };
                let Some(lane) = self.lanes.iter().find(used) else {
                    return Ok(true);
                };
                let batch = header.table(1).and_then(Batch::of).ok_or(broken.clone())?;
                let column = Column {
                    dictionary: None,
                    node: 0,
                    buffer: 0,
                    views: 0,
                    ..self.columns[lane.column].clone()
                };
                let loaded = Loaded::of(&column, &batch, &mut body)?;
                if header.u8(2) == Some(1) && self.dictionaries.contains_key(&id) {
                    let what = word("its lists of names grow; write them whole");
                    return Err(ReadError::of(&self.file, what));
                }
                self.dictionaries.insert(id, loaded);
            }
            Some(3) => {
                let batch = Batch::of(header).ok_or(broken)?;
                for lane in &mut self.lanes {
                    lane.loaded = Loaded::default();
                    lane.loaded = Loaded::of(&self.columns[lane.column], &batch, &mut body)?;
                }
                (self.rows, self.taken) = (batch.rows, 0);
            }
            _ => {}
        }
        Ok(true)
    }

    fn choose(&mut self, columns: &Columns) -> Result<(), ReadError> {
        for &(index, role) in &columns.chosen {
            let column = &self.columns[index];
            let refuse = |what: &str| {
                let name = shorten(&column.name);
                ReadError::of(
                    &self.file,
                    tr!("column \"{name}\" holds {what}", name, what),
                )
            };
            match column.cells {
                Cells::Text(_) | Cells::Views if !role.is_text() => {
                    return Err(refuse(word("text; numbers are expected")));
                }
                Cells::Other => {
                    return Err(refuse(word(
                        "neither numbers nor text; one value a row is expected",
                    )));
                }
                _ => self.lanes.push(Lane {
                    column: index,
                    role,
                    loaded: Loaded::default(),
                }),
            }
        }
        Ok(())
    }
}

impl Table for Batches {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        if self.lanes.is_empty() {
            self.choose(columns)?;
        }
        self.first = self.next;
        let mut texts = 0;
        while block.rows < most && texts < MOST_TEXTS {
            if self.taken == self.rows {
                if !self.begin_batch()? {
                    break;
                }
                continue;
            }
            let has_texts = self.lanes.iter().any(|lane| lane.role.is_text());
            let step = if has_texts { 1024 } else { most };
            let count = (self.rows - self.taken).min(step.min(most - block.rows) as u64) as usize;
            let mut bad = std::collections::BTreeMap::new();
            for lane in &self.lanes {
                let column = &self.columns[lane.column];
                let list = match column.dictionary {
                    Some((id, _)) => Some(self.dictionaries.get(&id).ok_or_else(|| self.broken())?),
                    None => None,
                };
                if let Some(values) = block.numbers(lane.role).filter(|_| list.is_none()) {
                    let cells = self.taken as usize..self.taken as usize + count;
                    if lane.loaded.numbers(cells, values) {
                        continue;
                    }
                }
                for row in 0..count {
                    let cell = self.taken as usize + row;
                    let index = self.next + row as u64;
                    if lane.role.is_text() {
                        let text = lane.loaded.text(cell, list).ok_or_else(|| self.broken())?;
                        texts += text.len();
                        block.name(lane.role, &text);
                        continue;
                    }
                    let number = lane.loaded.number(cell, list);
                    if number.is_none() {
                        let name = &column.name;
                        let sentence = tr!(
                            "{}, column \"{name}\", index {index}: null is not a number",
                            self.file,
                            name,
                            index
                        );
                        bad.entry(block.rows + row).or_insert(ReadError(sentence));
                    }
                    if let Some(values) = block.numbers(lane.role) {
                        values.push(number.unwrap_or(f64::NAN));
                    }
                }
            }
            block.bad.extend(bad);
            block.rows += count;
            self.taken += count as u64;
            self.next += count as u64;
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
        self.at
    }
}
