//! The project's random numbers: ChaCha8, in named streams, version 1.
//!
//! Streams of different names are independent, so that changing how weights are drawn leaves the
//! data alone. What is drawn here is the same on every platform; change the version in
//! [`Random::named`] when a change alters it.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// One stream of random numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Random {
    source: ChaCha8Rng,
    /// The second value of the last Gaussian pair.
    spare: Option<f64>,
}

impl Random {
    /// The stream `name` (at most 16 bytes) of an experiment's seed.
    pub fn named(seed: u32, name: &str) -> Self {
        let mut key = [0; 32];
        key[..12].copy_from_slice(b"ghm-lab/v1\0\0");
        key[12..16].copy_from_slice(&seed.to_le_bytes());
        key[16..16 + name.len()].copy_from_slice(name.as_bytes());
        Self {
            source: ChaCha8Rng::from_seed(key),
            spare: None,
        }
    }

    /// Uniform in [0, 1), a multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        (self.source.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Uniform in [low, high).
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// Uniform integer in 0..bound, by the multiply-shift method with rejection.
    pub fn below(&mut self, bound: u32) -> u32 {
        let threshold = bound.wrapping_neg() % bound;
        loop {
            let product = u64::from(self.source.next_u32()) * u64::from(bound);
            if product as u32 >= threshold {
                return (product >> 32) as u32;
            }
        }
    }

    /// Standard normal, by Box and Muller.
    pub fn gaussian(&mut self) -> f64 {
        if let Some(value) = self.spare.take() {
            return value;
        }
        let radius = libm::sqrt(-2.0 * libm::log(1.0 - self.uniform()));
        let angle = std::f64::consts::TAU * self.uniform();
        self.spare = Some(radius * libm::sin(angle));
        radius * libm::cos(angle)
    }

    /// Fisher and Yates.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last as u32 + 1) as usize);
        }
    }
}
