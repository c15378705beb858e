//! What training tells the outside, as plain data.

use crate::data::Split;
use crate::ghm::{
    Loss, LossRule, Normaliser, Seen, Selection, average_precision, bin, hit_bins, kept_examples,
    line_deviation, select_hardest, sigmoid,
};

/// The state of the harmonizing after a step: the very numbers that training used.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// Steps done.
    pub step: u64,
    /// Epoch of the last mini-batch, from 1.
    pub epoch: u32,
    /// Examples in the last mini-batch, N.
    pub examples: u32,
    /// Mean loss of the last mini-batch, as its weights had it.
    pub loss: f32,
    /// Examples in each bin, R.
    pub counts: Vec<u32>,
    /// Moving average of the counts, S.
    pub ema: Vec<f32>,
    /// Gradient density of each bin; 0 where none was ever seen.
    pub density: Vec<f32>,
    /// Harmonizing weight of each bin, N / density; 0 where the density is 0.
    pub beta: Vec<f32>,
    /// Total contribution by bin under each loss of `Loss::ALL`.
    pub contribution: Vec<Vec<f32>>,
    /// M divided by the normaliser of the convention: the slope of the straight line.
    pub slope: f64,
}

impl Snapshot {
    /// Total contribution by bin under a loss; empty before the first step.
    pub fn contribution_of(&self, loss: Loss) -> &[f32] {
        self.contribution
            .get(loss as usize)
            .map_or(&[], Vec::as_slice)
    }

    /// Largest relative distance of GHM-C's contribution from the straight line.
    pub fn line_deviation(&self) -> Option<f64> {
        line_deviation(
            &self.counts,
            self.contribution_of(Loss::CrossEntropy),
            self.contribution_of(Loss::GhmC),
            self.slope,
        )
    }
}

/// The slope of the straight line that a normaliser aims at, for these counts.
pub(super) fn slope(normaliser: Normaliser, counts: &[u32]) -> f64 {
    let bins = counts.len() as f64;
    match normaliser {
        Normaliser::One => bins,
        Normaliser::Bins => 1.0,
        Normaliser::HitBins => bins / hit_bins(counts).max(1) as f64,
    }
}

/// Harmonizing weight of every bin for examples outside the last mini-batch: that of the last step
/// where the mini-batch hit the bin, else at most the largest of those. The weight of a bin that was
/// not hit only says how long it has been empty: it grows without bound, or is 0 for never.
pub(super) fn evaluation_weights(counts: &[u32], beta: &[f32]) -> Vec<f32> {
    let hit = |&(&count, _): &(&u32, &f32)| count > 0;
    let bins = || counts.iter().zip(beta);
    let largest = bins().filter(hit).map(|(_, &b)| b).fold(0.0, f32::max);
    bins()
        .map(|(&count, &b)| match count {
            0 if b == 0.0 => largest,
            0 => b.min(largest),
            _ => b,
        })
        .collect()
}

/// How well a split is predicted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// Mean of the running loss, with the weights of [`evaluation_weights`].
    pub loss: f64,
    /// `None` without a positive, or when a logit is not a number.
    pub average_precision: Option<f64>,
}

impl Scores {
    /// Scores of a split's first examples from their logits and the weight of every bin; without
    /// bins every weight is 1. OHEM keeps the share `keep` of the split's own hardest.
    pub(super) fn of(
        loss: Loss,
        rule: &LossRule<f32>,
        keep: f64,
        beta: &[f32],
        logits: &[f32],
        split: &Split,
    ) -> Self {
        let z: Vec<f32> = (logits.iter().zip(&split.labels))
            .map(|(&logit, &label)| if label { -logit } else { logit })
            .collect();
        let selection = match loss {
            Loss::Ohem if !z.is_empty() => select_hardest(&z, kept_examples(keep, z.len())),
            _ => Selection::everything(),
        };
        let total: f64 = (z.iter().enumerate())
            .map(|(i, &z)| {
                let seen = Seen {
                    z,
                    class: usize::from(split.labels[i]),
                    beta: match beta.len() {
                        0 => 1.0,
                        bins => beta[bin(sigmoid(z), bins)],
                    },
                    kept: selection.keeps(i, z),
                };
                f64::from(loss.value(rule, &seen, loss.weight(rule, &seen)))
            })
            .sum();
        Self {
            loss: total / logits.len() as f64,
            average_precision: average_precision(logits, &split.labels[..logits.len()]),
        }
    }
}

/// Scores of both splits after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    pub step: u64,
    pub train: Scores,
    pub test: Scores,
}

/// Predicted probability of a positive over the data plane.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionMap {
    pub step: u64,
    /// Rows and columns.
    pub size: usize,
    /// Row by row from the bottom left.
    pub probabilities: Vec<f32>,
}

/// Everything that one reading of an engine brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    pub snapshot: Snapshot,
    pub evaluation: Option<Evaluation>,
    pub map: Option<DecisionMap>,
    /// Flat parameters; `Network::named` names them.
    pub parameters: Option<Vec<f32>>,
}
