//! What a run leaves in files, as JSON.
//!
//! Single-precision values are printed as the shortest decimal that reads back to the same bits:
//! they are serialised as `f32` and never pass through `serde_json::Value`, which holds `f64`.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::Value as Json;

use super::arguments::MOST_TRACED_STEPS;
use crate::config::Config;
use crate::data::Dataset;
use crate::engine::{BackendInfo, Evaluation, NamedArray, Snapshot, Update};
use crate::ghm::{Loss, hit_bins};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Content of the file of `--json`.
#[derive(Serialize)]
pub(super) struct Results<'a> {
    version: &'static str,
    config: Json,
    backend: Backend<'a>,
    steps: u64,
    history: Vec<Point>,
    snapshot: State<'a>,
    parameters: Vec<Array<'a>>,
}

#[derive(Serialize)]
struct Backend<'a> {
    kind: &'a str,
    adapter: &'a str,
}

#[derive(Serialize)]
struct Point {
    step: u64,
    train_loss: f64,
    test_loss: f64,
    average_precision: Option<f64>,
    train_average_precision: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_absolute_error: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    train_mean_absolute_error: Option<f64>,
}

#[derive(Serialize)]
struct State<'a> {
    step: u64,
    /// Bins that the last mini-batch hit, n.
    n: usize,
    /// Examples in the last mini-batch, N.
    examples: u32,
    loss: f32,
    counts: &'a [u32],
    ema: &'a [f32],
    density: &'a [f32],
    beta: &'a [f32],
    contribution: BTreeMap<&'static str, &'a [f32]>,
    line_deviation: Option<f64>,
}

#[derive(Serialize)]
struct Array<'a> {
    name: &'a str,
    shape: &'a [usize],
    values: &'a [f32],
}

impl<'a> Results<'a> {
    pub fn new(
        config: &Config,
        backend: &'a BackendInfo,
        history: &[Evaluation],
        snapshot: &'a Snapshot,
        parameters: &'a [NamedArray],
    ) -> Self {
        Self {
            version: VERSION,
            config: config.to_json(),
            backend: Backend {
                kind: backend.kind,
                adapter: &backend.adapter,
            },
            steps: snapshot.step,
            history: history.iter().map(Point::of).collect(),
            snapshot: State::of(snapshot),
            parameters: arrays(parameters),
        }
    }
}

impl Point {
    fn of(point: &Evaluation) -> Self {
        Self {
            step: point.step,
            train_loss: point.train.loss,
            test_loss: point.test.loss,
            average_precision: point.test.average_precision,
            train_average_precision: point.train.average_precision,
            mean_absolute_error: point.test.absolute_error,
            train_mean_absolute_error: point.train.absolute_error,
        }
    }
}

impl<'a> State<'a> {
    fn of(snapshot: &'a Snapshot) -> Self {
        Self {
            step: snapshot.step,
            n: hit_bins(&snapshot.counts),
            examples: snapshot.examples,
            loss: snapshot.loss,
            counts: &snapshot.counts,
            ema: &snapshot.ema,
            density: &snapshot.density,
            beta: &snapshot.beta,
            contribution: Loss::of(snapshot.task)
                .iter()
                .map(|&loss| (loss.key(), snapshot.contribution_of(loss)))
                .collect(),
            line_deviation: snapshot.line_deviation(),
        }
    }
}

fn arrays(named: &[NamedArray]) -> Vec<Array<'_>> {
    named
        .iter()
        .map(|array| Array {
            name: &array.name,
            shape: &array.shape,
            values: &array.values,
        })
        .collect()
}

/// Content of the file of `--trace`: what another framework needs to repeat the run exactly.
#[derive(Serialize)]
pub(super) struct Trace<'a> {
    version: &'static str,
    config: Json,
    backend: Backend<'a>,
    examples: Examples<'a>,
    initial_parameters: Vec<Array<'a>>,
    batches: &'a [Vec<u32>],
    losses: &'a [f32],
    final_parameters: Vec<Array<'a>>,
}

#[derive(Serialize)]
struct Examples<'a> {
    train: &'a [[f32; 2]],
    /// Classes, or the targets of a regression.
    targets: &'a [f32],
    /// 1 for an ignored example.
    ignored: Vec<u8>,
    test: &'a [[f32; 2]],
    test_targets: &'a [f32],
}

/// The mini-batches and losses of the first steps, and the parameters after the last of them.
#[derive(Debug, Default)]
pub(super) struct Record {
    batches: Vec<Vec<u32>>,
    losses: Vec<f32>,
    /// Flat.
    parameters: Vec<f32>,
}

impl Record {
    /// Whether no further step belongs to the record.
    pub fn is_full(&self) -> bool {
        self.batches.len() == MOST_TRACED_STEPS as usize
    }

    /// Whether the next step of a run of `steps` is the last that belongs to the record.
    pub fn ends_with_next(&self, steps: u32) -> bool {
        self.batches.len() + 1 == steps.min(MOST_TRACED_STEPS) as usize
    }

    /// Flat parameters after the last step of the record.
    pub fn parameters(&self) -> &[f32] {
        &self.parameters
    }

    /// Ends early, with these parameters, where it goes on.
    pub fn end(&mut self, parameters: &[f32]) {
        if !self.is_full() {
            self.parameters = parameters.to_vec();
        }
    }

    /// Adds a step.
    pub fn add(&mut self, indices: &[u32], update: &Update) {
        self.batches.push(indices.to_vec());
        self.losses.push(update.snapshot.loss);
        if let Some(parameters) = update.parameters() {
            self.parameters = parameters.to_vec();
        }
    }
}

impl<'a> Trace<'a> {
    pub fn new(
        config: &Config,
        backend: &'a BackendInfo,
        data: &'a Dataset,
        initial: &'a [NamedArray],
        record: &'a Record,
        trained: &'a [NamedArray],
    ) -> Self {
        Self {
            version: VERSION,
            config: config.to_json(),
            backend: Backend {
                kind: backend.kind,
                adapter: &backend.adapter,
            },
            examples: Examples {
                train: &data.train.points,
                targets: &data.train.targets,
                ignored: data.train.ignored.iter().map(|&i| u8::from(i)).collect(),
                test: &data.test.points,
                test_targets: &data.test.targets,
            },
            initial_parameters: arrays(initial),
            batches: &record.batches,
            losses: &record.losses,
            final_parameters: arrays(trained),
        }
    }
}

/// Writes a document and ends the line.
///
/// # Errors
/// Those of the writer.
pub(super) fn write(mut writer: &mut dyn Write, document: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut writer, document)?;
    writeln!(writer)
}
