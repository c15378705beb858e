//! Gradient density over unit regions, its moving average and the harmonizing weights
//! (paper, sections 3.2 and 3.4), with the choices in which public implementations differ.

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
        self == Self::Mmdetection
    }

    /// Whether the average is divided by `1 - momentum^t`.
    pub fn corrects_bias(self) -> bool {
        self == Self::Corrected
    }

    pub fn normaliser(self) -> Normaliser {
        match self {
            Self::Corrected | Self::Mmdetection => Normaliser::HitBins,
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
    /// Factor on the average before it is used, `1 / (1 - momentum^t)` or 1.
    pub correction: T,
    pub holds_empty_bins: bool,
    pub normaliser: Normaliser,
}

/// Keeps the bias correction of the moving average, also when momentum changes on the way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmaClock {
    /// Product of the momenta so far: the weight that the zero start still has.
    start_weight: f64,
}

impl Default for EmaClock {
    fn default() -> Self {
        Self { start_weight: 1.0 }
    }
}

impl EmaClock {
    /// The clock that has come so far.
    pub fn with_start_weight(start_weight: f64) -> Self {
        Self { start_weight }
    }

    /// Product of the momenta so far: the weight that the zero start still has.
    pub fn start_weight(&self) -> f64 {
        self.start_weight
    }

    /// Advances by one mini-batch and returns the rule for its update. Not for one whose examples are all
    /// ignored: see [`EmaClock::rule`].
    pub fn tick(&mut self, momentum: f64, convention: Convention) -> DensityRule<f64> {
        self.start_weight *= momentum;
        self.rule(momentum, convention)
    }

    /// The rule as of now, for a mini-batch that does not count.
    pub fn rule(&self, momentum: f64, convention: Convention) -> DensityRule<f64> {
        DensityRule {
            momentum,
            // Before the first update there is nothing to correct.
            correction: if convention.corrects_bias() && self.start_weight < 1.0 {
                1.0 / (1.0 - self.start_weight)
            } else {
                1.0
            },
            holds_empty_bins: convention.holds_empty_bins(),
            normaliser: convention.normaliser(),
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
/// `density_j = S_j * correction * normaliser` and `beta_j = N / density_j` with `N` the sum of the
/// counts; both are 0 in a bin that was never hit, beta also up to [`LEAST_DENSITY`]. All slices have
/// one entry a bin. Without a count, as of a mini-batch whose examples are all ignored, nothing changes:
/// it says nothing of the density.
pub fn density<T: Real, C: Copy + Into<f64>>(
    counts: &[C],
    rule: &DensityRule<T>,
    ema: &mut [T],
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
    for j in 0..counts.len() {
        let count = counts[j].into();
        if count > 0.0 || !rule.holds_empty_bins {
            let count = T::of(count);
            ema[j] = rule.momentum * ema[j] + (T::ONE - rule.momentum) * count;
        }
        density[j] = ema[j] * rule.correction * normaliser;
        beta[j] = if density[j] > T::of(LEAST_DENSITY) {
            examples / density[j]
        } else {
            T::ZERO
        };
    }
}
