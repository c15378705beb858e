//! Objects within objects: tables and rows under names, and columns under the name of a column.

use super::super::super::error::ReadError;
use super::super::super::names::named;
use super::super::super::structures::{of_struct, what_of_sparse};
use super::super::cells::{Cell, Kind};
use super::{Document, Entry, Frame, Row, Shape, numbered};

impl Document {
    /// An object in a record, as columns: numbers by the names of classes, and lists. A dense vector of Spark,
    /// `{"type": 1, "values": […]}`, is its list.
    pub(super) fn nest(&mut self, row: &mut Row<'_>, outer: &str) -> Result<(), ReadError> {
        self.scanner.take();
        let (mut is_first, mut is_empty) = (true, true);
        let mut kind = None;
        while let Some(first) = self.scanner.entry(&mut is_first)? {
            let key = String::from_utf8_lossy(&self.scanner.text).into_owned();
            let name = of_struct(outer, '_', &key);
            let dense = kind.take();
            if is_empty && key == "type" && !b"[{".contains(&first) {
                kind = Some((name, self.cell(first)?));
                is_empty = false;
                continue;
            }
            is_empty = false;
            if let Some((name, cell)) = dense {
                match (cell.value(), key.as_str(), first) {
                    (Ok(1.0), "values", b'[') => {
                        self.spread(row, outer)?;
                        continue;
                    }
                    (Ok(0.0), "size", _) if named(outer).output.is_some() => {
                        return Err(self.scanner.fail(what_of_sparse()));
                    }
                    _ => self.set(row, &name, cell)?,
                }
            }
            if first == b'[' {
                self.spread(row, &name)?;
                continue;
            }
            let cell = self.cell(first)?;
            self.set(row, &name, cell)?;
        }
        if let Some((name, cell)) = kind {
            return self.set(row, &name, cell);
        }
        match is_empty {
            true => self.set(row, outer, Cell::of(Kind::Object, 0)),
            false => Ok(()),
        }
    }

    /// An object in a list, where it is the score of a class: the name of the latter's column, and the score.
    pub(super) fn scored(&mut self, list: &str) -> Result<Option<(String, Cell)>, ReadError> {
        self.scanner.take();
        let (mut is_first, mut class, mut score) = (true, None, None);
        while let Some(first) = self.scanner.entry(&mut is_first)? {
            let key = String::from_utf8_lossy(&self.scanner.text).into_owned();
            let cell = self.cell(first)?;
            match (cell.value(), key.as_str()) {
                (Err((Kind::Text, code)), "label" | "class" | "name") => {
                    class = Some(String::from_utf8_lossy(self.store.text(code)).into_owned());
                }
                (Ok(value), "label" | "class") => class = Some(value.to_string()),
                (Ok(_), "score" | "prob" | "probability" | "p" | "confidence") => {
                    score = Some((key, cell));
                }
                _ => {}
            }
        }
        let is_known = named(list).output.is_some_and(|of| of.class.is_none());
        Ok(class.zip(score).map(|(class, (key, cell))| {
            let stem = if is_known { list } else { key.as_str() };
            (format!("{stem}_{class}"), cell)
        }))
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
