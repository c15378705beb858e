//! Arrow: files (Feather 2) and streams, batch by batch. A column of lists of numbers is as many columns as each of its
//! rows has values.

mod body;
mod cells;
mod dictionary;
mod flat;
mod lists;
mod messages;
mod schema;

use std::collections::{BTreeMap, HashMap};

use super::arrays::of_list;
use super::columns::{Columns, Role};
use super::error::{ReadError, shorten};
use super::lists::{self as shared, DENSE, MOST_COLUMNS, VALUES};
use super::place::{MOST_TEXT, MOST_TEXTS, TEXT_ROWS, null, place, too_long};
use super::{Block, Input, Table};
use crate::words::{tr, word};
use body::Batch;
use cells::{Loaded, Pushed};
use dictionary::Dictionary;
use lists::Lists;
use messages::{Message, Messages};
use schema::{Cells, Column, Lengths, Values};

/// What files begin with, and messages.
const MAGIC: &[u8] = b"ARROW1\0\0";
const MESSAGE: [u8; 4] = [0xff; 4];

/// Whether a file begins like this.
pub(super) fn is_arrow(start: &[u8]) -> bool {
    start.starts_with(MAGIC) || start.starts_with(&MESSAGE)
}

/// A column of the file that is read, and what of the present batch.
struct Lane {
    column: usize,
    /// What its values are for, and which of a row's list each is.
    fields: Vec<(Role, usize)>,
    /// How many values a row has.
    width: usize,
    /// Whether they can be read; else it is looked at as empty.
    has_values: bool,
    loaded: Loaded,
    lists: Option<Lists>,
}

/// An Arrow file or stream.
pub(super) struct Batches {
    messages: Messages,
    columns: Vec<Column>,
    names: Vec<String>,
    /// Of each name the column of the file, which value of a row's list, and of how many.
    places: Vec<[usize; 3]>,
    lanes: Vec<Lane>,
    /// What cells point into.
    dictionaries: HashMap<i64, Dictionary>,
    /// Rows of the batch, and of those the ones that were read.
    rows: u64,
    taken: u64,
    first: u64,
    next: u64,
}

impl Batches {
    /// Reads the schema, and how long lists are.
    pub fn open(input: &Input) -> Result<Self, ReadError> {
        let (messages, bytes) = Messages::open(input)?;
        let columns = messages.schema(&bytes).and_then(schema::columns);
        let columns = columns.ok_or_else(|| messages.broken())?;
        let mut batches = Self {
            messages,
            columns,
            names: Vec::new(),
            places: Vec::new(),
            lanes: Vec::new(),
            dictionaries: HashMap::new(),
            rows: 0,
            taken: 0,
            first: 0,
            next: 0,
        };
        let widths = batches.widths()?;
        for (at, (column, width)) in batches.columns.iter().zip(widths).enumerate() {
            if column.around.part.is_some_and(|part| part != VALUES) {
                continue;
            }
            let is_one = width == 0 || batches.names.len() + width > MOST_COLUMNS;
            if is_one {
                batches.names.push(column.name.clone());
                batches.places.push([at, 0, 0]);
                continue;
            }
            batches.names.extend(of_list(&column.name, width));
            batches.places.extend((0..width).map(|k| [at, k, width]));
        }
        batches.messages = Messages::open(input)?.0;
        Ok(batches)
    }

    /// How many values the rows of each column have, as the first list of it says; 0 where there is none.
    fn widths(&mut self) -> Result<Vec<usize>, ReadError> {
        let width = |column: &Column| match column.lists.map(|lists| lists.lengths) {
            None => Some(1),
            Some(Lengths::Fixed(count)) => Some(count),
            Some(Lengths::Ends(_)) => None,
        };
        let mut widths: Vec<Option<usize>> = self.columns.iter().map(width).collect();
        while widths.contains(&None) {
            let Some(message) = self.messages.next()? else {
                break;
            };
            let root = flat::Table::root(&message.metadata);
            let header = root.filter(|root| root.u8(1) == Some(3));
            let Some(header) = header.and_then(|root| root.table(2)) else {
                continue;
            };
            let batch = Batch::of(header).ok_or_else(|| self.messages.broken())?;
            let rows = 0..usize::try_from(batch.rows).unwrap_or(usize::MAX);
            let mut body = self.messages.body(&message);
            for (column, width) in self.columns.iter().zip(&mut widths) {
                let (Some(of), None) = (column.lists, &width) else {
                    continue;
                };
                let lists = Lists::of(of, &column.around, &batch, &mut body)?;
                let first = rows.clone().find_map(|row| lists.range(row));
                *width = first.map(|values| values.len());
            }
        }
        Ok(widths.into_iter().map(Option::unwrap_or_default).collect())
    }

