//! Sums of products, many at once: what the passes through the network spend their time on.
//!
//! The loops have constant bounds and touch no slice, so that the compiler keeps [`Lanes`] in vector
//! registers. The order of every sum is fixed, whatever the width of the registers: all machines
//! compute the same bits.

use std::ops::{Deref, DerefMut};

use crate::ghm::Real;

/// Values that are worked on side by side.
const WIDTH: usize = 16;

/// Most examples of a block, whose sums are kept apart, which keeps the rounding error of long ones small; what
/// the network needs of them stays in the cache.
pub const BLOCK: usize = 1024;

/// Rows that [`combine`] computes together: a value of a row below is read once for all of them.
const ROWS: usize = 4;

/// Bytes that memory is read in.
const LINE: usize = 64;

/// An array that begins where a line of memory does, so that no lanes of its rows lie in two of them: for a
/// block of whole lanes, which all but the last one of a mini-batch are, that makes sums a third faster.
#[derive(Default)]
pub struct Aligned<T> {
    values: Vec<T>,
    first: usize,
    len: usize,
}

impl<T: Real> Aligned<T> {
    /// Makes room for so many values, of which those that were there are then some or other.
    pub fn resize(&mut self, len: usize) {
        let spare = LINE / size_of::<T>();
        self.values.resize(len + spare, T::ZERO);
        self.first = self.values.as_ptr().align_offset(LINE).min(spare);
        self.len = len;
    }
}

impl<T> Deref for Aligned<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values[self.first..][..self.len]
    }
}

impl<T> DerefMut for Aligned<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values[self.first..][..self.len]
    }
}

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
    let whole = here.len() / n / ROWS * ROWS;
    let (tiles, rest) = here.split_at_mut(whole * n);
    for (tile, rows) in tiles.chunks_exact_mut(ROWS * n).enumerate() {
        combine_rows::<T, ROWS>(n, below, rows, tile * ROWS, &start, &weight);
    }
    for (row, rows) in rest.chunks_exact_mut(n).enumerate() {
        combine_rows::<T, 1>(n, below, rows, whole + row, &start, &weight);
    }
}

/// `R` rows of [`combine`], from the row `first` on.
#[inline(always)]
fn combine_rows<T: Real, const R: usize>(
    n: usize,
    below: &[T],
    rows: &mut [T],
    first: usize,
    start: impl Fn(usize) -> T,
    weight: impl Fn(usize, usize) -> T,
) {
    let starts: [_; R] = std::array::from_fn(|t| Lanes([start(first + t); WIDTH]));
    let of_input = |i| std::array::from_fn(|t| weight(first + t, i));
    let weights: Vec<[T; R]> = (0..below.len() / n).map(of_input).collect();
    for k in (0..n).step_by(WIDTH) {
        let mut sums = starts;
        for (row, weights) in below.chunks_exact(n).zip(&weights) {
            let x = Lanes::of(&row[k..]);
            for t in 0..R {
                sums[t] = sums[t].add_scaled(weights[t], &x);
            }
        }
        for (row, sums) in rows.chunks_exact_mut(n).zip(&sums) {
            sums.write(&mut row[k..]);
        }
    }
}

/// Sum of the values: lanes within blocks, then blocks.
#[inline(always)]
pub fn sum<T: Real>(values: &[T]) -> T {
    let [sum] = sums([values]);
    sum
}

/// [`sum`] of each of `A` rows of one length. Several at once do not wait for one another.
#[inline(always)]
pub(super) fn sums<T: Real, const A: usize>(rows: [&[T]; A]) -> [T; A] {
    let mut totals = [0.0; A];
    for first in (0..rows[0].len()).step_by(BLOCK) {
        let n = BLOCK.min(rows[0].len() - first);
        let rows = rows.map(|row| row[first..first + n].as_chunks::<WIDTH>());
        let whole = rows.map(|(whole, _)| &whole[..n / WIDTH]);
        let mut sums = [Lanes::ZERO; A];
        #[expect(
            clippy::needless_range_loop,
            reason = "it goes through all rows at once"
        )]
        for c in 0..n / WIDTH {
            for a in 0..A {
                sums[a] = sums[a].add(&whole[a][c]);
            }
        }
        for a in 0..A {
            if !n.is_multiple_of(WIDTH) {
                sums[a] = sums[a].add(&Lanes::of(rows[a].1).0);
            }
            totals[a] += sums[a].across().to_f64();
        }
    }
    totals.map(T::of)
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
