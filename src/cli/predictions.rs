//! `--predictions`: what the trained network says of the test examples.

use std::io::{self, Write};

use crate::config::Config;
use crate::engine::{Trainer, cpu};
use crate::ghm::Task;

/// Writes a line for each test example; logits are in f32, as training has them.
///
/// # Errors
/// Those of the writer.
pub(super) fn write(
    writer: &mut dyn Write,
    trainer: &Trainer,
    parameters: &[f32],
) -> io::Result<()> {
    let config: &Config = trainer.config();
    let (network, test) = (trainer.network(), &trainer.data().test);
    let outputs = cpu::predict::<f32>(network, parameters, &test.points);
    let width = network.outputs();
    let names: Vec<String> = match config.task {
        Task::Binary => vec!["logit".to_owned()],
        Task::Classes => (0..width).map(|k| format!("logit_{k}")).collect(),
        Task::Regression => vec!["pred".to_owned()],
    };
    let target = match config.task {
        Task::Binary | Task::Classes => "label",
        Task::Regression => "target",
    };
    writeln!(writer, "{},{target}", names.join(","))?;
    for (row, target) in outputs.chunks_exact(width).zip(&test.targets) {
        for output in row {
            write!(writer, "{output},")?;
        }
        writeln!(writer, "{target}")?;
    }
    Ok(())
}
