//! Gradient norms of the cross-entropy and the unit regions they fall in (paper, section 3.1).

use super::{MAX_BINS, Real};

/// Logistic function, accurate on both tails.
#[inline]
pub fn sigmoid<T: Real>(x: T) -> T {
    let e = (-x.abs()).exp();
    let numerator = if x >= T::ZERO { T::ONE } else { e };
    numerator / (T::ONE + e)
}

/// Sign of `dL/dx = p - y` for the target `y` in {0, 1}: +1 for a negative, -1 for a positive.
#[inline]
pub fn direction<T: Real>(target: T) -> T {
    T::ONE - target - target
}

/// `ln(1 + e^z)`, accurate on both tails; the cross-entropy over the log-odds against the true
/// class.
#[inline]
pub fn softplus<T: Real>(z: T) -> T {
    z.max(T::ZERO) + (-z.abs()).exp().ln_1p()
}

/// Cross-entropy of one logit, `-ln p` for `y = 1` and `-ln(1 - p)` for `y = 0`, in nats.
#[inline]
pub fn cross_entropy<T: Real>(logit: T, target: T) -> T {
    softplus(logit * direction(target))
}

/// Gradient norm `g = |p - y|` in [0, 1], with respect to the logit.
///
/// Computed as `sigmoid(x (1 - 2y))`, which keeps its relative precision where `p` is near `y`.
#[inline]
pub fn gradient_norm<T: Real>(logit: T, target: T) -> T {
    sigmoid(logit * direction(target))
}

/// Index of the unit region that `g` lies in: `min(floor(g M), M - 1)`.
///
/// Never compares against bin edges: in half precision `1 + 1e-6 = 1`, and the hardest examples
/// would fall in no bin.
#[inline]
pub fn bin<T: Real>(g: T, bins: usize) -> usize {
    // In 32 bits, as the numbers themselves, for loops that become vector code.
    let last = bins as u32 - 1;
    (g * T::of(bins as f64)).whole().min(last) as usize
}

/// Stands for the gradient norm of an ignored example.
pub const IGNORED: f64 = -1.0;

/// Whether a gradient norm is that of an ignored example.
#[inline]
pub fn is_ignored<T: Real>(g: T) -> bool {
    g < T::ZERO
}

/// Number of examples in each unit region, `R_j`, without ignored ones; `counts` has one entry a bin
/// and is overwritten.
pub fn histogram<T: Real>(gradient_norms: &[T], counts: &mut [u32]) {
    // Most examples lie in the same few bins, and an addition waits for the one before it to the same
    // number: neighbours count apart.
    const APART: usize = 4;
    let bins = counts.len();
    let mut parts = [[0; MAX_BINS]; APART];
    let (neighbours, rest) = gradient_norms.as_chunks::<APART>();
    for g in neighbours {
        for k in 0..APART {
            parts[k][bin(g[k], bins) % MAX_BINS] += u32::from(!is_ignored(g[k]));
        }
    }
    for &g in rest {
        parts[0][bin(g, bins)] += u32::from(!is_ignored(g));
    }
    for (j, count) in counts.iter_mut().enumerate() {
        *count = parts.iter().map(|part| part[j]).sum();
    }
}
