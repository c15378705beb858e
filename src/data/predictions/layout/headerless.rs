//! What a person can do about a text without names for its columns, by its values.

use std::collections::BTreeSet;
use std::io::Cursor;

use super::super::delimited::lists::values;
use super::super::names::named;
use super::super::options::{quoted, quoted_file};
use super::super::outputs::sum_slack;
use super::super::records::{Dialect, Records};
use super::super::survey::{Numbers, number, truth};
use crate::words::tr;

/// Columns whose names are written out; a line of more is no help.
const MOST_NAMED: usize = 24;
/// Rows that tell, and bytes of them that are looked at.
const ROWS: usize = 200;
const BYTES: usize = 1 << 16;
/// Rows that count upwards by one in as many rows are numbers of rows.
const COUNTED: usize = 10;
/// Most words that are labels.
const MOST_WORDS: usize = 20;

/// What a column seems to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seems {
    Class,
    /// A number with a fraction somewhere, or of many values.
    Number,
    /// Texts and numbers of rows.
    Other,
}

/// Whether a line of a word and numbers names columns, as `true,0,1,2` does: a label, and classes from 0 on, each once.
/// Behind it stand labels that are called otherwise.
pub(super) fn is_header(line: &[String], next: &[String]) -> bool {
    let (words, numbers): (Vec<usize>, Vec<usize>) = (0..line.len())
        .filter(|&at| !line[at].is_empty())
        .partition(|&at| line[at].parse::<f64>().is_err());
    let [label] = words.as_slice() else {
        return false;
    };
    // A row has a class alone beside its label, but hardly ever an index without a name.
    let has_index = line.first().is_some_and(String::is_empty);
    let is_there = |class: usize| numbers.iter().any(|&at| line[at] == class.to_string());
    let is_word = |at: usize| {
        next.get(at)
            .is_some_and(|cell| cell.parse::<f64>().is_err())
    };
    named(&line[*label]).label
        && next.len() == line.len()
        && (numbers.len() > 1 || has_index && numbers.len() == 1)
        && (0..numbers.len()).all(is_there)
        && !(is_word(*label) && truth(&next[*label]).is_some())
}

/// Whether a cell is a list of numbers, which names no column; one alone in brackets may.
pub(super) fn is_list(cell: &str) -> bool {
    let items = values(cell.as_bytes()).unwrap_or_default();
    items.len() > 1 && items.into_iter().all(|of| number(&cell[of]).is_some())
}

