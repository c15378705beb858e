//! The lists of a column in one batch: which of its values are a row's.

use std::ops::Range;

use super::body::{Batch, Body};
use super::cells::{bit, mask, place};
use super::schema::{self, Lengths};
use crate::data::predictions::ReadError;
use crate::words::word;

/// See the module.
pub(super) struct Lists {
    /// A bit for each row that has one; empty where all have.
    there: Vec<u8>,
    lengths: Lengths,
    /// Where each list ends; empty where all are of one length.
    ends: Vec<u8>,
    /// Where the values of the first row begin, and how many each row has, where all have as many.
    even: Option<[usize; 2]>,
    /// How many values there must be.
    pub needs: usize,
}

impl Lists {
    /// Of a batch with so many rows.
    pub fn of(
        lists: schema::Lists,
        around: &schema::Around,
        batch: &Batch<'_>,
        body: &mut Body<'_>,
    ) -> Result<Self, ReadError> {
        let file = body.file;
        let broken = || ReadError::of(file, word("its Arrow data contradict themselves"));
        let [length, nulls] = batch.nodes.pair(lists.node).ok_or_else(broken)?;
        let rows = usize::try_from(length).map_err(|_| broken())?;
        if length != batch.rows {
            return Err(broken());
        }
        let [before, _] = batch.variadic(lists.views).ok_or_else(broken)?;
        let buffer = lists.buffer + before;
        let there = match nulls {
            0 => Vec::new(),
            _ => batch.buffer(buffer, body)?,
        };
        let mut made = Self {
            there,
            lengths: lists.lengths,
            ends: Vec::new(),
            even: None,
            needs: 0,
        };
        if nulls > 0 && made.there.len() < rows.div_ceil(8) {
            return Err(broken());
        }
        match lists.lengths {
            Lengths::Fixed(count) => {
                made.even = Some([0, count]);
                made.needs = rows.checked_mul(count).ok_or_else(broken)?;
            }
            Lengths::Ends(width) if rows > 0 => {
                made.ends = batch.buffer(buffer + 1, body)?;
                let end = |at| place(&made.ends, width, at);
                let first = end(0).ok_or_else(broken)?;
                let count = end(1).and_then(|second| second.checked_sub(first));
                let count = count.ok_or_else(broken)?;
                let mut before = first;
                let mut is_even = true;
                for at in 1..=rows {
                    let next = end(at).filter(|&next| next >= before).ok_or_else(broken)?;
                    is_even &= next - before == count;
                    before = next;
                }
                made.even = is_even.then_some([first, count]);
                made.needs = before;
            }
            Lengths::Ends(_) => {}
        }
        mask(&mut made.there, around, batch, body)?;
        made.even = made.even.filter(|_| made.there.is_empty());
        Ok(made)
    }

    /// Where the values of the first row begin, where all rows have `count` of them.
    pub fn even(&self, count: usize) -> Option<usize> {
        self.even
            .filter(|even| even[1] == count)
            .map(|even| even[0])
    }

    /// The values of a row; `None` where it has no list.
    pub fn range(&self, row: usize) -> Option<Range<usize>> {
        if !self.there.is_empty() && !bit(&self.there, row) {
            return None;
        }
        match self.lengths {
            Lengths::Fixed(count) => Some(row * count..(row + 1) * count),
            Lengths::Ends(width) => {
                let [start, end] = [row, row + 1].map(|at| place(&self.ends, width, at));
                Some(start?..end?)
            }
        }
    }
}
