//! Rows of a group as rows of a block.

use std::collections::BTreeMap;

use super::lane::{Kind, Lane, Levels, Texts, Values};
use super::lists::Lists;
use super::{Pages, attempt};
use crate::data::predictions::Block;
use crate::data::predictions::decimal::number;
use crate::data::predictions::delimited::lists::values;
use crate::data::predictions::error::{ReadError, shorten};
use crate::data::predictions::lists::{DENSE, cell, sparse};
use crate::data::predictions::place::{MOST_TEXT, null, place, too_long};
use crate::words::tr;

/// What is wrong with rows of a block.
type Faults = BTreeMap<usize, ReadError>;

impl Pages {
    /// Adds the next rows of the group to a block.
    pub(super) fn add(&mut self, count: usize, block: &mut Block) -> Result<(), ReadError> {
        let mut bad = Faults::new();
        let mut lanes = std::mem::take(&mut self.lanes);
        for lane in &mut lanes {
            if lane.width == 0 {
                for (role, _) in &lane.fields {
                    (0..count).for_each(|_| block.name(*role, b""));
                }
                continue;
            }
            self.begun.reset();
            let mut levels = Levels::default();
            let values = attempt(&self.file, || lane.read(count, &mut levels))?;
            match (values, lane.list) {
                (Values::Numbers(numbers), Some(list)) => {
                    let both = [levels.defined.as_slice(), levels.repeated.as_slice()];
                    let lists = Lists::of(both, list, count, numbers.len());
                    let lists = lists.ok_or_else(|| self.uneven(lane))?;
                    self.add_lists(lane, &lists, &numbers, count, block, &mut bad);
                }
                (values, _) => {
                    let there = lane.there(&levels.defined, count);
                    if there.iter().filter(|&&there| there).count() != values.len() {
                        return Err(self.uneven(lane));
                    }
                    match values {
                        Values::Numbers(of) if lane.fields.is_empty() => {
                            let rows = (0..count).filter(|&row| there[row]).zip(of);
                            for (row, _) in rows.filter(|(_, kind)| *kind != DENSE) {
                                let why = || sparse(&self.cell(lane, row));
                                bad.entry(block.rows + row).or_insert_with(why);
                            }
                        }
                        Values::Numbers(of) => self.add_numbers(lane, of, &there, block, &mut bad),
                        Values::Texts(of) => {
                            self.add_texts(lane, &of, &there, block, &mut bad)?;
                        }
                    }
                }
            }
        }
        self.lanes = lanes;
        block.bad.extend(bad);
        block.rows += count;
        self.left -= count as u64;
        self.next += count as u64;
        Ok(())
    }

    fn uneven(&self, lane: &Lane) -> ReadError {
        let name = &self.leaves[lane.index].name;
        let what = tr!(
            "column \"{}\" does not have a value for each row",
            shorten(name)
        );
        ReadError::of(&self.file, what)
    }

    /// Where the value of a row is, of those that are being read.
    fn cell(&self, lane: &Lane, row: usize) -> String {
        let name = &self.leaves[lane.index].name;
        place(&self.file, name, self.next + row as u64)
    }

    fn add_numbers(
        &self,
        lane: &Lane,
        numbers: Vec<f64>,
        there: &[bool],
        block: &mut Block,
        bad: &mut Faults,
    ) {
        let before = block.rows;
        for (role, _) in &lane.fields {
            let Some(column) = block.numbers(*role) else {
                continue;
            };
            if numbers.len() == there.len() {
                column.extend(&numbers);
                continue;
            }
            let mut numbers = numbers.iter();
            for (row, &is_there) in there.iter().enumerate() {
                let number = if is_there { numbers.next() } else { None };
                column.push(number.copied().unwrap_or(f64::NAN));
                if number.is_none() {
                    let why = || null(&self.cell(lane, row));
                    bad.entry(before + row).or_insert_with(why);
                }
            }
        }
    }

    fn add_texts(
        &mut self,
        lane: &Lane,
        texts: &Texts,
        there: &[bool],
        block: &mut Block,
        bad: &mut Faults,
    ) -> Result<(), ReadError> {
        let before = block.rows;
        // Once for all that are values of it.
        let lists: Vec<_> = match lane.width {
            1 => Vec::new(),
            _ => texts.iter().map(values).collect(),
        };
        for (role, k) in &lane.fields {
            let mut texts = texts.iter();
            let mut lists = lists.iter();
            for (row, &is_there) in there.iter().enumerate() {
                let mut text = if is_there { texts.next() } else { None };
                let list = if is_there { lists.next() } else { None };
                if let (Some(whole), Some(list)) = (text, list) {
                    let shape = [lane.width, *k];
                    let count = list.as_ref().map_or(1, Vec::len);
                    match cell(Some(0..count), shape, || self.cell(lane, row)) {
                        Ok(item) => {
                            let item = list.as_ref().and_then(|list| list.get(item));
                            text = item.map(|item| &whole[item.clone()]);
                        }
                        Err(why) if !role.is_text() => {
                            bad.entry(before + row).or_insert(why);
                        }
                        Err(_) => {}
                    }
                }
                if let Some(column) = block.numbers(*role) {
                    let number = text.and_then(number);
                    column.push(number.unwrap_or(f64::NAN));
                    if number.is_none() {
                        let place = self.cell(lane, row);
                        let why = text.map_or_else(
                            || null(&place),
                            |text| ReadError::no_number(&place, text),
                        );
                        bad.entry(before + row).or_insert(why);
                    }
                    continue;
                }
                let text = text.unwrap_or_default();
                if text.len() > MOST_TEXT {
                    return Err(too_long(&self.cell(lane, row)));
                }
                self.text_bytes += text.len();
                block.name(*role, text);
            }
        }
        Ok(())
    }

    fn add_lists(
        &self,
        lane: &Lane,
        lists: &Lists,
        numbers: &[f64],
        count: usize,
        block: &mut Block,
        bad: &mut Faults,
    ) {
        let before = block.rows;
        for &(role, k) in &lane.fields {
            for row in 0..count {
                let place = || self.cell(lane, row);
                let found = cell(lists.range(row), [lane.width, k], place);
                let number = found.as_ref().ok().and_then(|&at| numbers.get(at));
                if let Some(column) = block.numbers(role) {
                    column.push(number.copied().unwrap_or(f64::NAN));
                    if let Err(why) = found {
                        bad.entry(before + row).or_insert(why);
                    }
                } else {
                    let text = number.map(f64::to_string).unwrap_or_default();
                    block.name(role, text.as_bytes());
                }
            }
        }
    }
}

impl Lane {
    /// Whether cells come as texts.
    pub fn has_texts(&self) -> bool {
        self.kind == Kind::Text || self.fields.iter().any(|(role, _)| role.is_text())
    }

    /// Of each row whether its value is there.
    fn there(&self, levels: &[i16], count: usize) -> Vec<bool> {
        let level = |row: usize| levels.get(row).is_none_or(|&level| level == self.defined);
        (0..count).map(level).collect()
    }
}
