//! The losses, in the one shape that all of them share: a reformulated gradient norm for each
//! example.
//!
//! Sigmoid and softmax meet in one number an example, its log-odds against the true class,
//! `z = ln((1 - p_t) / p_t)`: the gradient norm is `g = 1 - p_t = sigmoid(z)` and the cross-entropy
//! `-ln p_t = ln(1 + e^z)`. For one logit x, `z = x` for a negative and `-x` for a positive. In a
//! regression that number is the difference `d = prediction - target`.

use super::{Real, asl1, choice, sigmoid, smooth_l1, softplus};

choice! {
    /// What is learned.
    pub enum Task {
        #[doc = "Two classes, one logit: sigmoid."]
        Binary = ("binary", "two classes"),
        #[doc = "Several classes, a logit for each: softmax."]
        Classes = ("classes", "several classes"),
        #[doc = "A number: how far predictions are off."]
        Regression = ("regression", "regression"),
    }
}

choice! {
    /// A loss. Under a loss of classification `dL/dx_k = w (p_k - y_k) / N` with the weight `w` of
    /// [`Loss::weight`]; under one of regression `dL/dprediction = sign(d) r / N` with the norm `r` of
    /// [`Loss::norm`].
    pub enum Loss {
        #[doc = "Every example weighs 1: the gradient is p - y. Easy negatives win by number."]
        CrossEntropy = ("ce", "Cross-entropy"),
        #[doc = "An example weighs N / (K n_k), K classes with n_k examples each, or by the effective number of examples. Cures the imbalance of classes, not that of easy and hard."]
        ClassBalanced = ("class-balanced", "Class-balanced"),
        #[doc = "Focal loss, -alpha_t (1 - p_t)^gamma ln p_t: turns easy examples down, whatever their number."]
        Focal = ("focal", "Focal"),
        #[doc = "Online hard example mining: the ceil(keep N) hardest examples of the mini-batch weigh 1, the others 0."]
        Ohem = ("ohem", "OHEM"),
        #[doc = "Gradient harmonizing mechanism: each example weighs beta = N / GD(g), the inverse of the gradient density around it."]
        GhmC = ("ghm-c", "GHM-C"),
        #[doc = "Mean absolute error |d|: every gradient has norm 1."]
        L1 = ("l1", "L1"),
        #[doc = "Smooth L1: d^2 / (2 delta) up to delta, then |d| - delta / 2, where every gradient has norm 1 and outliers cannot be told apart."]
        SmoothL1 = ("smooth-l1", "Smooth L1"),
        #[doc = "Authentic smooth L1: sqrt(d^2 + mu^2) - mu; its gradient norm says how far off a prediction is."]
        Asl1 = ("asl1", "ASL1"),
        #[doc = "Gradient harmonizing mechanism for regression: ASL1, each example weighed by beta = N / GD(g), the inverse of the gradient density around it."]
        GhmR = ("ghm-r", "GHM-R"),
    }
}

/// Settings of the losses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossRule<T> {
    /// Exponent of [`Loss::Focal`].
    pub gamma: T,
    /// Of [`Loss::Asl1`] and [`Loss::GhmR`], in units of the target.
    pub mu: T,
    /// Of [`Loss::SmoothL1`], in units of the target.
    pub delta: T,
}

/// What a loss looks at in an example.
#[derive(Clone, Copy, Debug)]
pub struct Seen<T> {
    /// Log-odds against the true class, or the difference from the target.
    pub error: T,
    /// Weight of its class under [`Loss::ClassBalanced`].
    pub class_weight: T,
    /// Factor of its class under [`Loss::Focal`].
    pub alpha: T,
    /// Harmonizing weight of the bin that its gradient norm lies in.
    pub beta: T,
    /// Whether it is among the hardest ones, see [`super::Selection`].
    pub kept: bool,
}

