//! How well a network predicts, from its outputs.

use super::{MAX_CLASSES, Step};
use crate::data::{Dataset, Split};
use crate::ghm::{
    CALIBRATION_BINS, Loss, Operating, Ranking, Seen, Selection, Task, asl1_norm, bin,
    expected_calibration_error, first_largest, kept_examples, select_hardest, sigmoid, softmax,
    softmax_log_odds,
};

/// How well a split is predicted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Scores {
    /// Mean of the running loss over the examples that are not ignored; each weighs as its bin did in
    /// the last step.
    pub loss: f64,
    /// Average precision of the positives, or the mean over the classes that occur, each against the
    /// others. `None` without a positive, when a logit is not a number, and in a regression.
    pub average_precision: Option<f64>,
    /// Best F1 over all thresholds of the logit; of two classes only.
    pub best_f1: Option<Operating>,
    /// Share of each class that is found where the most probable class is said: with two classes,
    /// where p > 0.5; of equal ones the first. `None` of a class without examples.
    pub recall: [Option<f64>; MAX_CLASSES],
    /// Expected calibration error; with several classes of the most probable one.
    pub calibration_error: Option<f64>,
    /// Mean absolute error of a regression.
    pub absolute_error: Option<f64>,
}

impl Scores {
    /// Scores of a split's first examples from their outputs `[n, K]`, without those that [`Scores::rank`] adds;
    /// from the step that the losses are told by and the weight of every bin; without bins every weight is 1.
    /// OHEM keeps the share `keep` of the split's own hardest.
    fn of(step: &Step, keep: f64, beta: &[f32], outputs: &[f32], split: &Split) -> Self {
        let seen = seen(step, keep, beta, outputs, split);
        let width = width_of(step);
        let valid = || seen.iter().map(|(i, _)| *i);
        let rule = step.loss_rule();
        let values = (seen.iter()).map(|(_, seen)| f64::from(step.loss().value(&rule, seen)));
        let total: f64 = values.sum();
        let count = seen.len() as f64;
        let scores = Self {
            loss: total / count,
            ..Self::default()
        };
        match step.task() {
            Task::Regression => {
                let absolute: f64 = seen.iter().map(|(_, of)| f64::from(of.error.abs())).sum();
                Self {
                    absolute_error: Some(absolute / count),
                    ..scores
                }
            }
            Task::Binary => {
                let sure: Vec<f64> = valid().map(|i| sigmoid(f64::from(outputs[i]))).collect();
                let labels: Vec<bool> = valid().map(|i| split.class(i) == 1).collect();
                let pairs = valid().map(|i| (split.class(i), usize::from(outputs[i] > 0.0)));
                Self {
                    recall: recall(pairs),
                    calibration_error: expected_calibration_error(&sure, &labels, CALIBRATION_BINS),
                    ..scores
                }
            }
            Task::Classes => {
                let mut sure = Vec::with_capacity(seen.len());
                let mut right = Vec::with_capacity(seen.len());
                let mut pairs = Vec::with_capacity(seen.len());
                let mut p = vec![0.0; width];
                for i in valid() {
                    softmax(&outputs[i * width..][..width], &mut p);
                    let said = first_largest(&p);
                    sure.push(f64::from(p[said]));
                    right.push(said == split.class(i));
                    pairs.push((split.class(i), said));
                }
                Self {
                    recall: recall(pairs.into_iter()),
                    calibration_error: expected_calibration_error(&sure, &right, CALIBRATION_BINS),
                    ..scores
                }
            }
        }
    }

