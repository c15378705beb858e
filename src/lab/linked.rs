//! From a bin to its examples and back: the training examples as the loss sees them.

use super::Arm;
use crate::data::{Dataset, Split};
use crate::engine::ExampleGradient;
use crate::ghm::{Task, bin};

/// The gradients of all training examples of one evaluation of an arm.
#[derive(Clone, Debug, PartialEq)]
pub struct Gradients {
    /// The step of the evaluation.
    pub step: u64,
    /// In the order of the examples; ignored ones are not among them.
    pub examples: Vec<ExampleGradient>,
    /// Sums of the gradient norms, before and after the loss weighs.
    totals: [f64; 2],
}

/// Neighbouring bins, first and last, of however many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brush {
    pub first: usize,
    pub last: usize,
    pub bins: usize,
}

/// The examples in some bins, together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selected {
    pub examples: usize,
    /// Of each class, by label; empty in a regression.
    pub classes: Vec<usize>,
    /// Flipped labels, or outliers.
    pub flipped: usize,
    /// Their share of the gradient, before and after the loss weighs.
    pub share_before: f64,
    pub share_after: f64,
}

/// What a loss turns down among the hardest examples, and what that was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TurnedDown {
    /// Sum of the gradient norms that are taken away, over the examples that weigh less than 1.
    pub total: f64,
    /// Shares of it: flipped labels or outliers, clean examples of the rarer classes, and the rest.
    pub flipped: f64,
    pub rare: f64,
    pub common: f64,
    /// Examples with a gradient norm above the bound, turned down or not.
    pub examples: usize,
}

impl Brush {
    /// A single bin.
    pub fn one(bin: usize, bins: usize) -> Self {
        Self {
            first: bin,
            last: bin,
            bins,
        }
    }

    /// All bins between two, in any order.
    pub fn between(one: usize, other: usize, bins: usize) -> Self {
        Self {
            first: one.min(other),
            last: one.max(other),
            bins,
        }
    }

    /// Whether a gradient norm lies in one of them.
    pub fn holds(&self, norm: f32) -> bool {
        (self.first..=self.last).contains(&bin(norm, self.bins))
    }

    /// Lower and upper end, as gradient norms.
    pub fn range(&self) -> [f64; 2] {
        [self.first, self.last + 1].map(|edge| edge as f64 / self.bins as f64)
    }
}

impl Gradients {
    /// Of the last evaluation; `None` before the first.
    pub fn of(arm: &Arm, data: &Dataset) -> Option<Self> {
        let outputs = arm.outputs()?;
        let examples = outputs.gradients(&data.train);
        let total = |of: fn(&ExampleGradient) -> f32| -> f64 {
            examples.iter().map(|example| f64::from(of(example))).sum()
        };
        Some(Self {
            step: outputs.step,
            totals: [total(|of| of.norm), total(|of| of.reformulated)],
            examples,
        })
    }

    /// One example's gradient; `None` of an ignored one.
    pub fn example(&self, index: usize) -> Option<&ExampleGradient> {
        let place = self.examples.binary_search_by_key(&index, |of| of.index);
        self.examples.get(place.ok()?)
    }

    /// Its share of the gradient, before and after the loss weighs.
    pub fn shares(&self, example: &ExampleGradient) -> [f64; 2] {
        let [before, after] = self.totals;
        [
            ratio(f64::from(example.norm), before),
            ratio(f64::from(example.reformulated), after),
        ]
    }

    /// The examples in these bins, together.
    pub fn select(&self, brush: Brush, split: &Split, task: Task, classes: usize) -> Selected {
        let mut selected = Selected {
            classes: match task {
                Task::Regression => Vec::new(),
                Task::Binary | Task::Classes => vec![0; classes],
            },
            ..Selected::default()
        };
        for example in self.examples.iter().filter(|of| brush.holds(of.norm)) {
            selected.examples += 1;
            selected.flipped += usize::from(split.flipped[example.index]);
            if task != Task::Regression {
                selected.classes[split.class(example.index)] += 1;
            }
            let [before, after] = self.shares(example);
            selected.share_before += before;
            selected.share_after += after;
        }
        selected
    }

    /// Noise or rare? What the loss turns down among the examples above this gradient norm. The first
    /// class is the common one.
    pub fn turned_down(&self, above: f32, split: &Split, task: Task) -> TurnedDown {
        let mut down = TurnedDown::default();
        for example in self.examples.iter().filter(|of| of.norm > above) {
            down.examples += 1;
            let away = f64::from((example.norm - example.reformulated).max(0.0));
            down.total += away;
            let index = example.index;
            if split.flipped[index] {
                down.flipped += away;
            } else if task != Task::Regression && split.class(index) > 0 {
                down.rare += away;
            } else {
                down.common += away;
            }
        }
        for share in [&mut down.flipped, &mut down.rare, &mut down.common] {
            *share = ratio(*share, down.total);
        }
        down
    }
}

/// 0 of nothing.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}
