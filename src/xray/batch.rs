//! Sums over one mini-batch while its rows pass by, and what they come to once its density is known.

use std::ops::Range;

use super::MOST_EXACT;
use super::measure::{Measured, entries, measure};
use super::scores::Scores;
use crate::config::{Config, Counting};
use crate::data::predictions::{Header, Rows};
use crate::ghm::{
    Convention, EmaClock, Loss, LossRule, Seen, Selection, Task, bin, density, kept_examples,
    select_hardest,
};

/// What an X-ray is told.
#[derive(Clone, Debug)]
pub struct Settings {
    pub header: Header,
    pub config: Config,
    pub bins: usize,
    /// Gradient norms that the histogram counts for each example.
    pub entries: usize,
    pub convention: Convention,
    pub rule: LossRule<f64>,
}

impl Settings {
    pub(super) fn new(header: Header, config: &Config) -> Self {
        let every = header.task == Task::Classes && config.counting == Counting::EveryEntry;
        Self {
            bins: config.bins as usize,
            entries: if every { header.classes } else { 1 },
            convention: config.convention,
            rule: config.loss_rule(),
            config: config.clone(),
            header,
        }
    }

    /// Factor of a class under the focal loss.
    pub(super) fn alpha(&self, class: usize) -> f64 {
        self.config.focal_alphas()[class.min(1)]
    }

    /// What a loss looks at, where neither class weight nor harmonizing weight matters.
    pub(super) fn seen(&self, measured: &Measured) -> Seen<f64> {
        Seen {
            error: measured.error,
            class_weight: 1.0,
            alpha: self.alpha(measured.class),
            beta: 1.0,
            kept: true,
        }
    }

    /// The loss that does not weigh.
    pub(super) fn plain(&self) -> Loss {
        match self.header.task {
            Task::Regression => Loss::Asl1,
            Task::Binary | Task::Classes => Loss::CrossEntropy,
        }
    }

    /// Losses whose weight follows from the example alone.
    pub(super) fn direct(&self) -> &'static [Loss] {
        match self.header.task {
            Task::Regression => &[Loss::L1, Loss::SmoothL1],
            Task::Binary | Task::Classes => &[Loss::Focal],
        }
    }
}

/// Sums under one loss.
#[derive(Clone, Debug, Default)]
pub(super) struct Sums {
    /// Reformulated gradient norms by bin.
    pub norms: Vec<f64>,
    /// Losses, weights and their squares.
    pub value: f64,
    pub weight: f64,
    pub weight_squared: f64,
}

impl Sums {
    fn new(bins: usize) -> Self {
        Self {
            norms: vec![0.0; bins],
            ..Self::default()
        }
    }

    pub fn add(&mut self, other: &Self) {
        for (sum, value) in self.norms.iter_mut().zip(&other.norms) {
            *sum += value;
        }
        self.value += other.value;
        self.weight += other.weight;
        self.weight_squared += other.weight_squared;
    }
}

/// Sums over a part of the examples: a class or a group.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub examples: u64,
    /// Gradient norms by bin of the example, within a mini-batch.
    by_bin: Vec<f64>,
    /// Gradient norms and losses in all, and harmonized gradient norms.
    pub plain: f64,
    pub value: f64,
    pub harmonized: f64,
}

impl Part {
    fn of(list: &mut Vec<Self>, index: usize, bins: usize) -> &mut Self {
        while list.len() <= index {
            list.push(Self {
                by_bin: vec![0.0; bins],
                ..Self::default()
            });
        }
        &mut list[index]
    }
}

/// A mini-batch that is being read.
pub(super) struct Batch {
    bins: usize,
    examples: u64,
    /// By bin: gradient norms, and examples by the bin of their own norm.
    counts: Vec<u32>,
    of_bin: Vec<u64>,
    /// Gradient norms `[bin of the example, bin of the entry]`, and losses by bin of the example.
    plain: Vec<f64>,
    values: Vec<f64>,
    direct: Vec<Sums>,
    /// Rows for OHEM, while there are few enough.
    kept: Option<Vec<Rows>>,
    norms: Vec<f64>,
    /// By class and group; their sums in all go on over the mini-batches.
    classes: Vec<Part>,
    groups: Vec<Part>,
    /// Gradient norms `[class, bin of the entry]`, over the mini-batches.
    class_norms: Vec<f64>,
    ignored: u64,
}