/// How it can be read, where the values leave a way.
pub(super) fn cure(file: &str, text: &[u8], dialect: Dialect) -> Option<String> {
    let text = text[..text.len().min(BYTES)].to_vec();
    let mut records = Records::new(Box::new(Cursor::new(text)), dialect, 1);
    records.settled = true;
    let mut rows: Vec<Vec<Option<f64>>> = Vec::new();
    let mut words: Vec<BTreeSet<String>> = Vec::new();
    while rows.len() < ROWS && matches!(records.next(), Ok(true)) {
        words.resize(records.len().max(words.len()), BTreeSet::new());
        let cell = |(field, words): (&[u8], &mut BTreeSet<String>)| {
            let text = String::from_utf8_lossy(field);
            let number = number(text.trim());
            if number.is_none() {
                words.insert(text.trim().to_owned());
            }
            number
        };
        rows.push(records.fields().zip(&mut words).map(cell).collect());
    }
    let count = rows.first()?.len();
    rows.retain(|row| row.len() == count);
    if count > MOST_NAMED {
        return None;
    }
    let columns: Vec<Vec<Option<f64>>> = (0..count)
        .map(|column| rows.iter().map(|row| row[column]).collect())
        .collect();
    let numbers: Vec<Numbers> = columns.iter().map(|cells| seen(cells)).collect();
    let seem: Vec<Seems> = columns
        .iter()
        .zip(&numbers)
        .zip(&words)
        .map(|((cells, numbers), words)| {
            let steps = cells.windows(2);
            let mut steps = steps.map(|pair| Some(pair[1]? - pair[0]?));
            let is_counted = cells.len() >= COUNTED && steps.all(|step| step == Some(1.0));
            // Each word of a label comes again and again.
            let are_labels = numbers.count == 0
                && (2..=MOST_WORDS).contains(&words.len())
                && words.len() * 2 <= cells.len();
            match numbers {
                _ if are_labels => Seems::Class,
                _ if numbers.others > 0 || is_counted => Seems::Other,
                _ if numbers.are_classes() => Seems::Class,
                _ => Seems::Number,
            }
        })
        .collect();
    let outputs: Vec<usize> = (0..count).filter(|&at| seem[at] == Seems::Number).collect();
    let classes: Vec<usize> = (0..count).filter(|&at| seem[at] == Seems::Class).collect();
    let label = match classes.as_slice() {
        [] => None,
        [label] => Some(*label),
        // Labels and decisions: which is which, values do not tell.
        [_, _, ..] => return None,
    };
    let mut names: Vec<String> = (0..count).map(|at| format!("other_{at}")).collect();
    let mut name = |at: usize, name: &str| name.clone_into(&mut names[at]);
    let within = |at: usize| numbers[at].beyond == 0;
    let sums = rows.iter().all(|row| {
        let sum: f64 = outputs.iter().filter_map(|&at| row[at]).sum();
        (sum - 1.0).abs() <= sum_slack(outputs.len())
    });
    let file = quoted_file(file);
    match (label, outputs.as_slice()) {
        (Some(_), []) if count == 1 => {
            return Some(tr!(
                "it seems to hold labels alone; scores belong beside them: paste -d, {file} scores.txt > preds.csv, then \
                 ghm-lab xray preds.csv --columns label,p (or label,logit)",
                file
            ));
        }
        (None, &[output]) if count == 1 => {
            return Some(tr!(
                "it holds scores alone; labels belong beside them: paste -d, labels.txt {file} > preds.csv, then \
                 ghm-lab xray preds.csv --columns label,{role}",
                file,
                role = if within(output) { "p" } else { "logit" }
            ));
        }
        (None, [_, _, ..]) if outputs.len() == count && sums => {
            let delimiter = match dialect.delimiter {
                b'\t' => "\\t".to_owned(),
                other => char::from(other).to_string(),
            };
            return Some(tr!(
                "its rows sum to 1: probabilities of classes, and labels belong beside them: paste -d{delimiter} {file} \
                 labels.txt > preds.txt, then ghm-lab xray preds.txt --columns {names}",
                delimiter = quoted(&delimiter),
                file,
                names = (0..count)
                    .map(|class| format!("p_{class},"))
                    .chain(["label".to_owned()])
                    .collect::<String>()
            ));
        }
        (Some(label), &[output]) if words[label].len() <= 2 => {
            name(label, "label");
            name(output, if within(output) { "p" } else { "logit" });
        }
        (Some(label), [_, _, ..])
            if numbers[label].most < outputs.len() as f64
                && words[label].len() <= outputs.len() =>
        {
            // Two models, and not two classes.
            if !sums && outputs.iter().all(|&at| within(at)) {
                return None;
            }
            let stem = if sums { "p" } else { "logit" };
            name(label, "label");
            for (class, &output) in outputs.iter().enumerate() {
                name(output, &format!("{stem}_{class}"));
            }
        }
        (None, &[pred, target]) => {
            name(pred, "pred");
            name(target, "target");
        }
        (Some(_) | None, _) => return None,
    }
    Some(tr!(
        "name them by --columns, by their values perhaps --columns {names}",
        names = names.join(",")
    ))
}

fn seen(cells: &[Option<f64>]) -> Numbers {
    let mut numbers = Numbers::default();
    let rows = (1..).zip(cells);
    rows.for_each(|(row, &cell)| numbers.add(row, cell));
    numbers
}
