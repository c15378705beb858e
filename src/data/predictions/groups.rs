//! Numbers for the names of groups and mini-batches.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::{DefaultHasher, Hasher};

/// Most different groups.
pub(super) const MOST_GROUPS: usize = 1_000_000;
/// Longest name of a group in bytes: the others must have room, too.
pub(super) const MOST_NAME: usize = 1 << 12;

/// Most bytes of all names together.
pub(super) const MOST_NAMES: usize = 1 << 26;

/// Most different mini-batches: what a table of 2^23 places holds, about 200 MB.
pub(super) const MOST_BATCHES: usize = 7_000_000;

/// Why groups cannot be counted, with the row of the block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    Many(usize),
    Long(usize),
    Much(usize),
}

/// Numbered names of groups, in the order in which they appear.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub list: Vec<String>,
    index: HashMap<String, u32>,
    bytes: usize,
    pub trouble: Option<Trouble>,
}

impl Names {
    /// The number of a name that stands in this row of the block.
    pub fn number(&mut self, name: &[u8], row: usize) -> u32 {
        let name = decode(name.trim_ascii());
        if let Some(&number) = self.index.get(name.as_ref()) {
            return number;
        }
        let number = self.list.len();
        let trouble = match () {
            () if name.len() > MOST_NAME => Some(Trouble::Long(row)),
            () if number >= MOST_GROUPS => Some(Trouble::Many(row)),
            () if self.bytes + name.len() > MOST_NAMES => Some(Trouble::Much(row)),
            () => None,
        };
        if trouble.is_some() {
            self.trouble = self.trouble.or(trouble);
            return 0;
        }
        self.bytes += name.len();
        self.list.push(name.clone().into_owned());
        self.index.insert(name.into_owned(), number as u32);
        number as u32
    }
}

/// UTF-8, or else Latin-1, in which different bytes are different characters.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

/// Mini-batches, numbered in the order in which they appear. There may be millions, so that only
/// fingerprints of their names are kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Batches {
    index: HashMap<[u64; 2], u32>,
    /// Name and number of the last row.
    last: Option<(Vec<u8>, u32)>,
    /// Name of the first mini-batch that came back after another one, and its number.
    pub returned: Option<(String, u32)>,
    /// The row of the block with one mini-batch too many.
    pub beyond: Option<usize>,
}

impl Batches {
    /// The number of a name that stands in this row of the block.
    pub fn number(&mut self, name: &[u8], row: usize) -> u32 {
        let name = name.trim_ascii();
        if let Some((_, number)) = self.last.as_ref().filter(|(last, _)| last == name) {
            return *number;
        }
        let next = self.index.len() as u32;
        let number = match self.index.entry(fingerprint(name)) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(_) if next as usize >= MOST_BATCHES => {
                self.beyond = self.beyond.or(Some(row));
                return 0;
            }
            Entry::Vacant(free) => *free.insert(next),
        };
        if number < next && self.returned.is_none() {
            self.returned = Some((super::shorten(&decode(name)), number));
        }
        self.last = Some((name.to_vec(), number));
        number
    }
}

/// 128 bits, of which no two names share all.
fn fingerprint(name: &[u8]) -> [u64; 2] {
    [0, 1].map(|salt| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(salt);
        hasher.write(name);
        hasher.finish()
    })
}
