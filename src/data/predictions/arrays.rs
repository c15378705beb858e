//! Columns in arrays: NPY files, the members of an NPZ and the tensors of a safetensors file, read side by side.

use std::collections::BTreeMap;

use super::array::Array;
use super::class_lists;
use super::columns::Columns;
use super::error::{ReadError, shorten};
use super::lane::{Chosen, Lane};
use super::names::named;
use super::npy::{Field, MOST_ROW, Shape};
use super::origin::Origin;
use super::work::{Pace, Work};
use super::{Block, Options, Table};
use crate::words::{tr, word};

/// Most bytes that are unpacked as a whole, of all arrays together.
const MOST_WHOLE: u64 = 1 << 30;
/// Most columns that a row may become.
const MOST_COLUMNS: u64 = 1 << 16;

/// A column: its array, its index in it, and what a cell is.
struct Place {
    array: usize,
    column: u64,
    field: Field,
}

/// Arrays that make one table.
pub(super) struct Arrays {
    names: Vec<String>,
    /// Of each name; why it cannot be read where it cannot.
    places: Vec<Result<Place, ReadError>>,
    arrays: Vec<(String, Shape, Origin)>,
    notes: Vec<String>,
    /// The chosen columns, while they are opened and from then on.
    opening: Option<Work<Result<Vec<Lane>, ReadError>>>,
    lanes: Option<Vec<Lane>>,
    pace: Pace,
    rows: u64,
    next: u64,
    /// Index of the first row of the last block.
    first: u64,
    row_bytes: u64,
    buffer: Vec<u8>,
}

impl Arrays {
    /// From all arrays of `file`; options name the columns of one that has no names for them.
    ///
    /// # Errors
    /// When the given names do not fit, or no array that is called as outputs are can be read.
    pub fn of(file: &str, arrays: Vec<Array>, options: &Options) -> Result<Self, ReadError> {
        if options.maps.is_empty() && options.columns.is_none() {
            check_outputs(&arrays)?;
        }
        let named = match options.columns.as_deref() {
            None => None,
            Some(given) => Some((taker(file, &arrays, given)?, given)),
        };
        let classes = class_lists::of_arrays(&arrays)?;
        let is_alone = arrays.len() == 1;
        let one_row = (arrays.iter().filter_map(Array::shape)).any(|shape| shape.rows == 1);
        let mut made = Self {
            names: Vec::new(),
            places: Vec::new(),
            arrays: Vec::new(),
            notes: Vec::new(),
            opening: None,
            lanes: None,
            pace: Pace::default(),
            rows: 0,
            next: 0,
            first: 0,
            row_bytes: 0,
            buffer: Vec::new(),
        };
        for (index, array) in arrays.into_iter().enumerate() {
            let is_plain = array.is_plain();
            let given = named.filter(|(taker, _)| *taker == index);
            let given = given.map(|(_, given)| given);
            let (mut shape, origin) = match array.content {
                Ok(content) => content,
                Err(why) => {
                    made.leave_out(array.name, why);
                    continue;
                }
            };
            made.notes.append(&mut shape.ignored);
            let names_columns = given.is_some_and(|given| given.len() > 1);
            if shape.is_row && is_plain && (one_row || names_columns) && shape.can_be_columns() {
                // A single example, as the others say.
                shape.columns = shape.rows as usize;
                shape.rows = 1;
            }
            let first = made.names.len();
            match given {
                Some(given) => made.names.extend_from_slice(given),
                None if !is_plain => {
                    let names = shape.fields.iter().map(|field| field.name.clone());
                    made.names.extend(names.map(Option::unwrap_or_default));
                }
                None if shape.columns == 1 => made.names.push(array.name.clone()),
                None => {
                    let alone = array.is_file && is_alone;
                    let fits = |of: &&Vec<String>| {
                        of.len() == shape.columns && shape.rows != of.len() as u64
                    };
                    let classes = classes.as_ref().filter(fits);
                    made.notes
                        .extend(classes.map(|of| class_lists::note(&array.name, of)));
                    let name = |k: usize| match (alone, classes) {
                        // Which is which nobody says.
                        (true, _) => format!("column {k}"),
                        (false, Some(of)) => format!("{}_{}", numbered(&array.name), of[k]),
                        (false, None) => format!("{}_{k}", numbered(&array.name)),
                    };
                    made.names.extend((0..shape.columns).map(name));
                }
            }
            let count = made.names.len() - first;
            made.places.extend((0..count).map(|k| {
                let field = match shape.fields.get(k) {
                    Some(field) if !is_plain => field.clone(),
                    _ => Field {
                        offset: if shape.fortran { 0 } else { k * shape.item },
                        ..shape.fields[0].clone()
                    },
                };
                Ok(Place {
                    array: made.arrays.len(),
                    column: k as u64,
                    field,
                })
            }));
            made.arrays.push((array.name, shape, origin));
        }
        Ok(made)
    }