    /// Loads the chosen columns of the next batch; false at the end.
    fn begin_batch(&mut self) -> Result<bool, ReadError> {
        let Some(message) = self.messages.next()? else {
            return Ok(false);
        };
        let root = flat::Table::root(&message.metadata);
        let kind = root.and_then(|root| root.u8(1));
        let header = root.and_then(|root| root.table(2));
        let header = header.ok_or_else(|| self.messages.broken())?;
        match kind {
            Some(2) => self.add_dictionary(header, &message)?,
            Some(3) => {
                let batch = Batch::of(header).ok_or_else(|| self.messages.broken())?;
                let mut body = self.messages.body(&message);
                for lane in &mut self.lanes {
                    // Not both at once.
                    (lane.loaded, lane.lists) = (Loaded::default(), None);
                    let column = &self.columns[lane.column];
                    if !lane.has_values {
                        continue;
                    }
                    let Some(lists) = column.lists else {
                        let rows = Some(batch.rows);
                        lane.loaded = Loaded::of(&column.values, rows, &batch, &mut body)?;
                        let there = &mut lane.loaded.there;
                        cells::mask(there, &column.around, &batch, &mut body)?;
                        continue;
                    };
                    let lists = Lists::of(lists, &column.around, &batch, &mut body)?;
                    lane.loaded = Loaded::of(&column.values, None, &batch, &mut body)?;
                    if lane.loaded.rows() < lists.needs {
                        return Err(self.messages.broken());
                    }
                    lane.lists = Some(lists);
                }
                (self.rows, self.taken) = (batch.rows, 0);
            }
            _ => {}
        }
        Ok(true)
    }

    /// Keeps what cells point into, where a column that is read does.
    fn add_dictionary(
        &mut self,
        header: flat::Table<'_>,
        message: &Message,
    ) -> Result<(), ReadError> {
        let id = header.i64(0).unwrap_or(0);
        let used = self.lanes.iter().find_map(|lane| {
            let values = &self.columns[lane.column].values;
            values.dictionary.filter(|(of, _)| *of == id)?;
            Some(values.cells)
        });
        let Some(cells) = used else {
            return Ok(());
        };
        let batch = header.table(1).and_then(Batch::of);
        let batch = batch.ok_or_else(|| self.messages.broken())?;
        let grows = header.u8(2) == Some(1);
        let held = self.dictionaries.contains_key(&id);
        if held && !grows {
            if !self.messages.is_stream() {
                // Which of its batches mean which nobody says.
                return Err(self.messages.broken());
            }
            self.dictionaries.remove(&id);
        }
        let values = Values {
            cells,
            dictionary: None,
            node: 0,
            buffer: 0,
            views: 0,
        };
        let size = self.dictionaries.values().map(Dictionary::size).sum();
        let mut body = self.messages.body(message);
        body.room = body.room.saturating_sub(size);
        let loaded = Loaded::of(&values, Some(batch.rows), &batch, &mut body)?;
        self.dictionaries.entry(id).or_default().add(loaded);
        Ok(())
    }

    fn choose(&mut self, columns: &Columns) -> Result<(), ReadError> {
        let mut chosen: Vec<_> = (columns.chosen.iter())
            .map(|&(index, role)| (self.places[index], role))
            .collect();
        chosen.sort_by_key(|(place, _)| *place);
        let refuse = |column: &Column| {
            let name = shorten(&column.name);
            let what = word("neither numbers nor text; one value a row is expected");
            let what = tr!("column \"{name}\" holds {what}", name, what);
            ReadError::of(&self.messages.file, what)
        };
        for ([at, k, width], role) in chosen {
            let column = &self.columns[at];
            let has_values = column.values.cells != Cells::Other && width > 0;
            if !has_values && !role.is_text() {
                return Err(refuse(column));
            }
            if let Some(lane) = self.lanes.last_mut().filter(|lane| lane.column == at) {
                lane.fields.push((role, k));
                continue;
            }
            let lane = |column, fields, width| Lane {
                column,
                fields,
                width,
                has_values,
                loaded: Loaded::default(),
                lists: None,
            };
            if column.around.part.is_some() && has_values {
                // Whether each is dense stands in its first part.
                self.lanes.push(lane(at - VALUES, Vec::new(), 1));
            }
            self.lanes.push(lane(at, vec![(role, k)], width));
        }
        // A batch of no bytes may have any number of rows.
        let is_nothing = |lane: &Lane| {
            let values = &self.columns[lane.column].values;
            !lane.has_values || values.cells == Cells::Nothing && values.dictionary.is_none()
        };
        match self.lanes.first() {
            Some(first) if self.lanes.iter().all(is_nothing) => {
                Err(refuse(&self.columns[first.column]))
            }
            _ => Ok(()),
        }
    }

