//! Sums over one mini-batch while its rows pass by, and what they come to once its density is known.

use std::ops::Range;

use super::MOST_EXACT;
use super::block::{BLOCK, Block};
use super::measure::{Measured, entries, measure};
use super::scores::Scores;
use super::settings::Settings;
use super::totals::{Part, Sums, Totals};
use crate::data::predictions::Rows;
use crate::ghm::{Selection, Task, bin, kept_examples, select_hardest};

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

/// A mini-batch that is being read.
pub(super) struct Batch {
    bins: usize,
    examples: u64,
    ignored: u64,
    /// `[class, bin]`, in two copies that take turns: sums into one cell would wait for each other.
    cells: [Vec<Cell>; 2],
    /// Sum of weights and of their squares, of each loss with a weight of its own.
    weights: [[f64; 2]; 2],
    /// `[group, bin]`: examples and gradient norms.
    groups: Vec<[f64; 2]>,
    /// Where every entry counts: counts by bin, gradient norms `[bin of the example, bin of the
    /// entry]`, `[class, bin of the entry]`, and focal ones by bin of the entry.
    entries: Option<Entries>,
    /// Rows for OHEM, while there are few enough.
    kept: Option<Vec<Rows>>,
}

struct Entries {
    norms: Vec<f64>,
    counts: Vec<u32>,
    plain: Vec<f64>,
    classes: Vec<f64>,
    focal: Vec<f64>,
}

impl Entries {
    fn new(settings: &Settings) -> Self {
        let bins = settings.bins;
        Self {
            norms: vec![0.0; settings.entries],
            counts: vec![0; bins],
            plain: vec![0.0; bins * bins],
            classes: vec![0.0; bins * settings.header.classes],
            focal: vec![0.0; bins],
        }
    }
}

impl Batch {
    pub fn new(settings: &Settings) -> Self {
        let cells = vec![Cell::default(); settings.header.classes * settings.bins];
        Self {
            bins: settings.bins,
            examples: 0,
            ignored: 0,
            cells: [cells.clone(), cells],
            weights: [[0.0; 2]; 2],
            groups: Vec::new(),
            entries: (settings.entries > 1).then(|| Entries::new(settings)),
            kept: settings.sorts().then(Vec::new),
        }
    }

    /// Adds rows of this mini-batch.
    pub fn add(
        &mut self,
        settings: &Settings,
        rows: &Rows,
        range: Range<usize>,
        scores: &mut Scores,
    ) {
        if settings.header.task == Task::Binary {
            self.add_in_blocks(settings, rows, range.clone(), scores);
        } else {
            self.add_one_by_one(settings, rows, range.clone(), scores);
        }
        if self.examples + self.ignored > MOST_EXACT {
            self.kept = None;
        }
        let width = settings.header.width();
        if let Some(kept) = &mut self.kept {
            kept.push(Rows {
                outputs: rows.outputs[range.start * width..range.end * width].to_vec(),
                targets: rows.targets[range.clone()].to_vec(),
                valid: rows.valid[range].to_vec(),
                ..Rows::default()
            });
        }
    }

