//! A look at the values of all columns, before rows are handed out: what a name leaves open, values may
//! tell.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};

use super::columns::{Columns, Role};
use super::decided::Pair;
use super::error::ReadError;
use super::masks::said;
use super::names::named;
use super::skips::Skips;
use super::work::Pace;
use super::{Block, Header, Outputs, Table};
use crate::ghm::Task;

/// Cells of the first look, and of a step.
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
    /// The row of the first of those, from 1, and the value.
    pub first_beyond: Option<(u64, f64)>,
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
            first_beyond: None,
            values: Some(Vec::new()),
        }
    }
}

impl Numbers {
    pub fn add(&mut self, row: u64, value: Option<f64>) {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            self.others += 1;
            return;
        };
        self.count += 1;
        self.least = self.least.min(value);
        self.most = self.most.max(value);
        self.fractions += u64::from(value.fract() != 0.0);
        if !(-1e-6..=1.0 + 1e-6).contains(&value) {
            self.beyond += 1;
            self.first_beyond = self.first_beyond.or(Some((row, value)));
        }
        if let Some(values) = &mut self.values
            && !values.contains(&value)
        {
            values.push(value);
            if values.len() > MOST_VALUES {
                self.values = None;
            }
        }
    }

    /// Whether all may be numbers of classes, however many.
    pub fn may_be_classes(&self) -> bool {
        self.count > 0 && self.fractions == 0 && self.least >= -1.0 && self.most < 10_000.0
    }

    /// Whether all are numbers of classes, and few.
    pub fn are_classes(&self) -> bool {
        let few = self
            .values
            .as_ref()
            .is_some_and(|values| values.len() <= 20);
        few && self.may_be_classes()
    }

    /// Whether they may be percent.
    pub fn are_percent(&self) -> bool {
        self.least >= -1e-6 && self.most >= 2.0 && self.most <= 100.0
    }

    /// Whether all but a few are in [0, 1], with fractions among them.
    pub fn are_shares_but_few(&self) -> bool {
        // Logits are negative as well.
        let few = if self.least < -1e-6 { 10 } else { 2 };
        self.beyond > 0 && self.beyond * few <= self.count && self.fractions > self.beyond
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
    /// A fingerprint of all cells in their order, where it is a column of labels.
    pub trace: Option<DefaultHasher>,
}

impl Seen {
    /// Nothing yet.
    fn of(name: &str) -> Self {
        Self {
            trace: named(name).label.then(DefaultHasher::new),
            ..Self::default()
        }
    }

    fn add(&mut self, row: u64, text: &str) {
        let value = number(text);
        self.numbers.add(row, value);
        if let Some(trace) = &mut self.trace {
            match value {
                // Zeros of both signs are one.
                Some(value) => trace.write_u64((value + 0.0).to_bits()),
                None => trace.write(text.as_bytes()),
            }
            trace.write_u8(0xff);
        }
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

/// The class of two that a text says yes or no to.
pub(super) fn truth(text: &str) -> Option<usize> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "1" => Some(1),
        "false" | "f" | "no" | "0" => Some(0),
        _ => None,
    }
}

/// Rows of so many columns that a step looks at: not too few, where each column is read from a place of its own.
fn rows_of_step(columns: usize) -> usize {
    (SAMPLE_CELLS / columns.max(1)).clamp(16, ROWS)
}

/// What was seen of a file, or of its beginning.
#[derive(Clone, Debug, Default)]
pub(super) struct Survey {
    /// One for each column; of columns that were not looked at, as nothing.
    pub columns: Vec<Seen>,
    /// Scores beside decisions.
    pub pairs: Vec<Pair>,
    /// Columns whose values have a percent sign: no logit has one.
    pub divided: Vec<usize>,
    /// Where probabilities were found not to be those of the logits beside them.
    pub differ: Option<String>,
    /// Cells of the first rows.
    pub rows: Vec<Vec<String>>,
    /// Whether all rows were seen.
    pub is_whole: bool,
    /// Rows that were left out: those that are ignored.
    pub skips: Skips,
    /// Rows so far.
    count: u64,
}

impl Survey {
    /// The first rows of these columns of a table.
    pub async fn sample(
        table: &mut dyn Table,
        valid: Option<usize>,
        wanted: &[usize],
        pairs: Vec<Pair>,
        pace: &Pace,
    ) -> Result<Self, ReadError> {
        let count = table.names().len();
        let most = (SAMPLE_CELLS / count.max(1)).clamp(64, ROWS) as u64;
        let mut survey = Self {
            columns: table.names().iter().map(|name| Seen::of(name)).collect(),
            pairs,
            divided: table.divided(),
            skips: Skips {
                mask: valid,
                ..Skips::default()
            },
            ..Self::default()
        };
        while survey.count < most {
            let left = (most - survey.count) as usize;
            if !survey.look(table, wanted, left.min(rows_of_step(wanted.len())))? {
                survey.is_whole = true;
                break;
            }
            pace.pause(table.done()).await;
        }
        Ok(survey)
    }

