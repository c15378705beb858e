//! Scores of one class against the others, and what they come to as a ranking.

use super::scores::Quality;
use crate::ghm::{Operating, Ranking};

/// Leading bits of a score that make its bucket: sign, exponent and nine of the fraction.
const BUCKET_BITS: u32 = 21;
/// Below `2^-OCTAVES` a probability of a class, or that of all others, has no bucket of its own.
const OCTAVES: usize = 48;
/// Most buckets of all classes together, 128 MB of them.
const MOST_BUCKETS: usize = 1 << 23;
/// With fewer steps an octave buckets would say little.
const LEAST_STEPS: usize = 4;
const MOST_STEPS: usize = 512;

/// How scores are divided into buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Buckets {
    /// Any number, by its leading bits, in the order of the numbers.
    Numbers,
    /// Probabilities: each factor of 2 of p up to one half, and of 1 - p above, in so many equal steps.
    Probabilities { steps: usize },
}

impl Buckets {
    /// For the probabilities of so many classes; `None` where there are too many for buckets.
    pub fn of_classes(classes: usize) -> Option<Self> {
        let steps = MOST_BUCKETS / classes.max(1) / (2 * OCTAVES);
        let steps = steps.min(MOST_STEPS);
        (steps >= LEAST_STEPS).then_some(Self::Probabilities { steps })
    }

    fn len(self) -> usize {
        match self {
            Self::Numbers => 1 << BUCKET_BITS,
            Self::Probabilities { steps } => 2 * OCTAVES * steps,
        }
    }

    fn of(self, score: f64) -> usize {
        match self {
            Self::Numbers => {
                let bits = score.to_bits();
                let ordered = if bits >> 63 == 1 {
                    !bits
                } else {
                    bits | 1 << 63
                };
                (ordered >> (64 - BUCKET_BITS)) as usize
            }
            Self::Probabilities { steps } => {
                // From the lower end up to 1/2, which is exact as 1 - p is above it.
                let from_end = |p: f64| {
                    let exponent = (p.to_bits() >> 52) as usize;
                    let Some(octave) = (exponent + OCTAVES).checked_sub(1023) else {
                        return 0;
                    };
                    let fraction = f64::from_bits(p.to_bits() & !(0x7ff << 52) | 1023 << 52) - 1.0;
                    let step = (fraction * steps as f64) as usize;
                    (octave * steps + step).min(OCTAVES * steps - 1)
                };
                if score <= 0.5 {
                    from_end(score.max(0.0))
                } else {
                    self.len() - 1 - from_end((1.0 - score).max(0.0))
                }
            }
        }
    }

    /// The least score of a bucket of numbers.
    fn least(bucket: usize) -> f64 {
        let ordered = (bucket as u64) << (64 - BUCKET_BITS);
        f64::from_bits(if ordered >> 63 == 1 {
            ordered & !(1 << 63)
        } else {
            !ordered
        })
    }
}

/// Scores of one class against the others.
pub(super) enum Store {
    /// Of the others, and of the class.
    Exact([Vec<f64>; 2]),
    /// Negatives and positives by bucket.
    Counted(Buckets, Vec<[u64; 2]>),
    /// Too many, or nobody asks.
    None,
}

impl Store {
    pub fn new() -> Self {
        Self::Exact([Vec::new(), Vec::new()])
    }

    /// Adds a score; false where there is no memory for it.
    #[inline]
    pub fn add(&mut self, score: f64, positive: bool) -> bool {
        match self {
            Self::Exact(scores) => {
                let scores = &mut scores[usize::from(positive)];
                let fits = scores.len() < scores.capacity() || scores.try_reserve(1).is_ok();
                if fits {
                    scores.push(score);
                }
                return fits;
            }
            Self::Counted(buckets, counts) => {
                counts[buckets.of(score)][usize::from(positive)] += 1;
            }
            Self::None => {}
        }
        true
    }

    /// From scores to numbers of them, in memory of a size that does not grow; to nothing where there are
    /// too many classes for that, or too little memory.
    pub fn coarsen(&mut self, buckets: Option<Buckets>) {
        let Self::Exact(scores) = self else { return };
        let scores = std::mem::take(scores);
        *self = Self::None;
        let Some(buckets) = buckets else { return };
        let mut counts = Vec::new();
        if counts.try_reserve_exact(buckets.len()).is_err() {
            return;
        }
        counts.resize(buckets.len(), [0; 2]);
        for (positive, scores) in scores.into_iter().enumerate() {
            for score in scores {
                counts[buckets.of(score)][positive] += 1;
            }
        }
        *self = Self::Counted(buckets, counts);
    }

    pub fn ranked(self) -> Ranked {
        match self {
            Self::Exact([negatives, positives]) => Ranked::exact(negatives, positives),
            Self::Counted(_, counts) => Ranked::bounded(&counts),
            Self::None => Ranked::default(),
        }
    }
}

/// Measures of a ranking.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ranked {
    pub average_precision: Option<Quality>,
    pub roc_auc: Option<Quality>,
    pub best_f1: Option<(Operating, f64)>,
}

