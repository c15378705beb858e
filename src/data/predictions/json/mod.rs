//! JSON: an object of arrays, an array of records, and the other shapes in which tables are written.

mod cells;
mod scan;
mod shapes;

use std::collections::BTreeMap;

use super::columns::Columns;
use super::encoding::transcoded;
use super::error::{ReadError, shorten};
use super::layout::known;
use super::{Block, Input, Options, Table};
use crate::words::{tr, word};
use cells::{Column, Kind, Store};
use scan::Scanner;
use shapes::{Document, Entry, Frame, Shape, numbered};

/// Names that a note lists.
const LISTED: usize = 6;

/// Columns in memory.
pub(super) struct Object {
    file: String,
    names: Vec<String>,
    columns: Vec<Column>,
    /// Whether rows are records, and not elements of arrays.
    is_records: bool,
    store: Store,
    next: usize,
    first: usize,
    size: u64,
    notes: Vec<String>,
}

/// A table that a document may be.
struct Candidate {
    names: Vec<String>,
    columns: Vec<Column>,
    is_records: bool,
    /// Entries of the object that it is made of.
    of: Vec<String>,
}

impl Candidate {
    fn records(frame: Frame, of: Vec<String>) -> Self {
        Self {
            names: frame.names,
            columns: frame.columns,
            is_records: true,
            of,
        }
    }
}

impl Object {
    pub fn open(input: &Input, options: &Options) -> Result<Self, ReadError> {
        let file = input.name.clone();
        let (input, utf16) = transcoded(input)?;
        let open = || {
            input
                .source()
                .and_then(|source| Scanner::new(&file, source))
        };
        let mut notes: Vec<String> = input.unpacking.iter().map(|of| of.note()).collect();
        notes.extend(utf16.map(|what| tr!("it is text in {0}", what)));
        let mut document = Document::new(open()?);
        let first = document.scanner.peek()?;
        let mut is_first = true;
        let candidate = if first == Some(b'[') {
            let mut shape = Shape::Empty;
            document.scanner.take();
            while let Some(first) = document.scanner.element(&mut is_first, b']')? {
                document.element(&mut shape, first, "")?;
            }
            document.entries.push(Entry {
                name: String::new(),
                shape,
                keys: None,
            });
            document.finish()?;
            array(&file, &mut document, options)?
        } else {
            document.scanner.take();
            while let Some(first) = document.scanner.entry(&mut is_first)? {
                document.entry(first)?;
            }
            if document.scanner.peek()? == Some(b'{') {
                // JSON Lines: the first line was a row as well.
                document = Document::new(open()?);
                let mut frame = Frame::default();
                while let Some(first) = document.scanner.peek()? {
                    if first != b'{' {
                        return Err(document.scanner.unexpected(word("an object"))?);
                    }
                    document.record(&mut frame)?;
                }
                document.by_row = frame;
                document.finish()?;
                Candidate::records(std::mem::take(&mut document.by_row), Vec::new())
            } else {
                document.finish()?;
                object(&file, &mut document, &mut notes)?
            }
        };
        if document.scanner.peek()?.is_some() {
            return Err(document.scanner.unexpected(word("the end of the file"))?);
        }
        Ok(Self {
            size: input.done(document.scanner.done()),
            file,
            names: candidate.names,
            columns: candidate.columns,
            is_records: candidate.is_records,
            store: document.store,
            next: 0,
            first: 0,
            notes,
        })
    }

    /// Where a cell is.
    fn at(&self, index: usize, column: &str) -> String {
        if self.is_records {
            tr!(
                "{0}, record {index} (from 0), \"{column}\"",
                self.file,
                index,
                column
            )
        } else {
            tr!(
                "{0}, array \"{column}\", index {1}",
                self.file,
                index,
                column
            )
        }
    }
}

/// An array of all.
fn array(file: &str, document: &mut Document, options: &Options) -> Result<Candidate, ReadError> {
    let shape = document
        .entries
        .pop()
        .map_or(Shape::Empty, |entry| entry.shape);
    match shape {
        Shape::Records(frame) => Ok(Candidate::records(frame, Vec::new())),
        Shape::Matrix(frame) => {
            let count = frame.columns.len();
            let names = match &options.columns {
                Some(given) if given.len() != count => {
                    let what = tr!(
                        "it has {0} columns, and --columns names {1}",
                        count,
                        given.len()
                    );
                    return Err(ReadError::of(file, what));
                }
                Some(given) => given.clone(),
                None => (0..count).map(|k| format!("column {k}")).collect(),
            };
            Ok(Candidate {
                names,
                ..Candidate::records(frame, Vec::new())
            })
        }
        Shape::Empty => Err(ReadError::of(file, word("it has no rows"))),
        Shape::List(_) => Err(ReadError::of(
            file,
            word(
                "it is a JSON array of values without names; an object of arrays, as {\"logit\": [1.5], \"label\": [0]}, or an array of objects is expected",
            ),
        )),
    }
}