    /// Adds what the ranking of the examples by one class tells: of two classes by the second one. `each` are
    /// the average precisions of the classes so far.
    fn rank(
        &mut self,
        step: &Step,
        class: usize,
        outputs: &[f32],
        split: &Split,
        each: &mut Vec<f64>,
    ) {
        let width = width_of(step);
        let of_classes = step.task() == Task::Classes;
        let of_class = if of_classes { class } else { 1 };
        let valid = || (0..outputs.len() / width).filter(|&i| !split.ignored[i]);
        let score = |i: usize| match of_classes {
            // The probability of a class falls with the log-odds against it.
            true => -softmax_log_odds(&outputs[i * width..][..width], class),
            false => outputs[i],
        };
        let scores: Vec<f32> = valid().map(score).collect();
        let labels: Vec<bool> = valid().map(|i| split.class(i) == of_class).collect();
        let ranking = Ranking::of(&scores, &labels);
        each.extend(ranking.average_precision());
        if !each.is_empty() {
            self.average_precision = Some(each.iter().sum::<f64>() / each.len() as f64);
        }
        if !of_classes {
            self.best_f1 = ranking.best_f1();
        }
    }

    /// What a person looks at first: average precision, or the mean absolute error of a regression.
    pub fn headline(&self) -> Option<f64> {
        self.average_precision.or(self.absolute_error)
    }
}

fn width_of(step: &Step) -> usize {
    match step.task() {
        Task::Classes => step.classes as usize,
        Task::Binary | Task::Regression => 1,
    }
}

/// What the losses look at in each example that is not ignored, with its index.
fn seen(
    step: &Step,
    keep: f64,
    beta: &[f32],
    outputs: &[f32],
    split: &Split,
) -> Vec<(usize, Seen<f32>)> {
    let width = width_of(step);
    let task = step.task();
    let valid = (0..outputs.len() / width).filter(|&i| !split.ignored[i]);
    let error = |i: usize| error_of(task, &outputs[i * width..][..width], split.targets[i]);
    let errors: Vec<(usize, f32)> = valid.map(|i| (i, error(i))).collect();
    let selection = match step.loss() {
        Loss::Ohem if !errors.is_empty() => {
            let errors: Vec<f32> = errors.iter().map(|(_, error)| *error).collect();
            select_hardest(&errors, kept_examples(keep, errors.len()))
        }
        _ => Selection::everything(),
    };
    let of = |(k, (i, error)): (usize, (usize, f32))| {
        let class = match task {
            Task::Regression => 0,
            Task::Binary | Task::Classes => split.class(i),
        };
        let seen = Seen {
            error,
            class_weight: step.class_weight(class),
            alpha: step.alpha(class),
            beta: match beta.len() {
                0 => 1.0,
                bins => beta[bin(norm_of(task, error, step.mu), bins)],
            },
            kept: selection.keeps(k, error),
        };
        (i, seen)
    };
    errors.into_iter().enumerate().map(of).collect()
}

/// Share of each class that is found, from pairs (class, class that is said).
fn recall(pairs: impl Iterator<Item = (usize, usize)>) -> [Option<f64>; MAX_CLASSES] {
    let mut counts = [(0_u32, 0_u32); MAX_CLASSES];
    for (class, said) in pairs {
        counts[class].0 += u32::from(class == said);
        counts[class].1 += 1;
    }
    counts.map(|(found, all)| (all > 0).then(|| f64::from(found) / f64::from(all)))
}

/// Log-odds against the true class, or the difference from the target, of one example's outputs `[K]`.
pub fn error_of(task: Task, outputs: &[f32], target: f32) -> f32 {
    match task {
        Task::Binary if target > 0.0 => -outputs[0],
        Task::Binary => outputs[0],
        Task::Classes => softmax_log_odds(outputs, target as usize),
        Task::Regression => outputs[0] - target,
    }
}

/// Gradient norm of an example with this error; `mu` is that of a regression.
pub fn norm_of(task: Task, error: f32, mu: f32) -> f32 {
    match task {
        Task::Binary | Task::Classes => sigmoid(error),
        Task::Regression => asl1_norm(error, mu),
    }
}

/// Scores of both splits after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    pub step: u64,
    /// On the training examples, flipped labels and outliers included.
    pub train: Scores,
    /// On the test examples, whose labels are clean.
    pub test: Scores,
}

impl Evaluation {
    /// [`Scores::headline`] of train and test.
    pub fn headlines(&self) -> [Option<f64>; 2] {
        [&self.train, &self.test].map(Scores::headline)
    }
}

