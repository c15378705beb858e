//! The columns of an Arrow file, and which of a batch's buffers are theirs.

use super::flat::Table;
use crate::data::predictions::lists::VECTOR;
use crate::data::predictions::npy::Element;
use crate::data::predictions::structures::of_struct;

/// Deepest nesting of columns.
const MOST_DEPTH: usize = 32;
/// Most columns, those inside others included.
const MOST_COLUMNS: usize = 1 << 16;
/// The number of the type.
const STRUCTURE: u8 = 13;

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

/// Cells that lie one behind the other in a batch.
#[derive(Clone, Debug)]
pub(super) struct Values {
    pub cells: Cells,
    /// Number of the list that its cells point into, and the type of what points.
    pub dictionary: Option<(i64, Element)>,
    /// Index of its node and its first buffer among those of a batch, and of its list of buffers of texts, or the next one.
    pub node: usize,
    pub buffer: usize,
    pub views: usize,
}

/// How long the lists of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lengths {
    /// All of this length.
    Fixed(usize),
    /// Each from one end to the next, of 4 or 8 bytes.
    Ends(usize),
}

/// The lists that a column holds, one a row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lists {
    pub lengths: Lengths,
    /// Index of their node and their first buffer, and of the next list of buffers of texts.
    pub node: usize,
    pub buffer: usize,
    pub views: usize,
}

/// A column of the file, or of a structure in it: a value a row, or a list of them.
#[derive(Clone, Debug)]
pub(super) struct Column {
    pub name: String,
    pub values: Values,
    pub lists: Option<Lists>,
    pub around: Around,
}

/// Structures that a column is in.
#[derive(Clone, Debug, Default)]
pub(super) struct Around {
    name: String,
    /// Index of the node and the mask of each, and of the next list of buffers of texts.
    pub masks: Vec<[usize; 3]>,
    /// Which part it is of a vector of Spark, which has all of [`VECTOR`] and nothing else.
    pub part: Option<usize>,
}

impl Around {
    fn name_of(&self, field: Table<'_>) -> String {
        let own = field.text(0).unwrap_or_default();
        match (self.part, self.masks.as_slice()) {
            (Some(_), _) => self.name.clone(),
            (None, []) => own,
            (None, _) => of_struct(&self.name, '.', &own),
        }
    }
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
        walk.columns(fields.table(index)?, Around::default(), &mut columns)?;
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
    /// The next column, or those of a structure.
    fn columns(
        &mut self,
        field: Table<'_>,
        mut around: Around,
        columns: &mut Vec<Column>,
    ) -> Option<()> {
        if field.u8(2)? != STRUCTURE || field.table(4).is_some() {
            columns.push(self.column(field, around)?);
            return Some(());
        }
        if around.masks.len() > MOST_DEPTH {
            return None;
        }
        around.name = around.name_of(field);
        around.masks.push([self.nodes, self.buffers, self.views]);
        self.enter(field)?;
        let children = field.list(5)?;
        let name = |at| children.table(at)?.text(0);
        let is_vector = children.count == VECTOR.len()
            && VECTOR
                .iter()
                .map(|&of| Some(of.to_owned()))
                .eq((0..VECTOR.len()).map(name))
            // Each is one column: two integers, then two lists.
            && (0..VECTOR.len()).all(|at| {
                let kind = children.table(at).and_then(|of| of.u8(2));
                matches!((at, kind), (0 | 1, Some(2)) | (2 | 3, Some(12 | 21)))
            });
        for at in 0..children.count {
            around.part = is_vector.then_some(at);
            self.columns(children.table(at)?, around.clone(), columns)?;
        }
        Some(())
    }

    /// The next column, which is no structure.
    fn column(&mut self, field: Table<'_>, around: Around) -> Option<Column> {
        let lengths = match field.u8(2)? {
            12 => Some(Lengths::Ends(4)),
            21 => Some(Lengths::Ends(8)),
            16 => {
                let count = field.table(3)?.i32(0).unwrap_or(0);
                let count = usize::try_from(count).ok()?;
                Some(Lengths::Fixed(count)).filter(|_| count <= MOST_COLUMNS)
            }
            _ => None,
        };
        let lists = lengths.filter(|_| field.table(4).is_none());
        let lists = lists.map(|lengths| Lists {
            lengths,
            node: self.nodes,
            buffer: self.buffers,
            views: self.views,
        });
        let name = around.name_of(field);
        let Some(lists) = lists else {
            let values = self.values(field, 0)?;
            let lists = None;
            return Some(Column {
                name,
                values,
                lists,
                around,
            });
        };
        let was_lost = self.lost;
        self.enter(field)?;
        let children = field.list(5)?;
        let mut values = self.values(children.table(0)?, 1)?;
        for other in 1..children.count {
            self.values(children.table(other)?, 1)?;
        }
        // Lists of lists, of texts or of nothing are no columns.
        let is_number = matches!(
            values.cells,
            Cells::Fixed(_) | Cells::Bits | Cells::Decimal(..)
        );
        if was_lost || !is_number || values.dictionary.is_some() || children.count != 1 {
            values.cells = Cells::Other;
        }
        Some(Column {
            name,
            values,
            lists: Some(lists).filter(|_| is_number),
            around,
        })
    }

    /// Passes by the buffers of a field alone.
    fn enter(&mut self, field: Table<'_>) -> Option<()> {
        self.nodes += 1;
        self.buffers += match field.u8(2)? {
            _ if field.table(4).is_some() => 2,
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
        Some(())
    }

    /// Passes by a field and those in it.
    fn values(&mut self, field: Table<'_>, depth: usize) -> Option<Values> {
        if depth > MOST_DEPTH || self.nodes > MOST_COLUMNS {
            return None;
        }
        let (node, buffer, views) = (self.nodes, self.buffers, self.views);
        let dictionary = match field.table(4) {
            None => None,
            Some(of) => {
                let index = match of.table(1) {
                    Some(of) => whole(of)?,
                    None => Element::Signed(4),
                };
                Some((of.i64(0).unwrap_or(0), index))
            }
        };
        let cells = match self.lost {
            true => Cells::Other,
            false => cells(field)?,
        };
        self.enter(field)?;
        // What is in names lies with them.
        let children = field.list(5).filter(|_| dictionary.is_none());
        if let Some(children) = children {
            for index in 0..children.count {
                self.values(children.table(index)?, depth + 1)?;
            }
        }
        Some(Values {
            cells,
            dictionary: dictionary.filter(|_| cells != Cells::Other),
            node,
            buffer,
            views,
        })
    }
}

/// What the cells of a field are.
fn cells(field: Table<'_>) -> Option<Cells> {
    let of = field.table(3);
    Some(match field.u8(2)? {
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
                32 | 64 | 128 | 256 => Cells::Decimal(bits as usize / 8, of?.i32(1).unwrap_or(0)),
                _ => Cells::Other,
            }
        }
        19 | 20 => Cells::Text(8),
        23 | 24 => Cells::Views,
        _ => Cells::Other,
    })
}