/// Of the tables that an object may be, that with the most names that predictions have.
fn object(
    file: &str,
    document: &mut Document,
    notes: &mut Vec<String>,
) -> Result<Candidate, ReadError> {
    let mut all: Vec<String> = document
        .entries
        .iter()
        .map(|entry| entry.name.clone())
        .collect();
    all.extend(document.scalars.names.iter().cloned());
    let entries = std::mem::take(&mut document.entries);
    let mut candidates = Vec::new();
    let (mut arrays, mut maps, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for entry in entries {
        match &entry.shape {
            Shape::Records(_) => others.push(entry),
            Shape::Empty | Shape::List(_) | Shape::Matrix(_) => match entry.keys {
                None => arrays.push(entry),
                Some(_) => maps.push(entry),
            },
        }
    }
    match split(arrays, &document.store) {
        Ok(split) => candidates.push(split),
        Err(arrays) => candidates.push(columns(arrays)),
    }
    for entry in others {
        if let Shape::Records(frame) = entry.shape {
            candidates.push(Candidate::records(frame, vec![entry.name]));
        }
    }
    let keys: Vec<(String, Option<u64>)> = maps
        .iter()
        .map(|map| (map.name.clone(), map.keys))
        .collect();
    let maps = columns(maps);
    candidates.push(maps);
    candidates.push(Candidate::records(
        std::mem::take(&mut document.by_row),
        Vec::new(),
    ));
    let scalars = std::mem::take(&mut document.scalars);
    let of = scalars.names.clone();
    candidates.push(Candidate::records(scalars, of));
    candidates.retain(|candidate| !candidate.columns.is_empty());
    // The first of equal ones.
    let best = candidates
        .into_iter()
        .rev()
        .max_by_key(|candidate| known(&candidate.names));
    let Some(best) = best else {
        return Err(ReadError::of(file, word("it has no rows")));
    };
    let mut keys = keys.iter().filter(|(name, _)| best.of.contains(name));
    if let Some((first, of)) = keys.next()
        && let Some((other, _)) = keys.find(|(_, other)| other != of)
    {
        let what = tr!(
            "the rows of \"{first}\" and \"{other}\" have different names; the same rows in the same order are expected",
            first,
            other
        );
        return Err(ReadError::of(file, what));
    }
    let ignored: Vec<String> = all
        .into_iter()
        .filter(|name| !best.of.contains(name))
        .collect();
    if !ignored.is_empty() {
        let listed: Vec<String> = ignored
            .iter()
            .take(LISTED)
            .map(|name| format!("\"{}\"", shorten(name)))
            .collect();
        let listed = listed.join(", ");
        notes.push(match ignored.len().saturating_sub(LISTED) {
            0 => tr!("{listed} are no columns and were ignored", listed),
            more => tr!(
                "{listed} and {more} more are no columns and were ignored",
                listed,
                more
            ),
        });
    }
    Ok(best)
}

/// What pandas writes with orient="split": names, and rows without them.
fn split(mut arrays: Vec<Entry>, store: &Store) -> Result<Candidate, Vec<Entry>> {
    let find = |name: &str| arrays.iter().position(|entry| entry.name == name);
    let (Some(names), Some(data)) = (find("columns"), find("data")) else {
        return Err(arrays);
    };
    let (Shape::List(names), Shape::Matrix(frame)) = (&arrays[names].shape, &arrays[data].shape)
    else {
        return Err(arrays);
    };
    let text = |cell: &cells::Cell| match cell.value() {
        Ok(value) => value.to_string(),
        Err((Kind::Text | Kind::Whole, code)) => {
            String::from_utf8_lossy(store.text(code)).into_owned()
        }
        Err((kind, _)) => kind.name().to_owned(),
    };
    let names: Vec<String> = names.cells.iter().map(text).collect();
    if names.len() != frame.columns.len() {
        return Err(arrays);
    }
    let of = ["columns", "index", "data"].map(str::to_owned).to_vec();
    match arrays.swap_remove(data).shape {
        Shape::Matrix(frame) => Ok(Candidate {
            names,
            ..Candidate::records(frame, of)
        }),
        Shape::Empty | Shape::List(_) | Shape::Records(_) => Err(arrays),
    }
}

/// Arrays by their names, matrices with a column for each class.
fn columns(entries: Vec<Entry>) -> Candidate {
    let lengths: Vec<usize> = entries
        .iter()
        .filter_map(|entry| match &entry.shape {
            Shape::List(column) => Some(column.cells.len()),
            Shape::Empty | Shape::Matrix(_) | Shape::Records(_) => None,
        })
        .collect();
    let mut made = Candidate {
        names: Vec::new(),
        columns: Vec::new(),
        is_records: false,
        of: entries.iter().map(|entry| entry.name.clone()).collect(),
    };
    for Entry { name, shape, .. } in entries {
        match shape {
            Shape::Empty => {
                made.names.push(name);
                made.columns.push(Column::default());
            }
            Shape::List(column) => {
                made.names.push(name);
                made.columns.push(column);
            }
            // One row of as many as others have: it is the column, lying.
            Shape::Matrix(frame)
                if frame.rows == 1
                    && frame.columns.len() > 1
                    && lengths.contains(&frame.columns.len()) =>
            {
                let cells = frame
                    .columns
                    .into_iter()
                    .flat_map(|column| column.cells)
                    .collect();
                made.names.push(name);
                made.columns.push(Column { cells });
            }
            Shape::Matrix(frame) => {
                let count = frame.columns.len();
                for (k, column) in frame.columns.into_iter().enumerate() {
                    made.names.push(if count == 1 {
                        name.clone()
                    } else {
                        numbered(&name, k)
                    });
                    made.columns.push(column);
                }
            }
            Shape::Records(_) => {}
        }
    }
    made
}

impl Table for Object {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        let length = |index: usize| self.columns[index].cells.len();
        let Some(&(reference, _)) = columns.chosen.first() else {
            return Ok(());
        };
        for &(index, _) in &columns.chosen {
            if length(index) != length(reference) {
                let [one, other] = [index, reference].map(|index| {
                    tr!(
                        "array \"{0}\" has {1} elements",
                        self.names[index],
                        length(index)
                    )
                });
                let what = tr!("{one} and {other}; equal lengths are expected", one, other);
                return Err(ReadError::of(&self.file, what));
            }
        }
        let end = (self.next + most).min(length(reference));
        self.first = self.next;
        let mut bad = BTreeMap::new();
        for &(index, role) in &columns.chosen {
            let name = &self.names[index];
            let cells = self.columns[index].cells[self.next..end].iter();
            for (row, cell) in cells.enumerate() {
                let mut wrong = |shown: &str, expected: &str| {
                    let place = self.at(self.first + row, name);
                    bad.entry(row).or_insert(ReadError(tr!(
                        "{place}: {shown} is not {expected}",
                        place,
                        shown,
                        expected
                    )));
                };
                if role.is_text() {
                    match cell.value() {
                        Ok(value) => block.name(role, value.to_string().as_bytes()),
                        Err((Kind::Text | Kind::Whole, code)) => {
                            block.name(role, self.store.text(code))
                        }
                        Err((kind @ (Kind::True | Kind::False), _)) => {
                            block.name(role, kind.name().as_bytes())
                        }
                        Err((Kind::Null, _)) => block.name(role, b""),
                        Err((kind @ (Kind::Array | Kind::OtherLength | Kind::Object), _)) => {
                            block.name(role, b"");
                            wrong(kind.name(), word("a text"));
                        }
                    }
                    continue;
                }
                let value = match cell.value() {
                    Ok(value) => value,
                    Err((Kind::True, _)) => 1.0,
                    Err((Kind::False, _)) => 0.0,
                    Err((kind, code)) => {
                        let text = match kind {
                            Kind::Text | Kind::Whole => {
                                String::from_utf8_lossy(self.store.text(code))
                            }
                            _ => kind.name().into(),
                        };
                        match text.parse() {
                            Ok(value) if kind == Kind::Whole => value,
                            _ if kind == Kind::Text => {
                                wrong(&format!("\"{}\"", shorten(&text)), word("a number"));
                                f64::NAN
                            }
                            _ => {
                                wrong(&text, word("a number"));
                                f64::NAN
                            }
                        }
                    }
                };
                if let Some(values) = block.numbers(role) {
                    values.push(value);
                }
            }
        }
        block.bad.extend(bad);
        block.rows += end - self.next;
        self.next = end;
        Ok(())
    }

    fn place(&self, _block: &Block, row: usize, column: &str) -> String {
        self.at(self.first + row, column)
    }

    fn done(&self) -> u64 {
        let all = self.columns.first().map_or(0, |column| column.cells.len());
        (u128::from(self.size) * self.next as u128 / all.max(1) as u128) as u64
    }

    fn restart(&mut self) -> bool {
        self.next = 0;
        true
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
