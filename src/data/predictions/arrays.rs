//! Columns in arrays: NPY files and the members of an NPZ, read side by side.

use std::io::{Read, Seek, SeekFrom};

use super::columns::Columns;
use super::error::{ReadError, shorten};
use super::npy::{Field, Shape, decode, text};
use super::{Block, Input, Table};
use crate::words::tr;

/// Bytes that are read at a time of each array.
const BUFFER: usize = 1 << 20;

/// A run of bytes with rows of fields.
struct Lane {
    /// What messages call the array.
    name: String,
    source: Box<dyn Read + Send>,
    row_bytes: usize,
    /// Fields by their place among all columns.
    fields: Vec<(usize, Field)>,
    rows: u64,
}

/// Arrays that make one table.
pub(super) struct Arrays {
    file: String,
    names: Vec<String>,
    lanes: Vec<Lane>,
    rows: u64,
    next: u64,
    /// Index of the first row of the last block.
    first: u64,
    row_bytes: u64,
    buffer: Vec<u8>,
}

impl Arrays {
    pub fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            names: Vec::new(),
            lanes: Vec::new(),
            rows: 0,
            next: 0,
            first: 0,
            row_bytes: 0,
            buffer: Vec::new(),
        }
    }

    /// Adds an array. `open` gives its bytes from one on, where the header begins at 0; `available` are
    /// the bytes behind the header; `given` names the columns of a plain array, which else take the name
    /// of the array or what is usual.
    ///
    /// # Errors
    /// When it does not fit to the others or is not whole.
    pub fn add(
        &mut self,
        name: &str,
        shape: &Shape,
        available: u64,
        given: Option<&[String]>,
        open: &dyn Fn(u64) -> Result<Box<dyn Read + Send>, ReadError>,
    ) -> Result<(), ReadError> {
        let shown = shorten(name);
        let label = tr!("array \"{name}\"", name = shown);
        let bytes = shape.bytes().filter(|&bytes| bytes <= available).ok_or_else(|| {
            ReadError::of(
                &self.file,
                tr!("{label} is truncated: its header promises {} rows, and {available} bytes are there", shape.rows, label, available),
            )
        })?;
        if let Some(lane) = self.lanes.first().filter(|lane| lane.rows != shape.rows) {
            return Err(ReadError::of(
                &self.file,
                tr!(
                    "{label} has {0} rows and array \"{1}\" {2}; equal lengths are expected",
                    shape.rows,
                    lane.name,
                    lane.rows,
                    label
                ),
            ));
        }
        self.rows = shape.rows;
        self.row_bytes += bytes / shape.rows.max(1);
        let mut lane = |source, row_bytes: usize, fields| {
            self.lanes.push(Lane {
                name: shown.clone(),
                source,
                row_bytes,
                fields,
                rows: shape.rows,
            });
        };
        let first = self.names.len();
        if shape.fields.iter().all(|field| field.name.is_some()) {
            let names = shape
                .fields
                .iter()
                .map(|field| field.name.clone().unwrap_or_default());
            self.names.extend(names);
            let fields = shape.fields.iter().cloned().enumerate();
            let fields = fields.map(|(i, field)| (first + i, field)).collect();
            lane(open(shape.header)?, shape.item, fields);
            return Ok(());
        }
        self.names
            .extend(plain_names(&self.file, name, shape.columns, given)?);
        let field = &shape.fields[0];
        if shape.fortran {
            for column in 0..shape.columns {
                let before = shape.header + column as u64 * shape.rows * shape.item as u64;
                lane(
                    open(before)?,
                    shape.item,
                    vec![(first + column, field.clone())],
                );
            }
        } else {
            let fields = (0..shape.columns).map(|column| {
                let offset = column * shape.item;
                (
                    first + column,
                    Field {
                        offset,
                        ..field.clone()
                    },
                )
            });
            lane(
                open(shape.header)?,
                shape.columns * shape.item,
                fields.collect(),
            );
        }
        Ok(())
    }

    /// Adds an NPY file.
    pub fn add_file(&mut self, input: &Input, given: Option<&[String]>) -> Result<(), ReadError> {
        let shape = Shape::read(&input.name, &mut input.source()?)?;
        let available = input.size()?.saturating_sub(shape.header);
        let open = |offset| from_offset(input, offset);
        let file = std::mem::replace(&mut self.file, input.name.clone());
        let added = self.add(input.stem(), &shape, available, given, &open);
        if !file.is_empty() {
            self.file = file;
        }
        added
    }
}

