//! Numbers in text, with a decimal point or a decimal comma.

use crate::words::tr;

/// A number, or 1 and 0 for true and false; `None` for anything else.
pub(super) fn number(field: &[u8]) -> Option<f64> {
    // A label is most often one digit.
    if let [digit @ b'0'..=b'9'] = field {
        return Some(f64::from(digit - b'0'));
    }
    let text = std::str::from_utf8(field).ok()?.trim();
    match text.parse() {
        Ok(value) => Some(value),
        Err(_) if text.eq_ignore_ascii_case("true") => Some(1.0),
        Err(_) if text.eq_ignore_ascii_case("false") => Some(0.0),
        Err(_) => None,
    }
}

/// A number with a comma where others have a point.
fn with_comma(field: &[u8]) -> Option<f64> {
    const LONGEST: usize = 64;
    let field = field.trim_ascii();
    let at = field.iter().position(|&byte| byte == b',')?;
    let others = field[at + 1..].iter().chain(&field[..at]);
    if field.len() > LONGEST
        || !others.clone().any(u8::is_ascii_digit)
        || others.clone().any(|byte| b",.".contains(byte))
    {
        return None;
    }
    let mut text = [0; LONGEST];
    text[..field.len()].copy_from_slice(field);
    text[at] = b'.';
    number(&text[..field.len()])
}

/// Whether a mark in a number could as well set thousands apart: one to three digits before it, three behind.
fn may_be_thousands(field: &[u8], mark: u8) -> bool {
    let field = field.trim_ascii();
    let field = field
        .strip_prefix(b"-")
        .or(field.strip_prefix(b"+"))
        .unwrap_or(field);
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let at = field.iter().position(|&byte| byte == mark);
    at.is_some_and(|at| {
        let (before, behind) = (&field[..at], &field[at + 1..]);
        (1..=3).contains(&before.len())
            && before[0] != b'0'
            && digits(before)
            && behind.len() == 3
            && digits(behind)
    })
}

/// The decimal mark of a column, once one was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mark {
    #[default]
    Unseen,
    Point,
    Comma,
}

/// The decimal marks of a file, by column.
pub(super) struct Decimals {
    /// That of all columns, where it was given.
    given: Option<char>,
    delimiter: u8,
    /// Whether some number has a decimal comma for certain.
    has_comma: bool,
    columns: Vec<Mark>,
}

impl Decimals {
    pub fn new(given: Option<char>, delimiter: u8) -> Self {
        Self {
            given,
            delimiter,
            has_comma: given == Some(','),
            columns: Vec::new(),
        }
    }

    /// Looks at a cell from the beginning of the file: one with a comma that sets no thousands apart tells
    /// what commas are in the others.
    pub fn learn(&mut self, field: &[u8]) {
        let tells = self.delimiter != b',' && self.given.is_none();
        self.has_comma |= tells && with_comma(field).is_some() && !may_be_thousands(field, b',');
    }

    /// The number of columns, once it is known.
    pub fn set_columns(&mut self, columns: usize) {
        self.columns.resize(columns, Mark::default());
    }

    /// Whether a column was taken to have decimal commas.
    pub fn has_comma(&self) -> bool {
        self.columns.contains(&Mark::Comma)
    }

    /// The number in a cell of a column, which stands in the file as `raw`.
    ///
    /// # Errors
    /// What it is instead.
    pub fn read(&mut self, column: usize, field: &[u8], raw: &[u8]) -> Result<f64, String> {
        let value = number(field);
        let has = |mark: u8| field.contains(&mark);
        if let (b',', None, Some(value)) = (self.delimiter, self.given, value) {
            return Ok(value);
        }
        let Some(mark) = self.columns.get_mut(column) else {
            return value.ok_or_else(|| not_a_number(raw));
        };
        match (value, self.given) {
            (Some(value), Some(',')) if !has(b'.') => Ok(value),
            (Some(value), Some(given)) if given != ',' => Ok(value),
            (Some(_), Some(_)) => Err(tr!(
                "\"{0}\" has a decimal point, and --decimal says that the mark is a comma",
                shown(raw)
            )),
            (Some(value), None) if !has(b'.') => Ok(value),
            (Some(_), None) if *mark == Mark::Comma => Err(tr!(
                "\"{0}\" has a point where the numbers above have a decimal comma; write thousands without a mark",
                shown(raw)
            )),
            (Some(_), None)
                if *mark == Mark::Unseen && self.has_comma && may_be_thousands(field, b'.') =>
            {
                Err(tr!(
                    "\"{0}\" may be a number with thousands, since others have a decimal comma; --decimal . or --decimal , says which",
                    shown(raw)
                ))
            }
            (Some(value), None) => {
                *mark = Mark::Point;
                Ok(value)
            }
            (None, given) => {
                let Some(value) = with_comma(field).filter(|_| given.is_none_or(|of| of == ','))
                else {
                    return Err(not_a_number(raw));
                };
                if given.is_none() && (self.delimiter == b',' || *mark == Mark::Point) {
                    return Err(tr!(
                        "\"{0}\" is not a number; were it one with a decimal comma, this says so: --decimal ,",
                        shown(raw)
                    ));
                }
                // A semicolon separates fields where commas are in numbers.
                let is_certain = given.is_some() || self.delimiter == b';' || self.has_comma;
                if !is_certain && may_be_thousands(field, b',') {
                    return Err(tr!(
                        "\"{0}\" has a decimal comma or is a number with thousands; --decimal , says that it is the former",
                        shown(raw)
                    ));
                }
                *mark = Mark::Comma;
                self.has_comma = true;
                Ok(value)
            }
        }
    }
}

fn shown(field: &[u8]) -> String {
    super::error::shorten(&String::from_utf8_lossy(field))
}

pub(super) fn not_a_number(field: &[u8]) -> String {
    let shown = shown(field);
    match std::str::from_utf8(field) {
        Ok(text) if text.trim_end().ends_with('%') => tr!(
            "\"{shown}\" is not a number: % is read in text files, where all values of a column of probabilities, \
             scores or predictions have it; write it behind all of them, or behind none",
            shown
        ),
        Ok(_) => tr!("\"{shown}\" is not a number", shown),
        Err(_) => tr!("\"{shown}\" is not UTF-8 text; a number is expected", shown),
    }
}
