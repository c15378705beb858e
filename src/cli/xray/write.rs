//! `--per-example`: a line for each example, in the order of the rows.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;

use super::Failure;
use crate::cli::output::Output;
use crate::data::predictions::{Next, Options, Predictions, RoleName, Rows};
use crate::ghm::{Loss, Task};
use crate::xray::{Examples, Report, TooLarge, Values};

const BLOCK: usize = 1 << 14;

/// Why the second pass ends early.
enum Stop {
    Io(io::Error),
    TooLarge(TooLarge),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<TooLarge> for Stop {
    fn from(batch: TooLarge) -> Self {
        Self::TooLarge(batch)
    }
}

impl Stop {
    /// With the name of the column of mini-batches.
    fn told(self, column: &str) -> io::Error {
        match self {
            Self::Io(error) => error,
            Self::TooLarge(TooLarge { rows }) => io::Error::other(format!(
                "a mini-batch of more than {rows} rows takes more than 1 GiB until its density is known; \
                 smaller mini-batches are expected, or {}, which makes one of all rows",
                Options {
                    maps: vec![(column.to_owned(), RoleName::Ignore)],
                    ..Options::default()
                }
                .flags()
            )),
        }
    }
}

/// Reads the rows once more and writes what each comes to under a loss; the fields of rows that are
/// ignored or skipped are empty.
///
/// # Errors
/// Names flag and file; a file that was there is as before.
pub(super) fn examples(
    output: &Output,
    predictions: &mut Predictions,
    report: &Report,
    loss: Loss,
) -> Result<(), Failure> {
    predictions.rewind()?;
    let header = *predictions.header();
    let columns = &predictions.reading().columns;
    let batch = columns.iter().find(|taken| taken.role == "batch");
    let batch = batch.map_or_else(String::new, |taken| taken.column.clone());
    output.write(|writer| {
        let names: Vec<String> = match header.task {
            Task::Classes => (0..header.width())
                .map(|k| format!("gradient_{k}"))
                .collect(),
            Task::Binary | Task::Regression => vec!["gradient".to_owned()],
        };
        writeln!(writer, "g,bin,weight,loss,{}", names.join(","))?;
        let empty = ",".repeat(3 + names.len());
        // Rows that were skipped: how many before which of the others.
        let gaps: RefCell<VecDeque<(u64, u64)>> = RefCell::default();
        let mut written = 0;
        let mut line = |values: Option<&Values>| -> Result<(), Stop> {
            while let Some((_, count)) = gaps.borrow_mut().pop_front_if(|gap| gap.0 == written) {
                for _ in 0..count {
                    writeln!(writer, "{empty}")?;
                }
            }
            written += 1;
            let Some(values) = values else {
                return Ok(writeln!(writer, "{empty}")?);
            };
            let Values {
                g,
                bin,
                weight,
                loss,
                gradient,
            } = values;
            write!(writer, "{g:?},{bin},{weight:?},{loss:?}")?;
            for value in gradient {
                write!(writer, ",{value:?}")?;
            }
            Ok(writeln!(writer)?)
        };
        let mut examples = Examples::new(header, &report.config, report, loss);
        let mut rows = Rows::default();
        let mut seen = 0;
        loop {
            let next = predictions
                .read(&mut rows, BLOCK)
                .map_err(io::Error::other)?;
            let of_block = rows
                .gaps
                .iter()
                .map(|&(before, count)| (seen + before as u64, count));
            gaps.borrow_mut().extend(of_block);
            seen += rows.len() as u64;
            if next != Next::Rows {
                break;
            }
            examples
                .add(&rows, &mut line)
                .map_err(|stop| stop.told(&batch))?;
        }
        examples
            .finish(&mut line)
            .map_err(|stop| stop.told(&batch))?;
        for _ in 0..gaps.borrow().iter().map(|(_, count)| count).sum() {
            writeln!(writer, "{empty}")?;
        }
        Ok(())
    })
}