impl Ranked {
    fn exact(negatives: Vec<f64>, positives: Vec<f64>) -> Self {
        let exact = |value: f64| Quality {
            value,
            error_bound: 0.0,
        };
        let ranking = Ranking::new(negatives, positives);
        Self {
            average_precision: ranking.average_precision().map(exact),
            roc_auc: ranking.roc_auc().map(exact),
            best_f1: ranking.best_f1().map(|best| (best, 0.0)),
        }
    }

    /// From buckets, as if all scores of one were equal. Any order within them is possible, which
    /// bounds the error.
    fn bounded(buckets: &[[u64; 2]]) -> Self {
        let sum = |of: usize| buckets.iter().map(|bucket| bucket[of]).sum::<u64>() as f64;
        let (negatives, positives) = (sum(0), sum(1));
        if positives == 0.0 {
            return Self::default();
        }
        let (mut seen, mut hits) = (0.0, 0.0);
        let (mut area, mut area_bound) = (0.0, 0.0);
        let (mut pairs, mut tied) = (0.0, 0.0);
        let mut best: Option<Operating> = None;
        let mut most_f1 = 0.0_f64;
        for (index, &[misses, new]) in buckets.iter().enumerate().rev() {
            let (misses, new) = (misses as f64, new as f64);
            if misses + new == 0.0 {
                continue;
            }
            let negatives_above = seen - hits;
            // Positives first, and positives last.
            let best_case = (hits + new) / (seen + new);
            let worst_case = if new > 0.0 {
                (hits + 1.0) / (seen + misses + 1.0)
            } else {
                0.0
            };
            most_f1 = most_f1.max(2.0 * (hits + new) / (seen + new + positives));
            seen += misses + new;
            hits += new;
            let precision = hits / seen;
            area += new / positives * precision;
            let apart = (best_case - precision).max(precision - worst_case);
            area_bound += new / positives * apart;
            pairs += new * negatives_above + 0.5 * new * misses;
            tied += 0.5 * new * misses;
            let f1 = 2.0 * hits / (seen + positives);
            if best.is_none_or(|best| f1 > best.f1) {
                best = Some(Operating {
                    threshold: Buckets::least(index),
                    precision,
                    recall: hits / positives,
                    f1,
                });
            }
        }
        let all = positives * negatives;
        Self {
            average_precision: Some(Quality {
                value: area,
                error_bound: area_bound,
            }),
            roc_auc: (negatives > 0.0).then(|| Quality {
                // Pairs with the negative above are those out of order.
                value: 1.0 - pairs / all,
                error_bound: tied / all,
            }),
            best_f1: best.map(|best| (best, most_f1 - best.f1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Buckets, Ranked, Store};

    #[test]
    fn more_scores_than_fit_in_32_bits_are_ranked() {
        // 5 x 10^9 negatives below, as many above, and 10^9 positives between them and with the upper.
        let counts = [
            [5_000_000_000, 0],
            [0, 1_000_000_000],
            [5_000_000_000, 1_000_000_000],
        ];
        let ranked = Ranked::bounded(&counts);
        let value = ranked.average_precision.map(|q| q.value);
        // Half of the recall at 1/6, the other half at 2/7.
        let want = 0.5 / 6.0 + 0.5 * 2.0 / 7.0;
        assert!(
            value.is_some_and(|value| (value - want).abs() < 1e-12),
            "{value:?}"
        );
        // Pairs in order: of the lower positives half of the negatives, of the upper ones 3/4.
        let value = ranked.roc_auc.map(|q| q.value);
        assert!(
            value.is_some_and(|value| (value - 0.625).abs() < 1e-12),
            "{value:?}"
        );
        let mut store = Store::Counted(Buckets::Numbers, vec![[u64::from(u32::MAX); 2]; 1 << 21]);
        assert!(store.add(0.25, true));
        let Store::Counted(buckets, counts) = store else {
            panic!("it stays so")
        };
        assert_eq!(counts[buckets.of(0.25)], [u64::from(u32::MAX), 1 << 32]);
    }

    #[test]
    fn buckets_of_probabilities_keep_their_order_and_fill_the_range() {
        for classes in [3, 1000, 20_000] {
            let buckets = Buckets::of_classes(classes).expect("it is affordable");
            let mut ends: Vec<f64> = (0..60).map(|k| libm::exp2(-f64::from(k))).collect();
            ends.extend([0.0, 5e-324, 0.3, 0.7]);
            let mut scores: Vec<f64> = ends.iter().flat_map(|&p| [p, 1.0 - p]).collect();
            scores.extend((0..=10_000).map(|i| f64::from(i) / 10_000.0));
            scores.sort_by(f64::total_cmp);
            let places: Vec<usize> = scores.iter().map(|&p| buckets.of(p)).collect();
            assert!(places.is_sorted());
            assert_eq!(
                (places[0], places[places.len() - 1]),
                (0, buckets.len() - 1)
            );
            assert!(classes * buckets.len() <= super::MOST_BUCKETS);
        }
        assert_eq!(Buckets::of_classes(1_000_000), None);
    }
}
