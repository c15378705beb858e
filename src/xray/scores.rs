//! How good the predictions are: exact while there are few enough, else from a histogram of scores.

use super::MOST_EXACT;
use super::measure::{Measured, probabilities};
use super::ranked::{Buckets, Ranked, Store};
use super::settings::Settings;
use crate::data::predictions::Outputs;
use crate::ghm::{CALIBRATION_BINS, Operating, Task, first_largest, interval};

/// Most numbers that are kept of softmax outputs, whatever the number of classes is: 320 MB.
const MOST_NUMBERS: u64 = 4 * MOST_EXACT;
/// 2^-600: by this differences are made smaller, and no digit is lost, where their squares would be out
/// of range.
const SMALLER: f64 = f64::from_bits((1023 - 600) << 52);

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
    /// Of the positives, which of two classes are the second; of more classes the mean over those that occur,
    /// each against the others.
    pub average_precision: Option<Quality>,
    pub roc_auc: Option<Quality>,
    /// Of two classes the best threshold, as a logit or probability as the file has them: of two logits their
    /// difference, second less first.
    pub best_f1: Option<(Operating, f64)>,
    /// Over 15 intervals; of the most probable class where there are more than two.
    pub expected_calibration_error: Option<f64>,
    /// Share of examples whose most probable class is theirs, the first of equal ones; of two classes the
    /// second where p > 0.5.
    pub accuracy: Option<f64>,
    pub mean_absolute_error: Option<f64>,
    pub root_mean_square_error: Option<f64>,
    /// Average precision of each of more than two classes against the others.
    pub by_class: Vec<Option<f64>>,
    /// Classes without examples, over which no mean goes.
    pub absent: Vec<usize>,
    /// Whether there are too many classes and examples for average precision and ROC AUC.
    pub not_ranked: bool,
    /// Whether the sum of the absolute differences is larger than a float64 holds.
    pub overflowed: bool,
}

pub(super) struct Scores {
    examples: u64,
    /// One for the positives, or one for each class.
    stores: Vec<Store>,
    /// Whether the stores hold every score.
    exact: bool,
    /// Examples of each class.
    of_class: Vec<u64>,
    gaps: [f64; CALIBRATION_BINS],
    right: u64,
    absolute: f64,
    squared: f64,
    /// Squares of the differences times [`SMALLER`].
    squared_smaller: f64,
    p: Vec<f64>,
}

impl Scores {
    pub fn new(settings: &Settings) -> Self {
        let stores = match settings.header.task {
            Task::Regression => 0,
            Task::Binary | Task::Classes => match settings.header.classes {
                2 => 1,
                classes => classes,
            },
        };
        Self {
            examples: 0,
            stores: (0..stores).map(|_| Store::new()).collect(),
            exact: true,
            of_class: vec![0; settings.header.classes],
            gaps: [0.0; CALIBRATION_BINS],
            right: 0,
            absolute: 0.0,
            squared: 0.0,
            squared_smaller: 0.0,
            p: vec![0.0; settings.header.classes],
        }
    }

    /// For a pass whose scores nobody asks for: keeps none.
    pub fn unwanted(settings: &Settings) -> Self {
        let mut scores = Self::new(settings);
        scores
            .stores
            .iter_mut()
            .for_each(|store| *store = Store::None);
        scores.exact = false;
        scores
    }

    /// Adds an example that is not ignored, of several classes or a regression.
    #[inline]
    pub fn add(&mut self, settings: &Settings, outputs: &[f64], seen: &Measured) {
        if settings.header.classes == 2 {
            return self.add_pair(settings, outputs, seen);
        }
        self.examples += 1;
        if settings.header.task == Task::Regression {
            // The largest number stands for differences out of range.
            let is_known = seen.error.abs() < f64::MAX;
            let smaller = if is_known {
                seen.error * SMALLER
            } else {
                f64::INFINITY
            };
            self.absolute += seen.error.abs();
            self.squared += seen.error * seen.error;
            self.squared_smaller += smaller * smaller;
            return;
        }
        let mut p = std::mem::take(&mut self.p);
        probabilities(settings, outputs, &mut p);
        let said = first_largest(&p);
        let right = said == seen.class;
        self.gaps[interval(p[said], CALIBRATION_BINS)] += p[said] - f64::from(u8::from(right));
        self.right += u64::from(right);
        self.of_class[seen.class] += 1;
        let numbers = self.examples.saturating_mul(self.stores.len() as u64);
        if self.exact && (self.examples > MOST_EXACT || numbers > MOST_NUMBERS) {
            self.coarsen();
        }
        for (k, &p) in p.iter().enumerate() {
            self.store(k, p, k == seen.class);
        }
        self.p = p;
    }

