//! What is wrong with a record.

use std::io;

use super::super::error::ReadError;
use super::MOST_RECORD;
use crate::words::{tr, word};

/// Why there is no record. Lines are those where the quote stands.
#[derive(Debug)]
pub enum Fault {
    Io(io::Error),
    Long(u64),
    Unclosed(u64),
    /// Something stands between the closing quote of a field and the next delimiter.
    AfterQuote(u64),
    /// It can be read in more than one way; only while quotes are not settled.
    Doubtful(u64),
}

impl Fault {
    /// In a sentence, with the file and the cure.
    pub fn explain(&self, file: &str) -> ReadError {
        let cure = word("write quotes within a field twice, or no quotes around fields");
        ReadError(match self {
            Self::Io(error) => return ReadError::io(file, error),
            Self::Long(line) => tr!(
                "{file}, line {line}: the line is longer than {MOST_RECORD} bytes, or a quote is never closed",
                file,
                line,
                MOST_RECORD
            ),
            Self::Unclosed(line) => tr!(
                "{file}, line {line}: the quote that opens a field here is never closed; {cure}",
                file,
                line,
                cure
            ),
            Self::AfterQuote(line) => tr!(
                "{file}, line {line}: a field goes on behind its closing quote; a delimiter is expected; {cure}",
                file,
                line,
                cure
            ),
            Self::Doubtful(line) => tr!(
                "{file}, line {line}: its quotes can be read in more than one way; {cure}",
                file,
                line,
                cure
            ),
        })
    }
}
