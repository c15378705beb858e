//! Values of single examples, in a second pass over the rows: the density of a mini-batch is known
//! only at its end.

use super::Report;
use super::batch::Batch;
use super::groups::Groups;
use super::measure::{entries, measure, probabilities};
use super::scores::Scores;
use super::settings::Settings;
use super::totals::Totals;
use crate::config::Config;
use crate::data::predictions::{Header, Rows};
use crate::ghm::{Loss, Seen, Selection, Task, bin, direction};

/// What one example comes to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Values {
    /// Gradient norm.
    pub g: f64,
    pub bin: usize,
    /// Effective weight.
    pub weight: f64,
    pub loss: f64,
    /// Derivative of the mean loss of its mini-batch with respect to each output.
    pub gradient: Vec<f64>,
}

/// A mini-batch has more rows than these, which take all the memory that one may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge {
    pub rows: u64,
}

/// Bytes that the rows of a mini-batch may take.
const MOST_WAITING: usize = 1 << 30;

/// The second pass.
pub struct Examples {
    settings: Settings,
    loss: Loss,
    class_weights: Vec<f64>,
    /// State of the only mini-batch, or of the one that was just finished.
    beta: Vec<f64>,
    selection: Selection<f64>,
    examples: f64,
    /// Index among the examples of the mini-batch that are not ignored.
    index: usize,
    /// Mini-batches by a column: the rows of the one that is being read.
    waiting: Vec<Rows>,
    /// Bytes that they take, and may take.
    taken: usize,
    most: usize,
    number: u32,
    batch: Batch,
    totals: Totals,
}

impl Examples {
    /// For the same rows as those of a report.
    pub fn new(header: Header, config: &Config, report: &Report, loss: Loss) -> Self {
        let settings = Settings::new(header, config);
        Self {
            totals: Totals::new(&settings),
            batch: Batch::new(&settings),
            loss,
            class_weights: report.class_weights.clone(),
            beta: report.beta.clone(),
            selection: report.selection,
            examples: report.examples,
            index: 0,
            waiting: Vec::new(),
            taken: 0,
            most: MOST_WAITING,
            number: 0,
            settings,
        }
    }

    /// Takes a block of rows and hands out what is known by now: in their order, `None` for an ignored
    /// example.
    ///
    /// # Errors
    /// Those of `out`, and where a mini-batch is too large to be kept until its density is known.
    pub fn add<E: From<TooLarge>>(
        &mut self,
        rows: &Rows,
        out: &mut impl FnMut(Option<&Values>) -> Result<(), E>,
    ) -> Result<(), E> {
        if !self.settings.header.has_batch {
            return self.hand_out(rows, out);
        }
        let width = self.settings.header.width();
        let mut start = 0;
        while start < rows.len() {
            let number = rows.batch[start];
            if number != self.number {
                self.finish(out)?;
                self.number = number;
            }
            let same = rows.batch[start..]
                .iter()
                .take_while(|batch| **batch == number);
            let end = start + same.count();
            let cells = (end - start) * (width + 1);
            self.taken += cells * size_of::<f64>() + (end - start) + size_of::<Rows>();
            if self.taken > self.most {
                let rows = self.waiting.iter().map(|rows| rows.len() as u64).sum();
                return Err(TooLarge { rows }.into());
            }
            self.waiting.push(Rows {
                outputs: rows.outputs[start * width..end * width].to_vec(),
                targets: rows.targets[start..end].to_vec(),
                valid: rows.valid[start..end].to_vec(),
                ..Rows::default()
            });
            start = end;
        }
        Ok(())
    }

