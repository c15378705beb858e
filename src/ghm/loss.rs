//! The losses of classification, in the one shape that all of them share: an effective weight for
//! each example.
//!
//! Sigmoid and softmax meet in one number an example: `z`, the log-odds against its true class,
//! `ln((1 - p_t) / p_t)`. The gradient norm is `g = 1 - p_t = sigmoid(z)` and the cross-entropy
//! `-ln p_t = ln(1 + e^z)`. For one logit x, `z = x` for a negative and `-x` for a positive.

use super::{Real, choice, sigmoid, softplus};

choice! {
    /// A loss of classification. Its gradient is `dL/dx_k = w (p_k - y_k) / N` with the weight `w`
    /// of [`Loss::weight`].
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
    }
}

/// Settings of the losses. Classes are 0 (negative) and 1 (positive).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LossRule<T> {
    /// Weights of [`Loss::ClassBalanced`].
    pub class_weights: [T; 2],
    /// Exponent of [`Loss::Focal`].
    pub gamma: T,
    /// Factors alpha_t of [`Loss::Focal`]: `[1 - alpha, alpha]`, or ones.
    pub alphas: [T; 2],
}

/// What a loss looks at in an example.
#[derive(Clone, Copy, Debug)]
pub struct Seen<T> {
    /// Log-odds against the true class.
    pub z: T,
    /// The true class.
    pub class: usize,
    /// Harmonizing weight of the bin that its gradient norm lies in.
    pub beta: T,
    /// Whether it is among the hardest ones, see [`super::Selection`].
    pub kept: bool,
}

impl Loss {
    /// Effective weight of an example: the gradient with respect to its logits is that of the
    /// cross-entropy times this. What the weight depends on counts as constant.
    #[inline]
    pub fn weight<T: Real>(self, rule: &LossRule<T>, seen: &Seen<T>) -> T {
        match self {
            Self::CrossEntropy => T::ONE,
            Self::ClassBalanced => rule.class_weights[seen.class],
            Self::Focal => rule.alphas[seen.class] * focal_weight(seen.z, rule.gamma),
            Self::Ohem if seen.kept => T::ONE,
            Self::Ohem => T::ZERO,
            Self::GhmC => seen.beta,
        }
    }

    /// The loss of an example; `weight` is that of [`Loss::weight`].
    #[inline]
    pub fn value<T: Real>(self, rule: &LossRule<T>, seen: &Seen<T>, weight: T) -> T {
        let cross_entropy = softplus(seen.z);
        match self {
            Self::Focal => rule.alphas[seen.class] * modulator(seen.z, rule.gamma) * cross_entropy,
            _ => weight * cross_entropy,
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
pub fn class_weights(balance: ClassBalance, effective_beta: f64, counts: &[usize]) -> Vec<f64> {
    let raw = |count: usize| match balance {
        _ if count == 0 => 0.0,
        ClassBalance::Inverse => 1.0 / count as f64,
        ClassBalance::Effective => {
            // 1 - b^n, without cancellation where b is near 1.
            (1.0 - effective_beta) / -libm::expm1(count as f64 * libm::log(effective_beta))
        }
    };
    let all: usize = counts.iter().sum();
    let total: f64 = counts.iter().map(|&n| n as f64 * raw(n)).sum();
    if total == 0.0 {
        return vec![1.0; counts.len()];
    }
    counts
        .iter()
        .map(|&n| raw(n) * all as f64 / total)
        .collect()
}
