//! Total gradient contribution by bin: the third panel of the paper's figure.

use super::{MAX_BINS, Real, bin};

/// `C_j = (M/N) sum over bin j of w_i g_i`, one entry a bin.
///
/// For cross-entropy (`w = 1`) this is `(M/N) R_j mean(g)`; for GHM-C over the current counts and
/// with normaliser M it is `mean(g)`: the straight line. At most [`MAX_BINS`] bins; sums in f64, since
/// a bin can hold most of a million examples.
pub fn contribution<T: Real>(gradient_norms: &[T], weights: &[T], totals: &mut [T]) {
    let bins = totals.len();
    let mut sums = [0.0; MAX_BINS];
    for (&g, &w) in gradient_norms.iter().zip(weights) {
        sums[bin(g, bins)] += w.to_f64() * g.to_f64();
    }
    let scale = bins as f64 / gradient_norms.len() as f64;
    for (total, sum) in totals.iter_mut().zip(sums) {
        *total = T::of(sum * scale);
    }
}

/// How far the harmonized contribution is from the straight line `slope * mean(g)`, as the largest
/// relative deviation over the hit bins; `None` when no bin is hit.
///
/// `slope` is M divided by the normaliser. The mean gradient norm of a bin is recovered from the
/// contribution under cross-entropy. With momentum 0 the result is rounding error only.
pub fn line_deviation(
    counts: &[u32],
    cross_entropy: &[f32],
    harmonized: &[f32],
    slope: f64,
) -> Option<f64> {
    let examples: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    let bins = counts.len() as f64;
    (0..counts.len())
        .filter(|&j| counts[j] > 0 && cross_entropy[j] > 0.0)
        .map(|j| {
            let mean = f64::from(cross_entropy[j]) * examples / (bins * f64::from(counts[j]));
            (f64::from(harmonized[j]) / (slope * mean) - 1.0).abs()
        })
        .reduce(f64::max)
}
