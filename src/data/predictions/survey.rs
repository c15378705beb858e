//! A look at the values of all columns, before rows are handed out: what a name leaves open, values may
//! tell.

use std::collections::HashMap;

use super::columns::{Columns, Role};
use super::error::ReadError;
use super::{Block, Header, Outputs, Table};
use crate::ghm::Task;

/// Cells of the first look.
const SAMPLE_CELLS: usize = 1 << 16;
/// Most different texts that are kept of a column.
const MOST_TEXTS: usize = 20_000;
/// Most different numbers that are kept of a column.
const MOST_VALUES: usize = 64;
/// Rows that are kept as they are.
const KEPT_ROWS: usize = 1000;
/// Rows at a time.
const ROWS: usize = 1 << 12;

/// Numbers of a column.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    pub count: u64,
    /// Cells that are no finite number.
    pub others: u64,
    pub least: f64,
    pub most: f64,
    pub fractions: u64,
    /// Beyond [0, 1] by more than a rounding.
    pub beyond: u64,
    /// The different ones, while they are few.
    pub values: Option<Vec<f64>>,
}

impl Default for Numbers {
    fn default() -> Self {
        Self {
            count: 0,
            others: 0,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
            fractions: 0,
            beyond: 0,
            values: Some(Vec::new()),
        }
    }
}

impl Numbers {
    pub fn add(&mut self, value: Option<f64>) {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            self.others += 1;
            return;
        };
        self.count += 1;
        self.least = self.least.min(value);
        self.most = self.most.max(value);
        self.fractions += u64::from(value.fract() != 0.0);
        self.beyond += u64::from(!(-1e-6..=1.0 + 1e-6).contains(&value));
        if let Some(values) = &mut self.values
            && !values.contains(&value)
        {
            values.push(value);
            if values.len() > MOST_VALUES {
                self.values = None;
            }
        }
    }

    /// Whether all are numbers of classes, and few.
    pub fn are_classes(&self) -> bool {
        let few = self
            .values
            .as_ref()
            .is_some_and(|values| values.len() <= 20);
        few && self.count > 0 && self.fractions == 0 && self.least >= -1.0 && self.most < 10_000.0
    }

    /// Whether they are in [0, 1], with fractions among them.
    pub fn are_shares(&self) -> bool {
        self.count > 0 && self.beyond == 0 && self.fractions > 0
    }
}

/// What was seen of one column.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub numbers: Numbers,
    /// Different texts and how often they came, in the order of their appearance.
    pub texts: Vec<(String, u64)>,
    index: HashMap<String, usize>,
    /// Whether there were more texts than are kept.
    pub many: bool,
}

impl Seen {
    fn add(&mut self, text: &str) {
        self.numbers.add(number(text));
        match self.index.get(text) {
            Some(&at) => self.texts[at].1 += 1,
            None if self.texts.len() < MOST_TEXTS => {
                self.index.insert(text.to_owned(), self.texts.len());
                self.texts.push((text.to_owned(), 1));
            }
            None => self.many = true,
        }
    }
}

/// The number that a cell is, with a dot or a comma in it.
pub(super) fn number(text: &str) -> Option<f64> {
    match text.parse() {
        Ok(value) => Some(value),
        Err(_) if text.bytes().filter(|&b| b == b',').count() == 1 => {
            text.replacen(',', ".", 1).parse().ok()
        }
        Err(_) => None,
    }
}

/// What was seen of a file, or of its beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct Survey {
    /// One for each column; of columns that were not looked at, as nothing.
    pub columns: Vec<Seen>,
    /// Cells of the first rows.
    pub rows: Vec<Vec<String>>,
    /// Whether all rows were seen.
    pub is_whole: bool,
}

impl Survey {
    /// The first rows of these columns of a table.
    pub fn sample(
        table: &mut dyn Table,
        valid: Option<usize>,
        wanted: &[usize],
    ) -> Result<Self, ReadError> {
        let count = table.names().len();
        let most = (SAMPLE_CELLS / count.max(1)).clamp(64, ROWS);
        let mut survey = Self {
            columns: vec![Seen::default(); count],
            ..Self::default()
        };
        let mut seen = 0;
        while seen < most {
            let rows = survey.look(table, wanted, valid, most - seen)?;
            if rows == 0 {
                survey.is_whole = true;
                break;
            }
            seen += rows;
        }
        Ok(survey)
    }

    /// Looks at these columns of all rows of tables that have the same names; `valid` is the place of a
    /// mask among all columns.
    pub fn whole(
        &mut self,
        tables: &mut [Box<dyn Table>],
        names: &[String],
        wanted: &[usize],
        valid: Option<usize>,
    ) -> Result<(), ReadError> {
        for &column in wanted {
            self.columns[column] = Seen::default();
        }
        let rows = std::mem::take(&mut self.rows);
        for table in tables {
            let place =
                |column: usize| table.names().iter().position(|name| *name == names[column]);
            let places: Vec<usize> = wanted.iter().filter_map(|&column| place(column)).collect();
            if places.len() < wanted.len() {
                continue;
            }
            let columns = std::mem::take(&mut self.columns);
            let mut part = Self {
                columns: vec![Seen::default(); table.names().len()],
                rows: rows.clone(),
                is_whole: false,
            };
            for (&at, &column) in places.iter().zip(wanted) {
                part.columns[at] = columns[column].clone();
            }
            let valid = valid.and_then(place);
            while part.look(table.as_mut(), &places, valid, ROWS)? > 0 {}
            self.columns = columns;
            for (&at, &column) in places.iter().zip(wanted) {
                self.columns[column] = std::mem::take(&mut part.columns[at]);
            }
        }
        self.rows = rows;
        self.is_whole = true;
        Ok(())
    }

    fn look(
        &mut self,
        table: &mut dyn Table,
        wanted: &[usize],
        valid: Option<usize>,
        most: usize,
    ) -> Result<usize, ReadError> {
        let chosen = wanted
            .iter()
            .enumerate()
            .map(|(k, &column)| (column, Role::Text(k)));
        let columns = Columns {
            header: Header {
                task: Task::Binary,
                classes: 2,
                outputs: Outputs::Logits,
                has_valid: false,
                has_batch: false,
                has_group: false,
            },
            chosen: chosen.collect(),
        };
        let mut block = Block {
            texts: vec![Vec::new(); wanted.len()],
            ..Block::default()
        };
        table.read(&columns, most, &mut block)?;
        let mask = valid.and_then(|valid| wanted.iter().position(|&column| column == valid));
        for row in 0..block.rows {
            let cell = |k: usize| block.texts[k].get(row).map_or("", |text| text.trim());
            if self.rows.len() < KEPT_ROWS {
                let mut cells = vec![String::new(); self.columns.len()];
                for (k, &column) in wanted.iter().enumerate() {
                    cell(k).clone_into(&mut cells[column]);
                }
                self.rows.push(cells);
            }
            let is_ignored = mask.is_some_and(|mask| number(cell(mask)) == Some(0.0));
            for (k, &column) in wanted.iter().enumerate() {
                if !is_ignored || Some(column) == valid {
                    self.columns[column].add(cell(k));
                }
            }
        }
        Ok(block.rows)
    }

    /// A number of the first rows.
    pub fn cell(&self, row: usize, column: usize) -> Option<f64> {
        self.rows
            .get(row)?
            .get(column)
            .and_then(|text| number(text))
    }
}
