//! Total gradient contribution by bin: the third panel of the paper's figure.

use super::{MAX_BINS, Real, bin};

/// `C_j = (M/N) sum over bin j of r_i`, one entry a bin: r is the reformulated gradient norm, `w g`
/// under a loss of classification.
///
/// For cross-entropy (`r = g`) this is `(M/N) R_j mean(g)`; for GHM over the current counts and with
/// normaliser M it is `mean(g)`: the straight line. `counted` is N, of which the norms given may be a
/// part. At most [`MAX_BINS`] bins; sums in f64, since a bin can hold most of a million examples.
pub fn contribution<T: Real>(
    gradient_norms: &[T],
    reformulated: &[T],
    counted: usize,
    totals: &mut [T],
) {
    let bins = totals.len();
    let mut sums = [0.0; MAX_BINS];
    for (&g, &r) in gradient_norms.iter().zip(reformulated) {
        sums[bin(g, bins)] += r.to_f64();
    }
    let scale = bins as f64 / counted.max(1) as f64;
    for (total, sum) in totals.iter_mut().zip(sums) {
        *total = T::of(sum * scale);
    }
}

/// Share of a sum over bins that lies in a range of the gradient norm; each bin counts by the share of it that lies
/// there. `None` where the sum is 0.
pub fn share_within(
    values: impl ExactSizeIterator<Item = f64>,
    low: f64,
    high: f64,
) -> Option<f64> {
    let bins = values.len() as f64;
    let (mut part, mut whole) = (0.0, 0.0);
    for (index, value) in values.enumerate() {
        let [from, to] = [index, index + 1].map(|edge| edge as f64 / bins);
        part += value * bins * (to.min(high) - from.max(low)).max(0.0);
        whole += value;
    }
    (whole > 0.0).then(|| part / whole)
}

/// How far the harmonized contribution is from the straight line `slope * mean(g)`, as the largest
/// relative deviation over the hit bins; `None` when no bin is hit.
///
/// `slope` is M divided by the normaliser. The mean gradient norm of a bin is recovered from the
/// contribution under the loss that does not weigh, cross-entropy or ASL1. With momentum 0 the result is rounding error only.
pub fn line_deviation(
    counts: &[u32],
    plain: &[f32],
    harmonized: &[f32],
    slope: f64,
) -> Option<f64> {
    let examples: f64 = counts.iter().map(|&count| f64::from(count)).sum();
    let bins = counts.len() as f64;
    (0..counts.len())
        .filter(|&j| counts[j] > 0 && plain[j] > 0.0)
        .map(|j| {
            let mean = f64::from(plain[j]) * examples / (bins * f64::from(counts[j]));
            (f64::from(harmonized[j]) / (slope * mean) - 1.0).abs()
        })
        .reduce(f64::max)
}
