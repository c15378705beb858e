//! Sums over one mini-batch while its rows pass by, and what they come to once its density is known.

use std::ops::Range;

use super::block::{BLOCK, Block};
use super::entries::Entries;
use super::groups::Groups;
use super::hardest::Kept;
use super::measure::{LEAST_P, entries, measure};
use super::scores::Scores;
use super::settings::Settings;
use super::totals::Totals;
use crate::data::predictions::{Outputs, Rows};
use crate::ghm::{Task, bin};

/// Sums over the examples of a class in a bin.
#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Cell {
    examples: f64,
    /// Gradient norms and losses that are not weighed.
    plain: f64,
    value: f64,
    /// Under each of the losses whose weight follows from the example alone: reformulated norms and
    /// losses.
    direct: [[f64; 2]; 2],
}

impl Cell {
    fn add(&mut self, other: &Self) {
        self.examples += other.examples;
        self.plain += other.plain;
        self.value += other.value;
        for (sums, more) in self.direct.iter_mut().zip(&other.direct) {
            sums[0] += more[0];
            sums[1] += more[1];
        }
    }
}

/// A mini-batch that is being read. What it costs depends on its rows, and not on how many classes there
/// are.
pub(super) struct Batch {
    bins: usize,
    examples: u64,
    ignored: u64,
    /// Examples whose loss was taken for the largest of a probability.
    capped: u64,
    /// `[class, bin]`; of two classes in two copies that take turns: sums into one cell would wait for
    /// each other.
    cells: [Vec<Cell>; 2],
    /// Classes that occur, and whether a class does.
    classes: Vec<usize>,
    occurs: Vec<bool>,
    /// Sum of weights and of their squares, of each loss with a weight of its own.
    weights: [[f64; 2]; 2],
    /// Where every entry counts.
    entries: Option<Entries>,
    /// For OHEM.
    kept: Option<Kept>,
    /// What the bins come to, while a mini-batch ends.
    by_bin: Vec<Cell>,
}

impl Batch {
    pub fn new(settings: &Settings) -> Self {
        let cells = vec![Cell::default(); settings.header.classes * settings.bins];
        let second = match settings.header.task {
            Task::Binary => cells.clone(),
            Task::Classes | Task::Regression => Vec::new(),
        };
        Self {
            bins: settings.bins,
            examples: 0,
            ignored: 0,
            capped: 0,
            cells: [cells, second],
            classes: Vec::new(),
            occurs: vec![false; settings.header.classes],
            weights: [[0.0; 2]; 2],
            entries: (settings.entries > 1).then(|| Entries::new(settings)),
            kept: settings.sorts().then(Kept::default),
            by_bin: vec![Cell::default(); settings.bins],
        }
    }

    /// Adds rows of this mini-batch.
    pub fn add(
        &mut self,
        settings: &Settings,
        rows: &Rows,
        range: Range<usize>,
        scores: &mut Scores,
        groups: &mut Groups,
    ) {
        if settings.header.task == Task::Binary {
            self.add_in_blocks(settings, rows, range, scores, groups);
        } else {
            self.add_one_by_one(settings, rows, range, scores, groups);
        }
    }

    fn occur(&mut self, class: usize) {
        if !std::mem::replace(&mut self.occurs[class], true) {
            self.classes.push(class);
        }
    }

