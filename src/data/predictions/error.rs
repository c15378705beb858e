//! Why a file cannot be used, in one sentence.

use super::Question;
use crate::words::word;
use std::fmt;
use std::io;

/// One sentence with file, line, column, the value and what was expected, as far as they apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError(pub String);

impl ReadError {
    /// Of a file as a whole.
    pub(super) fn of(file: &str, what: impl fmt::Display) -> Self {
        Self(format!("{file}: {what}"))
    }

    /// A text that is to be a number and is none.
    pub(super) fn no_number(place: &str, text: &[u8]) -> Self {
        Self(format!("{place}: {}", super::decimal::not_a_number(text)))
    }

    /// From the system.
    pub(crate) fn io(file: &str, error: &io::Error) -> Self {
        let said = error.get_ref().and_then(|of| of.downcast_ref::<Said>());
        if let Some(Said(what)) = said {
            return Self::of(file, what);
        }
        let what = match error.kind() {
            io::ErrorKind::NotFound => word("there is no such file").to_owned(),
            io::ErrorKind::PermissionDenied => word("reading it is not allowed").to_owned(),
            io::ErrorKind::UnexpectedEof => word("it ends too early: it is truncated").to_owned(),
            io::ErrorKind::IsADirectory => word("it is a folder").to_owned(),
            _ => shorten(&error.to_string()),
        };
        Self::of(file, what)
    }
}

/// A whole sentence of ours that comes by way of an error of the system.
#[derive(Debug)]
pub(super) struct Said(pub String);

impl Said {
    pub fn error(what: impl Into<String>) -> io::Error {
        io::Error::other(Self(what.into()))
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Said {}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ReadError {}

/// Why a file is not read: it cannot be, or only the person knows how.
#[derive(Clone, Debug)]
pub enum Refusal {
    Error(ReadError),
    Ask(Box<Question>),
}

impl Refusal {
    /// With the names of all files that were to be read.
    pub(super) fn of_files(mut self, inputs: &[super::Input]) -> Self {
        if let Self::Ask(question) = &mut self {
            question.files = inputs.iter().map(|input| input.name.clone()).collect();
        }
        self
    }

    /// With what else is known of the file.
    pub(super) fn with(self, notes: &[String]) -> Self {
        // More would hide what comes first.
        const MOST: usize = 2;
        let notes = &notes[..notes.len().min(MOST)];
        match self {
            Self::Error(ReadError(what)) => {
                Self::Error(ReadError([&[what][..], notes].concat().join("; ")))
            }
            Self::Ask(mut question) => {
                question.notes = notes.to_vec();
                Self::Ask(question)
            }
        }
    }
}

impl From<ReadError> for Refusal {
    fn from(error: ReadError) -> Self {
        Self::Error(error)
    }
}

impl From<Question> for Refusal {
    fn from(question: Question) -> Self {
        Self::Ask(Box::new(question))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Error(error) => error.fmt(f),
            Self::Ask(question) => question.fmt(f),
        }
    }
}

impl std::error::Error for Refusal {}

/// At most 40 characters of a text that a file holds, without control characters.
pub(crate) fn shorten(text: &str) -> String {
    const MOST: usize = 40;
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().map(clean).take(MOST).collect();
    if text.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

/// A number in a sentence: one of hundreds of digits with its exponent.
pub(super) fn brief(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && size.is_finite() && !(1e-5..1e16).contains(&size) {
        format!("{value:e}")
    } else {
        value.to_string()
    }
}
