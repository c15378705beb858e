//! From a block as a format has it to rows as they should be.

use super::columns::Role;
use super::error::{ReadError, brief};
use super::faults::Fault;
use super::groups::{MOST_BATCHES, MOST_GROUPS, MOST_NAME, MOST_NAMES, Trouble};
use super::open::Predictions;
use super::options::quoted_name;
use super::outputs::sum_slack;
use super::{Outputs, Rows, shorten};
use crate::ghm::Task;
use crate::words::{tr, word};

/// Sentences that are kept of rows that were skipped.
const KEPT_SENTENCES: usize = 5;
/// How far a probability may be beside [0, 1], by a rounding.
const ROUNDING: f64 = 1e-6;

/// Values of a row that were mended.
#[derive(Clone, Copy, Default)]
struct Mended {
    clamped: u64,
    normalised: bool,
    certain: u64,
}

impl Predictions {
    /// Whether the block needs no second look: one output and a label each, all as they should be.
    fn is_plain(&self, has_anomaly: bool) -> bool {
        let header = self.plan.header;
        let is_one_number = match header.outputs {
            Outputs::Logits => header.task == Task::Binary,
            Outputs::Values => self.plan.unit == 1.0,
            Outputs::Probabilities => false,
        };
        let columns_are_plain = is_one_number
            && self.plan.labels.are_plain()
            && self.block.one_hot.is_empty()
            && !(header.has_valid || header.has_batch || header.has_group);
        columns_are_plain && !has_anomaly
    }

    /// Whether a cell is not what names and the first rows promised.
    pub(super) fn has_anomaly(&self) -> bool {
        let block = &self.block;
        let header = self.plan.header;
        let (classes, unit) = (header.classes as f64, self.plan.unit);
        let label = |&label: &f64| match header.task {
            Task::Binary => label == 0.0 || label == 1.0,
            Task::Classes => label.fract() == 0.0 && (0.0..classes).contains(&label),
            Task::Regression => label.is_finite(),
        };
        let output = |&value: &f64| match header.outputs {
            Outputs::Logits | Outputs::Values => value.is_finite(),
            Outputs::Probabilities => (-ROUNDING..=1.0 + ROUNDING).contains(&(value / unit)),
        };
        !block.bad.is_empty()
            || !block.targets.iter().all(label)
            || !block.outputs.iter().flatten().all(output)
    }

    pub(super) fn wrong(&self, row: usize, role: Role, value: f64, what: &str) -> ReadError {
        let (table, columns) = &self.tables[self.current];
        let place = table.place(&self.block, row, columns.name(table.names(), role));
        ReadError(format!("{place}: {} {what}", brief(value)))
    }

    /// Refuses mini-batches and groups that are too many, and groups whose names are too long.
    fn check_names(&self) -> Result<(), ReadError> {
        let (table, columns) = &self.tables[self.current];
        if let Some(row) = self.block.batches.beyond {
            let name = columns.name(table.names(), Role::Batch);
            return Err(ReadError(tr!(
                "{place}: this is one mini-batch more than {MOST_BATCHES}; a number that its rows share is \
                 expected (--map {name}=ignore leaves the column out)",
                place = table.place(&self.block, row, name),
                MOST_BATCHES,
                name = quoted_name(name)
            )));
        }
        let Some(trouble) = self.block.groups.trouble else {
            return Ok(());
        };
        let name = columns.name(table.names(), Role::Group);
        let place = |row| table.place(&self.block, row, name);
        Err(ReadError(match trouble {
            Trouble::Many(row) => tr!(
                "{place}: this is one group more than {MOST_GROUPS}; a category is expected",
                place = place(row),
                MOST_GROUPS
            ),
            Trouble::Long(row) => tr!(
                "{place}: the name of the group is longer than {MOST_NAME} bytes; a category is expected",
                place = place(row),
                MOST_NAME
            ),
            Trouble::Much(row) => tr!(
                "{place}: the names of all groups are longer than {MOST_NAMES} bytes; a category is expected",
                place = place(row),
                MOST_NAMES
            ),
        }))
    }

