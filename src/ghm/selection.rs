//! Online hard example mining: which examples of a mini-batch are the hardest.

use std::cmp::Ordering;

use super::Real;

/// How many of `examples` to keep: `ceil(share * examples)`, at least one of any.
pub fn kept_examples(share: f64, examples: usize) -> usize {
    // A product that is whole but for its rounding must not be rounded up.
    let kept = (share * examples as f64 * (1.0 - 1e-12)).ceil() as usize;
    kept.clamp(examples.min(1), examples)
}

/// The hardest examples, by two numbers instead of a list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Selection<T> {
    /// Least log-odds that is kept.
    pub threshold: T,
    /// Last index that is kept of the examples exactly at the threshold.
    pub last: usize,
}

impl<T: Real> Selection<T> {
    /// Keeps every example.
    pub fn everything() -> Self {
        Self {
            threshold: T::of(f64::NEG_INFINITY),
            last: usize::MAX,
        }
    }

    /// Whether example `index` with log-odds `z` is kept.
    #[inline]
    pub fn keeps(&self, index: usize, z: T) -> bool {
        match order(z, self.threshold) {
            Ordering::Greater => true,
            Ordering::Equal => index <= self.last,
            Ordering::Less => false,
        }
    }
}

/// Selects the `keep` (1 to n) examples of highest loss; of equal ones those with the lower index.
///
/// `z` are the log-odds against the true class, `[n]`: the cross-entropy grows with them strictly,
/// also where it is too large or small for its own differences to show. A NaN counts as hardest.
pub fn select_hardest<T: Real>(z: &[T], keep: usize) -> Selection<T> {
    select_hardest_within(z, &mut z.to_vec(), keep)
}

/// [`select_hardest`] without memory of its own: `sorted` is a copy of `z`, which comes out in another
/// order.
pub fn select_hardest_within<T: Real>(z: &[T], sorted: &mut [T], keep: usize) -> Selection<T> {
    let (_, &mut threshold, _) = sorted.select_nth_unstable_by(keep - 1, |&a, &b| order(b, a));
    let harder = z
        .iter()
        .filter(|&&z| order(z, threshold) == Ordering::Greater)
        .count();
    let mut ties = (0..z.len()).filter(|&i| order(z[i], threshold) == Ordering::Equal);
    Selection {
        threshold,
        last: ties.nth(keep - 1 - harder).unwrap_or(usize::MAX),
    }
}

fn order<T: Real>(a: T, b: T) -> Ordering {
    a.to_f64().total_cmp(&b.to_f64())
}
