//! An experiment as a file: what runs, how far it is, and what came out; and back.

use serde_json::{Map, Value as Json, json};

use super::{Arm, ArmCommand, Command, Lab, Severity};
use crate::config::{Config, setting};
use crate::data::predictions::{Input, shorten};
use crate::ghm::Loss;
use crate::words::{tr, word};

/// What such a file calls itself.
const FORMAT: &str = "ghm-lab experiment";
/// Counts changes that older readers would misread.
const VERSION: u64 = 1;
/// A file that claims to be further than this is not trained to its end on opening.
const MOST_STEPS: u64 = 1_000_000;
/// Beginnings that are looked at to tell an experiment from predictions.
const PEEK: u64 = 256;
/// The largest experiment has six arms of 2,000 evaluations.
const MOST_BYTES: u64 = 64 << 20;

/// Whether a file is an experiment, and not predictions, by its first key.
fn is_experiment(beginning: &[u8]) -> bool {
    const KEYS: [&str; 7] = [
        "format",
        "version",
        "arms",
        "backend",
        "changedWhileRunning",
        "config",
        "engine",
    ];
    let text = String::from_utf8_lossy(beginning);
    let key = text.trim_start().strip_prefix('{');
    let key = key.and_then(|rest| rest.trim_start().strip_prefix('"'));
    key.and_then(|rest| rest.split_once('"'))
        .is_some_and(|(key, _)| KEYS.contains(&key))
}

/// What an arm has come to: the last statistics by bin, and the scores over the steps.
pub fn numbers(arm: &Arm) -> Map<String, Json> {
    let snapshot = arm.present();
    let last = arm.history().last();
    let contribution: Map<String, Json> = Loss::of(snapshot.task)
        .iter()
        .map(|&loss| {
            let of_loss = json!(snapshot.contribution_of(loss));
            (loss.key().to_owned(), of_loss)
        })
        .collect();
    let object = json!({
        "step": snapshot.step,
        "examples": snapshot.examples,
        "loss": snapshot.loss,
        "averagePrecision": last.and_then(|last| last.test.average_precision),
        "meanAbsoluteError": last.and_then(|last| last.test.absolute_error),
        "counts": snapshot.counts,
        "ema": snapshot.ema,
        "density": snapshot.density,
        "beta": snapshot.beta,
        "contribution": contribution,
    });
    match object {
        Json::Object(object) => object,
        _ => Map::new(),
    }
}

fn history(arm: &Arm) -> Json {
    let points = arm.history().points().iter().map(|point| {
        let scores = |scores: &crate::engine::Scores| {
            json!({
                "loss": scores.loss,
                "averagePrecision": scores.average_precision,
                "bestF1": scores.best_f1.map(|best| best.f1),
                "calibrationError": scores.calibration_error,
                "meanAbsoluteError": scores.absolute_error,
            })
        };
        json!({"step": point.step, "train": scores(&point.train), "test": scores(&point.test)})
    });
    points.collect()
}

/// What a file asks for.
struct Opened {
    /// Settings, name and whether muted, of each arm.
    arms: Vec<(Config, String, bool)>,
    shown: usize,
    step: u64,
    /// Whether settings were changed while it ran.
    changed: bool,
    /// What it was made on, where it says so.
    engine: Option<String>,
    /// What was not used, one sentence each.
    notes: Vec<String>,
}

impl Lab {
    /// The whole experiment as JSON: settings of all arms, how far they are, and what came out.
    pub fn experiment(&self) -> String {
        let arms = self.arms().iter().map(|arm| {
            json!({
                "name": arm.given_name(),
                "muted": arm.is_muted(),
                "config": arm.config().to_json(),
                "history": history(arm),
                "last": numbers(arm),
            })
        });
        let document = json!({
            "format": FORMAT,
            "version": VERSION,
            "lab": env!("CARGO_PKG_VERSION"),
            "engine": self.backend().kind,
            "step": self.arms()[self.shown()].present().step,
            "changedWhileRunning": self.changed,
            "shown": self.shown(),
            "arms": arms.collect::<Vec<Json>>(),
        });
        format!("{document}\n")
    }

    /// Opens an experiment, where it is one, or predictions.
    pub fn open(&mut self, inputs: Vec<Input>) {
        let [input] = inputs.as_slice() else {
            return self.inspect(inputs);
        };
        if !is_experiment(&input.beginning(PEEK)) {
            return self.inspect(inputs);
        }
        match input.text(MOST_BYTES) {
            Ok(text) => self.open_experiment(&input.name, &text),
            Err(error) => self.messages.add(Severity::Error, error.to_string()),
        }
    }

