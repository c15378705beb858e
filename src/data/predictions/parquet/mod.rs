//! Parquet: columns in packed pages, by groups of rows. Columns of numbers and text are read, and those of lists of
//! numbers as many columns.

mod add;
mod lane;
mod leaf;
mod lengths;
mod lists;
mod source;
mod thrift;
mod unread;

use std::sync::Arc;

use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::serialized_reader::SerializedPageReader;

use super::arrays::of_list;
use super::columns::Columns;
use super::delimited::lists::Seen;
use super::error::{ReadError, shorten};
use super::guard::guarded;
use super::lists::{MOST_COLUMNS, VALUES};
use super::names::is_known;
use super::place::{MOST_TEXTS, TEXT_ROWS, place};
use super::{Block, Input, Table};
use crate::words::{tr, word};
use lane::{Kind, Lane, Levels, Values};
use leaf::Leaf;
use source::{Begun, Budget, Checked, Chunks, Packed};

/// Values of lists that are read at a time.
const LIST_VALUES: usize = 1 << 16;
/// Rows in which the first list of a column is looked for.
const FIRST_ROWS: usize = 1000;

/// A Parquet file.
pub(super) struct Pages {
    file: String,
    chunks: Chunks,
    reader: SerializedFileReader<Chunks>,
    leaves: Vec<Leaf>,
    names: Vec<String>,
    /// Of each name the column of the file, which value of a row's list, and of how many.
    places: Vec<[usize; 3]>,
    /// Why the lists of columns cannot be read.
    faults: Vec<(usize, ReadError)>,
    lanes: Vec<Lane>,
    begun: Begun,
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
    /// Reads the metadata at the end of the file, and how long lists are.
    pub fn open(input: &Input) -> Result<Self, ReadError> {
        let file = input.name.clone();
        let size = input.size()?;
        let chunks = Chunks {
            input: input.clone(),
            size,
        };
        chunks.check_end()?;
        let reader = attempt(&file, || {
            chunks.check_metadata()?;
            SerializedFileReader::new(chunks.clone())
        })?;
        let metadata = reader.metadata();
        let schema = metadata.file_metadata().schema_descr();
        let leaves = (0..schema.num_columns()).map(|index| Leaf::of(schema, index));
        let leaves: Vec<Leaf> = leaves.collect();
        let rows = metadata
            .row_groups()
            .iter()
            .map(|group| group.num_rows().max(0) as u64)
            .fold(0, u64::saturating_add);
        let mut pages = Self {
            leaves,
            names: Vec::new(),
            places: Vec::new(),
            faults: Vec::new(),
            lanes: Vec::new(),
            begun: Begun::default(),
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
        };
        for (at, leaf) in pages.leaves.iter().enumerate() {
            if leaf.part.is_some_and(|part| part != VALUES) {
                continue;
            }
            let width = attempt(&pages.file, || pages.width(at)).unwrap_or_else(|fault| {
                pages.faults.push((at, fault));
                0
            });
            if width == 0 || pages.names.len() + width > MOST_COLUMNS {
                pages.names.push(leaf.name.clone());
                pages.places.push([at, 0, 0]);
                continue;
            }
            pages.names.extend(of_list(&leaf.name, width));
            pages.places.extend((0..width).map(|k| [at, k, width]));
        }
        Ok(pages)
    }

    /// How many values the rows of a column have, as the first list of it says; 0 where it cannot be read.
    fn width(&self, at: usize) -> Result<usize, ParquetError> {
        let leaf = &self.leaves[at];
        let Some(list) = leaf.list else {
            let is_text = leaf.kind == Kind::Text && !leaf.is_nested && is_known(&leaf.name);
            // What cannot be read is told by whoever reads on.
            let width = || guarded(|| self.width_of_texts(leaf, at))?.ok()?;
            let width = is_text.then(width).flatten();
            return Ok(width.unwrap_or(usize::from(!leaf.is_nested)));
        };
        let mut lane = Lane::of(leaf, at, 1);
        for group in 0..self.reader.num_row_groups() {
            let rows = self.reader.metadata().row_group(group).num_rows().max(0);
            lane.reader = Some(self.column(group, &lane, &Budget::default())?);
            for _ in 0..FIRST_ROWS.min(rows as usize) {
                self.begun.reset();
                let mut levels = Levels::default();
                lane.read(1, &mut levels)?;
                let [first, ..] = levels.defined[..] else {
                    break;
                };
                match first + 1 - list.element {
                    // There is no list, and in the next case nothing in it.
                    ..0 => {}
                    0 => return Ok(0),
                    1.. => return Ok(levels.defined.len()),
                }
            }
        }
        Ok(0)
    }

