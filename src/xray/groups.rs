//! Shares of the groups: what a mini-batch costs depends on the groups that it meets, not on all.

use super::totals::Part;
use crate::ghm::bin;

/// Most gradient norms by group and bin that are summed up at once, 256 MB of them.
const MOST_CELLS: usize = 1 << 25;

/// Sums over every group.
#[derive(Default)]
pub(super) struct Groups {
    pub parts: Vec<Part>,
    /// Gradient norms of the mini-batch that is being read, `[group, bin]`.
    cells: Vec<f64>,
    /// Those that are not 0.
    touched: Vec<usize>,
    /// Whether there were more groups than memory is spent on.
    pub overflowed: bool,
}

impl Groups {
    /// Adds an example of the mini-batch that is being read.
    pub fn add(&mut self, group: u32, g: f64, bins: usize) {
        let group = group as usize;
        if group >= self.parts.len() && !self.grow(group + 1, bins) {
            return;
        }
        let part = &mut self.parts[group];
        part.examples += 1;
        part.plain += g;
        let index = group * bins + bin(g, bins);
        let cell = &mut self.cells[index];
        if *cell == 0.0 && g > 0.0 {
            self.touched.push(index);
        }
        *cell += g;
    }

    /// Makes room for so many groups; without it all are given up.
    fn grow(&mut self, groups: usize, bins: usize) -> bool {
        let more = (groups * bins).saturating_sub(self.cells.len());
        let fits = !self.overflowed
            && groups.saturating_mul(bins) <= MOST_CELLS
            && self.cells.try_reserve(more).is_ok()
            && self.parts.try_reserve(groups - self.parts.len()).is_ok();
        if fits {
            self.cells.resize(groups * bins, 0.0);
            self.parts.resize(groups, Part::default());
        } else {
            *self = Self {
                overflowed: true,
                ..Self::default()
            };
        }
        fits
    }

    /// Ends the mini-batch, whose bins weigh `beta`.
    pub fn finish(&mut self, beta: &[f64]) {
        let bins = beta.len();
        for index in self.touched.drain(..) {
            let sum = std::mem::take(&mut self.cells[index]);
            self.parts[index / bins].harmonized += beta[index % bins] * sum;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Groups, MOST_CELLS};

    #[test]
    fn more_groups_than_memory_is_spent_on_are_given_up_whole() {
        let mut groups = Groups::default();
        groups.add(3, 0.5, 256);
        groups.finish(&[2.0; 256]);
        assert_eq!(groups.parts[3].harmonized, 1.0);
        groups.add((MOST_CELLS / 256) as u32, 0.5, 256);
        assert!(groups.overflowed && groups.parts.is_empty());
        groups.add(0, 0.5, 256);
        groups.finish(&[2.0; 256]);
        assert!(groups.parts.is_empty());
    }
}
