//! Sums of products, many at once: what the passes through the network spend their time on.
//!
//! The loops have constant bounds and touch no slice, so that the compiler keeps [`Lanes`] in vector
//! registers. The order of every sum is fixed, whatever the width of the registers: all machines
//! compute the same bits.

use crate::ghm::Real;

/// Values that are worked on side by side.
const WIDTH: usize = 16;

/// Examples whose sums are kept apart, which keeps the rounding error of long ones small; what the network
/// needs of them stays in the cache.
pub const BLOCK: usize = 512;

/// Rows that [`combine`] computes together: a value of a row below is read once for all of them.
const ROWS: usize = 4;

/// Rows whose products [`dots`] is best asked for together.
pub(super) const TILE: [usize; 2] = [2, 2];

#[derive(Clone, Copy)]
#[repr(align(64))]
struct Lanes<T>([T; WIDTH]);

impl<T: Real> Lanes<T> {
    const ZERO: Self = Self([T::ZERO; WIDTH]);

    /// The values from the beginning of a row, 0 where it ends.
    #[inline(always)]
    fn of(row: &[T]) -> Self {
        match row.first_chunk() {
            Some(whole) => Self(*whole),
            None => {
                let mut lanes = Self::ZERO;
                lanes.0[..row.len()].copy_from_slice(row);
                lanes
            }
        }
    }

    #[inline(always)]
    fn write(&self, row: &mut [T]) {
        match row.first_chunk_mut() {
            Some(whole) => *whole = self.0,
            None => row.copy_from_slice(&self.0[..row.len()]),
        }
    }

    #[inline(always)]
    fn add(mut self, other: &[T; WIDTH]) -> Self {
        for (lane, &value) in self.0.iter_mut().zip(other) {
            *lane += value;
        }
        self
    }

    #[inline(always)]
    fn add_product(mut self, one: &[T; WIDTH], other: &[T; WIDTH]) -> Self {
        for k in 0..WIDTH {
            self.0[k] += one[k] * other[k];
        }
        self
    }

    #[inline(always)]
    fn add_scaled(mut self, factor: T, other: &Self) -> Self {
        for k in 0..WIDTH {
            self.0[k] += factor * other.0[k];
        }
        self
    }

    /// Sum of the lanes, pairwise.
    #[inline(always)]
    fn across(mut self) -> T {
        let mut width = WIDTH / 2;
        while width > 0 {
            for k in 0..width {
                let other = self.0[k + width];
                self.0[k] += other;
            }
            width /= 2;
        }
        self.0[0]
    }
}

/// `here[o] = start(o) + sum over i of weight(o, i) * below[i]`, added up in the order of i. `below` is
/// `[inputs, n]`, `here` `[outputs, n]`.
#[inline(always)]
pub(super) fn combine<T: Real>(
    n: usize,
    below: &[T],
    here: &mut [T],
    start: impl Fn(usize) -> T,
    weight: impl Fn(usize, usize) -> T,
) {
    let mut weights: Vec<[T; ROWS]> = Vec::with_capacity(below.len() / n);
    for (tile, rows) in here.chunks_mut(ROWS * n).enumerate() {
        let height = rows.len() / n;
        // A tile at the edge computes its last row more than once.
        let of = |t: usize| tile * ROWS + t.min(height - 1);
        weights.clear();
        weights.extend((0..below.len() / n).map(|i| std::array::from_fn(|t| weight(of(t), i))));
        let starts: [_; ROWS] = std::array::from_fn(|t| Lanes([start(of(t)); WIDTH]));
        for first in (0..n).step_by(WIDTH) {
            let mut sums = starts;
            for (row, weights) in below.chunks_exact(n).zip(&weights) {
                let x = Lanes::of(&row[first..]);
                for t in 0..ROWS {
                    sums[t] = sums[t].add_scaled(weights[t], &x);
                }
            }
            for (row, sums) in rows.chunks_exact_mut(n).zip(&sums) {
                sums.write(&mut row[first..]);
            }
        }
    }
}

/// Sum of the values: lanes within blocks, then blocks.
#[inline(always)]
pub fn sum<T: Real>(values: &[T]) -> T {
    let mut total = 0.0;
    for block in values.chunks(BLOCK) {
        let (whole, rest) = block.as_chunks();
        let mut lanes = Lanes::ZERO;
        for row in whole {
            lanes = lanes.add(row);
        }
        if !rest.is_empty() {
            lanes = lanes.add(&Lanes::of(rest).0);
        }
        total += lanes.across().to_f64();
    }
    T::of(total)
}

/// Sums of the products of `A` rows with `B` others, all of one length, in the order of [`sum`].
#[inline(always)]
pub(super) fn dots<T: Real, const A: usize, const B: usize>(
    ones: [&[T]; A],
    others: [&[T]; B],
) -> [[T; B]; A] {
    let mut totals = [[0.0; B]; A];
    for first in (0..ones[0].len()).step_by(BLOCK) {
        let n = BLOCK.min(ones[0].len() - first);
        let ones = ones.map(|row| row[first..first + n].as_chunks::<WIDTH>());
        let others = others.map(|row| row[first..first + n].as_chunks::<WIDTH>());
        let whole_ones = ones.map(|(whole, _)| &whole[..n / WIDTH]);
        let whole_others = others.map(|(whole, _)| &whole[..n / WIDTH]);
        let mut sums = [[Lanes::ZERO; B]; A];
        for c in 0..n / WIDTH {
            for a in 0..A {
                for b in 0..B {
                    sums[a][b] = sums[a][b].add_product(&whole_ones[a][c], &whole_others[b][c]);
                }
            }
        }
        for a in 0..A {
            for b in 0..B {
                if !n.is_multiple_of(WIDTH) {
                    let (one, other) = (Lanes::of(ones[a].1), Lanes::of(others[b].1));
                    sums[a][b] = sums[a][b].add_product(&one.0, &other.0);
                }
                totals[a][b] += sums[a][b].across().to_f64();
            }
        }
    }
    totals.map(|totals| totals.map(T::of))
}
