//! JSON: an object of arrays, an array of records, and the other shapes in which tables are written.

mod candidates;
mod cells;
mod coco;
mod scan;
mod shapes;
mod tables;

use std::collections::BTreeMap;

use super::arrays::of_list;
use super::columns::Columns;
use super::delimited::lists::{Seen, values};
use super::encoding::transcoded;
use super::error::{ReadError, shorten};
use super::names::is_known;
use super::survey::number;
use super::work::Pace;
use super::{Block, Input, Options, Table};
use crate::words::{tr, word};
use candidates::{Candidate, array, object};
use cells::{Cell, Column, Full, Kind, Store};
use scan::Scanner;
use shapes::{Document, Entry, Frame};

/// Cells that tell whether a column is of lists.
const TELLING: usize = 1000;

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
    /// Whether a number stood in quotes.
    has_quotes: bool,
}

impl Object {
    pub async fn open(input: &Input, options: &Options, pace: &Pace) -> Result<Self, ReadError> {
        let file = input.name.clone();
        let (input, utf16) = transcoded(input)?;
        let open = || {
            input
                .source()
                .and_then(|source| Scanner::new(&file, source))
        };
        let mut notes: Vec<String> = input.unpacking.iter().map(|of| of.note()).collect();
        notes.extend(utf16.map(|what| tr!("it is text in {0}", what)));
        let mut document = Document::new(open()?, &input, pace);
        let first = document.scanner.peek()?;
        let mut candidate = if first == Some(b'[') {
            let shape = document.array("").await?;
            document.entries.push(Entry {
                name: String::new(),
                shape,
                keys: None,
            });
            document.finish()?;
            array(&file, &mut document, options)?
        } else {
            document.scanner.take();
            let mut is_first = true;
            while let Some(first) = document.scanner.entry(&mut is_first)? {
                document.entry(first).await?;
                if document.is_due() {
                    document.pause().await;
                }
            }
            if document.scanner.peek()? == Some(b'{') {
                // JSON Lines: the first line was a row as well.
                document = Document::new(open()?, &input, pace);
                let mut frame = Frame::default();
                while let Some(first) = document.scanner.peek()? {
                    if first != b'{' {
                        return Err(document.scanner.unexpected(word("an object"))?);
                    }
                    document.record(&mut frame)?;
                    if document.is_due() {
                        document.pause().await;
                    }
                }
                document.by_row = frame;
                document.finish()?;
                if options.maps.is_empty() {
                    tables::of_rows(&file, &document.by_row, "head -n 1 FILE > preds.json")?;
                }
                Candidate::records(std::mem::take(&mut document.by_row), Vec::new())
            } else {
                document.finish()?;
                object(&file, &mut document, options, &mut notes)?
            }
        };
        if document.scanner.peek()?.is_some() {
            return Err(document.scanner.unexpected(word("the end of the file"))?);
        }
        let parted = part(&mut candidate, &mut document.store);
        document.kept(parted)?;
        if options.maps.is_empty() {
            coco::refuse(&file, &candidate.names)?;
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
            has_quotes: false,
        })
    }

    /// Where a cell is.
    fn at(&self, index: usize, column: &str) -> String {
        let column = shorten(column);
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

/// Makes columns of those whose cells are texts of lists, as CSV has them.
fn part(of: &mut Candidate, store: &mut Store) -> Result<(), Full> {
    let names = std::mem::take(&mut of.names);
    let columns = std::mem::take(&mut of.columns);
    for (name, column) in names.into_iter().zip(columns) {
        let mut seen = Seen::default();
        for cell in column.cells.iter().take(TELLING) {
            match cell.value() {
                Err((Kind::Text, code)) => seen.learn(store.text(code)),
                Err((Kind::Null, _)) => {}
                Ok(_) | Err(_) => seen.learn_other(),
            }
        }
        // Others need no memory.
        let Some(width) = seen.width().filter(|_| is_known(&name)) else {
            of.names.push(name);
            of.columns.push(column);
            continue;
        };
        let mut parts = Vec::new();
        for name in of_list(&name, width) {
            parts.push(store.column(&name)?);
            of.names.push(name);
        }
        for cell in column.cells {
            let text = match cell.value() {
                Err((Kind::Text, code)) => store.text(code).to_vec(),
                Ok(_) | Err(_) => Vec::new(),
            };
            let items = values(&text);
            for (k, part) in parts.iter_mut().enumerate() {
                let cell = match &items {
                    Some(items) if items.len() == width => {
                        let item = &text[items[k].clone()];
                        let number = str::from_utf8(item).ok().and_then(number);
                        match number {
                            Some(number) => Cell::number(number),
                            None => Cell::of(Kind::Text, store.code(item)?),
                        }
                    }
                    Some(_) => Cell::of(Kind::OtherLength, 0),
                    None if cell.value().is_ok() => Cell::of(Kind::OtherLength, 0),
                    None => cell,
                };
                part.push(store, cell)?;
            }
        }
        of.columns.append(&mut parts);
    }
    Ok(())
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
                        shorten(&self.names[index]),
                        length(index)
                    )
                });
                let what = tr!(
                    "{one} and {other}; equal lengths are expected (--map NAME=ignore leaves a column out; of several \
                     splits, write a file for each)",
                    one,
                    other
                );
                return Err(ReadError::of(&self.file, what));
            }
        }
        let end = (self.next + most).min(length(reference));
        self.first = self.next;
        let (mut bad, mut has_quotes) = (BTreeMap::new(), false);
        for &(index, role) in &columns.chosen {
            let name = &self.names[index];
            let cells = self.columns[index].cells[self.next..end].iter();
            for (row, cell) in cells.enumerate() {
                let place = || self.at(self.first + row, name);
                let mut wrong = |shown: &str, expected: &str| {
                    bad.entry(row).or_insert_with(|| {
                        ReadError(tr!(
                            "{place}: {shown} is not {expected}",
                            place = place(),
                            shown,
                            expected
                        ))
                    });
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
                        match (text.trim().parse(), kind) {
                            (Ok(value), Kind::Whole) => value,
                            // As who writes the cells of a table of texts has it.
                            (Ok(value), Kind::Text) => {
                                has_quotes = true;
                                value
                            }
                            (Err(_), Kind::Text) => {
                                let why = || ReadError::no_number(&place(), text.as_bytes());
                                bad.entry(row).or_insert_with(why);
                                f64::NAN
                            }
                            (_, _) => {
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
        if has_quotes && !self.has_quotes {
            self.has_quotes = true;
            self.notes
                .push(word("numbers in quotes are read as numbers").to_owned());
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
