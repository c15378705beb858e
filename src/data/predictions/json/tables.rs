//! Documents that are more than one table: which one is meant, only the person knows.

use super::super::error::{ReadError, shorten};
use super::super::names::{known, named};
use super::candidates::Candidate;
use super::cells::Column;
use super::shapes::{Entry, Frame, Shape};
use crate::words::tr;

/// Whether it has outputs, in numbers, and labels.
fn is_table(candidate: &Candidate) -> bool {
    let of = || candidate.names.iter().zip(&candidate.columns);
    let has_numbers = |column: &Column| (column.cells.iter()).any(|cell| cell.value().is_ok());
    of().any(|(name, column)| named(name).output.is_some() && has_numbers(column))
        && candidate.names.iter().any(|name| is_label(name))
}

fn is_label(name: &str) -> bool {
    let named = named(name);
    named.label || named.target || named.one_hot.is_some()
}

/// Refuses where another table stands beside the best.
pub(super) fn several(file: &str, candidates: &[Candidate]) -> Result<(), ReadError> {
    let Some((best, others)) = candidates.split_first() else {
        return Ok(());
    };
    for other in others {
        let is_equal = known(&best.names) == known(&other.names);
        let one = match (best.is_nested, other.is_nested) {
            (false, false) => continue,
            (true, true) if is_equal || is_table(other) => &best.of,
            (true, true) => continue,
            // What stands beside tables and is no array are words on them.
            (true, false) if other.is_records || !is_table(other) => continue,
            (false, true) if !is_table(other) => continue,
            (true, false) => &other.of,
            (false, true) => &best.of,
        };
        let nested = if other.is_nested { other } else { best };
        let (Some(one), Some(name)) = (one.first(), nested.of.first()) else {
            continue;
        };
        let are_nested = best.is_nested && other.is_nested;
        let (one, other) = (shorten(one), shorten(name));
        let what = if are_nested {
            tr!(
                "\"{one}\" and \"{other}\" are tables of their own; one is expected: import json; d = json.load(open(FILE)); \
                 json.dump(d[\"{one}\"], open(\"preds.json\", \"w\")) takes the first",
                one,
                other
            )
        } else {
            tr!(
                "\"{other}\" is a table of its own beside that of \"{one}\"; one is expected: import json; \
                 d = json.load(open(FILE)); json.dump(d.pop(\"{other}\"), open(\"preds.json\", \"w\")) takes it, and \
                 json.dump(d, open(\"others.json\", \"w\")) then the other",
                other,
                one
            )
        };
        return Err(ReadError::of(file, what));
    }
    Ok(())
}

/// Whether arrays of labels, an element in each column, are those of many examples: not one-hot, and of more
/// than two classes, of other lengths, or the same in every row.
fn are_of_tables(labels: &[&Column]) -> bool {
    let rows = labels.first().map_or(0, |column| column.cells.len());
    let row = |row: usize| -> Vec<Option<f64>> {
        let cells = labels.iter().filter_map(|column| column.cells.get(row));
        cells.map(|cell| cell.value().ok()).collect()
    };
    let first = row(0);
    let is_two = |cells: &[Option<f64>]| cells.iter().all(|of| [Some(0.0), Some(1.0)].contains(of));
    let is_one_hot =
        |cells: &[Option<f64>]| cells.iter().filter(|&&of| of == Some(1.0)).count() == 1;
    let are_same = rows > 1 && !is_one_hot(&first) && (1..rows).all(|of| row(of) == first);
    labels.len() > 1 && (are_same || (0..rows).any(|of| !is_two(&row(of))))
}

/// Refuses rows that are tables each, as of an epoch each.
pub(super) fn of_rows(file: &str, frame: &Frame, cure: &str) -> Result<(), ReadError> {
    let labels = frame.names.iter().zip(&frame.columns);
    let labels: Vec<&Column> = labels
        .filter(|(name, _)| named(name).one_hot.is_some())
        .map(|(_, column)| column)
        .collect();
    if !(frame.has_lists_of_labels && are_of_tables(&labels)) {
        return Ok(());
    }
    let what = tr!(
        "each of its objects has arrays of labels, as a table of its own has them; one table is expected: {cure} takes \
         the first",
        cure
    );
    Err(ReadError::of(file, what))
}

/// Refuses columns whose elements are arrays by the names of splits.
pub(super) fn of_splits(file: &str, maps: &[Entry]) -> Result<(), ReadError> {
    let is_split = |map: &&Entry| match &map.shape {
        Shape::Matrix(frame) => {
            named(&map.name).label && are_of_tables(&frame.columns.iter().collect::<Vec<_>>())
        }
        Shape::Empty | Shape::List(_) | Shape::Records(_) => false,
    };
    let Some(map) = maps.iter().find(is_split) else {
        return Ok(());
    };
    let what = tr!(
        "\"{name}\" has arrays of labels by names, as of splits; one table is expected: import json; \
         d = json.load(open(FILE)); json.dump(dict((k, list(v.values())[0]) for k, v in d.items()), \
         open(\"preds.json\", \"w\")) takes the first",
        name = shorten(&map.name)
    );
    Err(ReadError::of(file, what))
}
