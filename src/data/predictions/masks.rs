//! Columns of 0 and 1, or of yes and no, that say which examples count.

use super::error::shorten;
use super::names::{Optional, named, plain};
use super::options::quoted_name;
use super::resolve::Resolver;
use super::survey::{number, truth};
use crate::words::tr;

/// Parts of names of what may be a mask; not read as one by itself, but where the whole name is known.
const CALLED: [&str; 5] = ["mask", "ignore", "weight", "valid", "exclude"];
/// Parts of those that say the opposite: 1 is what does not count.
const OPPOSITE: [&str; 3] = ["ignore", "invalid", "exclude"];

/// What a cell of a mask says.
pub(super) fn said(text: &str) -> Option<bool> {
    match number(text) {
        Some(value) => [(0.0, false), (1.0, true)]
            .into_iter()
            .find_map(|(of, said)| (of == value).then_some(said)),
        None => match text.trim().to_ascii_lowercase().as_str() {
            "y" => Some(true),
            "n" => Some(false),
            other => truth(other).map(|of| of == 1),
        },
    }
}

/// Whether a name is like that of a mask.
pub(super) fn is_called_so(name: &str) -> bool {
    let name = plain(name);
    CALLED.iter().any(|part| name.contains(part))
}

impl Resolver<'_> {
    /// Whether a column is of 0 and 1, or of yes and no.
    pub fn is_mask(&self, column: usize) -> bool {
        let seen = &self.survey.columns[column];
        !seen.many && seen.texts.iter().all(|(text, _)| said(text).is_some())
    }

    /// Whether it is of yes and no, which formats do not read as numbers.
    pub fn is_of_words(&self, column: usize) -> bool {
        let seen = &self.survey.columns[column];
        let is_word = |(text, _): &(String, u64)| {
            let is_known = ["true", "false"].contains(&text.to_ascii_lowercase().as_str());
            number(text).is_none() && !is_known && said(text).is_some()
        };
        seen.texts.iter().any(is_word)
    }

    /// What is to be known of a column that is not read and may be a mask, or weighs examples.
    pub fn note_of_mask(&self, column: usize) -> Option<String> {
        let name = &self.names[column];
        if self.roles[column].is_some() || !is_called_so(name) {
            return None;
        }
        let flag = quoted_name(name) + "=valid";
        let (short, part) = (shorten(name), plain(name));
        let texts = &self.survey.columns[column].texts;
        let is_weight = named(name).optional == Some(Optional::Weight)
            || part.ends_with("weight") && self.survey.columns[column].numbers.others == 0;
        match self.is_mask(column) && texts.len() == 2 {
            true if OPPOSITE.iter().any(|of| part.contains(of)) => Some(tr!(
                "\"{short}\" holds 0 and 1 and is not read: all rows were counted; where 1 is what does not count, its \
                 opposite is a mask, in pandas d[\"valid\"] = 1 - d.pop(\"{short}\")",
                short
            )),
            true => Some(tr!(
                "\"{short}\" holds 0 and 1 and is not read: all rows were counted; --map {flag} reads it as a mask, \
                 whose 0 leaves rows out",
                short,
                flag
            )),
            false if is_weight && !self.is_mask(column) => Some(tr!(
                "\"{name}\" is not read: weights of examples are not used",
                name
            )),
            false => None,
        }
    }
}
