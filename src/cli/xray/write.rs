//! `--per-example`: a line for each example, in the order of the rows.

use std::io;

use super::Failure;
use crate::cli::output::Output;
use crate::data::predictions::{Next, Predictions, Rows};
use crate::ghm::{Loss, Task};
use crate::xray::{Examples, Report, Values};

const BLOCK: usize = 1 << 14;

/// Reads the rows once more and writes what each comes to under a loss; the fields of ignored examples
/// are empty.
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
        let mut line = |values: Option<&Values>| -> io::Result<()> {
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
        while predictions
            .read(&mut rows, BLOCK)
            .map_err(io::Error::other)?
            == Next::Rows
        {
            examples.add(&rows, &mut line)?;
        }
        examples.finish(&mut line)
    })
}