    /// Notes an array that cannot be a column. One that says which rows count must not be ignored: it fails when
    /// it is chosen.
    fn leave_out(&mut self, name: String, why: ReadError) {
        if matches!(name.as_str(), "valid" | "mask") {
            self.names.push(name);
            self.places.push(Err(why));
        } else {
            self.notes.push(tr!("ignored: {why}", why));
        }
    }

    /// The arrays of the chosen columns, and only those.
    fn choose(&mut self, columns: &Columns) -> Result<Vec<Chosen>, ReadError> {
        let mut lanes: Vec<Chosen> = Vec::new();
        let mut chosen = Vec::with_capacity(columns.chosen.len());
        for &(index, role) in &columns.chosen {
            match &self.places[index] {
                Ok(place) => chosen.push((role, place)),
                Err(why) => return Err(why.clone()),
            }
        }
        chosen.sort_by_key(|(_, place)| place.array);
        let mut whole: Vec<_> = chosen.iter().map(|(_, place)| place.array).collect();
        whole.dedup();
        let in_memory = whole.iter().map(|&array| &self.arrays[array]);
        let in_memory = in_memory.filter(|(_, shape, _)| shape.fortran);
        let in_memory = in_memory.fold(0, |sum: u64, (_, _, origin)| {
            sum.saturating_add(origin.unpacked())
        });
        // Where all is taken as text, somebody only looks at it.
        let is_looked_at = chosen.iter().all(|(role, _)| role.is_text());
        for (role, place) in chosen {
            let (name, shape, origin) = &self.arrays[place.array];
            let file = &origin.input.name;
            let field = (role, place.column, place.field.clone());
            if let Some(lane) = lanes.last_mut().filter(|lane| lane.array == place.array) {
                lane.fields.push(field);
                continue;
            }
            if let Some(lane) = lanes.first() {
                let (other, of_other, _) = &self.arrays[lane.array];
                if of_other.rows != shape.rows && !is_looked_at {
                    let label = tr!("array \"{name}\"", name = shorten(name));
                    return Err(ReadError::of(
                        file,
                        tr!(
                            "{label} has length {0} and array \"{1}\" {2}; equal lengths are expected",
                            shape.rows,
                            shorten(other),
                            of_other.rows,
                            label
                        ),
                    ));
                }
            }
            self.rows = self.rows.max(shape.rows);
            if shape.fortran && in_memory > MOST_WHOLE {
                return Err(ReadError(tr!(
                    "{0}: what is packed and lies column by column must be unpacked as a whole, at most 1 GiB \
                     of all arrays; np.savez, or np.ascontiguousarray before it is saved, does without",
                    origin.name
                )));
            }
            self.row_bytes += (shape.item * shape.columns) as u64;
            lanes.push(Chosen {
                array: place.array,
                rows: shape.rows,
                origin: origin.clone(),
                header: shape.header,
                is_fortran: shape.fortran,
                stride: match shape.fortran {
                    true => shape.item,
                    false => shape.item * shape.columns,
                },
                fields: vec![field],
            });
        }
        let arrays = self.arrays.iter().enumerate();
        let unread = arrays.filter(|(index, _)| lanes.iter().all(|lane| lane.array != *index));
        let of_other_length = unread.filter(|(_, (name, shape, _))| {
            shape.rows != self.rows && !class_lists::is_called_so(name)
        });
        if !is_looked_at {
            let notes = of_other_length.map(|(_, (name, shape, _))| {
                let (name, rows) = (shorten(name), shape.rows);
                tr!(
                    "ignored: array \"{name}\" has length {rows}, not {0}",
                    self.rows,
                    name,
                    rows
                )
            });
            self.notes.extend(notes);
        }
        Ok(lanes)
    }

    /// What messages call an array and its file.
    fn shown(&self, array: usize) -> String {
        let (name, _, origin) = &self.arrays[array];
        tr!("{0}, array \"{1}\"", origin.input.name, shorten(name))
    }
}

impl Shape {
    /// Whether a row of values may be as many columns.
    fn can_be_columns(&self) -> bool {
        self.rows <= MOST_COLUMNS && self.rows as usize * self.item <= MOST_ROW
    }
}

