//! What the losses of regression are made of, over the difference `d = prediction - target` (paper, section 3.3).

use super::Real;

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
