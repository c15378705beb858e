//! How good predictions are: ranking, thresholds, calibration, and how much weight is at work.

use super::Real;

/// Examples down to a score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    pub score: f64,
    /// Examples and positives with at least this score.
    pub seen: usize,
    pub hits: usize,
}

/// A threshold and what it reaches when scores from it up are called positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    pub threshold: f64,
    pub precision: f64,
    pub recall: f64,
    /// `2 precision recall / (precision + recall)`
    pub f1: f64,
}

/// How examples are told apart at a threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Confusion {
    pub true_positives: usize,
    pub false_positives: usize,
    pub false_negatives: usize,
    pub true_negatives: usize,
}

impl Confusion {
    /// Share of what is called positive that is. `None` where nothing is called positive.
    pub fn precision(&self) -> Option<f64> {
        ratio(
            self.true_positives,
            self.true_positives + self.false_positives,
        )
    }

    /// Share of the positives that is called so. `None` without positives.
    pub fn recall(&self) -> Option<f64> {
        ratio(
            self.true_positives,
            self.true_positives + self.false_negatives,
        )
    }

    /// `2 TP / (2 TP + FP + FN)`; 0 where nothing is positive and nothing is called so.
    pub fn f1(&self) -> f64 {
        let twice = 2 * self.true_positives;
        ratio(twice, twice + self.false_positives + self.false_negatives).unwrap_or(0.0)
    }
}

