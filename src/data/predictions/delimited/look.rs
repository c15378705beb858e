//! What the rows at the beginning tell: whether they have a cell more than there are names, and what marks
//! their numbers have.

use std::collections::HashSet;
use std::io::Cursor;

use super::super::decimal::Decimals;
use super::super::error::ReadError;
use super::super::names::is_known;
use super::super::records::Records;
use super::lists::{self, Seen};
use super::{Delimited, LOOK};
use crate::data::predictions::Options;
use crate::words::word;

/// Rows that tell whether they have names of their own.
const TELLING_ROWS: usize = 3;

/// Rows of which no two begin with the same number where that is a label.
const MANY_ROWS: usize = 10;

/// How the rows at the beginning go with the names.
#[derive(Default)]
pub(super) struct Look {
    rows: usize,
    /// Of the first few rows: those that have a cell more than there are names, of which the first names the row.
    named: usize,
    /// Whole numbers that name rows: in the first of a cell too many, each another one.
    numbers: HashSet<u64>,
    /// Of the rows: those whose first cell alone is quoted, as R quotes names and no numbers.
    quoted: usize,
    /// Those whose second cell is a label of two or no number.
    labelled: usize,
    /// Rows with a cell more, an empty one at the end; and those with a cell less.
    longer: usize,
    shorter: usize,
    /// How far the cells of each column are lists.
    seen: Vec<Seen>,
}

impl Delimited {
    /// Learns from the rows at the beginning of the file: how they go with the names, and what marks
    /// their numbers have.
    pub(super) fn learn(&mut self, start: &[u8], options: &Options) -> Look {
        let (skip, is_whole) = (self.layout.skip as usize, (start.len() as u64) < LOOK);
        let rows = start.get(skip..).unwrap_or_default();
        let mut sample = Records::new(
            Box::new(Cursor::new(rows.to_vec())),
            self.records.dialect,
            1,
        );
        sample.settled = true;
        let mut decimals = Decimals::new(options.decimal, self.layout.dialect.delimiter);
        let mut look = Look::default();
        let names = self.names.len();
        let mut is_header = self.has_header;
        while let Ok(true) = sample.next() {
            if std::mem::take(&mut is_header) {
                continue;
            }
            if !is_whole && sample.is_last() {
                break;
            }
            look.rows += 1;
            let is_longer = sample.len() == names + 1;
            if look.rows <= TELLING_ROWS {
                let first = String::from_utf8_lossy(sample.get(0)).trim().to_owned();
                let is_name = first == look.rows.to_string()
                    || !first.is_empty() && first.parse::<f64>().is_err();
                look.named += usize::from(is_name && is_longer);
            }
            let number = std::str::from_utf8(sample.get(0)).ok().map(str::trim);
            if let (true, Some(Ok(number))) = (is_longer, number.map(str::parse)) {
                look.numbers.insert(number);
            }
            look.quoted += usize::from(sample.quotes_first_alone());
            let second = str::from_utf8(sample.get(1)).map(str::trim);
            let second = second.ok().and_then(|text| text.parse::<f64>().ok());
            let is_label = second.is_none_or(|of| [0.0, 1.0, -1.0].contains(&of));
            look.labelled += usize::from(is_label);
            look.longer += usize::from(is_longer && sample.get(names).trim_ascii().is_empty());
            look.shorter += usize::from(sample.len() + 1 == names);
            look.seen
                .resize(sample.len().max(look.seen.len()), Seen::default());
            for (column, field) in sample.fields().enumerate() {
                look.seen[column].learn(field);
                decimals.learn(field);
                self.percents.learn(column, field);
            }
        }
        self.decimals = decimals;
        look
    }

    /// Makes a column of each value of a list.
    pub(super) fn part(&mut self, look: &Look) {
        self.lists = lists::lists(&look.seen[..look.seen.len().min(self.names.len())]);
        lists::name(&self.lists, &mut self.names);
        self.percents.part(&self.lists);
    }

    /// Makes as many names as rows have cells, where that can be done in one way: R leaves out the name of the
    /// column that names the rows, and a delimiter may stand at the end of the header or of the rows alone.
    pub(super) fn settle_ends(&mut self, look: &Look) -> Result<(), ReadError> {
        let all = |count: usize| look.rows > 0 && count == look.rows;
        let ends_open = all(look.longer);
        let last = self.names.last().map_or("", String::as_str);
        let are_named = look.named == look.rows.min(TELLING_ROWS);
        // As rows keep their numbers where R or pandas has sorted or picked them. A target may be such a number, too.
        let is_index = |rows: usize| (0..rows as u64).all(|row| look.numbers.contains(&row));
        let is_printed =
            self.records.dialect.runs && (look.labelled == look.rows || is_index(look.rows));
        let are_numbered = look.numbers.len() == look.rows
            && (look.quoted == look.rows
                || is_printed
                || look.rows >= MANY_ROWS && look.labelled == look.rows);
        // Names of rows in front would leave nothing in a column that is needed.
        let names_rows = self.has_header
            && look.rows > 0
            && (are_named || are_numbered)
            && !(ends_open && is_known(last));
        if names_rows && ends_open {
            return Err(ReadError::of(
                &self.file,
                word(
                    "its rows have a cell more than its header has names: either the first cell names the row, or a \
                      delimiter too many stands at the end; write a name for every cell into the header",
                ),
            ));
        }
        if names_rows {
            self.names.insert(0, String::new());
            self.notes.push(
                word("its header has one name less than its rows have cells, as R writes and pandas prints it: the first cell names the row")
                    .to_owned(),
            );
        } else if ends_open {
            self.ends_open = true;
            self.names.push(String::new());
            self.notes.push(
                word("its rows end with a delimiter: the empty cell behind it was left out")
                    .to_owned(),
            );
        } else if all(look.shorter) && last.is_empty() {
            self.names.pop();
            self.notes.push(
                word("its header ends with a delimiter: the empty name behind it was left out")
                    .to_owned(),
            );
        }
        self.records.expected = self.names.len();
        Ok(())
    }
}