    /// Adds an example with two outputs: what softmax makes of them is what a sigmoid makes of their difference.
    fn add_pair(&mut self, settings: &Settings, outputs: &[f64], seen: &Measured) {
        let mut p = [0.0; 2];
        probabilities(settings, outputs, &mut p);
        let score = match settings.header.outputs {
            Outputs::Probabilities => p[1],
            Outputs::Logits | Outputs::Values => {
                (outputs[1] - outputs[0]).clamp(-f64::MAX, f64::MAX)
            }
        };
        self.add_binary(score, p[1], seen.g, seen.class, p[1] > p[0]);
    }

    /// Adds an example of two classes by its score, the probability of the positive class, its gradient
    /// norm, its class, and whether it is said to be positive.
    #[inline]
    pub fn add_binary(&mut self, score: f64, p: f64, g: f64, class: usize, said: bool) {
        self.examples += 1;
        let positive = class == 1;
        // The interval is that of p itself; p - y is -g for a positive and g for a negative.
        self.gaps[interval(p, CALIBRATION_BINS)] += if positive { -g } else { g };
        self.right += u64::from(said == positive);
        self.of_class[class] += 1;
        if self.exact && self.examples > MOST_EXACT {
            self.coarsen();
        }
        self.store(0, score, positive);
    }

    fn store(&mut self, index: usize, score: f64, positive: bool) {
        if !self.stores[index].add(score, positive) {
            self.coarsen();
            self.stores[index].add(score, positive);
        }
    }

    /// From scores to buckets of them.
    fn coarsen(&mut self) {
        self.exact = false;
        let buckets = match self.stores.len() {
            1 => Some(Buckets::Numbers),
            classes => Buckets::of_classes(classes),
        };
        for store in &mut self.stores {
            store.coarsen(buckets);
        }
    }

    /// What the scores come to.
    pub fn finish(self, settings: &Settings) -> Metrics {
        let count = self.examples as f64;
        if self.examples == 0 {
            return Metrics::default();
        }
        if settings.header.task == Task::Regression {
            let root = match self.squared.is_finite() {
                true => libm::sqrt(self.squared / count),
                false => libm::sqrt(self.squared_smaller / count) / SMALLER,
            };
            let absolute = self.absolute / count;
            return Metrics {
                mean_absolute_error: Some(absolute).filter(|mean| mean.is_finite()),
                root_mean_square_error: Some(root).filter(|root| root.is_finite()),
                overflowed: !absolute.is_finite() || !root.is_finite(),
                ..Metrics::default()
            };
        }
        let gap: f64 = self.gaps.iter().map(|gap| gap.abs()).sum();
        let binary = settings.header.classes == 2;
        let not_ranked = self.stores.iter().any(|store| matches!(store, Store::None));
        let each: Vec<Ranked> = self.stores.into_iter().map(Store::ranked).collect();
        // Over the classes that have the measure.
        let mean = |of: fn(&Ranked) -> Option<Quality>| {
            let values: Vec<Quality> = each.iter().filter_map(of).collect();
            let mean =
                |of: fn(&Quality) -> f64| values.iter().map(of).sum::<f64>() / values.len() as f64;
            (!values.is_empty() && !not_ranked).then(|| Quality {
                value: mean(|q| q.value),
                error_bound: mean(|q| q.error_bound),
            })
        };
        let absent = self
            .of_class
            .iter()
            .enumerate()
            .filter(|(_, examples)| **examples == 0);
        let absent = absent.map(|(class, _)| class).collect();
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
            absent,
            not_ranked,
            ..Metrics::default()
        }
    }
}
