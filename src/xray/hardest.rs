//! Online hard example mining of a mini-batch whose rows pass by: what is kept of them until its end.

use super::MOST_EXACT;
use super::settings::Settings;
use super::totals::Sums;
use crate::ghm::{Selection, bin, kept_examples, select_hardest_within};

/// Most numbers that are kept of a mini-batch: 160 MB, and half of that again while it is sorted.
const MOST_NUMBERS: u64 = 2 * MOST_EXACT;

/// Errors and gradient norms of the examples of a mini-batch that are not ignored.
#[derive(Default)]
pub(super) struct Kept {
    errors: Vec<f64>,
    /// `[n, entries]`
    norms: Vec<f64>,
    /// Whether the mini-batch was larger than memory is spent on.
    overflowed: bool,
}

impl Kept {
    /// Whether all examples of the mini-batch are here so far.
    pub fn has_all(&self) -> bool {
        !self.overflowed
    }

    /// Adds an example by its error and the gradient norms that its histogram counts.
    #[inline]
    pub fn add(&mut self, error: f64, norms: &[f64]) {
        if self.overflowed || !self.has_room(1 + norms.len()) {
            return;
        }
        self.errors.push(error);
        self.norms.extend_from_slice(norms);
    }

    fn has_room(&mut self, more: usize) -> bool {
        let numbers = self.errors.len() as u64 + self.norms.len() as u64 + more as u64;
        let fits = numbers <= MOST_NUMBERS
            && self.errors.try_reserve(1).is_ok()
            && self.norms.try_reserve(more).is_ok();
        if !fits {
            *self = Self {
                overflowed: true,
                ..Self::default()
            };
        }
        fits
    }

    /// Ends the mini-batch: selects its hardest examples and adds their sums to `total`. `None` where it
    /// was too large.
    pub fn finish(&mut self, settings: &Settings, total: &mut Sums) -> Option<Selection<f64>> {
        let overflowed = std::mem::take(&mut self.overflowed);
        let examples = self.errors.len();
        let mut sorted = Vec::new();
        if overflowed || examples == 0 || sorted.try_reserve_exact(examples).is_err() {
            *self = Self::default();
            return None;
        }
        sorted.extend_from_slice(&self.errors);
        let keep = kept_examples(settings.config.ohem_keep, examples);
        let selection = select_hardest_within(&self.errors, &mut sorted, keep);
        let rows = self.norms.chunks_exact(self.norms.len() / examples);
        for (index, (&error, norms)) in self.errors.iter().zip(rows).enumerate() {
            if selection.keeps(index, error) {
                total.value += settings.plain_value(error);
                total.weight += 1.0;
                total.weight_squared += 1.0;
                for &g in norms {
                    total.norms[bin(g, settings.bins)] += g;
                }
            }
        }
        self.errors.clear();
        self.norms.clear();
        Some(selection)
    }
}
