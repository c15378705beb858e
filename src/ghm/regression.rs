//! The losses of regression over the difference `d = prediction - target` (paper, section 3.3).

use super::{Real, choice};

choice! {
    /// A loss of regression. Its gradient `dL/dprediction` is `sign(d) r / N` with the reformulated
    /// gradient norm `r` of [`RegressionLoss::norm`].
    pub enum RegressionLoss {
        #[doc = "Mean absolute error |d|: every gradient has norm 1."]
        L1 = ("l1", "L1"),
        #[doc = "Smooth L1: d^2 / (2 delta) up to delta, then |d| - delta / 2, where every gradient has norm 1 and outliers cannot be told apart."]
        SmoothL1 = ("smooth-l1", "Smooth L1"),
        #[doc = "Authentic smooth L1: sqrt(d^2 + mu^2) - mu; its gradient norm says how far off a prediction is."]
        Asl1 = ("asl1", "ASL1"),
        #[doc = "Gradient harmonizing mechanism for regression: ASL1, each example weighed by the inverse of the gradient density around it."]
        GhmR = ("ghm-r", "GHM-R"),
    }
}

/// Authentic smooth L1 loss, `sqrt(d^2 + mu^2) - mu`, without cancellation near 0.
#[inline]
pub fn asl1<T: Real>(d: T, mu: T) -> T {
    d * d / ((d * d + mu * mu).sqrt() + mu)
}

/// Gradient norm of [`asl1`], `|d| / sqrt(d^2 + mu^2)` in [0, 1]; 1 only by rounding.
#[inline]
pub fn asl1_norm<T: Real>(d: T, mu: T) -> T {
    d.abs() / (d * d + mu * mu).sqrt()
}

/// Smooth L1 loss, quadratic up to `delta`.
#[inline]
pub fn smooth_l1<T: Real>(d: T, delta: T) -> T {
    let size = d.abs();
    let half = T::of(0.5);
    if size <= delta {
        half * size * (size / delta)
    } else {
        size - half * delta
    }
}

/// Settings of the losses of regression.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RegressionRule<T> {
    /// Of ASL1 and GHM-R, in units of the target.
    pub mu: T,
    /// Of smooth L1, in units of the target.
    pub delta: T,
}

impl RegressionLoss {
    /// Reformulated gradient norm of an example in a bin with the harmonizing weight `beta`.
    #[inline]
    pub fn norm<T: Real>(self, rule: &RegressionRule<T>, d: T, beta: T) -> T {
        match self {
            Self::L1 if d.abs() > T::ZERO => T::ONE,
            Self::L1 => T::ZERO,
            Self::SmoothL1 if d.abs() > rule.delta => T::ONE,
            Self::SmoothL1 => d.abs() / rule.delta,
            Self::Asl1 => asl1_norm(d, rule.mu),
            Self::GhmR => beta * asl1_norm(d, rule.mu),
        }
    }

    /// The loss of an example.
    #[inline]
    pub fn value<T: Real>(self, rule: &RegressionRule<T>, d: T, beta: T) -> T {
        match self {
            Self::L1 => d.abs(),
            Self::SmoothL1 => smooth_l1(d, rule.delta),
            Self::Asl1 => asl1(d, rule.mu),
            Self::GhmR => beta * asl1(d, rule.mu),
        }
    }
}