/// What the network says of the examples of both splits, up to [`super::EVALUATION_LIMIT`] each.
#[derive(Clone, Debug, PartialEq)]
pub struct Outputs {
    pub step: u64,
    /// Numbers an example, K.
    pub width: usize,
    /// Logits or predictions `[n, K]` of training and test.
    pub splits: [Vec<f32>; 2],
    /// Harmonizing weight of each bin for these examples.
    weights: Vec<f32>,
    /// What the losses were told.
    told: Step,
    /// Share of the examples that OHEM keeps.
    keep: f64,
}

impl Outputs {
    pub(super) fn new(
        step: u64,
        told: Step,
        keep: f64,
        weights: Vec<f32>,
        splits: [Vec<f32>; 2],
    ) -> Self {
        Self {
            step,
            width: width_of(&told),
            splits,
            weights,
            // Where the mini-batch lay among others says nothing of the examples.
            told: Step { first: 0, ..told },
            keep,
        }
    }

    /// The gradients of the training examples that are not ignored, under the running loss.
    pub fn gradients(&self, train: &Split) -> Vec<ExampleGradient> {
        let [outputs, _] = &self.splits;
        let rule = self.told.loss_rule();
        let loss = self.told.loss();
        let plain = match self.told.task() {
            Task::Binary | Task::Classes => Loss::CrossEntropy,
            Task::Regression => Loss::Asl1,
        };
        let seen = seen(&self.told, self.keep, &self.weights, outputs, train);
        let of = |(index, seen): (usize, Seen<f32>)| {
            let norm = norm_of(self.told.task(), seen.error, rule.mu);
            ExampleGradient {
                index,
                norm,
                harmonizing_weight: seen.beta,
                reformulated: loss.norm(&rule, &seen, norm),
                plain_loss: plain.value(&rule, &seen),
                loss: loss.value(&rule, &seen),
            }
        };
        seen.into_iter().map(of).collect()
    }
}

/// Scores of an evaluation in the making: splits are large, and who draws a screen meanwhile must be able to stop in
/// between.
pub(super) struct Scoring {
    evaluation: Evaluation,
    /// Average precisions of the classes of the present split so far.
    each: Vec<f64>,
    /// Pieces that are done.
    done: usize,
}

impl Scoring {
    pub fn new(outputs: &Outputs) -> Self {
        Self {
            evaluation: Evaluation {
                step: outputs.step,
                train: Scores::default(),
                test: Scores::default(),
            },
            each: Vec::new(),
            done: 0,
        }
    }

    /// Goes on by one look at the examples of a split; the evaluation when that was the last.
    pub fn piece(&mut self, outputs: &Outputs, data: &Dataset) -> Option<Evaluation> {
        let told = &outputs.told;
        let rankings = match told.task() {
            Task::Regression => 0,
            Task::Binary => 1,
            Task::Classes => outputs.width,
        };
        let (index, piece) = (self.done / (1 + rankings), self.done % (1 + rankings));
        let Evaluation { train, test, .. } = &mut self.evaluation;
        let (scores, split) = match index {
            0 => (train, &data.train),
            _ => (test, &data.test),
        };
        let of_split = &outputs.splits[index];
        match piece.checked_sub(1) {
            None => {
                self.each.clear();
                *scores = Scores::of(told, outputs.keep, &outputs.weights, of_split, split);
            }
            Some(class) => scores.rank(told, class, of_split, split, &mut self.each),
        }
        self.done += 1;
        (self.done == 2 * (1 + rankings)).then_some(self.evaluation)
    }
}

/// One training example as the loss sees it, before and after it weighs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExampleGradient {
    /// Among the training examples.
    pub index: usize,
    /// Gradient norm, g.
    pub norm: f32,
    /// Harmonizing weight of its bin, beta.
    pub harmonizing_weight: f32,
    /// Gradient norm under the running loss.
    pub reformulated: f32,
    /// Cross-entropy or ASL1.
    pub plain_loss: f32,
    /// The running loss.
    pub loss: f32,
}