    /// One output an example.
    fn add_in_blocks(
        &mut self,
        settings: &Settings,
        rows: &Rows,
        range: Range<usize>,
        scores: &mut Scores,
        groups: &mut Groups,
    ) {
        let bins = self.bins;
        let mut block = Block::default();
        let alphas = [settings.alpha(0), settings.alpha(1)];
        let logits = settings.header.outputs == Outputs::Logits;
        let half = if logits { 0.0 } else { 0.5 };
        for start in range.clone().step_by(BLOCK) {
            let end = (start + BLOCK).min(range.end);
            let n = end - start;
            let outputs = &rows.outputs[start..end];
            let targets = &rows.targets[start..end];
            block.measure(settings, outputs, targets);
            let mut used = 0;
            for i in 0..n {
                if !rows.valid[start + i] {
                    continue;
                }
                used += 1;
                let g = block.norms[i];
                let own = bin(g, bins);
                let class = usize::from(targets[i] > 0.0);
                self.occur(class);
                let weight = alphas[class] * block.weights[i];
                let cell = &mut self.cells[i & 1][class * bins + own];
                cell.examples += 1.0;
                cell.plain += g;
                cell.value += block.losses[i];
                cell.direct[0][0] += weight * g;
                cell.direct[0][1] += alphas[class] * block.values[i];
                self.weights[0][0] += weight;
                self.weights[0][1] += weight * weight;
                let p = match (logits, class) {
                    (false, _) => outputs[i],
                    (true, 0) => g,
                    (true, _) => block.rights[i],
                };
                scores.add_binary(outputs[i], p, g, class, outputs[i] > half);
                self.capped += u64::from(!logits && block.measured[i] < LEAST_P);
                if let Some(kept) = self.kept.as_mut().filter(|kept| kept.has_all()) {
                    let error = match logits {
                        true => block.measured[i],
                        // As the pass over single examples has it, to the bit.
                        false => measure(settings, &outputs[i..=i], targets[i]).error,
                    };
                    kept.add(error, &block.norms[i..=i]);
                }
            }
            self.examples += used;
            self.ignored += n as u64 - used;
            if !rows.group.is_empty() {
                for i in (0..n).filter(|i| rows.valid[start + i]) {
                    groups.add(rows.group[start + i], block.norms[i], bins);
                }
            }
        }
    }

    fn add_one_by_one(
        &mut self,
        settings: &Settings,
        rows: &Rows,
        range: Range<usize>,
        scores: &mut Scores,
        groups: &mut Groups,
    ) {
        let width = settings.header.width();
        let bins = self.bins;
        for i in range {
            if !rows.valid[i] {
                self.ignored += 1;
                continue;
            }
            self.examples += 1;
            let outputs = &rows.outputs[i * width..][..width];
            let measured = measure(settings, outputs, rows.targets[i]);
            self.capped += u64::from(match settings.header.outputs {
                Outputs::Probabilities => outputs[measured.class] < LEAST_P,
                Outputs::Logits => outputs[measured.class] == f64::NEG_INFINITY,
                Outputs::Values => false,
            });
            scores.add(settings, outputs, &measured);
            let own = bin(measured.g, bins);
            let seen = settings.seen(&measured);
            self.occur(measured.class);
            let cell = &mut self.cells[0][measured.class * bins + own];
            cell.examples += 1.0;
            cell.plain += measured.g;
            cell.value += settings.plain().value(&settings.rule, &seen);
            for (index, loss) in settings.direct().iter().enumerate() {
                cell.direct[index][0] += loss.norm(&settings.rule, &seen, measured.g);
                cell.direct[index][1] += loss.value(&settings.rule, &seen);
                let weight = loss.weight(&settings.rule, &seen);
                self.weights[index][0] += weight;
                self.weights[index][1] += weight * weight;
            }
            let mut norms = std::slice::from_ref(&measured.g);
            if let Some(table) = &mut self.entries {
                let weight = settings.direct()[0].weight(&settings.rule, &seen);
                entries(settings, outputs, &measured, &mut table.norms);
                for &g in &table.norms {
                    let j = bin(g, bins);
                    table.counts[j] += 1;
                    table.plain[own * bins + j] += g;
                    table.classes[measured.class * bins + j] += g;
                    table.focal[j] += weight * g;
                }
                norms = &table.norms;
            }
            if let Some(kept) = &mut self.kept {
                kept.add(measured.error, norms);
            }
            if let Some(&group) = rows.group.get(i) {
                groups.add(group, measured.g, bins);
            }
        }
    }

