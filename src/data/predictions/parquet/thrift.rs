//! As much of Thrift's compact protocol as it takes to look at what a file claims before the parquet crate
//! believes it.

use super::unread::Unread;

/// Deepest nesting of columns and of values: the parquet crate goes down it on the stack, and a stack that
/// overflows ends the program.
const MOST_DEPTH: usize = 64;
/// Most bytes of the paths of all columns, each of which repeats the names of the groups around it.
const MOST_PATHS: usize = 64 << 20;

/// Kinds of values.
const INT_32: u8 = 5;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const STRUCT: u8 = 12;

/// Kind of a page and its sizes, unpacked and packed, from the beginning of its header, where every writer puts them.
pub(super) fn page_sizes(header: &[u8]) -> Option<[i32; 3]> {
    let mut header = Unread(header);
    let mut number = || {
        let next = header.byte()?;
        (next == 1 << 4 | INT_32).then(|| header.int())?
    };
    Some([number()?, number()?, number()?])
}

/// Whether metadata can be walked through, and their columns nest no deeper than [`MOST_DEPTH`].
pub(super) fn is_sound(metadata: &[u8]) -> bool {
    let walked = Unread(metadata).fields(0, &mut |thrift, id, kind| match (id, kind) {
        (2, LIST) => thrift.schema(),
        _ => thrift.skip(kind, 0),
    });
    walked.is_some()
}

impl Unread<'_> {
    fn int(&mut self) -> Option<i32> {
        i32::try_from(self.signed()?).ok()
    }

    /// How many elements follow, and their kind.
    fn list(&mut self) -> Option<(u64, u8)> {
        let head = self.byte()?;
        let count = match head >> 4 {
            15 => self.varint()?,
            count => u64::from(count),
        };
        Some((count, head & 0xf))
    }

    /// Hands number and kind of each field of a structure on, to be read or skipped.
    fn fields(
        &mut self,
        depth: usize,
        each: &mut dyn FnMut(&mut Self, i32, u8) -> Option<()>,
    ) -> Option<()> {
        if depth > MOST_DEPTH {
            return None;
        }
        let mut id = 0;
        loop {
            let head = self.byte()?;
            if head & 0xf == 0 {
                return Some(());
            }
            id = match i32::from(head >> 4) {
                0 => self.int()?,
                more => id + more,
            };
            each(self, id, head & 0xf)?;
        }
    }

    fn skip(&mut self, kind: u8, depth: usize) -> Option<()> {
        match kind {
            // True and false are kinds of fields.
            1 | 2 => {}
            3 => drop(self.byte()?),
            4..=6 => drop(self.varint()?),
            7 => drop(self.bytes(8)?),
            BINARY => {
                let count = self.varint()?;
                self.bytes(count)?;
            }
            LIST | 10 if depth < MOST_DEPTH => {
                let (count, of) = self.list()?;
                for _ in 0..count {
                    // In a list each has a byte.
                    let of = if of <= 2 { 3 } else { of };
                    self.skip(of, depth + 1)?;
                }
            }
            STRUCT => self.fields(depth, &mut |thrift, _, kind| thrift.skip(kind, depth + 1))?,
            _ => return None,
        }
        Some(())
    }

    /// Walks through the elements of a schema, each group followed by what is in it.
    fn schema(&mut self) -> Option<()> {
        let (count, kind) = self.list()?;
        if kind != STRUCT {
            return None;
        }
        // Elements that each open group still has, and the length of the path to them.
        let mut open: Vec<(i32, usize)> = Vec::new();
        let mut paths = 0_usize;
        for _ in 0..count {
            let (mut name, mut children) = (0, 0);
            self.fields(0, &mut |thrift, id, kind| {
                match (id, kind) {
                    (4, BINARY) => {
                        let length = thrift.varint()?;
                        name = thrift.bytes(length)?.len();
                    }
                    (5, INT_32) => children = thrift.int()?,
                    _ => thrift.skip(kind, 0)?,
                }
                Some(())
            })?;
            while open.pop_if(|(left, _)| *left == 0).is_some() {}
            let before = match open.last_mut() {
                Some((left, path)) => {
                    *left -= 1;
                    *path
                }
                None => 0,
            };
            if children > 0 {
                open.push((children, before + name));
            } else {
                paths = paths.saturating_add(before + name);
            }
            if open.len() > MOST_DEPTH || paths > MOST_PATHS {
                return None;
            }
        }
        Some(())
    }
}
