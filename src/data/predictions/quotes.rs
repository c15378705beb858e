//! What quotes mean in a file where that is in doubt: every reading is tried on the whole of it, and only
//! one that is alone without a fault is taken.

use std::hash::{DefaultHasher, Hasher};

use super::records::{BUFFER, Fault, Quotes, Records};
use super::work::Pace;

/// How a file looks in one reading.
struct Trial {
    /// Rows that do not have as many fields as the header.
    ragged: u64,
    /// Fields that are enclosed in quotes, though quotes are literal.
    enclosed: u64,
    fingerprint: u64,
}

/// The meaning of quotes in a file; `None` where there is none, or more than one.
///
/// # Errors
/// When it cannot be read, or quotes contradict each other in every meaning.
pub(super) async fn decide(
    has_header: bool,
    pace: Pace,
    mut open: impl FnMut(Quotes) -> Result<Records, Fault>,
) -> Result<Option<Quotes>, Fault> {
    let mut sound = Vec::new();
    let mut furthest: Option<(u64, Fault)> = None;
    let mut never_closed = 0;
    for quotes in [Quotes::Doubled, Quotes::Backslash, Quotes::Literal] {
        let mut records = open(quotes)?;
        let trial = match tried(&mut records, has_header, &pace).await {
            Ok(trial) => trial,
            Err(fault) => {
                let line = match fault {
                    Fault::Io(_) => return Err(fault),
                    Fault::Long(_) => continue,
                    Fault::Unclosed(line) | Fault::AfterQuote(line) | Fault::Doubtful(line) => line,
                };
                // Between tabs programs write quotes as characters.
                let is_open = matches!(fault, Fault::Unclosed(_))
                    && records.has_ended()
                    && records.dialect.delimiter != b'\t';
                never_closed += u32::from(is_open);
                if furthest.as_ref().is_none_or(|(before, _)| line > *before) {
                    furthest = Some((line, fault));
                }
                continue;
            }
        };
        // Without quotes around any field, and with no row that says otherwise.
        if quotes != Quotes::Literal || trial.enclosed == 0 && trial.ragged == 0 {
            sound.push((quotes, trial));
        }
    }
    match (sound.as_slice(), furthest) {
        // The reading that fits longest says where it goes wrong; a quote that is open to the end is no character.
        ([] | [(Quotes::Literal, _)], Some((_, fault)))
            if sound.is_empty() || never_closed == 2 =>
        {
            return Err(fault);
        }
        ([(quotes, _)], _) => return Ok(Some(*quotes)),
        _ => {}
    }
    // Where the rows are the same, the readings are.
    if let [(quotes, first), rest @ ..] = sound.as_slice()
        && rest
            .iter()
            .all(|(_, trial)| trial.fingerprint == first.fingerprint)
    {
        return Ok(Some(*quotes));
    }
    let mut even = sound.iter().filter(|(_, trial)| trial.ragged == 0);
    match (even.next(), even.next()) {
        (Some((quotes, _)), None) => Ok(Some(*quotes)),
        _ => Ok(None),
    }
}

/// Reads all.
async fn tried(records: &mut Records, mut is_header: bool, pace: &Pace) -> Result<Trial, Fault> {
    records.settled = true;
    let mut hasher = DefaultHasher::new();
    let mut trial = Trial {
        ragged: 0,
        enclosed: 0,
        fingerprint: 0,
    };
    let mut paused = 0;
    while records.next()? {
        if records.done - paused >= BUFFER as u64 {
            paused = records.done;
            pace.pause(paused).await;
        }
        // Names of rows have none themselves in some headers.
        let is_row = !std::mem::take(&mut is_header);
        trial.ragged += u64::from(is_row && records.len() != records.expected);
        for field in records.fields() {
            hasher.write_usize(field.len());
            hasher.write(field);
            let is_enclosed = matches!(field, [b'"', .., b'"']);
            trial.enclosed += u64::from(is_enclosed && records.dialect.quotes == Quotes::Literal);
        }
    }
    trial.fingerprint = hasher.finish();
    Ok(trial)
}