    /// Opens an experiment, or what `ghm-lab train --json` wrote: its settings train again, from the same
    /// seed, to the step where it was. What could not be read becomes a message that names it, and the
    /// rest is used; where nothing can be used, the running experiment stays as it was.
    pub fn open_experiment(&mut self, name: &str, text: &str) {
        let opened = match read(text) {
            Ok(opened) => opened,
            Err(sentence) => {
                self.messages
                    .add(Severity::Error, format!("{name}: {sentence}"));
                return;
            }
        };
        let backend = self.config().backend;
        let base = opened.arms[opened.shown].0.clone();
        let configs = opened.arms.iter().map(|(own, _, _)| Config {
            backend,
            ..Self::with_own(&base, own)
        });
        let run = self.run();
        self.close_inspection();
        self.leave_tour();
        self.start_race(configs.collect(), opened.shown);
        if self.run() == run {
            // The engine refused, and said why.
            return;
        }
        for (index, (_, name, muted)) in opened.arms.into_iter().enumerate() {
            self.arm(ArmCommand::Rename(index, name));
            self.arms[index].muted = muted && index != self.shown;
        }
        self.command(Command::Pause);
        let steps = opened.step.min(MOST_STEPS);
        if steps > 0 {
            self.command(Command::Step(steps as u32));
        }
        for note in opened.notes {
            self.messages
                .add(Severity::Error, format!("{name}: {note}"));
        }
        if let Some(engine) = opened.engine {
            self.note_engine(name, &engine);
        }
        let caveat = if opened.changed {
            word(" Its settings were changed while it ran, so it may come out differently.")
        } else {
            ""
        };
        let text = tr!(
            "{name} is open: it trains again to step {steps}.{caveat}",
            name,
            steps,
            caveat
        );
        self.messages.add(Severity::Note, text);
    }
}

/// Reads a file.
///
/// # Errors
/// Why none of it can be used.
fn read(text: &str) -> Result<Opened, String> {
    let document: Json = serde_json::from_str(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        if error.is_eof() {
            tr!(
                "line {line}, column {column}: the file ends in the middle of the experiment",
                line,
                column
            )
        } else {
            tr!(
                "line {line}, column {column}: this is not JSON: {error}",
                line,
                column,
                error
            )
        }
    })?;
    let Json::Object(document) = document else {
        return Err(word("an object is expected, as the lab writes it").to_owned());
    };
    let mut notes = Vec::new();
    let whole = |key: &str| document.get(key).and_then(Json::as_u64);
    let arms: Vec<Json> = match document.get("format").and_then(Json::as_str) {
        Some(FORMAT) => match (whole("version"), document.get("arms")) {
            (Some(VERSION), Some(Json::Array(arms))) => arms.clone(),
            (Some(VERSION), _) => return Err(word("\"arms\" is missing or no list").to_owned()),
            (version, _) => {
                let found = version.map_or(word("none").to_owned(), |version| version.to_string());
                return Err(tr!(
                    "the version of the file is {found}; this lab reads version {VERSION}",
                    found,
                    VERSION
                ));
            }
        },
        Some(other) => {
            return Err(tr!(
                "\"format\" is \"{other}\", not \"{FORMAT}\"",
                other = shorten(other),
                FORMAT
            ));
        }
        // What the command line writes has one run and no arms.
        None if document.contains_key("config") => vec![Json::Object(document.clone())],
        None => {
            return Err(tr!(
                "\"format\" is missing; \"{FORMAT}\" is expected",
                FORMAT
            ));
        }
    };
    if arms.is_empty() {
        return Err(word("\"arms\" is empty; at least one arm is expected").to_owned());
    }
    if arms.len() > Lab::MOST_ARMS {
        let (count, most) = (arms.len(), Lab::MOST_ARMS);
        notes.push(tr!(
            "of {count} arms only the first {most} were used",
            count,
            most
        ));
    }
    let arms: Vec<(Config, String, bool)> = arms
        .iter()
        .take(Lab::MOST_ARMS)
        .enumerate()
        .map(|(index, arm)| {
            let place = tr!("arm {}", index + 1);
            let config = config(arm.get("config"), &place, &mut notes);
            let name = arm.get("name").and_then(Json::as_str).unwrap_or_default();
            let muted = arm.get("muted").and_then(Json::as_bool).unwrap_or(false);
            (config, name.to_owned(), muted)
        })
        .collect();
    let shown = whole("shown").unwrap_or(0) as usize;
    let step = whole("step").or_else(|| whole("steps"));
    if step.is_none() {
        notes.push(word("\"step\" is missing or no whole number; it starts at 0").to_owned());
    }
    let kind = || document.get("backend")?.get("kind");
    let engine = document.get("engine").or_else(kind).and_then(Json::as_str);
    let changed = document.get("changedWhileRunning").and_then(Json::as_bool);
    Ok(Opened {
        shown: shown.min(arms.len() - 1),
        arms,
        step: step.unwrap_or(0),
        engine: engine.map(str::to_owned),
        changed: changed.unwrap_or(false),
        notes,
    })
}

/// The settings of an arm; those that cannot be used have their defaults, and a note.
fn config(object: Option<&Json>, place: &str, notes: &mut Vec<String>) -> Config {
    let Some(Json::Object(object)) = object else {
        notes.push(tr!(
            "{place}: \"config\" is missing or no object; it has the defaults",
            place
        ));
        return Config::default();
    };
    let mut pairs = Vec::new();
    for (key, value) in object {
        let text = match value {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        if setting(key).is_none() {
            notes.push(tr!(
                "{place}: \"{key}\" is no setting of this lab",
                place,
                key = shorten(key)
            ));
        } else if text.contains(['&', '=', '#']) {
            notes.push(tr!(
                "{place}: {key} is not a value; it has its default",
                place,
                key
            ));
        } else {
            pairs.push(format!("{key}={text}"));
        }
    }
    let (config, errors) = Config::from_changes(&pairs.join("&"));
    let refused = errors
        .iter()
        .map(|error| tr!("{place}: {error}; it has its default", place, error));
    notes.extend(refused);
    config
}