impl std::ops::AddAssign for Confusion {
    fn add_assign(&mut self, other: Self) {
        self.true_positives += other.true_positives;
        self.false_positives += other.false_positives;
        self.false_negatives += other.false_negatives;
        self.true_negatives += other.true_negatives;
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Scores of negatives and positives, in order. Without any where a score is NaN.
#[derive(Clone, Debug)]
pub struct Ranking {
    /// Ascending.
    negatives: Vec<f64>,
    positives: Vec<f64>,
}

impl Ranking {
    pub fn new(mut negatives: Vec<f64>, mut positives: Vec<f64>) -> Self {
        if negatives
            .iter()
            .chain(&positives)
            .any(|score| score.is_nan())
        {
            negatives.clear();
            positives.clear();
        }
        for scores in [&mut negatives, &mut positives] {
            scores.sort_unstable_by(f64::total_cmp);
        }
        Self {
            negatives,
            positives,
        }
    }

    /// `labels` are true for positives.
    pub fn of<T: Real>(scores: &[T], labels: &[bool]) -> Self {
        let of = |wanted: bool| {
            let pairs = scores.iter().zip(labels);
            pairs
                .filter(|&(_, &label)| label == wanted)
                .map(|(score, _)| score.to_f64())
                .collect()
        };
        Self::new(of(false), of(true))
    }

    /// Distinct scores, descending.
    fn thresholds(&self) -> impl Iterator<Item = Threshold> {
        let (mut negatives, mut positives) = (self.negatives.as_slice(), self.positives.as_slice());
        let (mut seen, mut hits) = (0, 0);
        std::iter::from_fn(move || {
            let next = [negatives.last(), positives.last()];
            let score = next.into_iter().flatten().copied().reduce(f64::max)?;
            // Numbers as such: 0 and -0 are equal.
            while let Some((_, rest)) = negatives.split_last().filter(|(last, _)| **last == score) {
                negatives = rest;
                seen += 1;
            }
            while let Some((_, rest)) = positives.split_last().filter(|(last, _)| **last == score) {
                positives = rest;
                seen += 1;
                hits += 1;
            }
            Some(Threshold { score, seen, hits })
        })
    }

    /// Average precision: the sum over distinct thresholds of `(recall step) * precision`, ties taken
    /// together, as scikit-learn's `average_precision_score` defines it. `None` without a positive.
    pub fn average_precision(&self) -> Option<f64> {
        if self.positives.is_empty() {
            return None;
        }
        let (mut area, mut recall) = (0.0, 0.0);
        for [reached, precision] in self.steps() {
            area += (reached - recall) * precision;
            recall = reached;
        }
        Some(area)
    }

    /// Where scores from a threshold up are called positive, as in scikit-learn's
    /// `precision_recall_curve`; for what is said at one half see [`ABOVE_HALF`].
    pub fn at(&self, threshold: f64) -> Confusion {
        let below = |scores: &[f64]| scores.partition_point(|score| *score < threshold);
        let [negatives, positives] = [&self.negatives, &self.positives];
        let [true_negatives, false_negatives] = [below(negatives), below(positives)];
        Confusion {
            true_positives: positives.len() - false_negatives,
            false_positives: negatives.len() - true_negatives,
            false_negatives,
            true_negatives,
        }
    }

    /// Points `[recall, precision]` of every recall that some threshold reaches, ascending: the steps
    /// whose area is the average precision. None without a positive.
    pub fn steps(&self) -> impl Iterator<Item = [f64; 2]> {
        let positives = self.positives.len() as f64;
        let mut reached = 0;
        let rises = move |at: &Threshold| std::mem::replace(&mut reached, at.hits) < at.hits;
        let point =
            move |at: Threshold| [at.hits as f64 / positives, at.hits as f64 / at.seen as f64];
        self.thresholds().filter(rises).map(point)
    }

    /// Area under the ROC curve, ties counted half. `None` without a positive or a negative.
    pub fn roc_auc(&self) -> Option<f64> {
        let (positives, negatives) = (self.positives.len(), self.negatives.len());
        if positives == 0 || negatives == 0 {
            return None;
        }
        let (mut area, mut above) = (0.0, (0, 0));
        for Threshold { seen, hits, .. } in self.thresholds() {
            let misses = (seen - hits) - (above.0 - above.1);
            area += misses as f64 * (hits + above.1) as f64 / 2.0;
            above = (seen, hits);
        }
        Some(area / (positives as f64 * negatives as f64))
    }

    /// The threshold of the best F1, the highest of equal ones. `None` without a positive.
    pub fn best_f1(&self) -> Option<Operating> {
        let positives = self.positives.len();
        let points = self.thresholds().filter(|at| at.hits > 0);
        points
            .map(|Threshold { score, seen, hits }| Operating {
                threshold: score,
                precision: hits as f64 / seen as f64,
                recall: hits as f64 / positives as f64,
                f1: 2.0 * hits as f64 / (seen + positives) as f64,
            })
            .reduce(|best, point| if point.f1 > best.f1 { point } else { best })
    }
}

/// Intervals of the calibration error.
pub const CALIBRATION_BINS: usize = 15;

/// The least probability that is said to be positive without a choice of threshold: `p > 0.5`, as
/// scikit-learn, PyTorch's torchmetrics and Keras have it. One half itself is negative.
pub const ABOVE_HALF: f64 = 0.5 + f64::EPSILON / 2.0;

/// The interval of a probability among `bins` equal ones: each holds its lower end, and 1 lies in the
/// last, as numpy's `floor(p * bins)`.
#[inline]
pub fn interval(p: f64, bins: usize) -> usize {
    ((p * bins as f64) as usize).min(bins - 1)
}

/// Index of the largest of the values, the first of equal ones, as numpy's `argmax`; 0 of none.
#[inline]
pub fn first_largest<T: Real>(values: &[T]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

/// The examples whose probability lies in one interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CalibrationBin {
    pub examples: usize,
    pub positives: usize,
    /// Sum of their probabilities.
    pub probability: f64,
}

impl CalibrationBin {
    /// Mean probability and share of positives; `None` without examples.
    pub fn means(&self) -> Option<[f64; 2]> {
        let examples = self.examples as f64;
        let means = [
            self.probability / examples,
            self.positives as f64 / examples,
        ];
        (self.examples > 0).then_some(means)
    }
}

/// What is said and what is true over `bins` equal intervals of the probability. Empty without
/// examples, or when a probability is NaN.
pub fn reliability(probabilities: &[f64], labels: &[bool], bins: usize) -> Vec<CalibrationBin> {
    if probabilities.is_empty() || probabilities.iter().any(|p| p.is_nan()) {
        return Vec::new();
    }
    let mut intervals = vec![CalibrationBin::default(); bins];
    for (&p, &label) in probabilities.iter().zip(labels) {
        let bin = &mut intervals[interval(p, bins)];
        bin.examples += 1;
        bin.positives += usize::from(label);
        bin.probability += p;
    }
    intervals
}

/// Expected calibration error: over `bins` equal intervals of the probability, the mean of
/// `|mean probability - share of positives|`, weighted by the examples in each. `None` without
/// examples, or when a probability is NaN.
pub fn expected_calibration_error(
    probabilities: &[f64],
    labels: &[bool],
    bins: usize,
) -> Option<f64> {
    let intervals = reliability(probabilities, labels, bins);
    let gaps = intervals
        .iter()
        .map(|bin| bin.probability - bin.positives as f64);
    let total: f64 = gaps.map(f64::abs).sum();
    (!intervals.is_empty()).then(|| total / probabilities.len() as f64)
}

/// Effective sample size `(sum w)^2 / sum w^2` from the two sums: how many equally weighted
/// examples would average as well. 0 without weight.
pub fn effective_sample_size(sum: f64, sum_of_squares: f64) -> f64 {
    if sum_of_squares > 0.0 {
        sum * sum / sum_of_squares
    } else {
        0.0
    }
}