    /// Moves the rows of the block that are as they should be.
    pub(super) fn check(&mut self, rows: &mut Rows, has_anomaly: bool) -> Result<(), ReadError> {
        self.check_names()?;
        if self.is_plain(has_anomaly) {
            std::mem::swap(&mut rows.outputs, &mut self.block.outputs[0]);
            std::mem::swap(&mut rows.targets, &mut self.block.targets);
            rows.valid.resize(self.block.rows, true);
            return Ok(());
        }
        let mut bad = std::mem::take(&mut self.block.bad).into_iter().peekable();
        for row in 0..self.block.rows {
            let unread = bad.next_if(|(at, _)| *at == row).map(|(_, error)| error);
            let checked = self.check_row(row, unread, rows);
            let Err(fault) = checked else { continue };
            let (Fault::Row(error) | Fault::All(error)) = &fault;
            let error = error.clone();
            if !self.options.skip_bad_rows {
                if let Fault::All(error) = fault {
                    return Err(error);
                }
                let ReadError(what) = error;
                if let Some(cure) = self.numberless(row) {
                    return Err(ReadError(format!("{what}: {cure}")));
                }
                return Err(ReadError(tr!(
                    "{what} (--skip-bad-rows leaves out and counts rows that cannot be used)",
                    what
                )));
            }
            self.skipped.count += 1;
            self.reading.skipped += 1;
            if self.skipped.first.len() < KEPT_SENTENCES {
                self.skipped.first.push(error.0);
            }
            let place = rows.len();
            match rows.gaps.last_mut() {
                Some((before, count)) if *before == place => *count += 1,
                Some(_) | None => rows.gaps.push((place, 1)),
            }
        }
        Ok(())
    }

    /// Adds one row.
    fn check_row(
        &mut self,
        row: usize,
        unread: Option<ReadError>,
        rows: &mut Rows,
    ) -> Result<(), Fault> {
        let valid = self.valid(row);
        let width = self.plan.header.width();
        let start = rows.outputs.len();
        let target = if valid == 0.0 {
            None
        } else {
            self.target(row, unread.as_ref())?
        };
        match target {
            Some(target) => {
                // In the order of the columns, what could not be read comes first.
                if let Some(error) = unread {
                    return Err(error.into());
                }
                for k in 0..width {
                    rows.outputs
                        .push(self.block.outputs[k][row] / self.plan.unit);
                }
                let outputs = self.check_outputs(row, &mut rows.outputs[start..]);
                let checked = outputs.and_then(|mended| {
                    if self.plan.has_decision {
                        self.of_positive(row, &mut rows.outputs[start])?;
                    }
                    let is_valid = valid == 1.0;
                    self.check_target(row, target)?;
                    is_valid
                        .then_some(mended)
                        .ok_or_else(|| self.wrong_mask(row))
                });
                match checked {
                    Ok(mended) => {
                        self.reading.clamped += mended.clamped;
                        self.reading.certain += mended.certain;
                        self.reading.normalised += u64::from(mended.normalised);
                    }
                    Err(error) => {
                        rows.outputs.truncate(start);
                        return Err(error);
                    }
                }
            }
            None => {
                self.reading.ignored += 1;
                rows.outputs.resize(start + width, 0.0);
            }
        }
        if let Err(error) = self.batch(row, rows) {
            rows.outputs.truncate(start);
            return Err(error);
        }
        rows.targets.push(target.unwrap_or(0.0));
        rows.valid.push(target.is_some());
        if let Some(&group) = self.block.group.get(row) {
            rows.group.push(group);
        }
        Ok(())
    }

    /// The class or target of a row, as far as it is one; `None` for ignored.
    fn target(&self, row: usize, unread: Option<&ReadError>) -> Result<Option<f64>, ReadError> {
        let (table, columns) = &self.tables[self.current];
        if !self.block.one_hot.is_empty() {
            let classes = || self.block.one_hot.iter().map(|values| values[row]);
            let hot = classes().position(|value| value == 1.0);
            let rest = classes().filter(|&value| value == 0.0).count() + 1;
            return match hot.filter(|_| rest == self.block.one_hot.len()) {
                Some(class) => Ok(Some(class as f64)),
                None => Err(unread.cloned().unwrap_or_else(|| {
                    let place = table.place(
                        &self.block,
                        row,
                        columns.name(table.names(), Role::OneHot(0)),
                    );
                    ReadError(tr!(
                        "{place}: the row's labels are not one 1 among 0; where an example may be of several classes, read one class at a time (--map NAME=label and --map NAME=p)",
                        place
                    ))
                })),
            };
        }
        let labels = &self.plan.labels;
        let texts = self.block.texts.first();
        if let Some(texts) = texts.filter(|_| !labels.texts.is_empty()) {
            let text = texts[row].trim();
            return match labels.of_text(text) {
                Ok(class) => Ok(class.map(|class| class as f64)),
                Err(()) => {
                    let place =
                        table.place(&self.block, row, columns.name(table.names(), Role::Text(0)));
                    let shown = shorten(text);
                    Err(ReadError(tr!(
                        "{place}: \"{shown}\" is none of the labels",
                        place,
                        shown
                    )))
                }
            };
        }
        let value = self.block.targets[row];
        Ok(match self.plan.header.task {
            Task::Regression => (!labels.ignored.contains(&value)).then_some(value),
            Task::Binary | Task::Classes => labels.of_number(value),
        })
    }

