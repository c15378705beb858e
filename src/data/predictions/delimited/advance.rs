//! From one record to the next, also where it has to be found out what quotes mean.

use super::super::error::ReadError;
use super::super::quotes;
use super::super::records::{Fault, Quotes};
use super::super::work::{Pace, Work};
use super::{Delimited, records};
use crate::words::word;

/// What comes next.
pub(super) enum Advance {
    Record,
    End,
    /// That cannot be told before what quotes mean is known, for which more of the file is read.
    Waits,
}

/// What quotes mean, while that is found out, and what made it doubtful.
pub(super) struct Doubt {
    fault: Fault,
    work: Work<Result<Option<Quotes>, Fault>>,
    pace: Pace,
}

impl Doubt {
    /// Bytes of the present pass over the records.
    pub fn done(&self) -> u64 {
        self.pace.done()
    }
}

impl Delimited {
    /// Goes on to the next record; where quotes contradict each other, once their meaning is decided.
    pub(super) fn advance(&mut self) -> Result<Advance, ReadError> {
        if let Some(mut doubt) = self.doubt.take() {
            let Some(decided) = doubt.work.step() else {
                self.doubt = Some(doubt);
                return Ok(Advance::Waits);
            };
            match decided.map_err(|fault| fault.explain(&self.file))? {
                None => return Err(doubt.fault.explain(&self.file)),
                Some(quotes) => self.settle(quotes),
            }
        }
        let fault = match self.records.next() {
            Ok(true) => return Ok(Advance::Record),
            Ok(false) => return Ok(Advance::End),
            Err(fault) => fault,
        };
        let is_of_quotes = match fault {
            Fault::Unclosed(_) | Fault::AfterQuote(_) | Fault::Doubtful(_) => !self.records.settled,
            Fault::Io(_) | Fault::Long(_) => false,
        };
        if !is_of_quotes {
            return Err(fault.explain(&self.file));
        }
        let (input, layout) = (self.input.clone(), self.layout.clone());
        let expected = self.records.expected;
        let open = move |quotes| {
            let mut records = records(&input, &layout, quotes)?;
            records.expected = expected;
            Ok(records)
        };
        let pace = Pace::default();
        let work = Work::new(quotes::decide(self.has_header, pace.clone(), open));
        self.doubt = Some(Doubt { fault, work, pace });
        Ok(Advance::Waits)
    }

    fn settle(&mut self, quotes: Quotes) {
        self.records.dialect.quotes = quotes;
        self.records.settled = true;
        match quotes {
            Quotes::Doubled => {}
            Quotes::Backslash => self.notes.push(
                word("quotes within quotes have a backslash before them, as Spark writes them")
                    .to_owned(),
            ),
            Quotes::Literal => self.notes.push(
                word("no field is enclosed in quotes: quotes are characters like any other")
                    .to_owned(),
            ),
        }
    }
}
