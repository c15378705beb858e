//! The lists of some rows of a column: which of its values are a row's.

use std::ops::Range;

use super::leaf::ListLevels;

/// See the module.
pub(super) struct Lists {
    /// The values of each row; `None` where it has no list, or one with holes.
    rows: Vec<Option<Range<usize>>>,
}

impl Lists {
    /// From the levels of `count` rows with so many values; `None` where they contradict each other.
    pub fn of(
        [defined, repeated]: [&[i16]; 2],
        levels: ListLevels,
        count: usize,
        values: usize,
    ) -> Option<Self> {
        let mut rows = Vec::with_capacity(count);
        let mut from = 0;
        let (mut at, all) = (0, defined.len().min(repeated.len()));
        while at < all {
            let end = (at + 1..all).find(|&at| repeated[at] == 0).unwrap_or(all);
            let cells = &defined[at..end];
            let present = cells.iter().filter(|&&level| level == levels.value).count();
            rows.push(match cells {
                [level] if level + 1 == levels.element => Some(from..from),
                _ if present < cells.len() => None,
                _ => Some(from..from + present),
            });
            from += present;
            at = end;
        }
        (rows.len() == count && from == values).then_some(Self { rows })
    }

    /// The values of a row; `None` where it has no list, or one with holes.
    pub fn range(&self, row: usize) -> Option<Range<usize>> {
        self.rows[row].clone()
    }
}