    /// Makes p of a confidence, by the decision beside it.
    fn of_positive(&self, row: usize, confidence: &mut f64) -> Result<(), ReadError> {
        let place = self.plan.decision();
        let text = self.block.texts[place][row].as_str();
        let Some(is_positive) = self.plan.labels.of_decision(text) else {
            let (table, columns) = &self.tables[self.current];
            let name = columns.name(table.names(), Role::Text(place));
            let place = table.place(&self.block, row, name);
            let shown = shorten(text);
            return Err(ReadError(tr!(
                "{place}: \"{shown}\" is none of the two classes that labels are of",
                place,
                shown
            )));
        };
        if *confidence < 0.5 - ROUNDING {
            let what =
                word("is no confidence in the decided one of two classes, which is 0.5 or more");
            return Err(self.wrong(row, Role::Output(0), *confidence, what));
        }
        if !is_positive {
            *confidence = 1.0 - *confidence;
        }
        Ok(())
    }

    /// Looks at outputs, and mends what a rounding did.
    fn check_outputs(&self, row: usize, outputs: &mut [f64]) -> Result<Mended, Fault> {
        let header = self.plan.header;
        let mut mended = Mended::default();
        let finite = outputs.iter().any(|value| value.is_finite());
        for (k, value) in outputs.iter_mut().enumerate() {
            // A class that cannot be: softmax gives it 0.
            let impossible = header.task == Task::Classes
                && header.outputs == Outputs::Logits
                && *value == f64::NEG_INFINITY
                && finite;
            if !value.is_finite() && !impossible {
                let what = word("is not a finite number");
                return Err(self.wrong(row, Role::Output(k), *value, what).into());
            }
            if header.outputs == Outputs::Probabilities {
                let clamped = value.clamp(0.0, 1.0);
                if (clamped - *value).abs() > ROUNDING {
                    let unit = self.plan.unit;
                    let what = if unit == 1.0 {
                        word("is no probability; 0 to 1 is expected")
                    } else {
                        word("is no percentage; 0 to 100 is expected")
                    };
                    return Err(self.wrong(row, Role::Output(k), *value * unit, what).into());
                }
                mended.clamped += u64::from(clamped != *value);
                mended.certain += u64::from(clamped == 0.0 || clamped == 1.0);
                *value = clamped;
            }
        }
        if header.outputs == Outputs::Probabilities && header.task == Task::Classes {
            let sum: f64 = outputs.iter().sum();
            let off = (sum - 1.0).abs();
            if off > sum_slack(outputs.len()) {
                return Err(self.wrong_sum(row, sum));
            }
            if off > ROUNDING {
                mended.normalised = true;
                for value in outputs {
                    *value /= sum;
                }
            }
        }
        Ok(mended)
    }

    /// Numbers the row's mini-batch, which must not have come before another one.
    fn batch(&mut self, row: usize, rows: &mut Rows) -> Result<(), Fault> {
        let Some(&id) = self.block.batch.get(row) else {
            return Ok(());
        };
        if self.last_batch != Some(id) {
            // Numbers grow with the first appearance: a smaller one has come back.
            if self.last_batch.is_some_and(|last| id < last) {
                let (table, columns) = &self.tables[self.current];
                let name = columns.name(table.names(), Role::Batch);
                let place = table.place(&self.block, row, name);
                let returned = self.block.batches.returned.as_ref();
                let name = returned.filter(|(_, number)| *number == id);
                let name =
                    name.map_or(String::new(), |(name, _)| format!(" \"{}\"", shorten(name)));
                let column = quoted_name(columns.name(table.names(), Role::Batch));
                return Err(Fault::All(ReadError(tr!(
                    "{place}: mini-batch{name} comes back; its rows should stand together: sort rows by it, or say --map \
                     {column}=group, or --map {column}=ignore",
                    place,
                    name,
                    column
                ))));
            }
            self.batches += u32::from(self.last_batch.is_some());
            self.last_batch = Some(id);
        }
        rows.batch.push(self.batches);
        Ok(())
    }
}