/// What the finished mini-batches come to.
pub(super) struct Totals {
    pub batches: u64,
    pub examples: u64,
    pub ignored: u64,
    pub counts: Vec<u64>,
    clock: EmaClock,
    pub ema: Vec<f64>,
    pub density: Vec<f64>,
    pub beta: Vec<f64>,
    /// Counts of the last mini-batch.
    pub last_counts: Vec<u32>,
    pub plain: Sums,
    pub harmonized: Sums,
    pub direct: Vec<Sums>,
    /// `None` once a mini-batch was too large.
    pub hardest: Option<Sums>,
    /// The examples that OHEM kept of the last mini-batch.
    pub selection: Selection<f64>,
    pub classes: Vec<Part>,
    pub groups: Vec<Part>,
    pub class_norms: Vec<f64>,
}

impl Totals {
    pub fn new(settings: &Settings) -> Self {
        let bins = settings.bins;
        let sums = || Sums::new(bins);
        Self {
            batches: 0,
            examples: 0,
            ignored: 0,
            counts: vec![0; bins],
            clock: EmaClock::default(),
            ema: vec![0.0; bins],
            density: vec![0.0; bins],
            beta: vec![0.0; bins],
            last_counts: vec![0; bins],
            plain: sums(),
            harmonized: sums(),
            direct: settings.direct().iter().map(|_| sums()).collect(),
            hardest: (settings.header.task != Task::Regression).then(sums),
            selection: Selection::everything(),
            classes: Vec::new(),
            groups: Vec::new(),
            class_norms: Vec::new(),
        }
    }

    /// Advances the moving average by the counts of a mini-batch.
    pub fn advance(&mut self, settings: &Settings, counts: &[u32]) {
        let rule = self
            .clock
            .tick(settings.config.momentum, settings.convention);
        density(
            counts,
            &rule,
            &mut self.ema,
            &mut self.density,
            &mut self.beta,
        );
        self.last_counts.copy_from_slice(counts);
        self.batches += 1;
    }
}

