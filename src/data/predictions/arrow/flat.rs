//! As much of FlatBuffers as messages of Arrow need. What is not there, or lies outside, is `None`.

/// A table in a buffer.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// A list of structures or of places.
#[derive(Clone, Copy)]
pub(super) struct List<'a> {
    bytes: &'a [u8],
    first: usize,
    pub count: usize,
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// The place that a distance at a place leads to.
fn follow(bytes: &[u8], at: usize) -> Option<usize> {
    at.checked_add(u32::from_le_bytes(take(bytes, at)?) as usize)
}

impl<'a> Table<'a> {
    pub fn root(bytes: &'a [u8]) -> Option<Self> {
        Some(Self {
            bytes,
            at: follow(bytes, 0)?,
        })
    }

    /// Where a field is.
    fn field(self, index: usize) -> Option<usize> {
        let back = i32::from_le_bytes(take(self.bytes, self.at)?);
        let directory = self.at.checked_add_signed(-(back as isize))?;
        let size = usize::from(u16::from_le_bytes(take(self.bytes, directory)?));
        let entry = 4 + 2 * index;
        if entry + 2 > size {
            return None;
        }
        match u16::from_le_bytes(take(self.bytes, directory + entry)?) {
            0 => None,
            offset => Some(self.at + usize::from(offset)),
        }
    }

    pub fn u8(self, index: usize) -> Option<u8> {
        self.bytes.get(self.field(index)?).copied()
    }

    pub fn i16(self, index: usize) -> Option<i16> {
        Some(i16::from_le_bytes(take(self.bytes, self.field(index)?)?))
    }

    pub fn i32(self, index: usize) -> Option<i32> {
        Some(i32::from_le_bytes(take(self.bytes, self.field(index)?)?))
    }

    pub fn i64(self, index: usize) -> Option<i64> {
        Some(i64::from_le_bytes(take(self.bytes, self.field(index)?)?))
    }

    pub fn table(self, index: usize) -> Option<Self> {
        let at = follow(self.bytes, self.field(index)?)?;
        Some(Self { at, ..self })
    }

    pub fn text(self, index: usize) -> Option<String> {
        let list = self.list(index)?;
        let bytes = list.bytes.get(list.first..)?.get(..list.count)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    pub fn list(self, index: usize) -> Option<List<'a>> {
        let at = follow(self.bytes, self.field(index)?)?;
        let count = u32::from_le_bytes(take(self.bytes, at)?) as usize;
        Some(List {
            bytes: self.bytes,
            first: at + 4,
            count,
        })
    }
}

impl<'a> List<'a> {
    pub fn table(self, index: usize) -> Option<Table<'a>> {
        let at = self.first.checked_add(index.checked_mul(4)?)?;
        Some(Table {
            bytes: self.bytes,
            at: follow(self.bytes, at)?,
        })
    }

    /// Structures of so many bytes; `None` where they are not all there.
    pub fn structures<const N: usize>(self) -> Option<&'a [[u8; N]]> {
        let bytes = self.bytes.get(self.first..)?;
        let (all, _) = bytes.get(..self.count.checked_mul(N)?)?.as_chunks();
        Some(all)
    }

    /// A whole number of a list of them.
    pub fn i64(self, index: usize) -> Option<i64> {
        let at = self.first.checked_add(index.checked_mul(8)?)?;
        Some(i64::from_le_bytes(take(self.bytes, at)?))
    }

    /// The two whole numbers of a structure.
    pub fn pair(self, index: usize) -> Option<[u64; 2]> {
        let both = [2 * index, 2 * index + 1].map(|at| u64::try_from(self.i64(at)?).ok());
        let [Some(first), Some(second)] = both else {
            return None;
        };
        Some([first, second])
    }
}