/// Refuses where no array that is called as outputs are can be read: what else there is are none.
fn check_outputs(arrays: &[Array]) -> Result<(), ReadError> {
    let is_output = |array: &&Array| {
        let output = named(&array.name).output;
        !array.is_plain() && array.content.is_ok() || output.is_some_and(|of| of.stem != "x")
    };
    let mut outputs = arrays.iter().filter(is_output).peekable();
    let Some(Err(why)) = outputs.peek().map(|first| &first.content) else {
        return Ok(());
    };
    match outputs.clone().all(|array| array.content.is_err()) {
        true => Err(why.clone()),
        false => Ok(()),
    }
}

/// The array whose columns are to be called as given.
fn taker(file: &str, arrays: &[Array], given: &[String]) -> Result<usize, ReadError> {
    let plain = arrays
        .iter()
        .enumerate()
        .filter(|(_, array)| array.is_plain());
    let columns = |array: &Array| {
        array.shape().map_or(0, |shape| match shape.is_row {
            true if shape.rows == given.len() as u64 => given.len(),
            _ => shape.columns,
        })
    };
    let counted: Vec<(usize, usize)> = plain.map(|(i, array)| (i, columns(array))).collect();
    let mut wide = counted.iter().filter(|(_, columns)| *columns > 1);
    let count = given.len();
    match (wide.next(), wide.next(), counted.as_slice()) {
        (Some(&(index, columns)), None, _) | (None, None, &[(index, columns)]) => {
            if columns == count {
                return Ok(index);
            }
            let what = tr!(
                "the array's number of columns is {columns}, and that of the names that were given {count}",
                columns,
                count
            );
            Err(ReadError::of(file, what))
        }
        _ => Err(ReadError::of(
            file,
            word(
                "names were given for the columns of one array without names; there is not exactly one",
            ),
        )),
    }
}

/// What the columns of an array are called, before their number.
pub(super) fn numbered(name: &str) -> &str {
    if name == "logits" { "logit" } else { name }
}

/// What the columns are called that a row's list of so many values makes.
pub(super) fn of_list(name: &str, count: usize) -> impl Iterator<Item = String> {
    (0..count).map(move |k| match count {
        1 => name.to_owned(),
        _ => format!("{}_{k}", numbered(name)),
    })
}

impl Table for Arrays {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn read(&mut self, columns: &Columns, most: usize, block: &mut Block) -> Result<(), ReadError> {
        let mut lanes = match self.lanes.take() {
            Some(lanes) => lanes,
            None => {
                let mut opening = match self.opening.take() {
                    Some(opening) => opening,
                    None => Work::new(Lane::open(self.choose(columns)?, self.pace.clone())),
                };
                match opening.step() {
                    Some(lanes) => lanes?,
                    None => {
                        self.opening = Some(opening);
                        block.waits = true;
                        return Ok(());
                    }
                }
            }
        };
        let count = (self.rows - self.next).min(most as u64) as usize;
        self.first = self.next;
        let mut bad = BTreeMap::new();
        if count > 0 || self.next == 0 {
            for lane in &mut lanes {
                let read = lane.read(self.next, count, &mut self.buffer, block);
                let faults =
                    read.map_err(|error| ReadError::io(&self.shown(lane.array), &error))?;
                for fault in faults {
                    let name = columns.name(&self.names, fault.role);
                    let place = self.place(block, fault.row, name);
                    let why = ReadError::no_number(&place, fault.text.as_bytes());
                    bad.entry(block.rows + fault.row).or_insert(why);
                }
            }
        }
        block.bad.extend(bad);
        self.next += count as u64;
        block.rows += count;
        self.lanes = Some(lanes);
        Ok(())
    }

    fn place(&self, _block: &Block, row: usize, column: &str) -> String {
        let index = self.first + row as u64;
        let known = self.names.iter().position(|name| name == column);
        let place = known.and_then(|known| self.places[known].as_ref().ok());
        let array = place.map_or(0, |place| place.array);
        let origin = self.arrays.get(array).map(|(_, _, origin)| origin);
        let file = origin.map_or("", |origin| origin.input.name.as_str());
        let column = shorten(column);
        tr!("{}, array \"{column}\", index {index}", file, column, index)
    }

    fn done(&self) -> u64 {
        match &self.opening {
            Some(_) => self.pace.done(),
            None => self.next * self.row_bytes,
        }
    }

    fn notes(&self) -> &[String] {
        &self.notes
    }
}
