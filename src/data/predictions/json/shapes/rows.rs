//! Objects that are rows: each value is of the column that its name says.

use super::super::super::error::ReadError;
use super::super::super::names::named;
use super::super::cells::{Cell, Kind};
use super::{Document, Frame, Row, numbered};
use crate::words::word;

impl Document {
    /// An object of cells; an array in it is a cell for each of its elements.
    pub fn record(&mut self, frame: &mut Frame) -> Result<(), ReadError> {
        self.scanner.take();
        let mut is_first = true;
        let Some(first) = self.scanner.entry(&mut is_first)? else {
            frame.rows += 1;
            return Ok(());
        };
        self.record_from(frame, first)
    }

    /// The rest of a record, whose first name was read.
    pub(super) fn record_from(&mut self, frame: &mut Frame, first: u8) -> Result<(), ReadError> {
        self.row_from(Row { frame, hint: 0 }, first)
    }

    /// The rest of a row, whose next name was read.
    pub(super) fn row_from(&mut self, mut row: Row<'_>, first: u8) -> Result<(), ReadError> {
        let (mut is_first, mut next) = (false, Some(first));
        let mut name = String::new();
        while let Some(first) = next {
            name.clear();
            name.push_str(&String::from_utf8_lossy(&self.scanner.text));
            if first == b'[' {
                self.spread(&mut row, &name)?;
            } else if first == b'{' {
                self.nest(&mut row, &name)?;
            } else {
                let cell = self.cell(first)?;
                self.set(&mut row, &name, cell)?;
            }
            next = self.scanner.entry(&mut is_first)?;
        }
        row.frame.rows += 1;
        Ok(())
    }

    pub(super) fn set(
        &mut self,
        row: &mut Row<'_>,
        name: &str,
        cell: Cell,
    ) -> Result<(), ReadError> {
        let place = row.frame.place(&mut self.store, name, row.hint);
        let place = self.kept(place)?;
        let set = row.frame.set(&mut self.store, place, cell);
        if !self.kept(set)? {
            return Err(self.scanner.fail(word(
                "the object before it has a name twice; one is expected",
            )));
        }
        row.hint = place + 1;
        Ok(())
    }

    /// An array in a record, as columns; where it is of scores of classes, which may come in any order, by their names.
    pub(super) fn spread(&mut self, row: &mut Row<'_>, name: &str) -> Result<(), ReadError> {
        self.scanner.take();
        let (mut is_first, mut count) = (true, 0);
        let mut only = None;
        while let Some(first) = self.scanner.element(&mut is_first, b']')? {
            let cell = match first {
                b'{' => match self.scored(name)? {
                    Some((column, cell)) => {
                        self.set(row, &column, cell)?;
                        continue;
                    }
                    None => Cell::of(Kind::Object, 0),
                },
                _ => self.cell(first)?,
            };
            // One alone is the column itself.
            if count == 0 {
                only = Some(cell);
            } else {
                if let Some(first) = only.take() {
                    self.set(row, &numbered(name, 0), first)?;
                }
                self.set(row, &numbered(name, count), cell)?;
            }
            count += 1;
        }
        row.frame.has_lists_of_labels |= count > 1 && named(name).label;
        only.map_or(Ok(()), |cell| self.set(row, name, cell))
    }

    /// A row under a name of the object of all.
    pub(super) fn row_under(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Self, &mut Frame) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        let mut frame = std::mem::take(&mut self.by_row);
        let outcome = read(self, &mut frame);
        self.first_row.get_or_insert_with(|| name.to_owned());
        if frame.has_lists_of_labels {
            self.doubtful.get_or_insert_with(|| name.to_owned());
        }
        self.by_row = frame;
        outcome
    }
}
