//! What quotes mean in a file where that is in doubt: every reading is tried on the whole of it, and only
//! one that is alone without a fault is taken.

use std::hash::{DefaultHasher, Hasher};

use super::records::{Fault, Quotes, Records};

/// How a file looks in one reading.
struct Look {
    /// Rows that do not have as many fields as the header.
    ragged: u64,
    /// Fields that are enclosed in quotes, though quotes are literal.
    enclosed: u64,
    fingerprint: u64,
}

/// The meaning of quotes in a file; `None` where there is none, or more than one.
///
/// # Errors
/// When it cannot be read.
pub(super) fn decide(
    has_header: bool,
    mut open: impl FnMut(Quotes) -> Result<Records, Fault>,
) -> Result<Option<Quotes>, Fault> {
    let mut sound = Vec::new();
    for quotes in [Quotes::Doubled, Quotes::Backslash, Quotes::Literal] {
        let Some(look) = look(open(quotes)?, has_header)? else {
            continue;
        };
        // Without quotes around any field, and with no row that says otherwise.
        if quotes != Quotes::Literal || look.enclosed == 0 && look.ragged == 0 {
            sound.push((quotes, look));
        }
    }
    if let [(quotes, _)] = sound.as_slice() {
        return Ok(Some(*quotes));
    }
    // Where the rows are the same, the readings are.
    if let [(quotes, first), rest @ ..] = sound.as_slice()
        && rest
            .iter()
            .all(|(_, look)| look.fingerprint == first.fingerprint)
    {
        return Ok(Some(*quotes));
    }
    let mut even = sound.iter().filter(|(_, look)| look.ragged == 0);
    match (even.next(), even.next()) {
        (Some((quotes, _)), None) => Ok(Some(*quotes)),
        _ => Ok(None),
    }
}

/// Reads all; `None` where quotes contradict each other.
fn look(mut records: Records, mut is_header: bool) -> Result<Option<Look>, Fault> {
    records.settled = true;
    let mut hasher = DefaultHasher::new();
    let mut look = Look {
        ragged: 0,
        enclosed: 0,
        fingerprint: 0,
    };
    loop {
        match records.next() {
            Ok(true) => {}
            Ok(false) => break,
            Err(Fault::Io(error)) => return Err(Fault::Io(error)),
            Err(_) => return Ok(None),
        }
        // Names of rows have none themselves in some headers.
        let is_row = !std::mem::take(&mut is_header);
        look.ragged += u64::from(is_row && records.len() != records.expected);
        for field in records.fields() {
            hasher.write_usize(field.len());
            hasher.write(field);
            let is_enclosed = matches!(field, [b'"', .., b'"']);
            look.enclosed += u64::from(is_enclosed && records.dialect.quotes == Quotes::Literal);
        }
    }
    look.fingerprint = hasher.finish();
    Ok(Some(look))
}
