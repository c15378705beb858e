//! A list of the names of classes beside the outputs, as `classes_` of scikit-learn saved with them: it says which
//! column is of which class.

use std::collections::HashSet;

use super::array::Array;
use super::error::{ReadError, shorten};
use super::names::plain;
use super::npy::{Shape, text};
use super::survey::number;
use crate::words::tr;

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

/// Names of which no two are the same, also where their form makes no difference.
pub(super) fn all_different(names: Vec<String>) -> Option<Vec<String>> {
    let different: HashSet<String> = names.iter().map(|name| plain(name)).collect();
    let are_named = !different.contains("");
    (are_named && different.len() == names.len() && names.len() > 1).then_some(names)
}

/// Whether all are numbers, as labels may be: names are of use where labels are names.
pub(super) fn are_numbers(names: &[String]) -> bool {
    names.iter().all(|name| number(name).is_some())
}

/// What is said where such a list has named the columns.
pub(super) fn note(name: &str, classes: &[String]) -> String {
    let all: Vec<String> = classes.iter().map(|class| shorten(class)).collect();
    let shown = all[..all.len().min(12)].join(", ");
    tr!(
        "the columns of \"{name}\" are of the classes {shown}, in the order of the list beside it",
        name = shorten(name),
        shown
    )
}

/// The list among these arrays.
///
/// # Errors
/// When it cannot be read.
pub(super) fn of_arrays(arrays: &[Array]) -> Result<Option<Vec<String>>, ReadError> {
    let mut lists = arrays.iter().filter(|array| is_called_so(&array.name));
    let list = lists.find_map(|array| array.content.as_ref().ok());
    let is_list = |shape: &Shape| shape.rows <= MOST && shape.columns == 1 && !shape.is_row;
    let Some((shape, origin)) = list.filter(|(shape, _)| is_list(shape)) else {
        return Ok(None);
    };
    let is_text = |array: &&Array| {
        let mut fields = array.shape().into_iter().flat_map(|shape| &shape.fields);
        !is_called_so(&array.name) && fields.any(|field| field.element.is_text())
    };
    let has_texts = arrays.iter().any(|array| is_text(&array));
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
    let names = all_different(rows.map(|row| text(field, row)).collect());
    Ok(names.filter(|names| has_texts || are_numbers(names)))
}