    /// Adds what the mini-batch comes to, and begins the next one. One without examples says nothing of
    /// the density.
    pub fn finish(&mut self, settings: &Settings, totals: &mut Totals) {
        totals.ignored += std::mem::take(&mut self.ignored);
        totals.capped += std::mem::take(&mut self.capped);
        if self.examples == 0 {
            return;
        }
        let bins = self.bins;
        let [cells, others] = &mut self.cells;
        self.by_bin.fill(Cell::default());
        for &class in &self.classes {
            let range = class * bins..(class + 1) * bins;
            let of_class = &mut cells[range.clone()];
            if let Some(others) = others.get_mut(range) {
                for (cell, other) in of_class.iter_mut().zip(others) {
                    cell.add(&std::mem::take(other));
                }
            }
            for (sum, cell) in self.by_bin.iter_mut().zip(of_class) {
                sum.add(cell);
            }
        }
        let counts: Vec<f64> = match &self.entries {
            Some(entries) => entries.counts.iter().map(|&count| count as f64).collect(),
            None => self.by_bin.iter().map(|cell| cell.examples).collect(),
        };
        totals.advance(settings, self.examples, &counts);
        let beta = totals.beta.clone();
        // Where every entry counts, it is the bins of the entries that contribute.
        let by_example = self.entries.is_none();
        for (j, (cell, &beta)) in self.by_bin.iter().zip(&beta).enumerate() {
            totals.plain.value += cell.value;
            totals.harmonized.value += beta * cell.value;
            totals.harmonized.weight += beta * cell.examples;
            totals.harmonized.weight_squared += beta * beta * cell.examples;
            for (sums, [_, value]) in totals.direct.iter_mut().zip(cell.direct) {
                sums.value += value;
            }
            if by_example {
                totals.plain.norms[j] += cell.plain;
                totals.harmonized.norms[j] += beta * cell.plain;
                for (sums, [norm, _]) in totals.direct.iter_mut().zip(cell.direct) {
                    sums.norms[j] += norm;
                }
            }
        }
        if let Some(table) = &mut self.entries {
            let by_bin = self.by_bin.iter().enumerate();
            let owns = by_bin.filter(|(_, cell)| cell.examples > 0.0);
            table.finish(owns.map(|(own, _)| own), &self.classes, totals);
        }
        totals.plain.weight += self.examples as f64;
        totals.plain.weight_squared += self.examples as f64;
        for (sums, [weight, squared]) in totals.direct.iter_mut().zip(self.weights) {
            sums.weight += weight;
            sums.weight_squared += squared;
        }
        for class in self.classes.drain(..) {
            self.occurs[class] = false;
            let part = &mut totals.classes[class];
            for (j, beta) in beta.iter().enumerate() {
                let cell = std::mem::take(&mut cells[class * bins + j]);
                part.add(cell.examples, cell.plain, cell.value, *beta);
                if by_example {
                    totals.class_norms[class * bins + j] += cell.plain;
                }
            }
        }
        totals.groups.finish(&beta);
        if let (Some(kept), Some(total)) = (&mut self.kept, &mut totals.hardest) {
            match kept.finish(settings, total) {
                Some(selection) => totals.selection = selection,
                None => {
                    totals.hardest = None;
                    self.kept = None;
                }
            }
        }
        self.examples = 0;
        self.weights = [[0.0; 2]; 2];
    }
}

#[cfg(test)]
mod tests {
    use super::Batch;
    use crate::config::Config;
    use crate::data::predictions::{Header, Outputs, Rows};
    use crate::ghm::Task;
    use crate::xray::scores::Scores;
    use crate::xray::settings::Settings;
    use crate::xray::totals::Totals;

    #[test]
    fn more_examples_than_fit_in_32_bits_are_all_counted() {
        let header = Header {
            task: Task::Binary,
            classes: 2,
            outputs: Outputs::Probabilities,
            has_valid: false,
            has_batch: false,
            has_group: false,
        };
        let settings = Settings::new(header, &Config::default());
        let mut batch = Batch::new(&settings);
        let mut totals = Totals::new(&settings);
        let mut scores = Scores::new(&settings);
        let rows = Rows {
            outputs: vec![0.01, 0.01, 0.99],
            targets: vec![0.0, 0.0, 1.0],
            valid: vec![true; 3],
            ..Rows::default()
        };
        batch.add(&settings, &rows, 0..3, &mut scores, &mut totals.groups);
        // As if the negatives had passed by until 32 bits were full.
        let before = 4_499_999_998;
        batch.cells[0][0].examples += before as f64;
        batch.examples += before;
        batch.finish(&settings, &mut totals);
        assert_eq!(totals.examples, before + 3);
        assert_eq!(totals.counts[0], before + 3);
        assert_eq!(totals.classes[0].examples, before + 2);
        assert_eq!(totals.plain.weight, (before + 3) as f64);
    }
}
