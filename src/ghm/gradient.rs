//! Gradient norms of the cross-entropy and the unit regions they fall in (paper, section 3.1).

use multiversion::multiversion;

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

#[multiversion(targets("x86_64+avx+avx2+avx512f", "x86_64+avx+avx2"))]
/// Number of examples in each unit region, `R_j`, without ignored ones; `counts` has one entry a bin
/// and is overwritten.
pub fn histogram<T: Real>(gradient_norms: &[T], counts: &mut [u32]) {
    // Bins are found many at a time, without a branch that could be guessed wrong.
    const BLOCK: usize = 256;
    // Most examples lie in the same few bins, and an addition waits for the one before it to the same
    // number: neighbours count apart.
    const APART: usize = 4;
    let bins = counts.len();
    let mut parts = [[0; APART]; MAX_BINS + 1];
    let mut places = [0; BLOCK];
    for norms in gradient_norms.chunks(BLOCK) {
        let places = &mut places[..norms.len()];
        for (place, &g) in places.iter_mut().zip(norms) {
            let bin = bin(g, bins) as u32;
            // Ignored ones lie in a bin that nobody reads.
            *place = if is_ignored(g) { MAX_BINS as u32 } else { bin };
        }
        for places in places.chunks(APART) {
            for (part, &place) in places.iter().enumerate() {
                parts[place as usize][part] += 1;
            }
        }
    }
    for (count, parts) in counts.iter_mut().zip(parts) {
        *count = parts.iter().sum();
    }
}