    /// How many values the texts of a column have, where most are lists.
    fn width_of_texts(&self, leaf: &Leaf, at: usize) -> Result<Option<usize>, ParquetError> {
        let mut seen = Seen::default();
        if self.reader.num_row_groups() > 0 {
            let mut lane = Lane::of(leaf, at, 1);
            lane.reader = Some(self.column(0, &lane, &Budget::default())?);
            let rows = self.reader.metadata().row_group(0).num_rows().max(0) as usize;
            let read = lane.read(TEXT_ROWS.min(rows), &mut Levels::default())?;
            if let Values::Texts(texts) = read {
                texts.iter().for_each(|text| seen.learn(text));
            }
        }
        Ok(seen.width())
    }

    /// A column of a group of rows.
    fn column(
        &self,
        group: usize,
        lane: &Lane,
        budget: &Budget,
    ) -> Result<ColumnReader, ParquetError> {
        let metadata = self.reader.metadata();
        let group = metadata.row_group(group);
        let rows = group.num_rows().max(0) as usize;
        let column = metadata.file_metadata().schema_descr().column(lane.index);
        let chunk = group.column(lane.index);
        let packed = Arc::new(Packed::new(&self.chunks, chunk.compression(), budget));
        let pages = SerializedPageReader::new(packed, chunk, rows, None)?;
        let begun = lane.list.map(|_| self.begun.clone());
        let pages = Checked::new(pages, column.max_def_level() > 0, begun);
        Ok(get_column_reader(column, Box::new(pages)))
    }

    /// Finds out how the chosen columns are to be read.
    fn choose(&mut self, columns: &Columns) -> Result<(), ReadError> {
        let mut chosen: Vec<_> = (columns.chosen.iter())
            .map(|&(index, role)| (self.places[index], role))
            .collect();
        chosen.sort_by_key(|(place, _)| *place);
        for ([at, k, width], role) in chosen {
            let leaf = &self.leaves[at];
            if (width == 0 || leaf.kind == Kind::Other) && !role.is_text() {
                return Err(self.refused(at));
            }
            if let Some(lane) = self.lanes.last_mut().filter(|lane| lane.index == at) {
                lane.fields.push((role, k));
                continue;
            }
            if leaf.part.is_some() && width > 0 {
                // Whether each is dense stands in its first part.
                let first = at - VALUES;
                self.lanes.push(Lane::of(&self.leaves[first], first, 1));
            }
            let mut lane = Lane::of(leaf, at, width);
            lane.fields.push((role, k));
            self.lanes.push(lane);
        }
        // Groups of rows without a value may have any number of them.
        match self.lanes.first() {
            Some(first) if self.lanes.iter().all(|lane| lane.width == 0) => {
                Err(self.refused(first.index))
            }
            _ => Ok(()),
        }
    }

    /// Why a column cannot be read as numbers.
    fn refused(&self, at: usize) -> ReadError {
        let leaf = &self.leaves[at];
        if let Some((_, fault)) = self.faults.iter().find(|(of, _)| *of == at) {
            return fault.clone();
        }
        let schema = self.reader.metadata().file_metadata().schema_descr();
        let column = schema.column(at);
        let what = if column.max_rep_level() > 0 {
            word("lists; one value a row is expected").to_owned()
        } else {
            let of = match column.logical_type_ref() {
                Some(logical) => format!("{logical:?}"),
                None => format!("{:?}", column.physical_type()),
            };
            let of = shorten(&of);
            tr!("values of type {of}; numbers are expected", of)
        };
        let name = shorten(&leaf.name);
        ReadError::of(
            &self.file,
            tr!("column \"{name}\" holds {what}", name, what),
        )
    }

    /// Begins the next group of rows; false when there is none.
    fn begin_group(&mut self) -> Result<bool, ParquetError> {
        if self.next_group == self.reader.num_row_groups() {
            return Ok(false);
        }
        let group = self.reader.metadata().row_group(self.next_group);
        self.left = group.num_rows().max(0) as u64;
        let budget = Budget::default();
        for at in 0..self.lanes.len() {
            if self.lanes[at].width > 0 {
                let column = self.column(self.next_group, &self.lanes[at], &budget)?;
                self.lanes[at].reader = Some(column);
            }
        }
        self.next_group += 1;
        Ok(true)
    }

    /// How many rows are read at a time.
    fn step(&self, most: usize) -> usize {
        let step = |lane: &Lane| match lane.list {
            None if lane.has_texts() => TEXT_ROWS,
            None => most,
            Some(_) => (LIST_VALUES / lane.width.max(1)).clamp(1, TEXT_ROWS),
        };
        self.lanes.iter().map(step).min().unwrap_or(most).min(most)
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
        let step = self.step(most);
        while block.rows < most && self.text_bytes < MOST_TEXTS {
            if self.left == 0 {
                let file = self.file.clone();
                if attempt(&file, || self.begin_group())? {
                    continue;
                }
                break;
            }
            let count = self.left.min(step.min(most - block.rows) as u64) as usize;
            self.add(count, block)?;
        }
        Ok(())
    }

    fn place(&self, _block: &Block, row: usize, column: &str) -> String {
        place(&self.file, column, self.first + row as u64)
    }

    fn done(&self) -> u64 {
        let share = self.next as f64 / self.rows.max(1) as f64;
        (self.size as f64 * share) as u64
    }
}
