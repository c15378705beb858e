//! Rows as a format has them, before they are checked.

use super::columns::{Columns, Role};
use super::error::ReadError;
use super::groups::{Batches, Names};

/// A block of such rows. Vectors have one entry a row; those of columns that are not there are empty.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub rows: usize,
    /// Whether more of the file has to be looked at before the next row can be told: where no rows came, they
    /// are to be asked for again.
    pub waits: bool,
    /// One vector for each output.
    pub outputs: Vec<Vec<f64>>,
    pub targets: Vec<f64>,
    pub valid: Vec<f64>,
    /// Numbers of the names.
    pub batch: Vec<u32>,
    pub group: Vec<u32>,
    /// One vector for each column that is taken as text.
    pub texts: Vec<Vec<String>>,
    /// Rows with a cell that is no number, in ascending order, and what is wrong with each.
    pub bad: Vec<(usize, ReadError)>,
    /// Where each row is, where that is not its index: lines of text.
    pub lines: Vec<u64>,
    /// One vector for each class of a one-hot label.
    pub one_hot: Vec<Vec<f64>>,
    pub batches: Batches,
    pub groups: Names,
}

impl Block {
    /// Forgets the rows, but not the names.
    pub fn clear(&mut self) {
        self.rows = 0;
        self.waits = false;
        for values in &mut self.outputs {
            values.clear();
        }
        self.targets.clear();
        self.valid.clear();
        self.batch.clear();
        self.group.clear();
        for texts in &mut self.texts {
            texts.clear();
        }
        for values in &mut self.one_hot {
            values.clear();
        }
        self.bad.clear();
        self.lines.clear();
    }

    /// Whether there is nothing behind what was read.
    pub fn has_ended(&self) -> bool {
        self.rows == 0 && !self.waits
    }

    /// The values of a column of numbers.
    pub fn numbers(&mut self, role: Role) -> Option<&mut Vec<f64>> {
        match role {
            Role::Output(k) => self.outputs.get_mut(k),
            Role::Target => Some(&mut self.targets),
            Role::OneHot(k) => self.one_hot.get_mut(k),
            Role::Valid => Some(&mut self.valid),
            Role::Batch | Role::Group | Role::Text(_) => None,
        }
    }

    /// Adds a row that has no values.
    pub fn leave_out(&mut self, columns: &Columns, row: usize, line: u64, why: ReadError) {
        for &(_, role) in &columns.chosen {
            match role {
                Role::Batch => self.batch.push(0),
                Role::Group => self.group.push(0),
                Role::Text(k) => self.texts[k].push(String::new()),
                _ => self
                    .numbers(role)
                    .into_iter()
                    .for_each(|of| of.push(f64::NAN)),
            }
        }
        self.bad.push((row, why));
        self.lines.push(line);
        self.rows += 1;
    }

    /// Notes the name of a row's batch or group.
    pub fn name(&mut self, role: Role, name: &[u8]) {
        match role {
            Role::Batch => {
                let number = self.batches.number(name, self.batch.len());
                self.batch.push(number);
            }
            Role::Group => {
                let number = self.groups.number(name, self.group.len());
                self.group.push(number);
            }
            Role::Text(k) => {
                self.texts[k].push(String::from_utf8_lossy(name).into_owned());
            }
            Role::Output(_) | Role::Target | Role::OneHot(_) | Role::Valid => {}
        }
    }
}
