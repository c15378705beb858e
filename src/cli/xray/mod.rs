//! `ghm-lab xray`: the gradient density of predictions from files.

mod arguments;
mod read;
mod text;
mod write;

use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

pub(super) use arguments::command;

use super::Failure;
use super::figure::{self, Format};
use super::output::{Output, Written};
use super::scratch::clean_up_when_ended;
use crate::config::{Config, Regularization, Setting, SettingError};
use crate::data::predictions::{
    Header, Histogram, Input, Options, PAPER, Predictions, ReadError, Reading, Refusal, RoleName,
    read_histogram,
};
use crate::figure::Shown;
use crate::ghm::{Loss, Task};
use crate::xray::{Report, of_histogram};

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        Self::usage(error)
    }
}

impl From<Refusal> for Failure {
    fn from(mut refusal: Refusal) -> Self {
        if let Refusal::Ask(question) = &mut refusal {
            // As a command has it.
            let streams = question
                .files
                .iter_mut()
                .filter(|file| *file == STANDARD_INPUT);
            streams.for_each(|file| "-".clone_into(file));
        }
        Self::usage(refusal)
    }
}

/// What messages call it.
const STANDARD_INPUT: &str = "standard input";

/// Where results go; checked before anything is read.
struct Outputs {
    json: Option<Output>,
    csv: Option<Output>,
    examples: Option<Output>,
    figure: Option<(Output, Format)>,
}

impl Outputs {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let path = |flag: &str| matches.get_one::<PathBuf>(flag).map(PathBuf::as_path);
        let file = |flag: &'static str| path(flag).map(|path| Output::file(flag, path)).transpose();
        let outputs = Self {
            json: file("json")?,
            csv: file("csv")?,
            examples: file("per-example")?,
            figure: path("figure").map(figure::output).transpose()?,
        };
        let figure = outputs.figure.as_ref().map(|(output, _)| output);
        let others = [&outputs.json, &outputs.csv, &outputs.examples];
        let all = || others.into_iter().flatten().chain(figure);
        Output::check_distinct(all())?;
        let inputs = matches.get_many::<PathBuf>("files").into_iter().flatten();
        for input in inputs.chain(matches.get_one("histogram")) {
            all().try_for_each(|output| output.check_not_input(input))?;
        }
        Ok(outputs)
    }
}

/// Reads, prints what was found and writes what was asked for.
///
/// # Errors
/// A wrong flag, setting or file before anything is written; an output that fails after all.
pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let outputs = Outputs::of(matches)?;
    clean_up_when_ended();
    let (report, mut source) = match histogram(matches)? {
        Some(histogram) => {
            if outputs.examples.is_some() {
                return Err(Failure::usage(
                    "--per-example: a histogram has no single examples",
                ));
            }
            let mut config = config(matches, Task::Binary)?;
            let given = |flag| matches.value_source(flag) == Some(ValueSource::CommandLine);
            let bins = given("bins").then_some(config.bins as usize);
            if !given("panel") {
                // As the paper shows its distribution.
                config.panel = Regularization::GradientNorm;
            }
            let report = of_histogram(&histogram, bins, &config).map_err(Failure::usage)?;
            (report, Source::Histogram(Box::new(histogram.reading)))
        }
        None => {
            let (report, predictions) = read::xray(open(matches)?, |task| config(matches, task))?;
            (report, Source::Predictions(Box::new(predictions)))
        }
    };
    let losses = losses(matches, &report)?;
    let shown = Shown {
        losses: losses.clone(),
        running: None,
    };

    let mut written = Written::default();
    if let (Some(output), Source::Predictions(predictions)) = (&outputs.examples, &mut source) {
        let loss = match losses.as_slice() {
            [loss] => *loss,
            _ => report.harmonizing()[0],
        };
        written.note(output, write::examples(output, predictions, &report, loss));
    }
    if let Some(output) = &outputs.json {
        let mut json = report.to_json();
        json["skipped"] = source.skipped().into();
        json["reading"] = source.reading().to_json();
        written.note(output, output.write(|w| super::report::write(w, &json)));
    }
    if let Some(output) = &outputs.csv {
        let csv = report.to_csv();
        written.note(output, output.write(|w| w.write_all(csv.as_bytes())));
    }
    if let Some((output, format)) = &outputs.figure {
        let caption = text::caption(&report, &source.name());
        let drawn = figure::paint(*format, &report.profile(), &shown, &report.config, caption);
        let result = drawn
            .map_err(|reason| Failure::run(format!("--figure: {reason}")))
            .and_then(|bytes| output.write(|w| w.write_all(&bytes)));
        written.note(output, result);
    }

    written.finish(text::describe(&report, &losses, &source))?;
    let asked = matches.get_many::<String>("fail-on").into_iter().flatten();
    let asked: Vec<&String> = asked.collect();
    let holds = report.verdicts().into_iter();
    let holds: Vec<&str> = holds
        .map(|verdict| verdict.code)
        .filter(|code| asked.iter().any(|of| of == code))
        .collect();
    match holds.as_slice() {
        [] => Ok(()),
        codes => Err(Failure::run(format!(
            "--fail-on: {} holds",
            codes.join(", ")
        ))),
    }
}

/// What was read.
pub(super) enum Source {
    Histogram(Box<Reading>),
    Predictions(Box<Predictions>),
}

impl Source {
    fn name(&self) -> String {
        match self {
            Self::Histogram(reading) => reading.files.join(", "),
            Self::Predictions(predictions) => predictions.name(),
        }
    }

