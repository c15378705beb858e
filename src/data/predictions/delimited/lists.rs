//! Cells that hold a list of numbers, as Python and Spark write them: a column for each value.

use std::ops::Range;

use super::super::arrays::of_list;
use super::super::survey::number;
use crate::words::tr;

/// A column of lists.
pub(in super::super) struct List {
    /// Its place, once those before it are parted.
    pub at: usize,
    /// Values of each cell.
    pub width: usize,
}

/// What the beginning of a file says of a column.
#[derive(Clone, Copy, Default)]
pub(in super::super) struct Seen {
    /// Values of the first list of numbers, and how many cells are such.
    width: usize,
    same: usize,
    /// Other cells that are not empty.
    others: usize,
}

impl Seen {
    /// Values of each cell, where most are lists.
    pub fn width(&self) -> Option<usize> {
        Some(self.width).filter(|_| self.same > self.others)
    }

    /// A cell that is neither empty nor text.
    pub fn learn_other(&mut self) {
        self.others += 1;
    }

    pub fn learn(&mut self, cell: &[u8]) {
        let is_number = |of: &Range<usize>| {
            let text = str::from_utf8(&cell[of.clone()]).ok();
            text.and_then(number).is_some()
        };
        let items = values(cell).filter(|of| !of.is_empty() && of.iter().all(is_number));
        match items.map(|of| of.len()) {
            Some(width) if self.same == 0 || width == self.width => {
                self.width = width;
                self.same += 1;
            }
            None if cell.trim_ascii().is_empty() => {}
            Some(_) | None => self.others += 1,
        }
    }
}

/// The columns that are lists in most of these rows, by what was seen of each.
pub(super) fn lists(seen: &[Seen]) -> Vec<List> {
    let mut more = 0;
    let columns = seen.iter().enumerate();
    let lists = columns.filter_map(|(column, of)| Some((column, of.width()?)));
    let list = |(column, width)| {
        let at = column + more;
        more += width - 1;
        List { at, width }
    };
    lists.map(list).collect()
}

/// The names of all columns, and those of a list's values in the place of its own.
pub(super) fn name(lists: &[List], names: &mut Vec<String>) {
    for list in lists {
        let own = names[list.at].clone();
        names.splice(list.at..=list.at, of_list(&own, list.width));
    }
}

/// Where the values of a list lie in its cell, which may be that of an array or a tensor; `None` where it is none.
pub(in super::super) fn values(cell: &[u8]) -> Option<Vec<Range<usize>>> {
    let from = cell.iter().position(|&byte| byte == b'[')?;
    let to = cell.iter().rposition(|&byte| byte == b']')?;
    let (before, behind) = (&cell[..from], cell.get(to + 1..)?);
    let is_named = before.ends_with(b"(") && behind.trim_ascii_end().ends_with(b")");
    let is_bare = before.trim_ascii().is_empty() && behind.trim_ascii().is_empty();
    if from > to || !(is_bare || is_named && is_name(&before[..from - 1])) {
        return None;
    }
    let has_commas = cell[from..to].contains(&b',');
    let mut at = from + 1;
    let mut items = Vec::new();
    for part in cell[at..to].split(|&byte| match has_commas {
        true => byte == b',',
        false => byte.is_ascii_whitespace(),
    }) {
        let item = value(part);
        if has_commas || !item.is_empty() {
            items.push(at + item.start..at + item.end);
        }
        at += part.len() + 1;
    }
    Some(items)
}

/// Whether it is a name of Python, with points in it.
fn is_name(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_');
    // A number with a bracket behind it is another number.
    text.first().is_some_and(u8::is_ascii_alphabetic) && text.iter().all(is_of_name)
}

/// Where the value is in an item: also in one such as `np.float64(0.5)`.
fn value(item: &[u8]) -> Range<usize> {
    let start = item.len() - item.trim_ascii_start().len();
    let end = item.trim_ascii_end().len().max(start);
    let open = item[start..end].iter().position(|&byte| byte == b'(');
    match open.map(|open| start + open) {
        Some(open) if item[..end].ends_with(b")") && is_name(&item[start..open]) => {
            open + 1..end - 1
        }
        Some(_) | None => start..end,
    }
}

/// What is wrong with a cell that is a whole list, where one of its values is expected.
pub(super) fn wrong(lists: &[List], column: usize, cell: &[u8]) -> Option<String> {
    let list = lists
        .iter()
        .find(|of| (of.at..of.at + of.width).contains(&column))?;
    let (count, expected) = (values(cell)?.len(), list.width);
    Some(tr!(
        "a list of length {count}; {expected} is expected, as in the rows above",
        count,
        expected
    ))
}