/// What the columns of an array are called whose own name says that they are of one kind.
fn numbered(name: &str) -> Option<&str> {
    match name {
        "logits" => Some("logit"),
        "logit" | "p" | "label" | "pred" | "target" | "valid" | "batch" | "group" => Some(name),
        _ => None,
    }
}

/// Names of the columns of a plain array.
fn plain_names(
    file: &str,
    name: &str,
    columns: usize,
    given: Option<&[String]>,
) -> Result<Vec<String>, ReadError> {
    let is_named = given.is_none() && columns > 1;
    if let Some(prefix) = numbered(name).filter(|_| is_named) {
        return Ok((0..columns).map(|k| format!("{prefix}_{k}")).collect());
    }
    match given {
        _ if columns == 1 => Ok(vec![name.to_owned()]),
        Some(given) if given.len() == columns => Ok(given.to_vec()),
        Some(given) => Err(ReadError::of(
            file,
            tr!(
                "the array has {columns} columns and {} names were given for them",
                given.len(),
                columns
            ),
        )),
        None if columns == 2 => Ok(vec!["logit".to_owned(), "label".to_owned()]),
        None => {
            let outputs = (0..columns - 1).map(|k| format!("logit_{k}"));
            Ok(outputs.chain(["label".to_owned()]).collect())
        }
    }
}

impl Table for Arrays {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        let count = (self.rows - self.next).min(most as u64) as usize;
        self.first = self.next;
        let mut roles = vec![None; self.names.len()];
        for &(index, role) in &columns.chosen {
            roles[index] = Some(role);
        }
        for lane in &mut self.lanes {
            let mut left = count;
            while left > 0 {
                let rows = left.min((BUFFER / lane.row_bytes).max(1));
                self.buffer.resize(rows * lane.row_bytes, 0);
                let read = lane.source.read_exact(&mut self.buffer);
                read.map_err(|error| {
                    let what = tr!("{0}, array \"{1}\"", self.file, lane.name);
                    ReadError::io(&what, &error)
                })?;
                for (place, field) in &lane.fields {
                    match roles[*place] {
                        None => {}
                        Some(role) if role.is_text() => {
                            for row in self.buffer.chunks_exact(lane.row_bytes) {
                                block.name(role, text(field, row).as_bytes());
                            }
                        }
                        Some(role) => {
                            if let Some(values) = block.numbers(role) {
                                decode(field, &self.buffer, lane.row_bytes, values);
                            }
                        }
                    }
                }
                left -= rows;
            }
        }
        self.next += count as u64;
        block.rows += count;
        for (place, field) in self.lanes.iter().flat_map(|lane| &lane.fields) {
            let is_number = roles[*place].is_some_and(|of| !of.is_text());
            if is_number && field.element.is_text() {
                let name = &self.names[*place];
                let what = tr!("array \"{name}\" holds text; numbers are expected", name);
                return Err(ReadError::of(&self.file, what));
            }
        }
        Ok(())
    }

    fn place(&self, _block: &Block, row: usize, column: &str) -> String {
        let index = self.first + row as u64;
        tr!(
            "{}, array \"{column}\", index {index}",
            self.file,
            column,
            index
        )
    }

    fn done(&self) -> u64 {
        self.next * self.row_bytes
    }
}

/// Jumps instead of reading, where the source can.
pub(super) fn from_offset(input: &Input, offset: u64) -> Result<Box<dyn Read + Send>, ReadError> {
    let mut source = input.source()?;
    let sought = source.seek(SeekFrom::Start(offset));
    sought.map_err(|error| ReadError::io(&input.name, &error))?;
    Ok(Box::new(source))
}
