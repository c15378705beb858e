//! What columns mean by their names.

use std::collections::HashMap;

use super::error::{ReadError, shorten};
use super::{Header, Outputs};
use crate::ghm::Task;
use crate::words::{tr, word};

/// Most classes that a file may have.
const MOST_CLASSES: usize = 10_000;

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Output of a class, or the only one.
    Output(usize),
    Target,
    Valid,
    Batch,
    Group,
    /// The text of every cell, as it stands in the file.
    Text(usize),
}

impl Role {
    /// Whether cells are taken as texts, whole numbers of any length included, and not as numbers.
    pub fn is_text(self) -> bool {
        match self {
            Self::Batch | Self::Group | Self::Text(_) => true,
            Self::Output(_) | Self::Target | Self::Valid => false,
        }
    }
}

/// The columns that are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub header: Header,
    /// Index of the column among all, and what it is for.
    pub chosen: Vec<(usize, Role)>,
}

impl Columns {
    /// From the names of all columns of a file.
    pub fn of(file: &str, names: &[String]) -> Result<Self, ReadError> {
        // Where each name stands; `None` where it stands twice.
        let mut places: HashMap<&str, Option<usize>> = HashMap::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let place = places.entry(name).and_modify(|place| *place = None);
            place.or_insert(Some(index));
        }
        let found = |wanted: &str| match places.get(wanted) {
            Some(None) => Err(ReadError::of(
                file,
                tr!(
                    "there are two columns \"{wanted}\"; one is expected",
                    wanted
                ),
            )),
            place => Ok(place.copied().flatten()),
        };
        let (prefix, task, outputs) = kind(file, names)?;
        let needed = match task {
            Task::Regression => "target",
            Task::Binary | Task::Classes => "label",
        };
        let mut chosen = Vec::new();
        if task == Task::Classes {
            let numbered = format!("{prefix}_");
            let numbers = names.iter().filter_map(|name| name.strip_prefix(&numbered));
            let count = numbers.filter(|n| n.parse::<usize>().is_ok()).count();
            if !(2..=MOST_CLASSES).contains(&count) {
                return Err(ReadError::of(
                    file,
                    tr!(
                        "there are {count} columns \"{prefix}_…\"; 2 to {MOST_CLASSES} classes are expected",
                        count,
                        prefix,
                        MOST_CLASSES
                    ),
                ));
            }
            for class in 0..count {
                let name = format!("{numbered}{class}");
                let Some(index) = found(&name)? else {
                    return Err(ReadError::of(
                        file,
                        tr!(
                            "there is no column \"{name}\"; {count} classes need \"{prefix}_0\" to \"{prefix}_{}\"",
                            count - 1,
                            name,
                            count,
                            prefix
                        ),
                    ));
                };
                chosen.push((index, Role::Output(class)));
            }
        } else if let Some(index) = found(prefix)? {
            chosen.push((index, Role::Output(0)));
        }
        let classes = match task {
            Task::Binary => 2,
            Task::Classes => chosen.len(),
            Task::Regression => 1,
        };
        let Some(index) = found(needed)? else {
            let listed = list(names);
            return Err(ReadError::of(
                file,
                tr!(
                    "there is no column \"{needed}\"; it has {listed}",
                    needed,
                    listed
                ),
            ));
        };
        chosen.push((index, Role::Target));
        let mut optional = |name: &str, role: Role| -> Result<bool, ReadError> {
            let index = found(name)?;
            chosen.extend(index.map(|index| (index, role)));
            Ok(index.is_some())
        };
        let header = Header {
            task,
            classes,
            outputs,
            has_valid: optional("valid", Role::Valid)?,
            has_batch: optional("batch", Role::Batch)?,
            has_group: optional("group", Role::Group)?,
        };
        Ok(Self { header, chosen })
    }

    /// The name of the column of a role.
    pub fn name<'a>(&self, names: &'a [String], role: Role) -> &'a str {
        let chosen = self.chosen.iter().find(|(_, of)| *of == role);
        chosen
            .and_then(|&(index, _)| names.get(index))
            .map_or("?", String::as_str)
    }
}

/// The name of the outputs, or its beginning, and what it says.
fn kind(file: &str, names: &[String]) -> Result<(&'static str, Task, Outputs), ReadError> {
    let has = |wanted: &str| names.iter().any(|name| name == wanted);
    let numbered = |prefix: &str| {
        names.iter().any(|name| {
            let number = name.strip_prefix(prefix).and_then(|n| n.strip_prefix('_'));
            number.is_some_and(|n| n.parse::<usize>().is_ok())
        })
    };
    let candidates = [
        (has("logit"), ("logit", Task::Binary, Outputs::Logits)),
        (has("p"), ("p", Task::Binary, Outputs::Probabilities)),
        (numbered("logit"), ("logit", Task::Classes, Outputs::Logits)),
        (numbered("p"), ("p", Task::Classes, Outputs::Probabilities)),
        (has("pred"), ("pred", Task::Regression, Outputs::Values)),
    ];
    let mut found = candidates
        .iter()
        .filter(|(there, _)| *there)
        .map(|(_, kind)| *kind);
    match (found.next(), found.next()) {
        (Some(kind), None) => Ok(kind),
        (None, _) => Err(ReadError::of(
            file,
            tr!(
                "there is no column of outputs; \"logit\" or \"p\", \"logit_0\", … or \"p_0\", …, or \"pred\" \
                 is expected, and it has {}",
                list(names)
            ),
        )),
        (Some(_), Some(_)) => Err(ReadError::of(
            file,
            tr!(
                "there are outputs of more than one kind among {}; one of \"logit\", \"p\", \"logit_0\", …, \
                 \"p_0\", … and \"pred\" is expected",
                list(names)
            ),
        )),
    }
}

/// The first few names.
fn list(names: &[String]) -> String {
    const MOST: usize = 6;
    let shown: Vec<String> = names
        .iter()
        .take(MOST)
        .map(|name| format!("\"{}\"", shorten(name)))
        .collect();
    match names.len() {
        0 => word("no columns").to_owned(),
        count if count > MOST => tr!("{0} and {1} more", shown.join(", "), count - MOST),
        _ => shown.join(", "),
    }
}