    fn reading(&self) -> &Reading {
        match self {
            Self::Histogram(reading) => reading,
            Self::Predictions(predictions) => predictions.reading(),
        }
    }

    fn skipped(&self) -> u64 {
        match self {
            Self::Histogram(_) => 0,
            Self::Predictions(predictions) => predictions.skipped().count,
        }
    }
}

#[cfg(unix)]
fn is_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    path.metadata().is_ok_and(|of| of.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_pipe(_path: &Path) -> bool {
    false
}

/// A file. What comes through a pipe, as standard input does, is kept: files are read more than once.
fn input(path: &Path) -> Result<Input, Failure> {
    let is_stdin = path == Path::new("-");
    if !is_stdin && !is_pipe(path) {
        return Ok(Input::file(path));
    }
    let (name, read) = if is_stdin {
        let mut bytes = Vec::new();
        let read = std::io::stdin().read_to_end(&mut bytes);
        (STANDARD_INPUT.to_owned(), read.map(|_| bytes))
    } else {
        (path.display().to_string(), std::fs::read(path))
    };
    let bytes = read.map_err(|error| ReadError::io(&name, &error))?;
    Ok(Input::bytes(name, bytes))
}

fn histogram(matches: &ArgMatches) -> Result<Option<Histogram>, Failure> {
    let input = match matches.get_one::<PathBuf>("histogram") {
        Some(path) => input(path)?,
        None if matches.get_one::<String>("preset").is_some() => {
            Input::bytes("the paper's distribution", PAPER.as_bytes())
        }
        None => return Ok(None),
    };
    Ok(Some(read_histogram(&input)?))
}

fn open(matches: &ArgMatches) -> Result<Predictions, Failure> {
    let paths = || matches.get_many::<PathBuf>("files").into_iter().flatten();
    if paths().filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(Failure::usage("-: standard input can be read once"));
    }
    let mut there = HashSet::new();
    for path in paths() {
        if path.canonicalize().is_ok_and(|whole| !there.insert(whole)) {
            let path = path.display();
            let what = format!("{path}: it is given twice, and its rows would count twice");
            return Err(Failure::usage(what));
        }
    }
    let inputs: Result<Vec<Input>, Failure> = paths().map(|path| input(path)).collect();
    let columns = matches.get_one::<String>("columns");
    let options = Options {
        skip_bad_rows: matches.get_flag("skip-bad-rows"),
        columns: columns.map(|names| {
            names
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect()
        }),
        decimal: matches.get_one::<char>("decimal").copied(),
        maps: maps(matches)?,
        positive: matches.get_one("positive").cloned(),
        ignore_labels: matches
            .get_many::<String>("ignore-label")
            .map(|labels| labels.cloned().collect())
            .unwrap_or_default(),
    };
    Ok(Predictions::open(inputs?, options)?)
}

/// Roles of columns that were said.
fn maps(matches: &ArgMatches) -> Result<Vec<(String, RoleName)>, Failure> {
    let given = matches.get_many::<String>("map").into_iter().flatten();
    let maps = given.map(|map| {
        let wrong = |what: &str| Failure::usage(format!("--map {map}: {what}"));
        // Names of columns and of classes may hold a = themselves: the last one with a role behind it parts them.
        let parts = map.rmatch_indices('=');
        let parts = parts.map(|(at, _)| (&map[..at], map[at + 1..].parse::<RoleName>()));
        let mut why = wrong("NAME=ROLE is expected, such as score=p");
        for (count, (name, role)) in parts.enumerate() {
            match role {
                Ok(role) => return Ok((name.trim().to_owned(), role)),
                Err(what) if count == 0 => why = wrong(&what),
                Err(_) => {}
            }
        }
        Err(why)
    });
    maps.collect()
}

/// The settings of the losses for a task.
fn config(matches: &ArgMatches, task: Task) -> Result<Config, Vec<SettingError>> {
    Config::of_task(task).with(crate::cli::arguments::given(
        matches,
        Setting::is_of_predictions,
    ))
}

/// The losses that are shown: one, or all that can be had, with the one that harmonizes first.
fn losses(matches: &ArgMatches, report: &Report) -> Result<Vec<Loss>, Failure> {
    let there: Vec<Loss> = report.losses.iter().map(|of| of.loss).rev().collect();
    let name = matches
        .get_one::<String>("loss")
        .map_or("all", String::as_str);
    if name == "all" {
        return Ok(there);
    }
    match there.iter().find(|loss| loss.key() == name) {
        Some(loss) => Ok(vec![*loss]),
        None => {
            let keys: Vec<&str> = there.iter().map(|loss| loss.key()).collect();
            let short: String = name.chars().take(40).collect();
            Err(Failure::usage(format!(
                "--loss: \"{short}\" cannot be had of these predictions: all, {} can",
                keys.join(", ")
            )))
        }
    }
}

/// What the header says, in words.
pub(super) fn kind(header: &Header) -> String {
    use crate::data::predictions::Outputs;
    let outputs = match header.outputs {
        Outputs::Logits => "logits",
        Outputs::Probabilities => "probabilities",
        Outputs::Values => "predictions",
    };
    match header.task {
        Task::Binary => format!("two classes, {outputs}"),
        Task::Classes => format!("{} classes, {outputs}", header.classes),
        Task::Regression => "regression".to_owned(),
    }
}
