//! Texts or numbers that the cells of a column point into: in parts, as a stream adds to them.

use super::cells::Loaded;

#[derive(Default)]
pub(super) struct Dictionary {
    parts: Vec<Loaded>,
    /// Entries up to the end of each part.
    ends: Vec<usize>,
}

impl Dictionary {
    pub fn add(&mut self, part: Loaded) {
        let before = self.ends.last().copied().unwrap_or(0);
        self.ends.push(before.saturating_add(part.rows()));
        self.parts.push(part);
    }

    /// Bytes in memory.
    pub fn size(&self) -> u64 {
        self.parts.iter().map(Loaded::size).sum()
    }

    /// The part in which an entry is, and its cell there.
    pub fn find(&self, index: usize) -> Option<(&Loaded, usize)> {
        let part = self.ends.partition_point(|&end| end <= index);
        let before = part.checked_sub(1).map_or(0, |before| self.ends[before]);
        Some((self.parts.get(part)?, index - before))
    }
}
