//! A list of the names of classes beside the outputs, as `classes_` of scikit-learn saved with them: it says which
//! column is of which class.

use std::collections::HashSet;

use super::array::Array;
use super::error::ReadError;
use super::names::plain;
use super::npy::text;

/// What people call it.
const NAMES: [&str; 5] = [
    "classes",
    "classnames",
    "labelnames",
    "targetnames",
    "categories",
];
/// Longest list.
const MOST: u64 = 1 << 12;

/// Whether it is called as such a list.
pub(super) fn is_called_so(name: &str) -> bool {
    NAMES.contains(&plain(name).as_str())
}

/// Names of which no two are the same.
pub(super) fn all_different(names: Vec<String>) -> Option<Vec<String>> {
    let different: HashSet<&String> = names.iter().collect();
    (different.len() == names.len() && names.len() > 1).then_some(names)
}

/// The list among these arrays.
///
/// # Errors
/// When it cannot be read.
pub(super) fn of_arrays(arrays: &[Array]) -> Result<Option<Vec<String>>, ReadError> {
    let mut lists = arrays.iter().filter(|array| is_called_so(&array.name));
    let list = lists.find_map(|array| array.content.as_ref().ok());
    let Some((shape, origin)) = list.filter(|(shape, _)| shape.rows <= MOST) else {
        return Ok(None);
    };
    let [field] = shape.fields.as_slice() else {
        return Ok(None);
    };
    let (header, item) = (shape.header as usize, shape.item);
    let mut bytes = Vec::new();
    let length = header + shape.rows as usize * item;
    let mut stream = std::io::Read::take(origin.stream()?, length as u64);
    let read = std::io::Read::read_to_end(&mut stream, &mut bytes);
    read.map_err(|error| ReadError::io(&origin.name, &error))?;
    let rows = bytes
        .get(header..)
        .unwrap_or_default()
        .chunks_exact(item.max(1));
    Ok(all_different(rows.map(|row| text(field, row)).collect()))
}
