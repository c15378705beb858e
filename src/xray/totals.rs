//! What the finished mini-batches come to.

use super::groups::Groups;
use super::settings::Settings;
use crate::ghm::{Average, DensityRule, Selection, density};

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
    pub fn new(bins: usize) -> Self {
        Self {
            norms: vec![0.0; bins],
            ..Self::default()
        }
    }
}

/// Sums over a part of the examples: a class or a group.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub examples: u64,
    /// Gradient norms and losses, and harmonized gradient norms.
    pub plain: f64,
    pub value: f64,
    pub harmonized: f64,
}

impl Part {
    /// Adds the examples of a bin with the harmonizing weight `beta`.
    pub fn add(&mut self, examples: f64, plain: f64, value: f64, beta: f64) {
        self.examples += examples as u64;
        self.plain += plain;
        self.value += value;
        self.harmonized += beta * plain;
    }
}

pub(super) struct Totals {
    pub batches: u64,
    pub examples: u64,
    pub ignored: u64,
    /// Examples whose loss is infinite and was taken for that of the least probability.
    pub capped: u64,
    pub counts: Vec<u64>,
    pub average: Average<f64>,
    pub density: Vec<f64>,
    pub beta: Vec<f64>,
    pub plain: Sums,
    pub harmonized: Sums,
    pub direct: Vec<Sums>,
    /// `None` once a mini-batch was too large, and where no loss sorts.
    pub hardest: Option<Sums>,
    /// The examples that OHEM kept of the last mini-batch.
    pub selection: Selection<f64>,
    pub classes: Vec<Part>,
    pub groups: Groups,
    /// Gradient norms `[class, bin]`, by bin of the entry where every entry counts.
    pub class_norms: Vec<f64>,
}

impl Totals {
    pub fn new(settings: &Settings) -> Self {
        let bins = settings.bins;
        let sums = || Sums::new(bins);
        let classes = settings.header.classes;
        Self {
            batches: 0,
            examples: 0,
            ignored: 0,
            capped: 0,
            counts: vec![0; bins],
            average: Average::new(bins),
            density: vec![0.0; bins],
            beta: vec![0.0; bins],
            plain: sums(),
            harmonized: sums(),
            direct: settings.direct().iter().map(|_| sums()).collect(),
            hardest: settings.sorts().then(sums),
            selection: Selection::everything(),
            classes: vec![Part::default(); classes],
            groups: Groups::default(),
            class_norms: vec![0.0; bins * classes],
        }
    }

    /// Advances the moving average by the counts of a mini-batch.
    pub fn advance(&mut self, settings: &Settings, examples: u64, counts: &[f64]) {
        let rule = DensityRule::of(settings.convention, settings.config.momentum);
        density(
            counts,
            &rule,
            &mut self.average,
            &mut self.density,
            &mut self.beta,
        );
        for (total, &count) in self.counts.iter_mut().zip(counts) {
            *total += count as u64;
        }
        self.batches += 1;
        self.examples += examples;
    }
}