    /// Adds rows of the batch to a block.
    fn add(&self, count: usize, texts: &mut usize, block: &mut Block) -> Result<(), ReadError> {
        let mut bad = BTreeMap::new();
        let from = self.taken as usize;
        let broken = || self.messages.broken();
        for lane in &self.lanes {
            let column = &self.columns[lane.column];
            let dictionary = match column.values.dictionary {
                Some((id, _)) => Some(self.dictionaries.get(&id).ok_or_else(broken)?),
                None => None,
            };
            if lane.fields.is_empty() {
                for row in 0..count {
                    let mut kind = Vec::new();
                    let pushed = lane.loaded.push(from + row, dictionary, &mut kind);
                    if !matches!(pushed, Pushed::Null) && kind != [DENSE] {
                        let place =
                            place(&self.messages.file, &column.name, self.next + row as u64);
                        bad.entry(block.rows + row)
                            .or_insert_with(|| shared::sparse(&place));
                    }
                }
                continue;
            }
            let first = match &lane.lists {
                None => Some(from),
                Some(lists) => {
                    let first = lists.even(lane.width);
                    first.map(|first| first + from * lane.width)
                }
            };
            for &(role, k) in &lane.fields {
                let shape = [lane.width, k];
                let whole = first.filter(|_| dictionary.is_none());
                if let (Some(first), Some(values)) = (whole, block.numbers(role))
                    && lane.loaded.push_all(first, count, shape, values)
                {
                    continue;
                }
                for row in 0..count {
                    let place = || {
                        let index = self.next + row as u64;
                        place(&self.messages.file, &column.name, index)
                    };
                    let cell = match &lane.lists {
                        None => Ok(from + row),
                        Some(lists) => shared::cell(lists.range(from + row), shape, place),
                    };
                    let fault = match (cell, block.numbers(role)) {
                        (Err(fault), Some(values)) => {
                            values.push(f64::NAN);
                            Some(fault)
                        }
                        (Ok(cell), Some(values)) => {
                            match lane.loaded.push(cell, dictionary, values) {
                                Pushed::Number => None,
                                Pushed::Null => Some(null(&place())),
                                Pushed::Text(text) => {
                                    Some(ReadError::no_number(&place(), text.as_bytes()))
                                }
                                Pushed::Broken => return Err(broken()),
                            }
                        }
                        (Err(_), None) => {
                            block.name(role, b"");
                            None
                        }
                        (Ok(cell), None) => {
                            let text = lane.loaded.text(cell, dictionary).ok_or_else(broken)?;
                            if text.len() > MOST_TEXT {
                                return Err(too_long(&place()));
                            }
                            *texts += text.len();
                            block.name(role, &text);
                            None
                        }
                    };
                    if let Some(fault) = fault {
                        bad.entry(block.rows + row).or_insert(fault);
                    }
                }
            }
        }
        block.bad.extend(bad);
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
        let has_texts = columns.chosen.iter().any(|(_, role)| role.is_text());
        let step = if has_texts { TEXT_ROWS } else { most };
        while block.rows < most && texts < MOST_TEXTS {
            if self.taken == self.rows {
                if !self.begin_batch()? {
                    break;
                }
                continue;
            }
            let count = (self.rows - self.taken).min(step.min(most - block.rows) as u64);
            self.add(count as usize, &mut texts, block)?;
            block.rows += count as usize;
            self.taken += count;
            self.next += count;
        }
        Ok(())
    }

    fn place(&self, _block: &Block, row: usize, column: &str) -> String {
        place(&self.messages.file, column, self.first + row as u64)
    }

    fn done(&self) -> u64 {
        self.messages.at
    }
}
