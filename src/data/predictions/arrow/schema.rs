//! The columns of an Arrow file, and which of a batch's buffers are theirs.

use super::flat::Table;
use crate::data::predictions::npy::Element;

/// Deepest nesting of columns.
const MOST_DEPTH: usize = 32;
/// Most columns, those inside others included.
const MOST_COLUMNS: usize = 1 << 16;

/// What the cells of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cells {
    /// Numbers of a fixed size.
    Fixed(Element),
    Bits,
    /// Text, by ends of 4 or 8 bytes.
    Text(usize),
    /// Text, short ones in place.
    Views,
    /// Whole numbers of so many bytes, to be divided by ten to the power of this.
    Decimal(usize, i32),
    /// Nothing but missing cells.
    Nothing,
    Other,
}

/// A column of the file.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: String,
    pub cells: Cells,
    /// Number of the list that its cells point into, and the type of what points.
    pub dictionary: Option<(i64, Element)>,
    /// Index of its node and its first buffer among those of a batch, and of its list of buffers of texts.
    pub node: usize,
    pub buffer: usize,
    pub views: usize,
}

/// Goes through columns in the order in which batches have them.
#[derive(Default)]
struct Walk {
    nodes: usize,
    buffers: usize,
    views: usize,
    /// Whether what follows cannot be found.
    lost: bool,
}

/// The columns of a schema; `None` where it cannot be understood.
pub(super) fn columns(schema: Table<'_>) -> Option<Vec<Column>> {
    if schema.i16(0).unwrap_or(0) != 0 {
        return None;
    }
    let fields = schema.list(1)?;
    let mut walk = Walk::default();
    let mut columns = Vec::new();
    for index in 0..fields.count {
        let field = fields.table(index)?;
        let (node, buffer, views) = (walk.nodes, walk.buffers, walk.views);
        let was_lost = walk.lost;
        let (cells, dictionary) = walk.field(field, 0)?;
        columns.push(Column {
            name: field.text(0).unwrap_or_default(),
            cells: if was_lost { Cells::Other } else { cells },
            dictionary,
            node,
            buffer,
            views,
        });
    }
    Some(columns)
}

/// The type of whole numbers.
fn whole(of: Table<'_>) -> Option<Element> {
    let size = match of.i32(0)? {
        8 => 1,
        16 => 2,
        32 => 4,
        64 => 8,
        _ => return None,
    };
    Some(match of.u8(1).unwrap_or(0) {
        0 => Element::Unsigned(size),
        _ => Element::Signed(size),
    })
}

impl Walk {
    /// Passes by a column and those in it.
    fn field(&mut self, field: Table<'_>, depth: usize) -> Option<(Cells, Option<(i64, Element)>)> {
        if depth > MOST_DEPTH || self.nodes > MOST_COLUMNS {
            return None;
        }
        self.nodes += 1;
        let of = field.table(3);
        let cells = match field.u8(2)? {
            1 => Cells::Nothing,
            2 => whole(of?).map_or(Cells::Other, Cells::Fixed),
            3 => match of?.i16(0).unwrap_or(0) {
                0 => Cells::Fixed(Element::Float(2)),
                1 => Cells::Fixed(Element::Float(4)),
                _ => Cells::Fixed(Element::Float(8)),
            },
            4 | 5 => Cells::Text(4),
            6 => Cells::Bits,
            7 => {
                let bits = of?.i32(2).unwrap_or(128);
                match bits {
                    32 | 64 | 128 | 256 => {
                        Cells::Decimal(bits as usize / 8, of?.i32(1).unwrap_or(0))
                    }
                    _ => Cells::Other,
                }
            }
            19 | 20 => Cells::Text(8),
            23 | 24 => Cells::Views,
            _ => Cells::Other,
        };
        if let Some(dictionary) = field.table(4) {
            self.buffers += 2;
            let index = match dictionary.table(1) {
                Some(of) => whole(of)?,
                None => Element::Signed(4),
            };
            return Some((cells, Some((dictionary.i64(0).unwrap_or(0), index))));
        }
        self.buffers += match field.u8(2)? {
            1 | 22 => 0,
            // Structures and lists of a fixed size have but a mask.
            13 | 16 => 1,
            4 | 5 | 19 | 20 | 25 | 26 => 3,
            23 | 24 => {
                self.views += 1;
                2
            }
            2 | 3 | 6..=12 | 15 | 17 | 18 | 21 => 2,
            // Unions differ from version to version.
            _ => {
                self.lost = true;
                0
            }
        };
        if let Some(children) = field.list(5) {
            for index in 0..children.count {
                self.field(children.table(index)?, depth + 1)?;
            }
        }
        Some((cells, None))
    }
}
