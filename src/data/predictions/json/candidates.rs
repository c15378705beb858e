//! Which of the tables that a JSON document may be is meant.

use super::super::Options;
use super::super::class_lists;
use super::super::columns::first_of;
use super::super::error::{ReadError, shorten};
use super::super::names::known;
use super::cells::{self, Column, Kind, Store};
use super::coco;
use super::shapes::{Document, Entry, Frame, Shape, numbered};
use super::tables;
use crate::words::{tr, word};

/// A table that a document may be.
pub(super) struct Candidate {
    pub names: Vec<String>,
    pub columns: Vec<Column>,
    pub is_records: bool,
    /// Entries of the object that it is made of.
    pub of: Vec<String>,
    /// Whether it is the only table under one name.
    pub is_nested: bool,
    /// Whether its rows may be tables.
    is_doubtful: bool,
    /// What is said where it is read.
    notes: Vec<String>,
}

impl Candidate {
    pub fn records(frame: Frame, of: Vec<String>) -> Self {
        Self {
            names: frame.names,
            columns: frame.columns,
            is_records: true,
            of,
            is_nested: false,
            is_doubtful: false,
            notes: Vec::new(),
        }
    }
}

/// An array of all.
pub(super) fn array(
    file: &str,
    document: &mut Document,
    options: &Options,
) -> Result<Candidate, ReadError> {
    let shape = document
        .entries
        .pop()
        .map_or(Shape::Empty, |entry| entry.shape);
    match shape {
        Shape::Records(frame) => {
            if options.maps.is_empty() {
                let cure =
                    "import json; json.dump(json.load(open(FILE))[0], open(\"preds.json\", \"w\"))";
                tables::of_rows(file, &frame, cure)?;
            }
            Ok(Candidate::records(frame, Vec::new()))
        }
        Shape::Matrix(frame) => {
            let count = frame.columns.len();
            let names = match &options.columns {
                Some(given) if given.len() != count => {
                    let what = tr!(
                        "its number of columns is {0}, and --columns names {1}",
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
pub(super) fn object(
    file: &str,
    document: &mut Document,
    options: &Options,
    notes: &mut Vec<String>,
) -> Result<Candidate, ReadError> {
    let mut all: Vec<String> = document
        .entries
        .iter()
        .map(|entry| entry.name.clone())
        .collect();
    all.extend(document.scalars.names.iter().cloned());
    all.extend(document.first_row.iter().cloned());
    all.extend(document.tables.iter().map(|(name, _)| name.clone()));
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
        Err(arrays) => candidates.push(columns(arrays, &document.store)),
    }
    for entry in others {
        if let Shape::Records(frame) = entry.shape {
            candidates.push(Candidate {
                is_nested: true,
                ..Candidate::records(frame, vec![entry.name])
            });
        }
    }
    for (name, entries) in std::mem::take(&mut document.tables) {
        candidates.push(Candidate {
            of: vec![name],
            is_nested: true,
            ..columns(entries, &document.store)
        });
    }
    let keys: Vec<(String, Option<u64>)> = maps
        .iter()
        .map(|map| (map.name.clone(), map.keys))
        .collect();
    if options.maps.is_empty() {
        tables::of_splits(file, &maps)?;
    }
    let maps = columns(maps, &document.store);
    candidates.push(maps);
    let rows = std::mem::take(&mut document.by_row);
    let of = document.first_row.take().into_iter().collect();
    let is_doubtful = document.doubtful.is_some();
    candidates.push(Candidate {
        is_nested: known(&rows.names) > 0,
        is_doubtful,
        ..Candidate::records(rows, of)
    });
    let scalars = std::mem::take(&mut document.scalars);
    let of = scalars.names.clone();
    candidates.push(Candidate::records(scalars, of));
    candidates.retain(|candidate| !candidate.columns.is_empty());
    if candidates.iter().all(|of| known(&of.names) == 0) {
        let mut all = candidates.iter();
        all.try_for_each(|candidate| coco::refuse(file, &candidate.names))?;
    }
    // The first of equal ones.
    candidates.sort_by_key(|candidate| std::cmp::Reverse(known(&candidate.names)));
    if !candidates.first().is_some_and(|best| best.is_doubtful) {
        tables::several(file, &candidates)?;
    }
    let Some(best) = candidates.into_iter().next() else {
        return Err(ReadError::of(file, word("it has no rows")));
    };
    if let Some(name) = document.doubtful.take().filter(|_| best.is_doubtful) {
        let what = tr!(
            "the arrays of \"{name}\" are a table of its own, or one example with a one-hot label: import json; \
             d = json.load(open(FILE)); json.dump(d[\"{name}\"], open(\"preds.json\", \"w\")) takes the table, \
             json.dump(list(d.values()), open(\"preds.json\", \"w\")) the examples",
            name = shorten(&name)
        );
        return Err(ReadError::of(file, what));
    }
    let mut keys = keys.iter().filter(|(name, _)| best.of.contains(name));
    if let Some((first, of)) = keys.next()
        && let Some((other, _)) = keys.find(|(_, other)| other != of)
    {
        let what = tr!(
            "the rows of \"{first}\" and \"{other}\" have different names; the same rows in the same order are expected",
            first = shorten(first),
            other = shorten(other)
        );
        return Err(ReadError::of(file, what));
    }
    notes.extend(best.notes.iter().cloned());
    let ignored: Vec<String> = all
        .into_iter()
        .filter(|name| !best.of.contains(name))
        .collect();
    if !ignored.is_empty() {
        let listed = first_of(&ignored);
        notes.push(match ignored.len() {
            1 => tr!("{listed} is no column and was ignored", listed),
            _ => tr!("{listed} are no columns and were ignored", listed),
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
    let names = texts(names, store);
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

/// Cells as text.
fn texts(column: &Column, store: &Store) -> Vec<String> {
    let text = |cell: &cells::Cell| match cell.value() {
        Ok(value) => value.to_string(),
        Err((Kind::Text | Kind::Whole, code)) => {
            String::from_utf8_lossy(store.text(code)).into_owned()
        }
        Err((kind, _)) => kind.name().to_owned(),
    };
    column.cells.iter().map(text).collect()
}

/// The list of the names of classes among these entries.
fn class_list(entries: &[Entry], store: &Store) -> Option<Vec<String>> {
    let list = |entry: &Entry| match &entry.shape {
        Shape::List(column) if class_lists::is_called_so(&entry.name) => Some(texts(column, store)),
        Shape::Empty | Shape::List(_) | Shape::Matrix(_) | Shape::Records(_) => None,
    };
    let names = entries.iter().find_map(list);
    let has_texts = entries.iter().any(|entry| match &entry.shape {
        Shape::List(column) => {
            let first = column.cells.first().map(|cell| cell.value());
            !class_lists::is_called_so(&entry.name) && matches!(first, Some(Err((Kind::Text, _))))
        }
        Shape::Empty | Shape::Matrix(_) | Shape::Records(_) => false,
    });
    let names = names.and_then(class_lists::all_different);
    names.filter(|names| has_texts || class_lists::are_numbers(names))
}

/// Arrays by their names, matrices with a column for each class.
fn columns(entries: Vec<Entry>, store: &Store) -> Candidate {
    let classes = class_list(&entries, store);
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
        is_nested: false,
        is_doubtful: false,
        notes: Vec::new(),
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
                let fits = |of: &&Vec<String>| of.len() == count && frame.rows != count;
                let classes = classes.as_ref().filter(fits);
                made.notes
                    .extend(classes.map(|of| class_lists::note(&name, of)));
                for (k, column) in frame.columns.into_iter().enumerate() {
                    made.names.push(match classes {
                        _ if count == 1 => name.clone(),
                        Some(of) => numbered(&name, &of[k]),
                        None => numbered(&name, k),
                    });
                    made.columns.push(column);
                }
            }
            Shape::Records(_) => {}
        }
    }
    made
}
