//! How good the predictions are: exact while there are few enough, else from a histogram of scores.

use super::MOST_EXACT;
use super::measure::{Measured, probabilities};
use super::settings::Settings;
use crate::ghm::{CALIBRATION_BINS, Operating, Ranking, Task};

/// Leading bits of a score that make its bucket: sign, exponent and nine of the fraction.
const BUCKET_BITS: u32 = 21;
/// Most numbers that are kept of softmax outputs.
const MOST_NUMBERS: u64 = 4 * MOST_EXACT;

/// A measure, and how far it may be off where it comes from a histogram.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quality {
    pub value: f64,
    /// 0 where the value is exact.
    pub error_bound: f64,
}

/// How good the predictions are; `None` where a measure has no meaning.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Of the positives; the mean over the classes, each against the others.
    pub average_precision: Option<Quality>,
    pub roc_auc: Option<Quality>,
    /// The best threshold, as a logit or probability as the file has them.
    pub best_f1: Option<(Operating, f64)>,
    /// Over 15 intervals; of the most probable class where there are several.
    pub expected_calibration_error: Option<f64>,
    /// Share of examples whose most probable class is theirs.
    pub accuracy: Option<f64>,
    pub mean_absolute_error: Option<f64>,
    pub root_mean_square_error: Option<f64>,
    /// Average precision of each class against the others.
    pub by_class: Vec<Option<f64>>,
}

/// Scores of one class against the others.
enum Store {
    /// Of the others, and of the class.
    Exact([Vec<f64>; 2]),
    /// Negatives and positives by bucket.
    Buckets(Vec<[u32; 2]>),
    /// Too many.
    None,
}

pub(super) struct Scores {
    examples: u64,
    /// One for the positives, or one for each class.
    stores: Vec<Store>,
    gaps: [f64; CALIBRATION_BINS],
    right: u64,
    absolute: f64,
    squared: f64,
    p: Vec<f64>,
}

impl Scores {
    pub fn new(settings: &Settings) -> Self {
        let stores = match settings.header.task {
            Task::Regression => 0,
            Task::Binary => 1,
            Task::Classes => settings.header.classes,
        };
        Self {
            examples: 0,
            stores: (0..stores)
                .map(|_| Store::Exact([Vec::new(), Vec::new()]))
                .collect(),
            gaps: [0.0; CALIBRATION_BINS],
            right: 0,
            absolute: 0.0,
            squared: 0.0,
            p: vec![0.0; settings.header.classes],
        }
    }

    /// Adds an example that is not ignored.
    #[inline]
    pub fn add(&mut self, settings: &Settings, outputs: &[f64], seen: &Measured) {
        self.examples += 1;
        match settings.header.task {
            Task::Regression => {
                self.absolute += seen.error.abs();
                self.squared += seen.error * seen.error;
                return;
            }
            Task::Binary => {
                self.examples -= 1;
                self.add_binary(outputs[0], seen.g, seen.class);
                return;
            }
            Task::Classes => {
                let mut p = std::mem::take(&mut self.p);
                probabilities(settings, outputs, &mut p);
                let most = (p.iter().enumerate()).max_by(|a, b| a.1.total_cmp(b.1));
                let (top, most) = most.map_or((0, 0.0), |(k, p)| (k, *p));
                let right = top == seen.class;
                self.calibrate(most, f64::from(u8::from(right)));
                self.right += u64::from(right);
                for (k, &p) in p.iter().enumerate() {
                    self.store(k, p, k == seen.class);
                }
                self.p = p;
            }
        }
        let numbers = self.examples * self.stores.len() as u64;
        if self.examples > MOST_EXACT || numbers > MOST_NUMBERS {
            self.coarsen();
        }
    }

    /// Adds an example of two classes by its score, gradient norm and class.
    #[inline]
    pub fn add_binary(&mut self, score: f64, g: f64, class: usize) {
        self.examples += 1;
        // p - y is -g for a positive and g for a negative.
        let (p, target) = if class == 1 { (1.0 - g, 1.0) } else { (g, 0.0) };
        let bin = (p * CALIBRATION_BINS as f64) as usize;
        self.gaps[bin.min(CALIBRATION_BINS - 1)] += if target > 0.0 { -g } else { g };
        self.right += u64::from((p >= 0.5) == (class == 1));
        self.store(0, score, class == 1);
        if self.examples == MOST_EXACT + 1 {
            self.coarsen();
        }
    }

