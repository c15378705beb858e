//! `ghm-lab train`: a run without a window.

use std::path::PathBuf;

use clap::ArgMatches;

use super::arguments::{self, MOST_STEPS, MOST_TRACED_STEPS};
use super::figure::{self, Format};
use super::output::{Output, Written};
use super::progress::Progress;
use super::report::{self, Record, Results, Trace};
use super::scratch::clean_up_when_ended;
use super::{Failure, adapters, note, predictions, summary, training};
use crate::lab::bins_csv;

/// Where results go; checked before training.
struct Outputs {
    json: Option<Output>,
    figure: Option<(Output, Format)>,
    csv: Option<Output>,
    trace: Option<Output>,
    predictions: Option<Output>,
}

/// Trains and writes what was asked for.
///
/// # Errors
/// A wrong flag or setting before anything starts; a run that fails; a file that fails after all.
pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = arguments::config(matches)?;
    let steps = arguments::whole(matches, "steps", MOST_STEPS)?;
    let outputs = Outputs::of(matches, steps)?;
    clean_up_when_ended();

    let (mut trainer, fallback) = adapters::compute(&config).start(&config)?;
    if let Some(reason) = fallback {
        note(&format!("Training on the CPU: {reason}."));
    }
    let mut record = outputs.trace.is_some().then(Record::default);
    let progress = Progress::new(steps);
    let outcome = training::train(&mut trainer, steps, record.as_mut(), &progress)?;
    let parameters = trainer.network().named(&outcome.parameters);

    let mut written = Written::default();
    if let Some(output) = &outputs.json {
        let points = outcome.history.points();
        let backend = trainer.backend();
        let results = Results::new(&config, backend, points, &outcome.snapshot, &parameters);
        written.note(output, output.write(|w| report::write(w, &results)));
    }
    if let Some((output, format)) = &outputs.figure {
        let result = figure::draw(*format, &config, trainer.backend(), &outcome.snapshot)
            .map_err(|reason| Failure::run(format!("--figure: {reason}")))
            .and_then(|bytes| output.write(|w| w.write_all(&bytes)));
        written.note(output, result);
    }
    if let Some(output) = &outputs.csv {
        let text = bins_csv([(config.loss.short(), &outcome.snapshot)]);
        written.note(output, output.write(|w| w.write_all(text.as_bytes())));
    }
    if let Some(output) = &outputs.predictions {
        let result = output.write(|w| predictions::write(w, &trainer, &outcome.parameters));
        written.note(output, result);
    }
    if let (Some(output), Some(record)) = (&outputs.trace, &record) {
        let initial = trainer.network().named(trainer.initial_parameters());
        let backend = trainer.backend();
        let data = trainer.data();
        let traced = trainer.network().named(record.parameters());
        let trace = Trace::new(&config, backend, data, &initial, record, &traced);
        written.note(output, output.write(|w| report::write(w, &trace)));
    }

    written.finish(summary::summary(trainer.backend(), &outcome))
}

impl Outputs {
    fn of(matches: &ArgMatches, steps: u32) -> Result<Self, Failure> {
        let path = |flag: &str| matches.get_one::<PathBuf>(flag).map(PathBuf::as_path);
        let (json, figure, trace) = (path("json"), path("figure"), path("trace"));
        let predictions = path("predictions");
        if trace.is_some() && steps > MOST_TRACED_STEPS {
            note(&format!(
                "The trace holds the first {MOST_TRACED_STEPS} of {steps} steps."
            ));
        }
        let outputs = Self {
            json: json.map(|path| Output::file("json", path)).transpose()?,
            figure: figure.map(figure::output).transpose()?,
            trace: trace.map(|path| Output::file("trace", path)).transpose()?,
            csv: path("csv")
                .map(|path| Output::file("csv", path))
                .transpose()?,
            predictions: predictions
                .map(|path| Output::file("predictions", path))
                .transpose()?,
        };
        let figure = outputs.figure.as_ref().map(|(output, _)| output);
        Output::check_distinct(
            [
                &outputs.json,
                &outputs.csv,
                &outputs.trace,
                &outputs.predictions,
            ]
            .into_iter()
            .flatten()
            .chain(figure),
        )?;
        Ok(outputs)
    }
}