impl Loss {
    /// The losses of a task, in the order in which they are listed; a loss that harmonizes is last.
    pub fn of(task: Task) -> &'static [Self] {
        match task {
            Task::Binary | Task::Classes => &Self::ALL[..5],
            Task::Regression => &Self::ALL[5..],
        }
    }

    /// The name in legends and titles.
    pub fn short(self) -> &'static str {
        match self {
            Self::CrossEntropy => "CE",
            _ => self.label(),
        }
    }

    /// Whether it weighs by gradient density.
    pub fn harmonizes(self) -> bool {
        matches!(self, Self::GhmC | Self::GhmR)
    }

    /// The loss that it weighs: its own where it does not harmonize.
    pub fn unweighted(self) -> Self {
        match self {
            Self::GhmC => Self::CrossEntropy,
            Self::GhmR => Self::Asl1,
            Self::CrossEntropy
            | Self::ClassBalanced
            | Self::Focal
            | Self::Ohem
            | Self::L1
            | Self::SmoothL1
            | Self::Asl1 => self,
        }
    }

    /// Effective weight of an example under a loss of classification, 1 under the others: the
    /// gradient with respect to its logits is that of the cross-entropy times this. What the weight
    /// depends on counts as constant.
    #[inline]
    pub fn weight<T: Real>(self, rule: &LossRule<T>, seen: &Seen<T>) -> T {
        match self {
            Self::ClassBalanced => seen.class_weight,
            Self::Focal => seen.alpha * focal_weight(seen.error, rule.gamma),
            Self::Ohem if !seen.kept => T::ZERO,
            Self::GhmC | Self::GhmR => seen.beta,
            _ => T::ONE,
        }
    }

    /// Reformulated gradient norm of an example with the gradient norm `g`: that of this loss with
    /// respect to the logit or prediction, not yet divided by N.
    #[inline]
    pub fn norm<T: Real>(self, rule: &LossRule<T>, seen: &Seen<T>, g: T) -> T {
        let size = seen.error.abs();
        match self {
            Self::L1 if size > T::ZERO => T::ONE,
            Self::L1 => T::ZERO,
            Self::SmoothL1 if size > rule.delta => T::ONE,
            Self::SmoothL1 => size / rule.delta,
            _ => self.weight(rule, seen) * g,
        }
    }

    /// The loss of an example.
    #[inline]
    pub fn value<T: Real>(self, rule: &LossRule<T>, seen: &Seen<T>) -> T {
        match self {
            Self::L1 => seen.error.abs(),
            Self::SmoothL1 => smooth_l1(seen.error, rule.delta),
            Self::Asl1 => asl1(seen.error, rule.mu),
            Self::GhmR => seen.beta * asl1(seen.error, rule.mu),
            Self::Focal => seen.alpha * modulator(seen.error, rule.gamma) * softplus(seen.error),
            _ => self.weight(rule, seen) * softplus(seen.error),
        }
    }
}

/// `(1 - p_t)^gamma = g^gamma`, from `ln g = -ln(1 + e^-z)`.
#[inline]
fn modulator<T: Real>(z: T, gamma: T) -> T {
    (-(gamma * softplus(-z))).exp()
}

/// Gradient of the focal loss, without alpha, over that of the cross-entropy:
/// `g^gamma (1 - gamma (1 - g) ln(1 - g) / g)`. Times g with gamma 2 it is the curve of the paper,
/// `g^2 (g - 2 (1 - g) ln(1 - g))`.
#[inline]
pub fn focal_weight<T: Real>(z: T, gamma: T) -> T {
    let g = sigmoid(z);
    // -ln(1 - g) / g, which is 1 where g is too small to divide by.
    let ratio = if g > T::ZERO { softplus(z) / g } else { T::ONE };
    modulator(z, gamma) * (T::ONE + gamma * sigmoid(-z) * ratio)
}

choice! {
    /// How [`Loss::ClassBalanced`] weighs a class with n_k of N examples; both have mean weight 1.
    pub enum ClassBalance {
        #[doc = "N / (K n_k)."]
        Inverse = ("inverse", "inverse frequency"),
        #[doc = "Proportional to (1 - b) / (1 - b^n_k), the inverse of the effective number of examples; b is effective-beta."]
        Effective = ("effective", "effective number"),
    }
}

/// Weight of each class from its number of examples. The mean over all examples is 1; a class
/// without examples weighs 0, and all weigh 1 when there are none. `effective_beta` is b of [`ClassBalance::Effective`], 0 to below 1;
/// towards 1 it becomes [`ClassBalance::Inverse`].
pub fn class_weights(balance: ClassBalance, effective_beta: f64, counts: &[u64]) -> Vec<f64> {
    let raw = |count: u64| match balance {
        _ if count == 0 => 0.0,
        ClassBalance::Inverse => 1.0 / count as f64,
        ClassBalance::Effective => {
            // 1 - b^n, without cancellation where b is near 1.
            (1.0 - effective_beta) / -libm::expm1(count as f64 * libm::log(effective_beta))
        }
    };
    let all: u64 = counts.iter().sum();
    let total: f64 = counts.iter().map(|&n| n as f64 * raw(n)).sum();
    if total == 0.0 {
        return vec![1.0; counts.len()];
    }
    counts
        .iter()
        .map(|&n| raw(n) * all as f64 / total)
        .collect()
}
