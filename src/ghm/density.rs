//! Gradient density over unit regions, its moving average and the harmonizing weights
//! (paper, sections 3.2 and 3.4), with the choices in which public implementations differ.

use serde::{Deserialize, Serialize};

use super::{Real, choice};

choice! {
    /// How density is averaged and normalised; each is what a public implementation does.
    pub enum Convention {
        #[doc = "Bias-corrected moving average, empty bins decay, divided by the number of hit bins."]
        Corrected = ("corrected", "corrected"),
        #[doc = "As the paper writes it: average from zero, empty bins decay, M bins."]
        Paper = ("paper", "paper"),
        #[doc = "As mmdetection and the authors' code: average from zero, empty bins keep their value, divided by the number of hit bins."]
        Mmdetection = ("mmdetection", "mmdetection"),
        #[doc = "As the keras port: average from zero, empty bins decay, weight 1/S without a normaliser."]
        Keras = ("keras", "keras"),
        #[doc = "Empty bins keep their value, the bias is corrected for each bin by the mini-batches that hit it, divided by the number of hit bins."]
        PerBin = ("per-bin", "per bin"),
    }
}

/// What multiplies the averaged count to make it a density.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Normaliser {
    /// Nothing: density is the averaged count itself.
    One = 0,
    /// M, the number of bins.
    Bins = 1,
    /// n, the number of bins that this mini-batch hits.
    HitBins = 2,
}

impl Convention {
    /// Whether an empty bin keeps its average (`true`) or decays.
    pub fn holds_empty_bins(self) -> bool {
        match self {
            Self::Mmdetection | Self::PerBin => true,
            Self::Corrected | Self::Paper | Self::Keras => false,
        }
    }

    /// Whether the average is divided by `1 - momentum^t`, with t the updates of the bin.
    pub fn corrects_bias(self) -> bool {
        match self {
            Self::Corrected | Self::PerBin => true,
            Self::Paper | Self::Mmdetection | Self::Keras => false,
        }
    }

    pub fn normaliser(self) -> Normaliser {
        match self {
            Self::Corrected | Self::Mmdetection | Self::PerBin => Normaliser::HitBins,
            Self::Paper => Normaliser::Bins,
            Self::Keras => Normaliser::One,
        }
    }
}

/// One update of the density: everything but the counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DensityRule<T> {
    /// EMA momentum, 0 to below 1.
    pub momentum: T,
    pub corrects_bias: bool,
    pub holds_empty_bins: bool,
    pub normaliser: Normaliser,
}

impl<T> DensityRule<T> {
    pub fn of(convention: Convention, momentum: T) -> Self {
        Self {
            momentum,
            corrects_bias: convention.corrects_bias(),
            holds_empty_bins: convention.holds_empty_bins(),
            normaliser: convention.normaliser(),
        }
    }
}

/// The moving average of the counts, one entry a bin.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Average<T> {
    /// S.
    pub ema: Vec<T>,
    /// How much of the zero start has been replaced: the same average of ones, `1 - momentum^t` after t updates of
    /// the bin at one momentum, 0 before the first.
    pub filled: Vec<T>,
}

impl<T: Real> Average<T> {
    /// From zero.
    pub fn new(bins: usize) -> Self {
        Self {
            ema: vec![T::ZERO; bins],
            filled: vec![T::ZERO; bins],
        }
    }
}

/// A density up to this is that of a bin that has been empty for hundreds of mini-batches; `N` over
/// less would overflow float32 once N reaches a million.
pub const LEAST_DENSITY: f64 = 1e-30;

/// Number of bins with at least one example, `n`.
pub fn hit_bins<C: Copy + Into<f64>>(counts: &[C]) -> usize {
    counts.iter().filter(|&&count| count.into() > 0.0).count()
}

/// Updates the moving average `S_j <- momentum S_j + (1 - momentum) R_j` and derives the gradient
/// density and the harmonizing weight of every bin.
///
/// `density_j = S_j * normaliser`, where the bias is corrected over `filled_j`, and `beta_j = N / density_j` with
/// `N` the sum of the counts; both are 0 in a bin that was never hit, beta also up to [`LEAST_DENSITY`]. All slices
/// have one entry a bin. Without a count, as of a mini-batch whose examples are all ignored, nothing changes:
/// it says nothing of the density.
pub fn density<T: Real, C: Copy + Into<f64>>(
    counts: &[C],
    rule: &DensityRule<T>,
    average: &mut Average<T>,
    density: &mut [T],
    beta: &mut [T],
) {
    let examples = T::of(counts.iter().map(|&count| count.into()).sum());
    if examples == T::ZERO {
        return;
    }
    let normaliser = T::of(match rule.normaliser {
        Normaliser::One => 1.0,
        Normaliser::Bins => counts.len() as f64,
        Normaliser::HitBins => hit_bins(counts) as f64,
    });
    let Average { ema, filled } = average;
    for j in 0..counts.len() {
        let count = counts[j].into();
        if count > 0.0 || !rule.holds_empty_bins {
            let move_to = |old: T, new: T| rule.momentum * old + (T::ONE - rule.momentum) * new;
            ema[j] = move_to(ema[j], T::of(count));
            filled[j] = move_to(filled[j], T::ONE);
        }
        density[j] = match rule.corrects_bias && filled[j] > T::ZERO {
            true => ema[j] / filled[j] * normaliser,
            false => ema[j] * normaliser,
        };
        beta[j] = if density[j] > T::of(LEAST_DENSITY) {
            examples / density[j]
        } else {
            T::ZERO
        };
    }
}