    /// One output an example.
    fn add_in_blocks(
        &mut self,
        settings: &Settings,
        rows: &Rows,
        range: Range<usize>,
        scores: &mut Scores,
    ) {
        let bins = self.bins;
        let mut block = Block::default();
        let alphas = [settings.alpha(0), settings.alpha(1)];
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
                let weight = alphas[class] * block.weights[i];
                let cell = &mut self.cells[i & 1][class * bins + own];
                cell.examples += 1.0;
                cell.plain += g;
                cell.value += block.losses[i];
                cell.direct[0][0] += weight * g;
                cell.direct[0][1] += alphas[class] * block.values[i];
                self.weights[0][0] += weight;
                self.weights[0][1] += weight * weight;
                scores.add_binary(outputs[i], g, class);
            }
            self.examples += used;
            self.ignored += n as u64 - used;
            if !rows.group.is_empty() {
                for i in (0..n).filter(|i| rows.valid[start + i]) {
                    self.add_group(rows.group[start + i], block.norms[i]);
                }
            }
        }
    }

    fn add_group(&mut self, group: u32, g: f64) {
        let cell = group as usize * self.bins + bin(g, self.bins);
        if self.groups.len() <= cell {
            self.groups
                .resize((group as usize + 1) * self.bins, [0.0; 2]);
        }
        self.groups[cell][0] += 1.0;
        self.groups[cell][1] += g;
    }

    fn add_one_by_one(
        &mut self,
        settings: &Settings,
        rows: &Rows,
        range: Range<usize>,
        scores: &mut Scores,
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
            scores.add(settings, outputs, &measured);
            let own = bin(measured.g, bins);
            let seen = settings.seen(&measured);
            let cell = &mut self.cells[i & 1][measured.class * bins + own];
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
            }
            if let Some(&group) = rows.group.get(i) {
                self.add_group(group, measured.g);
            }
        }
    }

    /// Adds what the mini-batch comes to, and begins the next one.
    pub fn finish(&mut self, settings: &Settings, totals: &mut Totals) {
        totals.ignored += std::mem::take(&mut self.ignored);
        if self.examples == 0 {
            return;
        }
        let bins = self.bins;
        let [cells, others] = &mut self.cells;
        for (cell, other) in cells.iter_mut().zip(others.iter()) {
            cell.add(other);
        }
        let by_bin = |of: &dyn Fn(&Cell) -> f64, j: usize| -> f64 {
            cells.iter().skip(j).step_by(bins).map(of).sum()
        };
        let counts: Vec<u32> = match &self.entries {
            Some(entries) => entries.counts.clone(),
            None => (0..bins)
                .map(|j| by_bin(&|cell| cell.examples, j) as u32)
                .collect(),
        };
        totals.advance(settings, self.examples, &counts);
        let beta = totals.beta.clone();
        for (j, &beta) in beta.iter().enumerate() {
            let of = |of: &dyn Fn(&Cell) -> f64| by_bin(of, j);
            let (plain, value) = (of(&|cell| cell.plain), of(&|cell| cell.value));
            let examples = of(&|cell| cell.examples);
            totals.plain.value += value;
            totals.harmonized.value += beta * value;
            totals.harmonized.weight += beta * examples;
            totals.harmonized.weight_squared += beta * beta * examples;
            for (index, sums) in totals.direct.iter_mut().enumerate() {
                sums.norms[j] += of(&|cell| cell.direct[index][0]);
                sums.value += of(&|cell| cell.direct[index][1]);
            }
            totals.plain.norms[j] += plain;
            totals.harmonized.norms[j] += beta * plain;
        }
        totals.plain.weight += self.examples as f64;
        totals.plain.weight_squared += self.examples as f64;
        for (sums, [weight, squared]) in totals.direct.iter_mut().zip(self.weights) {
            sums.weight += weight;
            sums.weight_squared += squared;
        }
        for (class, cells) in cells.chunks_exact(bins).enumerate() {
            let part = &mut totals.classes[class];
            for (j, (cell, beta)) in cells.iter().zip(&beta).enumerate() {
                part.add(cell.examples, cell.plain, cell.value, *beta);
                totals.class_norms[class * bins + j] += cell.plain;
            }
        }
        for (group, cells) in self.groups.chunks_exact(bins).enumerate() {
            if totals.groups.len() <= group {
                totals.groups.resize_with(group + 1, Part::default);
            }
            for (&[examples, plain], beta) in cells.iter().zip(&beta) {
                totals.groups[group].add(examples, plain, 0.0, *beta);
            }
        }
        if let Some(table) = &mut self.entries {
            totals.by_entry(table.plain.chunks_exact(bins), &table.classes, &table.focal);
            *table = Entries::new(settings);
        }
        match (&mut self.kept, &mut totals.hardest) {
            (Some(kept), Some(total)) => {
                let rows = std::mem::take(kept);
                totals.selection = hardest(settings, &rows, self.examples as usize, total);
            }
            _ => {
                totals.hardest = None;
                self.kept = settings.sorts().then(Vec::new);
            }
        }
        self.examples = 0;
        for cells in &mut self.cells {
            cells.fill(Cell::default());
        }
        self.weights = [[0.0; 2]; 2];
        self.groups.fill([0.0; 2]);
    }
}

/// Selects the hardest examples of a mini-batch and adds their sums.
fn hardest(
    settings: &Settings,
    rows: &[Rows],
    examples: usize,
    total: &mut Sums,
) -> Selection<f64> {
    let width = settings.header.width();
    let each = |of: &mut dyn FnMut(&[f64], Measured)| {
        for rows in rows {
            for i in (0..rows.len()).filter(|&i| rows.valid[i]) {
                let outputs = &rows.outputs[i * width..][..width];
                of(outputs, measure(settings, outputs, rows.targets[i]));
            }
        }
    };
    let mut errors = Vec::with_capacity(examples);
    each(&mut |_, measured| errors.push(measured.error));
    let selection = select_hardest(&errors, kept_examples(settings.config.ohem_keep, examples));
    drop(errors);
    let mut index = 0;
    let mut norms = vec![0.0; settings.entries];
    each(&mut |outputs, measured| {
        if selection.keeps(index, measured.error) {
            total.value += settings
                .plain()
                .value(&settings.rule, &settings.seen(&measured));
            total.weight += 1.0;
            total.weight_squared += 1.0;
            entries(settings, outputs, &measured, &mut norms);
            for &g in &norms {
                total.norms[bin(g, settings.bins)] += g;
            }
        }
        index += 1;
    });
    selection
}
