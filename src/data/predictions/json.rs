//! JSON: an object with an array for each column.

use std::fmt;
use std::io::BufReader;

use serde::de::{
    Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::columns::Columns;
use super::error::{ReadError, shorten};
use super::{Block, Input, Table};
use crate::words::{tr, word};

/// Largest file: columns lie one behind the other, so all of it must be in memory.
const MOST_BYTES: u64 = 1 << 30;

/// An element of an array.
#[derive(Clone, Debug, PartialEq)]
enum Cell {
    Number(f64),
    Text(String),
    /// Nothing that a column can hold, as it was written.
    Other(&'static str),
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word("a number"))
    }
    fn visit_bool<E>(self, value: bool) -> Result<Cell, E> {
        Ok(Cell::Number(f64::from(u8::from(value))))
    }
    fn visit_i64<E>(self, value: i64) -> Result<Cell, E> {
        Ok(Cell::Number(value as f64))
    }
    fn visit_u64<E>(self, value: u64) -> Result<Cell, E> {
        Ok(Cell::Number(value as f64))
    }
    fn visit_f64<E>(self, value: f64) -> Result<Cell, E> {
        Ok(Cell::Number(value))
    }
    fn visit_str<E>(self, value: &str) -> Result<Cell, E> {
        Ok(Cell::Text(value.to_owned()))
    }
    fn visit_unit<E>(self) -> Result<Cell, E> {
        Ok(Cell::Other("null"))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Cell, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Cell::Other(word("an array")))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Cell, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Cell::Other(word("an object")))
    }
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

/// The elements of one array: numbers as such, and what is none by its index.
#[derive(Debug, Default)]
struct Array {
    numbers: Vec<f64>,
    others: Vec<(usize, Cell)>,
}

struct ArrayVisitor;

impl<'de> Visitor<'de> for ArrayVisitor {
    type Value = Array;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word("an array of numbers"))
    }
    fn visit_str<E: Error>(self, value: &str) -> Result<Array, E> {
        // It may be as long as the file.
        Err(E::invalid_type(Unexpected::Str(&shorten(value)), &self))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Array, A::Error> {
        let mut array = Array::default();
        while let Some(cell) = seq.next_element()? {
            let index = array.numbers.len();
            array.numbers.push(match cell {
                Cell::Number(value) => value,
                other => {
                    array.others.push((index, other));
                    f64::NAN
                }
            });
        }
        Ok(array)
    }
}

impl<'de> Deserialize<'de> for Array {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ArrayVisitor)
    }
}

struct TableVisitor;

impl<'de> Visitor<'de> for TableVisitor {
    type Value = Vec<(String, Array)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(word("an object with an array for each column"))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut arrays = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            arrays.push((name, map.next_value()?));
        }
        Ok(arrays)
    }
}

/// Columns in memory.
pub(super) struct Object {
    file: String,
    names: Vec<String>,
    arrays: Vec<Array>,
    next: usize,
    first: usize,
    size: u64,
}

impl Object {
    pub fn open(input: &Input) -> Result<Self, ReadError> {
        let file = input.name.clone();
        let size = input.size()?;
        if size > MOST_BYTES {
            let what = word(
                "more than 1 GiB of JSON, which is read as a whole; CSV, NPY and Parquet are not",
            );
            return Err(ReadError::of(&file, what));
        }
        let reader = BufReader::new(input.source()?);
        let mut deserializer = serde_json::Deserializer::from_reader(reader);
        let read = deserializer.deserialize_map(TableVisitor);
        let read = read.and_then(|arrays| deserializer.end().map(|()| arrays));
        let arrays = read.map_err(|error| {
            let (line, column) = (error.line(), error.column());
            // The place comes first here, and not at the end of the sentence.
            let what = error.to_string();
            let what = what.split(" at line ").next().unwrap_or(&what).to_owned();
            ReadError(tr!(
                "{file}, line {line}, character {column}: {what}",
                file,
                line,
                column,
                what
            ))
        })?;
        let (names, arrays) = arrays.into_iter().unzip();
        Ok(Self {
            size,
            file,
            names,
            arrays,
            next: 0,
            first: 0,
        })
    }
}

impl Table for Object {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        let length = |index: usize| self.arrays[index].numbers.len();
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
        let mut bad = std::collections::BTreeMap::new();
        for &(index, role) in &columns.chosen {
            let array = &self.arrays[index];
            let from = array.others.partition_point(|(at, _)| *at < self.next);
            let others = array.others[from..].iter().take_while(|(at, _)| *at < end);
            if role.is_text() {
                let mut others = others.peekable();
                for at in self.next..end {
                    let text = match others.next_if(|(of, _)| *of == at) {
                        Some((_, Cell::Text(text))) => text.clone(),
                        Some((_, Cell::Other(what))) => (*what).to_owned(),
                        _ => array.numbers[at].to_string(),
                    };
                    block.name(role, text.as_bytes());
                }
                continue;
            }
            for (at, cell) in others {
                let shown = match cell {
                    Cell::Text(text) => format!("\"{}\"", shorten(text)),
                    Cell::Other(what) => (*what).to_owned(),
                    Cell::Number(value) => value.to_string(),
                };
                let name = &self.names[index];
                let sentence = tr!(
                    "{}, array \"{name}\", index {at}: {shown} is not a number",
                    self.file,
                    name,
                    at,
                    shown
                );
                bad.entry(at - self.first).or_insert(ReadError(sentence));
            }
            if let Some(values) = block.numbers(role) {
                values.extend_from_slice(&array.numbers[self.next..end]);
            }
        }
        block.bad.extend(bad);
        block.rows += end - self.next;
        self.next = end;
        Ok(())
    }

    fn place(&self, _block: &Block, row: usize, column: &str) -> String {
        tr!(
            "{0}, array \"{column}\", index {1}",
            self.file,
            self.first + row,
            column
        )
    }

    fn restart(&mut self) -> bool {
        self.next = 0;
        true
    }

    fn done(&self) -> u64 {
        let all = self.arrays.first().map_or(0, |array| array.numbers.len());
        self.size * self.next as u64 / all.max(1) as u64
    }
}