impl Batch {
    pub fn new(settings: &Settings) -> Self {
        let bins = settings.bins;
        let classification = settings.header.task != Task::Regression;
        Self {
            bins,
            examples: 0,
            counts: vec![0; bins],
            of_bin: vec![0; bins],
            plain: vec![0.0; bins * if settings.entries > 1 { bins } else { 1 }],
            values: vec![0.0; bins],
            direct: settings.direct().iter().map(|_| Sums::new(bins)).collect(),
            kept: classification.then(Vec::new),
            norms: vec![0.0; settings.entries],
            classes: Vec::new(),
            groups: Vec::new(),
            class_norms: Vec::new(),
            ignored: 0,
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
        let width = settings.header.width();
        let bins = self.bins;
        for i in range.clone() {
            if !rows.valid[i] {
                self.ignored += 1;
                continue;
            }
            let outputs = &rows.outputs[i * width..][..width];
            let measured = measure(settings, outputs, rows.targets[i]);
            scores.add(settings, outputs, rows.targets[i], &measured);
            entries(settings, outputs, &measured, &mut self.norms);
            let own = bin(measured.g, bins);
            let seen = settings.seen(&measured);
            let value = settings.plain().value(&settings.rule, &seen);
            self.examples += 1;
            self.of_bin[own] += 1;
            self.values[own] += value;
            let class = Part::of(&mut self.classes, measured.class, bins);
            class.examples += 1;
            class.by_bin[own] += measured.g;
            class.value += value;
            if let Some(&group) = rows.group.get(i) {
                let group = Part::of(&mut self.groups, group as usize, bins);
                group.examples += 1;
                group.by_bin[own] += measured.g;
            }
            let needed = (measured.class + 1) * bins;
            if self.class_norms.len() < needed {
                self.class_norms.resize(needed, 0.0);
            }
            for (sums, loss) in self.direct.iter_mut().zip(settings.direct()) {
                sums.value += loss.value(&settings.rule, &seen);
                let weight = loss.weight(&settings.rule, &seen);
                sums.weight += weight;
                sums.weight_squared += weight * weight;
                for &g in &self.norms {
                    sums.norms[bin(g, bins)] += loss.norm(&settings.rule, &seen, g);
                }
            }
            for &g in &self.norms {
                let j = bin(g, bins);
                self.counts[j] += 1;
                let cell = if settings.entries > 1 {
                    own * bins + j
                } else {
                    j
                };
                self.plain[cell] += g;
                self.class_norms[measured.class * bins + j] += g;
            }
        }
        if self.examples + self.ignored > MOST_EXACT {
            self.kept = None;
        }
        if let Some(kept) = &mut self.kept {
            kept.push(Rows {
                outputs: rows.outputs[range.start * width..range.end * width].to_vec(),
                targets: rows.targets[range.clone()].to_vec(),
                valid: rows.valid[range].to_vec(),
                ..Rows::default()
            });
        }
    }

    /// Adds what the mini-batch comes to, and begins the next one.
    pub fn finish(&mut self, settings: &Settings, totals: &mut Totals) {
        totals.ignored += std::mem::take(&mut self.ignored);
        if self.examples == 0 {
            return;
        }
        totals.advance(settings, &self.counts);
        totals.examples += self.examples;
        for (total, &count) in totals.counts.iter_mut().zip(&self.counts) {
            *total += u64::from(count);
        }
        let bins = self.bins;
        let beta = &totals.beta;
        let (plain, harmonized) = (&mut totals.plain, &mut totals.harmonized);
        for (j, &beta) in beta.iter().enumerate() {
            let row: &[f64] = if settings.entries > 1 {
                &self.plain[j * bins..][..bins]
            } else {
                std::slice::from_ref(&self.plain[j])
            };
            for (k, &sum) in row.iter().enumerate() {
                let at = if settings.entries > 1 { k } else { j };
                plain.norms[at] += sum;
                harmonized.norms[at] += beta * sum;
            }
            let count = self.of_bin[j] as f64;
            plain.value += self.values[j];
            harmonized.value += beta * self.values[j];
            harmonized.weight += count * beta;
            harmonized.weight_squared += count * beta * beta;
        }
        plain.weight += self.examples as f64;
        plain.weight_squared += self.examples as f64;
        for (total, sums) in totals.direct.iter_mut().zip(&mut self.direct) {
            total.add(sums);
            *sums = Sums::new(bins);
        }
        for part in self.classes.iter_mut().chain(&mut self.groups) {
            for (sum, beta) in part.by_bin.iter_mut().zip(beta) {
                part.plain += *sum;
                part.harmonized += *sum * beta;
                *sum = 0.0;
            }
        }
        totals.classes.clone_from(&self.classes);
        totals.groups.clone_from(&self.groups);
        totals.class_norms.clone_from(&self.class_norms);
        match (&mut self.kept, &mut totals.hardest) {
            (Some(kept), Some(total)) => {
                let rows = std::mem::take(kept);
                totals.selection = hardest(settings, &rows, self.examples as usize, total);
            }
            _ => {
                totals.hardest = None;
                self.kept = (settings.header.task != Task::Regression).then(Vec::new);
            }
        }
        self.examples = 0;
        self.counts.fill(0);
        self.of_bin.fill(0);
        self.plain.fill(0.0);
        self.values.fill(0.0);
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
    let bins = settings.bins;
    each(&mut |outputs, measured| {
        if selection.keeps(index, measured.error) {
            total.value += settings
                .plain()
                .value(&settings.rule, &settings.seen(&measured));
            total.weight += 1.0;
            total.weight_squared += 1.0;
            entries(settings, outputs, &measured, &mut norms);
            for &g in &norms {
                total.norms[bin(g, bins)] += g;
            }
        }
        index += 1;
    });
    selection
}
