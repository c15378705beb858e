//! The columns that are read, and what for.

use super::Header;
use super::error::shorten;
use crate::words::{tr, word};

/// What a column is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Output of a class, or the only one.
    Output(usize),
    Target,
    /// 1 where the example is of this class, else 0.
    OneHot(usize),
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
            Self::Output(_) | Self::Target | Self::OneHot(_) | Self::Valid => false,
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
    /// The name of the column of a role.
    pub fn name<'a>(&self, names: &'a [String], role: Role) -> &'a str {
        let chosen = self.chosen.iter().find(|(_, of)| *of == role);
        chosen
            .and_then(|&(index, _)| names.get(index))
            .map_or("?", String::as_str)
    }

    /// How many columns are taken as texts beside mini-batches and groups, and as one-hot labels.
    pub fn counts(&self) -> (usize, usize) {
        let count = |is: fn(&Role) -> bool| self.chosen.iter().filter(|(_, role)| is(role)).count();
        (
            count(|role| matches!(role, Role::Text(_))),
            count(|role| matches!(role, Role::OneHot(_))),
        )
    }
}

/// Names that a sentence lists.
const LISTED: usize = 6;

/// The first few names of columns.
pub(super) fn list(names: &[String]) -> String {
    if names.is_empty() {
        return word("no columns").to_owned();
    }
    first_of(names)
}

/// The first few texts, and how many more there are.
pub(super) fn first_of<S: AsRef<str>>(texts: &[S]) -> String {
    let shown = all_of(texts.iter().take(LISTED));
    match texts.len().saturating_sub(LISTED) {
        0 => shown,
        more => tr!("{shown} and {more} more", shown, more),
    }
}

/// The names of these columns, all of them.
pub(super) fn in_quotes(names: &[String], columns: &[usize]) -> String {
    all_of(columns.iter().map(|&column| &names[column]))
}

/// All texts, in double quotes.
pub(super) fn all_of<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> String {
    let quoted = texts
        .into_iter()
        .map(|text| format!("\"{}\"", shorten(text.as_ref())));
    quoted.collect::<Vec<_>>().join(", ")
}
