//! `--per-example`: a line for each example, in the order of the rows.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;

use super::Failure;
use crate::cli::output::Output;
use crate::data::predictions::{Next, Predictions, Rows};
use crate::ghm::{Loss, Task};
use crate::xray::{Examples, Report, Values};

const BLOCK: usize = 1 << 14;

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
        let mut line = |values: Option<&Values>| -> io::Result<()> {
            while let Some((_, count)) = gaps.borrow_mut().pop_front_if(|gap| gap.0 == written) {
                for _ in 0..count {
                    writeln!(writer, "{empty}")?;
                }
            }
            written += 1;
            let Some(values) = values else {
                return writeln!(writer, "{empty}");
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
            writeln!(writer)
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
            examples.add(&rows, &mut line)?;
        }
        examples.finish(&mut line)?;
        for _ in 0..gaps.borrow().iter().map(|(_, count)| count).sum() {
            writeln!(writer, "{empty}")?;
        }
        Ok(())
    })
}
