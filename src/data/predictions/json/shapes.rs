//! The shapes in which tables come as JSON, and how each becomes columns.

mod nested;
mod rows;

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::{DefaultHasher, Hasher};

use super::super::Input;
use super::super::error::ReadError;
use super::super::names::{Optional, is_known, named};
use super::super::work::Pace;
use super::cells::{Cell, Column, Full, Kind, Store};
use super::scan::{BUFFER, Scalar, Scanner};
use crate::words::word;

/// Columns of names.
#[derive(Default)]
pub(super) struct Frame {
    pub names: Vec<String>,
    pub columns: Vec<Column>,
    places: HashMap<String, usize>,
    pub rows: usize,
    /// Whether a label was an array: one-hot, or those of a table.
    pub has_lists_of_labels: bool,
}

impl Frame {
    /// The column of a name, where the last one found was `hint - 1`: records have the same order most often.
    fn place(&mut self, store: &mut Store, name: &str, hint: usize) -> Result<usize, Full> {
        if self.names.get(hint).is_some_and(|of| of == name) {
            return Ok(hint);
        }
        if let Some(&place) = self.places.get(name) {
            return Ok(place);
        }
        let place = self.names.len();
        self.columns.push(store.column(name)?);
        self.names.push(name.to_owned());
        self.places.insert(name.to_owned(), place);
        Ok(place)
    }

    /// Sets a cell of the row that is being read; false where it already was.
    fn set(&mut self, store: &mut Store, place: usize, cell: Cell) -> Result<bool, Full> {
        let column = &mut self.columns[place];
        if column.cells.len() > self.rows {
            return Ok(false);
        }
        column.pad(store, self.rows)?;
        column.push(store, cell)?;
        Ok(true)
    }

    /// Fills cells that are missing at the ends of columns.
    fn finish(&mut self, store: &mut Store) -> Result<(), Full> {
        self.columns
            .iter_mut()
            .try_for_each(|column| column.pad(store, self.rows))
    }
}

/// A row that is being read, and where its next cell likely belongs.
struct Row<'a> {
    frame: &'a mut Frame,
    hint: usize,
}

/// What stands under a name.
pub(super) enum Shape {
    Empty,
    List(Column),
    /// Arrays of equal lengths, as columns.
    Matrix(Frame),
    Records(Frame),
}

/// An entry of the object.
pub(super) struct Entry {
    pub name: String,
    pub shape: Shape,
    /// Fingerprint of the names of its elements, where it is an object.
    pub keys: Option<u64>,
}

/// What is read of a document.
pub(super) struct Document {
    pub scanner: Scanner,
    pub store: Store,
    pub entries: Vec<Entry>,
    /// Rows that stand under a name each.
    pub by_row: Frame,
    /// The name of the first of them.
    pub first_row: Option<String>,
    /// The name of one that may as well be a table.
    pub doubtful: Option<String>,
    /// Objects of arrays that stand under a name each.
    pub tables: Vec<(String, Vec<Entry>)>,
    /// Values that are neither array nor object: a row, where there is nothing else.
    pub scalars: Frame,
    input: Input,
    pace: Pace,
    /// Bytes that had passed at the last pause.
    paused: u64,
}

impl Document {
    pub fn new(scanner: Scanner, input: &Input, pace: &Pace) -> Self {
        Self {
            input: input.clone(),
            pace: pace.clone(),
            paused: 0,
            scanner,
            store: Store::new(),
            entries: Vec::new(),
            by_row: Frame::default(),
            first_row: None,
            doubtful: None,
            tables: Vec::new(),
            scalars: Frame::default(),
        }
    }

    /// Whether enough was read for a step.
    pub fn is_due(&self) -> bool {
        self.scanner.done() - self.paused >= BUFFER as u64
    }

    /// Ends a step.
    pub async fn pause(&mut self) {
        self.paused = self.scanner.done();
        self.pace.pause(self.input.done(self.paused)).await;
    }

    fn full(&self) -> ReadError {
        self.scanner.fail(word(
            "its cells take more than 1 GiB of memory: JSON is held as a whole; CSV, NPY, NPZ and Parquet are not",
        ))
    }

    pub fn kept<T>(&self, outcome: Result<T, Full>) -> Result<T, ReadError> {
        outcome.map_err(|Full| self.full())
    }

    fn cell(&mut self, first: u8) -> Result<Cell, ReadError> {
        let kind = match first {
            b'[' => Kind::Array,
            b'{' => Kind::Object,
            _ => {
                return Ok(match self.scanner.scalar(first)? {
                    Scalar::Number(value) => Cell::number(value),
                    Scalar::Bool(true) => Cell::of(Kind::True, 0),
                    Scalar::Bool(false) => Cell::of(Kind::False, 0),
                    Scalar::Null => Cell::of(Kind::Null, 0),
                    found @ (Scalar::Text | Scalar::Whole(_)) => {
                        let code = self.store.code(&self.scanner.text);
                        let code = self.kept(code)?;
                        let kind = if found == Scalar::Text {
                            Kind::Text
                        } else {
                            Kind::Whole
                        };
                        Cell::of(kind, code)
                    }
                });
            }
        };
        self.scanner.skip(first)?;
        Ok(Cell::of(kind, 0))
    }

