//! What a person is asked where a file has more than one reading.

use std::fmt;

use super::error::shorten;
use super::options::quoted_file;
use super::{Options, RoleName};
use crate::words::tr;

/// Commands that are shown: more are no help.
const MOST_COMMANDS: usize = 5;

/// A column, and what it seems to be for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskedColumn {
    pub name: String,
    /// `None` where nothing is known of it: then it is read as what its values tell, if at all.
    pub guess: Option<RoleName>,
    /// What it may be for if a person says so; it is not read as that by itself.
    pub offer: Option<RoleName>,
}

/// One way to read the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// What it says, in words.
    pub says: String,
    /// All options to open the same files with.
    pub options: Options,
}

/// More than one reading: which one, only the person knows.
#[derive(Clone, Debug)]
pub struct Question {
    pub file: String,
    /// All files that were to be read, for commands; none where that is `file` alone.
    pub files: Vec<String>,
    /// One sentence.
    pub why: String,
    /// What else is known of the file, a sentence each.
    pub notes: Vec<String>,
    /// What answers it at the command line beside the candidates; may be empty.
    pub cure: String,
    pub columns: Vec<AskedColumn>,
    /// Cells of the first rows, one for each column.
    pub rows: Vec<Vec<String>>,
    /// The different labels, as the file has them, and how often; the first few.
    pub labels: Vec<(String, u64)>,
    /// The readings there are, the likeliest first. May be empty: then roles have to be given.
    pub candidates: Vec<Candidate>,
    /// The options it was opened with.
    pub options: Options,
}

impl Question {
    /// Options with which each column has the role that a person chose, in the order of `columns`; one without
    /// a role is read as if nothing was said of it.
    pub fn answer(&self, roles: &[Option<RoleName>]) -> Options {
        let maps = self.columns.iter().zip(roles);
        let maps = maps.filter_map(|(column, role)| Some((column.name.clone(), role.clone()?)));
        Options {
            maps: maps.collect(),
            ..self.options.clone()
        }
    }
}

impl fmt::Display for Question {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = self.why.trim_end_matches('?');
        write!(f, "{}: {why}", self.file)?;
        if !self.cure.is_empty() {
            write!(f, " ({})", self.cure)?;
        }
        for note in &self.notes {
            write!(f, "; {note}")?;
        }
        let columns: Vec<String> = self
            .columns
            .iter()
            .take(12)
            .map(|column| {
                let name = shorten(&column.name);
                match column.guess.as_ref().or(column.offer.as_ref()) {
                    Some(role) => format!("\"{name}\" ({role}?)"),
                    None => format!("\"{name}\""),
                }
            })
            .collect();
        let more = self.columns.len().saturating_sub(columns.len());
        let mut columns = columns.join(", ");
        if more > 0 {
            columns = tr!("{columns} and {more} more", columns, more);
        }
        if !columns.is_empty() {
            write!(f, ". {}", tr!("It has {columns}.", columns))?;
        }
        let files = match self.files.as_slice() {
            [] => std::slice::from_ref(&self.file),
            files => files,
        };
        let files: Vec<String> = files.iter().map(|file| quoted_file(file)).collect();
        let files = files.join(" ");
        for Candidate { says, options } in self.candidates.iter().take(MOST_COMMANDS) {
            let flags = options.flags();
            write!(f, "\n    {says}:\n      ghm-lab xray {files} {flags}")?;
        }
        match self.candidates.len().saturating_sub(MOST_COMMANDS) {
            0 => Ok(()),
            more => write!(f, "\n    {}", tr!("and {more} more", more)),
        }
    }
}