    /// Hands out what still waits, at the end of the rows.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish<E>(
        &mut self,
        out: &mut impl FnMut(Option<&Values>) -> Result<(), E>,
    ) -> Result<(), E> {
        let waiting = std::mem::take(&mut self.waiting);
        self.taken = 0;
        if waiting.is_empty() {
            return Ok(());
        }
        let before = self.totals.examples;
        let (mut scores, mut groups) = (Scores::unwanted(&self.settings), Groups::default());
        for rows in &waiting {
            let range = 0..rows.len();
            (self.batch).add(&self.settings, rows, range, &mut scores, &mut groups);
        }
        self.batch.finish(&self.settings, &mut self.totals);
        self.beta.clone_from(&self.totals.beta);
        self.selection = self.totals.selection;
        self.examples = (self.totals.examples - before) as f64;
        self.index = 0;
        waiting.iter().try_for_each(|rows| self.hand_out(rows, out))
    }

    fn hand_out<E>(
        &mut self,
        rows: &Rows,
        out: &mut impl FnMut(Option<&Values>) -> Result<(), E>,
    ) -> Result<(), E> {
        let width = self.settings.header.width();
        let mut values = Values::default();
        for i in 0..rows.len() {
            if !rows.valid[i] {
                out(None)?;
                continue;
            }
            let outputs = &rows.outputs[i * width..][..width];
            self.value(outputs, rows.targets[i], &mut values);
            self.index += 1;
            out(Some(&values))?;
        }
        Ok(())
    }

    fn value(&self, outputs: &[f64], target: f64, values: &mut Values) {
        let settings = &self.settings;
        let measured = measure(settings, outputs, target);
        let bin = bin(measured.g, settings.bins);
        let seen = Seen {
            class_weight: self
                .class_weights
                .get(measured.class)
                .copied()
                .unwrap_or(1.0),
            beta: self.beta[bin],
            kept: self.selection.keeps(self.index, measured.error),
            ..settings.seen(&measured)
        };
        let (loss, rule) = (self.loss, &settings.rule);
        let norm = loss.norm(rule, &seen, measured.g);
        values.g = measured.g;
        values.bin = bin;
        values.weight = match loss {
            Loss::L1 | Loss::SmoothL1 if measured.g > 0.0 => norm / measured.g,
            _ => loss.weight(rule, &seen),
        };
        values.loss = loss.value(rule, &seen);
        values.gradient.clear();
        match settings.header.task {
            Task::Binary => values
                .gradient
                .push(direction(target) * norm / self.examples),
            Task::Classes => {
                values.gradient.resize(outputs.len(), 0.0);
                probabilities(settings, outputs, &mut values.gradient);
                let weight = loss.weight(rule, &seen);
                for p in &mut values.gradient {
                    *p = weight * *p / self.examples;
                }
                values.gradient[measured.class] = -norm / self.examples;
            }
            Task::Regression => {
                let sign = if measured.error < 0.0 { -1.0 } else { 1.0 };
                values.gradient.push(sign * norm / self.examples);
            }
        }
        debug_assert!(
            settings.entries == 1 || {
                let mut norms = vec![0.0; settings.entries];
                entries(settings, outputs, &measured, &mut norms);
                norms[measured.class] == measured.g
            }
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{Examples, TooLarge, Values};
    use crate::config::Config;
    use crate::data::predictions::{Header, Outputs, Rows};
    use crate::ghm::{Loss, Task};
    use crate::xray::Xray;

    #[test]
    fn a_mini_batch_is_kept_up_to_a_number_of_bytes() {
        let header = Header {
            task: Task::Binary,
            classes: 2,
            outputs: Outputs::Logits,
            has_valid: false,
            has_batch: true,
            has_group: false,
        };
        let rows = |batch: u32| Rows {
            outputs: vec![0.5; 100],
            targets: vec![1.0; 100],
            valid: vec![true; 100],
            batch: vec![batch; 100],
            ..Rows::default()
        };
        let config = Config::default();
        let mut xray = Xray::new(header, &config);
        xray.add(&rows(0));
        let report = xray.finish(&[]);
        let mut examples = Examples::new(header, &config, &report, Loss::GhmC);
        // Room for one block and a half of them.
        examples.most = 3000;
        let mut count = 0;
        let mut out = |_: Option<&Values>| -> Result<(), TooLarge> {
            count += 1;
            Ok(())
        };
        // Any number of mini-batches that fit.
        for batch in 0..50 {
            assert_eq!(examples.add(&rows(batch), &mut out), Ok(()));
        }
        assert_eq!(
            examples.add(&rows(49), &mut out),
            Err(TooLarge { rows: 100 })
        );
        assert_eq!(count, 4900);
    }
}
