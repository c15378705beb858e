//! Objects within objects: tables and rows under names, and columns under the name of a column.

use super::super::super::error::ReadError;
use super::super::super::names::named;
use super::super::cells::{Cell, Kind};
use super::{Document, Entry, Frame, Row, Shape, numbered};

impl Document {
    /// An object in a record, as columns: numbers by the names of classes.
    pub(super) fn nest(&mut self, row: &mut Row<'_>, name: &str) -> Result<(), ReadError> {
        self.scanner.take();
        let (mut is_first, mut is_empty) = (true, true);
        while let Some(first) = self.scanner.entry(&mut is_first)? {
            let name = format!("{name}_{}", String::from_utf8_lossy(&self.scanner.text));
            let cell = self.cell(first)?;
            self.set(row, &name, cell)?;
            is_empty = false;
        }
        match is_empty {
            true => self.set(row, name, Cell::of(Kind::Object, 0)),
            false => Ok(()),
        }
    }

    /// An object under a name that begins with an array: a table where all of it are arrays, else a row.
    pub(super) async fn table_or_row(&mut self, name: &str) -> Result<(), ReadError> {
        let mut entries = Vec::new();
        let (mut is_first, mut next) = (false, Some(b'['));
        while next == Some(b'[') {
            let name = String::from_utf8_lossy(&self.scanner.text).into_owned();
            let shape = self.array(&name).await?;
            entries.push(self.made(name, shape, None)?);
            next = self.scanner.entry(&mut is_first)?;
        }
        let Some(first) = next else {
            self.tables.push((name.to_owned(), entries));
            return Ok(());
        };
        self.row_under(name, |this, frame| this.row_of(frame, entries, first))
    }

    /// A row that begins with arrays.
    fn row_of(
        &mut self,
        frame: &mut Frame,
        entries: Vec<Entry>,
        first: u8,
    ) -> Result<(), ReadError> {
        let mut row = Row { frame, hint: 0 };
        for Entry { name, shape, .. } in entries {
            let cells = match shape {
                Shape::Empty => Vec::new(),
                Shape::List(column) => column.cells,
                Shape::Matrix(frame) => vec![Cell::of(Kind::Array, 0); frame.rows],
                Shape::Records(frame) => vec![Cell::of(Kind::Object, 0); frame.rows],
            };
            row.frame.has_lists_of_labels |= cells.len() > 1 && named(&name).label;
            match cells.as_slice() {
                [one] => self.set(&mut row, &name, *one)?,
                cells => {
                    for (k, &cell) in cells.iter().enumerate() {
                        self.set(&mut row, &numbered(&name, k), cell)?;
                    }
                }
            }
        }
        self.row_from(row, first)
    }
}
