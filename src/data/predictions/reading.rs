//! What was read as what.

use serde_json::{Value as Json, json};

use crate::words::{tr, word};

/// A column and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub column: String,
    /// As [`super::RoleName`] says it: `label`, `logit`, `p_2`.
    pub role: String,
}

/// What was read as what, and what was done to values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    pub files: Vec<String>,
    pub columns: Vec<Taken>,
    /// Columns that were not read.
    pub left: Vec<String>,
    /// Labels of the file and the class each is, where that is not its own number.
    pub labels: Vec<(String, usize)>,
    /// Sentences: what was decided and how files were taken.
    pub notes: Vec<String>,
    /// Probabilities that lay beside [0, 1] by a rounding.
    pub clamped: u64,
    /// Rows whose probabilities did not sum to 1 by a rounding.
    pub normalised: u64,
    /// Probabilities of exactly 0 or 1.
    pub certain: u64,
    /// Rows that `valid` or their label says are ignored.
    pub ignored: u64,
    pub skipped: u64,
}

impl Reading {
    pub fn to_json(&self) -> Json {
        let columns = self.columns.iter();
        let columns = columns.map(|taken| json!({"name": taken.column, "role": taken.role}));
        let labels = self.labels.iter();
        let labels = labels.map(|(label, class)| json!({"label": label, "class": class}));
        json!({
            "files": self.files,
            "columns": columns.collect::<Vec<_>>(),
            "not_read": self.left,
            "labels": labels.collect::<Vec<_>>(),
            "clamped": self.clamped,
            "normalised": self.normalised,
            "certain": self.certain,
            "ignored": self.ignored,
            "skipped": self.skipped,
            "notes": self.notes,
        })
    }

    /// What a person should know, a sentence each: nothing where columns are called what they are, all of them
    /// are read, and no value was mended.
    pub fn sentences(&self) -> Vec<String> {
        const MOST: usize = 6;
        const MOST_LEFT: usize = 12;
        let mut sentences = Vec::new();
        if self.columns.iter().any(|taken| taken.column != taken.role) {
            let shown = self.columns.iter().take(MOST);
            let shown: Vec<String> = shown
                .map(|Taken { column, role }| tr!("{0} as {role}", super::shorten(column), role))
                .collect();
            let more = self.columns.len().saturating_sub(MOST);
            let mut all = shown.join(", ");
            if more > 0 {
                all = tr!("{all} and {more} more", all, more);
            }
            sentences.push(tr!("Read: {all}", all));
        }
        if !self.left.is_empty() {
            let names = self.left.iter().take(MOST_LEFT);
            let mut names = names
                .map(|name| match name.as_str() {
                    "" => "\"\"".to_owned(),
                    name => super::shorten(name),
                })
                .collect::<Vec<_>>()
                .join(", ");
            let more = self.left.len().saturating_sub(MOST_LEFT);
            if more > 0 {
                names = tr!("{names} and {more} more", names, more);
            }
            sentences.push(tr!("Not read: {names}", names));
        }
        sentences.extend(self.notes.iter().cloned());
        let mut counted = |count: u64, what: &str| {
            if count > 0 {
                sentences.push(format!("{what} ({count})"));
            }
        };
        counted(
            self.clamped,
            word("probabilities beside 0 to 1 by a rounding were taken as 0 or 1"),
        );
        counted(
            self.normalised,
            word("rows of rounded probabilities were made to sum to 1"),
        );
        counted(
            self.certain,
            word(
                "probabilities of exactly 0 or 1, whose infinite loss counts as 100 where they are wrong",
            ),
        );
        sentences
    }
}