    /// Adds elements of an array until a pause is due; false behind its end.
    pub fn elements(
        &mut self,
        shape: &mut Shape,
        is_first: &mut bool,
        name: &str,
    ) -> Result<bool, ReadError> {
        while let Some(first) = self.scanner.element(is_first, b']')? {
            self.element(shape, first, name)?;
            if self.is_due() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Adds an element of an array, or of an object that stands for one.
    fn element(&mut self, shape: &mut Shape, first: u8, name: &str) -> Result<(), ReadError> {
        if matches!(shape, Shape::Empty) {
            *shape = match first {
                b'[' => Shape::Matrix(Frame::default()),
                b'{' => Shape::Records(Frame::default()),
                _ => {
                    let column = self.store.column(name);
                    Shape::List(self.kept(column)?)
                }
            };
        }
        match shape {
            Shape::Empty => Ok(()),
            Shape::List(column) => {
                let cell = self.cell(first)?;
                let pushed = column.push(&mut self.store, cell);
                self.kept(pushed)
            }
            Shape::Matrix(frame) if first == b'[' => self.matrix_row(frame),
            Shape::Records(frame) if first == b'{' => self.record(frame),
            Shape::Matrix(frame) | Shape::Records(frame) => {
                let cell = self.cell(first)?;
                self.fill_row(frame, cell)
            }
        }
    }

    /// A row of which every cell is the same.
    fn fill_row(&mut self, frame: &mut Frame, cell: Cell) -> Result<(), ReadError> {
        for column in &mut frame.columns {
            column.cells.truncate(frame.rows);
            let pushed = column
                .pad(&mut self.store, frame.rows)
                .and_then(|()| column.push(&mut self.store, cell));
            self.kept(pushed)?;
        }
        frame.rows += 1;
        Ok(())
    }

    fn matrix_row(&mut self, frame: &mut Frame) -> Result<(), ReadError> {
        self.scanner.take();
        let (mut is_first, mut count) = (true, 0);
        while let Some(first) = self.scanner.element(&mut is_first, b']')? {
            let cell = self.cell(first)?;
            if count == frame.columns.len() && frame.rows == 0 {
                let column = self.store.column("");
                frame.columns.push(self.kept(column)?);
            }
            if let Some(column) = frame.columns.get_mut(count) {
                let pushed = column.push(&mut self.store, cell);
                self.kept(pushed)?;
            }
            count += 1;
        }
        if count == frame.columns.len() {
            frame.rows += 1;
            return Ok(());
        }
        self.fill_row(frame, Cell::of(Kind::OtherLength, 0))
    }

    /// An array, as what stands under this name.
    pub async fn array(&mut self, name: &str) -> Result<Shape, ReadError> {
        self.scanner.take();
        let (mut shape, mut is_first) = (Shape::Empty, true);
        while self.elements(&mut shape, &mut is_first, name)? {
            self.pause().await;
        }
        Ok(shape)
    }

    /// An entry, for which there has to be memory.
    fn made(&mut self, name: String, shape: Shape, keys: Option<u64>) -> Result<Entry, ReadError> {
        let cost = self.store.take(2 * size_of::<Entry>() + name.len());
        self.kept(cost)?;
        Ok(Entry { name, shape, keys })
    }

    /// An entry of the object of all.
    pub async fn entry(&mut self, first: u8) -> Result<(), ReadError> {
        let name = String::from_utf8_lossy(&self.scanner.text).into_owned();
        let mut shape = Shape::Empty;
        let mut keys = None;
        match first {
            b'[' => shape = self.array(&name).await?,
            b'{' => {
                self.scanner.take();
                let mut is_first = true;
                let mut hasher = DefaultHasher::new();
                let mut next = self.scanner.entry(&mut is_first)?;
                let is_row = next.is_some() && is_row(&name, &self.scanner.text, next);
                if is_row && next == Some(b'[') {
                    return self.table_or_row(&name).await;
                }
                if is_row && let Some(first) = next {
                    return self.row_under(&name, |this, frame| this.record_from(frame, first));
                }
                while let Some(first) = next {
                    hasher.write(&self.scanner.text);
                    hasher.write_u8(0xff);
                    self.element(&mut shape, first, &name)?;
                    if self.is_due() {
                        self.pause().await;
                    }
                    next = self.scanner.entry(&mut is_first)?;
                }
                keys = Some(hasher.finish());
            }
            _ => {
                let cell = self.cell(first)?;
                let mut frame = std::mem::take(&mut self.scalars);
                let hint = frame.names.len();
                let row = &mut Row {
                    frame: &mut frame,
                    hint,
                };
                let set = self.set(row, &name, cell);
                self.scalars = frame;
                return set;
            }
        }
        let entry = self.made(name, shape, keys)?;
        self.entries.push(entry);
        Ok(())
    }

    /// Fills what is missing in tables of records.
    pub fn finish(&mut self) -> Result<(), ReadError> {
        let tables = self.tables.iter_mut().flat_map(|(_, entries)| entries);
        let entries =
            self.entries
                .iter_mut()
                .chain(tables)
                .filter_map(|entry| match &mut entry.shape {
                    Shape::Records(frame) => Some(frame),
                    Shape::Empty | Shape::List(_) | Shape::Matrix(_) => None,
                });
        let store = &mut self.store;
        let finished = entries
            .chain([&mut self.by_row])
            .try_for_each(|frame| frame.finish(store));
        self.kept(finished)
    }
}

/// Whether an object under a name is a row, and not a column of which the rows have names: what is known, or
/// no number, is the name of a column.
fn is_row(name: &str, first_key: &[u8], first: Option<u8>) -> bool {
    let key = String::from_utf8_lossy(first_key);
    if named(name).optional == Some(Optional::Valid) && first == Some(b'[') {
        // The split of this name beside others.
        return is_known(&key);
    }
    let is_number = |text: &str| text.parse::<i64>().is_ok();
    !is_known(name) && (is_known(&key) || !is_number(&key))
}

/// The name of a column of a matrix, by the number or the name of its class.
pub(super) fn numbered(name: &str, class: impl Display) -> String {
    let name = if name == "logits" { "logit" } else { name };
    format!("{name}_{class}")
}
