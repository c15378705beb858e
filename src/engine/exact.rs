//! The gradient density by its definition over one mini-batch, which may have millions of gradient norms.

use crate::ghm::{Window, bin};

/// The gradient density by its definition over one mini-batch.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactDensity {
    /// `[g, GD(g)]` at some of the gradient norms, ascending.
    pub points: Vec<[f64; 2]>,
    /// Mean over the gradient norms of `|R_j M - GD(g)| / GD(g)`, where j is the bin of g.
    pub error: f64,
}

/// Points that are kept to draw.
const POINTS: usize = 512;
/// Bits of a digit, and the digits of a number.
const BITS: u32 = 11;
const DIGITS: u32 = 3;
/// Gradient norms between two looks at the clock.
const PIECE: usize = 1 << 19;

/// An exact density in the making: whoever draws a screen meanwhile must be able to stop in between.
pub(super) struct Densities {
    /// The bits of the gradient norms, which order as these do; sorted by the digits that are done.
    keys: Vec<u32>,
    /// Of the same length, for sorting.
    spare: Vec<u32>,
    digits: u32,
    window: Window,
    place: usize,
    exact: ExactDensity,
}

impl Densities {
    /// Of gradient norms in [0, 1], in as many bins; norms below 0 are of ignored examples. `None` without any.
    pub fn new(gradient_norms: &[f32], bins: usize) -> Option<Self> {
        let of_batch = gradient_norms.iter().filter(|g| **g >= 0.0);
        // -0 becomes 0.
        let keys: Vec<u32> = of_batch.map(|g| (g + 0.0).to_bits()).collect();
        (!keys.is_empty()).then(|| Self {
            spare: vec![0; keys.len()],
            keys,
            digits: 0,
            window: Window::new(1.0 / bins as f64),
            place: 0,
            exact: ExactDensity {
                points: Vec::new(),
                error: 0.0,
            },
        })
    }

    /// Goes on, by a digit or by some of the gradient norms, with their counts by bin; the density when all are
    /// done.
    pub fn piece(&mut self, counts: &[u32]) -> Option<ExactDensity> {
        if self.digits < DIGITS {
            self.sort();
            return None;
        }
        let (keys, bins) = (&self.keys, counts.len());
        let ascending = |place: usize| keys.get(place).map(|&bits| f64::from(f32::from_bits(bits)));
        let end = keys.len().min(self.place + PIECE);
        for &bits in &keys[self.place..end] {
            let g = f32::from_bits(bits);
            let density = self.window.density(f64::from(g), ascending);
            let binned = f64::from(counts[bin(g, bins)]) * bins as f64;
            self.exact.error += (binned - density).abs() / density;
            // Evenly over the range of g, since most norms lie together.
            let cell = |g: f64| (g * POINTS as f64) as usize;
            let last = self.exact.points.last().map(|of| cell(of[0]));
            if last != Some(cell(f64::from(g))) {
                self.exact.points.push([f64::from(g), density]);
            }
        }
        self.place = end;
        (end == keys.len()).then(|| ExactDensity {
            points: std::mem::take(&mut self.exact.points),
            error: self.exact.error / end as f64,
        })
    }

    /// By the next digit, those that are equal in their order.
    fn sort(&mut self) {
        let digit = |key: u32| (key >> (BITS * self.digits)) as usize & ((1 << BITS) - 1);
        let mut places = vec![0; 1 << BITS];
        for &key in &self.keys {
            places[digit(key)] += 1;
        }
        let mut first = 0;
        for place in &mut places {
            first += std::mem::replace(place, first);
        }
        for &key in &self.keys {
            let place = &mut places[digit(key)];
            self.spare[*place] = key;
            *place += 1;
        }
        std::mem::swap(&mut self.keys, &mut self.spare);
        self.digits += 1;
    }
}
