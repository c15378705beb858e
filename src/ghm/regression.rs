//! What the losses of regression are made of, over the difference `d = prediction - target` (paper, section 3.3).

use super::Real;

/// From so many mu on `sqrt(d^2 + mu^2)` is `|d|` in every digit, while `d^2` may be out of range.
const FAR: f64 = 1e9;

/// Authentic smooth L1 loss, `sqrt(d^2 + mu^2) - mu`, without cancellation near 0 and for every finite d.
#[inline]
pub fn asl1<T: Real>(d: T, mu: T) -> T {
    let size = d.abs();
    size * (size / (hypotenuse(size, mu) + mu))
}

/// `sqrt(size^2 + mu^2)`, also where the square is out of range. Without branches, so that loops over
/// it become vector code.
#[inline]
fn hypotenuse<T: Real>(size: T, mu: T) -> T {
    let root = (size * size + mu * mu).sqrt();
    if size > T::of(FAR) * mu { size } else { root }
}

/// Gradient norm of [`asl1`], `|d| / sqrt(d^2 + mu^2)` in [0, 1]; 1 only by rounding.
#[inline]
pub fn asl1_norm<T: Real>(d: T, mu: T) -> T {
    let size = d.abs();
    size / hypotenuse(size, mu)
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
