//! What is wrong with a row, and whether most rows are like it: then leaving out rows is no cure.

use super::columns::Role;
use super::error::{ReadError, brief, shorten};
use super::masks::said;
use super::open::Predictions;
use super::options::quoted_name;
use super::outputs::sum_slack;
use crate::ghm::Task;
use crate::words::{tr, word};

/// Fewer rows are no pattern, and one row in so many is none either.
const FEW: usize = 3;
const RARE: usize = 10;

/// Why a row cannot be used.
pub(super) enum Fault {
    Row(ReadError),
    /// The file as a whole is of another kind: without such rows it would be no better.
    All(ReadError),
}

impl From<ReadError> for Fault {
    fn from(error: ReadError) -> Self {
        Self::Row(error)
    }
}

impl Predictions {
    /// A fault of the file where many rows of the block have it.
    fn of_all_or_row(&self, error: ReadError, has_it: impl Fn(usize) -> bool) -> Fault {
        let count = (0..self.block.rows).filter(|&row| has_it(row)).count();
        match count >= FEW && count * RARE > self.block.rows {
            true => Fault::All(error),
            false => Fault::Row(error),
        }
    }

    /// 0 where a mask leaves a row out.
    pub(super) fn valid(&self, row: usize) -> f64 {
        match self.plan.mask {
            Some(Role::Text(k)) => {
                let text = &self.block.texts[k][row];
                said(text).map_or(f64::NAN, f64::from)
            }
            Some(_) | None => self.block.valid.get(row).copied().unwrap_or(1.0),
        }
    }

    /// A cell of a mask that says neither.
    pub(super) fn wrong_mask(&self, row: usize) -> Fault {
        let (table, columns) = &self.tables[self.current];
        let role = self.plan.mask.unwrap_or(Role::Valid);
        let column = columns.name(table.names(), role);
        let name = quoted_name(column);
        let what = tr!("is not 0 or 1 (--map {name}=ignore reads all rows)", name);
        let Role::Text(k) = role else {
            return self.wrong(row, role, self.valid(row), &what).into();
        };
        let place = table.place(&self.block, row, column);
        let text = shorten(&self.block.texts[k][row]);
        ReadError(format!("{place}: \"{text}\" {what}")).into()
    }

    /// Probabilities whose sum is not 1.
    pub(super) fn wrong_sum(&self, row: usize, sum: f64) -> Fault {
        let what = word("is the sum of the row's probabilities; 1 is expected");
        let is_off = |row: usize| {
            let values = self.block.outputs.iter().map(|of| of[row]);
            let sum = values.sum::<f64>() / self.plan.unit;
            (sum - 1.0).abs() > sum_slack(self.block.outputs.len())
        };
        match self.of_all_or_row(self.wrong(row, Role::Output(0), sum, what), is_off) {
            Fault::All(ReadError(what)) => {
                let (table, columns) = &self.tables[self.current];
                let name = quoted_name(columns.name(table.names(), Role::Output(0)));
                Fault::All(ReadError(tr!(
                    "{what}, and many rows have another: where an example may be of several classes (multi-label), each \
                     is read alone (--map {name}=p and --map NAME=label)",
                    what,
                    name
                )))
            }
            fault @ Fault::Row(_) => fault,
        }
    }

    /// Refuses a label or target that is none.
    pub(super) fn check_target(&self, row: usize, target: f64) -> Result<(), Fault> {
        let (classes, task) = (self.plan.header.classes, self.plan.header.task);
        let labels = &self.plan.labels;
        let first = labels.first;
        let is_good = |target: f64| match task {
            Task::Binary => target == 0.0 || target == 1.0,
            Task::Classes => target.fract() == 0.0 && (0.0..classes as f64).contains(&target),
            Task::Regression => target.is_finite(),
        };
        // A sentence costs more than a row: only a row that needs one pays for it.
        if is_good(target) {
            return Ok(());
        }
        let role = match labels.texts.is_empty() {
            true => Role::Target,
            false => Role::Text(0),
        };
        let of_row = |row: usize| {
            let value = self.block.targets.get(row).copied();
            value.and_then(|value| labels.of_number(value))
        };
        let is_bad = |row: usize| {
            let target = of_row(row).filter(|of| of.is_finite() && !is_good(*of));
            target.is_some() && self.valid(row) != 0.0
        };
        let fail =
            |what: &str| self.of_all_or_row(self.wrong(row, role, target + first, what), is_bad);
        let label = brief(target + first);
        Err(match task {
            _ if !target.is_finite() => {
                let what = word("is not a finite number");
                self.wrong(row, role, target, what).into()
            }
            Task::Binary if target.fract() != 0.0 => {
                let (table, columns) = &self.tables[self.current];
                let name = |role| quoted_name(columns.name(table.names(), role));
                fail(&tr!(
                    "is not 0 or 1 but a fraction: labels are of one class or the other (of a regression: --map \
                     {target}=target --map {pred}=pred)",
                    target = name(role),
                    pred = name(Role::Output(0))
                ))
            }
            Task::Binary => {
                let has = |class| (0..self.block.rows).any(|row| of_row(row) == Some(class));
                if has(0.0) && has(1.0) {
                    fail(&tr!(
                        "is not 0 or 1: one output is of two classes, and labels are of more, each of which has a column, \
                         p_0, p_1, … (--ignore-label {label} leaves out its examples)",
                        label
                    ))
                } else {
                    fail(&tr!(
                        "is not 0 or 1 (--ignore-label {label} leaves out its examples, --positive {label} makes it the \
                         positive one; of more than two classes each has a column, p_0, p_1, …)",
                        label
                    ))
                }
            }
            Task::Classes if first == 0.0 => {
                fail(&tr!("is no class; 0 to {} is expected", classes - 1))
            }
            Task::Classes => fail(&tr!(
                "is no class; {first} to {0} is expected",
                classes as f64 - 1.0 + first,
                first
            )),
            Task::Regression => fail(word("is not a finite number")),
        })
    }
}