    /// Looks at these columns of all rows of tables that have the same names.
    pub async fn whole(
        &mut self,
        tables: &mut [Box<dyn Table>],
        names: &[String],
        wanted: &[usize],
        pace: &Pace,
    ) -> Result<(), ReadError> {
        let most = rows_of_step(wanted.len());
        let mut before = 0;
        for &column in wanted {
            self.columns[column] = Seen::of(&names[column]);
        }
        self.pairs.iter_mut().for_each(Pair::clear);
        self.count = 0;
        let rows = std::mem::take(&mut self.rows);
        for table in tables {
            let own: Vec<[usize; 2]> = self.pairs.iter().map(|pair| pair.columns).collect();
            let Some((places, mut part)) = self.part(table.names(), names, wanted, &rows) else {
                continue;
            };
            while part.look(table.as_mut(), &places, most)? {
                pace.pause(before + table.done()).await;
            }
            before += table.done();
            self.count = part.count;
            self.pairs = part.pairs;
            for (pair, columns) in self.pairs.iter_mut().zip(own) {
                pair.columns = columns;
            }
            for (&at, &column) in places.iter().zip(wanted) {
                self.columns[column] = std::mem::take(&mut part.columns[at]);
            }
        }
        self.rows = rows;
        self.is_whole = true;
        Ok(())
    }

    /// What was seen so far, with the columns where a table of these names has them; `None` where it lacks one.
    fn part(
        &mut self,
        of_table: &[String],
        names: &[String],
        wanted: &[usize],
        rows: &[Vec<String>],
    ) -> Option<(Vec<usize>, Self)> {
        let place = |column: usize| of_table.iter().position(|name| *name == names[column]);
        let places: Option<Vec<usize>> = wanted.iter().map(|&column| place(column)).collect();
        let places = places?;
        let mut part = Self {
            columns: vec![Seen::default(); of_table.len()],
            rows: rows.to_vec(),
            pairs: std::mem::take(&mut self.pairs),
            skips: self.skips.moved(place),
            count: self.count,
            ..Self::default()
        };
        for pair in &mut part.pairs {
            pair.columns = pair.columns.map(|column| place(column).unwrap_or(column));
        }
        for (&at, &column) in places.iter().zip(wanted) {
            part.columns[at] = std::mem::take(&mut self.columns[column]);
        }
        Some((places, part))
    }

    /// Looks at the next rows; false at the end.
    fn look(
        &mut self,
        table: &mut dyn Table,
        wanted: &[usize],
        most: usize,
    ) -> Result<bool, ReadError> {
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
        let place = |column: usize| wanted.iter().position(|&of| of == column);
        let mask = self.skips.mask.and_then(place);
        let label = self.skips.label.as_ref();
        let label = label.and_then(|(column, labels)| Some((place(*column)?, labels)));
        let pairs: Vec<[Option<usize>; 2]> = (self.pairs.iter())
            .map(|pair| pair.columns.map(place))
            .collect();
        for row in 0..block.rows {
            let cell = |k: usize| block.texts[k].get(row).map_or("", |text| text.trim());
            if self.rows.len() < KEPT_ROWS {
                let mut cells = vec![String::new(); self.columns.len()];
                for (k, &column) in wanted.iter().enumerate() {
                    cell(k).clone_into(&mut cells[column]);
                }
                self.rows.push(cells);
            }
            self.count += 1;
            let is_masked = mask.is_some_and(|mask| said(cell(mask)) == Some(false));
            let is_ignored =
                is_masked || label.is_some_and(|(at, labels)| Skips::has(labels, cell(at)));
            for (k, &column) in wanted.iter().enumerate() {
                let tells = match k {
                    _ if mask == Some(k) => true,
                    _ if label.is_some_and(|(at, _)| at == k) => !is_masked,
                    _ => !is_ignored,
                };
                if tells {
                    self.columns[column].add(self.count, cell(k));
                }
            }
            for (pair, places) in self.pairs.iter_mut().zip(&pairs) {
                if let ([Some(score), Some(decision)], false) = (*places, is_ignored) {
                    pair.add(number(cell(score)), cell(decision));
                }
            }
        }
        Ok(!block.has_ended())
    }

    /// Whether one of the first rows is ignored.
    pub fn is_ignored(&self, row: usize) -> bool {
        let Some(cells) = self.rows.get(row) else {
            return false;
        };
        let is_masked = self
            .skips
            .mask
            .is_some_and(|mask| said(&cells[mask]) == Some(false));
        let label = self.skips.label.as_ref();
        is_masked || label.is_some_and(|(at, labels)| Skips::has(labels, &cells[*at]))
    }

    /// A number of the first rows.
    pub fn cell(&self, row: usize, column: usize) -> Option<f64> {
        self.rows
            .get(row)?
            .get(column)
            .and_then(|text| number(text))
    }
}