    fn calibrate(&mut self, p: f64, target: f64) {
        let bin = (p * CALIBRATION_BINS as f64) as usize;
        self.gaps[bin.min(CALIBRATION_BINS - 1)] += p - target;
    }

    fn store(&mut self, index: usize, score: f64, positive: bool) {
        match &mut self.stores[index] {
            Store::Exact(scores) => scores[usize::from(positive)].push(score),
            Store::Buckets(buckets) => buckets[bucket(score)][usize::from(positive)] += 1,
            Store::None => {}
        }
    }

    /// From scores to buckets of them.
    fn coarsen(&mut self) {
        let affordable = self.stores.len() <= 8;
        for store in &mut self.stores {
            let Store::Exact(scores) = store else {
                continue;
            };
            let scores = std::mem::take(scores);
            *store = if affordable {
                let mut buckets = vec![[0; 2]; 1 << BUCKET_BITS];
                for (positive, scores) in scores.into_iter().enumerate() {
                    for score in scores {
                        buckets[bucket(score)][positive] += 1;
                    }
                }
                Store::Buckets(buckets)
            } else {
                Store::None
            };
        }
    }

    /// What the scores come to.
    pub fn finish(self, settings: &Settings) -> Metrics {
        let count = self.examples as f64;
        if self.examples == 0 {
            return Metrics::default();
        }
        if settings.header.task == Task::Regression {
            return Metrics {
                mean_absolute_error: Some(self.absolute / count),
                root_mean_square_error: Some(libm::sqrt(self.squared / count)),
                ..Metrics::default()
            };
        }
        let gap: f64 = self.gaps.iter().map(|gap| gap.abs()).sum();
        let binary = settings.header.task == Task::Binary;
        let ranked = |store| match store {
            Store::Exact([negatives, positives]) => Ranked::exact(negatives, positives),
            Store::Buckets(buckets) => Ranked::bounded(&buckets),
            Store::None => Ranked::default(),
        };
        let each: Vec<Ranked> = self.stores.into_iter().map(ranked).collect();
        let mean = |of: fn(&Ranked) -> Option<Quality>| {
            let values: Option<Vec<Quality>> = each.iter().map(of).collect();
            values.map(|values| Quality {
                value: values.iter().map(|q| q.value).sum::<f64>() / values.len() as f64,
                error_bound: values.iter().map(|q| q.error_bound).sum::<f64>()
                    / values.len() as f64,
            })
        };
        Metrics {
            average_precision: mean(|ranked| ranked.average_precision),
            roc_auc: mean(|ranked| ranked.roc_auc),
            best_f1: each
                .first()
                .filter(|_| binary)
                .and_then(|ranked| ranked.best_f1),
            expected_calibration_error: Some(gap / count),
            accuracy: Some(self.right as f64 / count),
            by_class: match binary {
                true => Vec::new(),
                false => {
                    let of = |ranked: &Ranked| ranked.average_precision.map(|q| q.value);
                    each.iter().map(of).collect()
                }
            },
            ..Metrics::default()
        }
    }
}

/// The bucket of a score: its leading bits, in the order of the numbers.
fn bucket(score: f64) -> usize {
    let bits = score.to_bits();
    let ordered = if bits >> 63 == 1 {
        !bits
    } else {
        bits | 1 << 63
    };
    (ordered >> (64 - BUCKET_BITS)) as usize
}

/// The least score of a bucket.
fn least(bucket: usize) -> f64 {
    let ordered = (bucket as u64) << (64 - BUCKET_BITS);
    f64::from_bits(if ordered >> 63 == 1 {
        ordered & !(1 << 63)
    } else {
        !ordered
    })
}

/// Measures of a ranking.
#[derive(Clone, Copy, Debug, Default)]
struct Ranked {
    average_precision: Option<Quality>,
    roc_auc: Option<Quality>,
    best_f1: Option<(Operating, f64)>,
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
    fn bounded(buckets: &[[u32; 2]]) -> Self {
        let sum = |of: usize| {
            buckets
                .iter()
                .map(|bucket| u64::from(bucket[of]))
                .sum::<u64>() as f64
        };
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
            let (misses, new) = (f64::from(misses), f64::from(new));
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
                    threshold: least(index),
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
