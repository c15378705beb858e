//! `ghm-lab compare`: every loss trained from the same seeds to the end, and what each comes to.

mod table;

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use clap::{Arg, ArgMatches, Command};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Map, Value as Json, json};

use super::arguments::{self, EXIT_CODES, MOST_STEPS, settings};
use super::output::{Output, Written};
use super::scratch::clean_up_when_ended;
use super::{Failure, report};
use crate::config::{Config, Group, Setting};
use crate::engine::memory;
use crate::ghm::Loss;
use crate::lab::{FinalScores, train_and_score};
use table::{COLUMNS, Column};

/// Most seeds of a comparison.
const MOST_SEEDS: u32 = 1000;

/// Whether a setting says something about a comparison; the loss is what is compared, and all train on
/// the CPU engine.
fn is_offered(setting: &Setting) -> bool {
    !matches!(setting.group, Group::Stop | Group::View | Group::Engine) && setting.key != "loss"
}

pub(super) fn command() -> Command {
    Command::new("compare")
        .about("Trains every loss over several seeds and prints what each comes to as a table")
        .long_about(
            "Trains every loss over several seeds and prints what each comes to as a Markdown table: means \
             over the seeds, and behind ± their standard deviation. All losses of a seed start from the same \
             parameters and see the same mini-batches. Scores are of the test examples, which hold no flipped \
             label and no outlier. The moved threshold is the one with the best F1 on one half of them, applied \
             to the other half, both ways: cross-entropy with a moved threshold is the baseline that the others \
             must beat. Best F1 is over all thresholds, chosen on the very examples that are scored.",
        )
        .args_override_self(true)
        .after_help(EXIT_CODES)
        .next_help_heading("Run")
        .arg(
            Arg::new("seeds")
                .long("seeds")
                .value_name("K")
                .default_value("10")
                .allow_negative_numbers(true)
                .help(format!("Seeds, from --seed on, 1 to {MOST_SEEDS}")),
        )
        .arg(arguments::steps("4000"))
        .arg(
            Arg::new("losses")
                .long("losses")
                .value_name("NAME,…")
                .default_value("all")
                .help("Losses of the task to compare"),
        )
        .arg(arguments::path("json", "FILE|-").help(
            "Writes the scores of every run as JSON; - is stdout, and the table then goes to stderr",
        ))
        .arg(arguments::presets())
        .args(settings(is_offered))
}

/// Trains, prints the table and writes what was asked for.
///
/// # Errors
/// A wrong flag or setting before anything starts; a run whose loss is no number any more; an output
/// that fails.
pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = arguments::base(matches).with(arguments::given(matches, is_offered))?;
    let steps = arguments::whole(matches, "steps", MOST_STEPS)?;
    let seeds = arguments::whole(matches, "seeds", MOST_SEEDS)?;
    let losses = losses(matches, &config)?;
    let json = matches.get_one::<PathBuf>("json").map(PathBuf::as_path);
    let json = json.map(|path| Output::file("json", path)).transpose()?;
    clean_up_when_ended();

    let arms = config.losses_over_seeds(&losses, seeds);
    let scores = train_all(&arms, steps)?;
    // Seeds first, as they were queued: one list of scores a loss.
    let of_loss = |index: usize| scores.iter().skip(index).step_by(losses.len());
    let table: Vec<(Loss, Vec<&FinalScores>)> = losses
        .iter()
        .enumerate()
        .map(|(index, &loss)| (loss, of_loss(index).collect()))
        .collect();
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| scores.iter().any(|of| (column.value)(of).is_some()))
        .collect();
    let text = table::markdown(&columns, &table);
    let mut written = Written::default();
    if let Some(output) = &json {
        let document = document(&config, steps, seeds, &columns, &table);
        written.note(output, output.write(|w| report::write(w, &document)));
    }
    written.finish(text)
}

impl Config {
    /// Settings of every run, seed by seed.
    fn losses_over_seeds(&self, losses: &[Loss], seeds: u32) -> Vec<Self> {
        let of_seed = |number: u32| {
            let seed = self.seed.wrapping_add(number);
            losses.iter().map(move |&loss| Self {
                loss,
                seed,
                ..self.clone()
            })
        };
        (0..seeds).flat_map(of_seed).collect()
    }
}

/// The losses that were asked for.
fn losses(matches: &ArgMatches, config: &Config) -> Result<Vec<Loss>, Failure> {
    let there = Loss::of(config.task);
    let text = matches.get_one::<String>("losses");
    let text = text.map_or("all", String::as_str);
    if text == "all" {
        return Ok(there.to_vec());
    }
    let find = |name: &str| {
        let found = there.iter().find(|loss| loss.key() == name.trim());
        found.copied().ok_or_else(|| {
            let keys: Vec<&str> = there.iter().map(|loss| loss.key()).collect();
            let short: String = name.chars().take(40).collect();
            Failure::usage(format!(
                "--losses: \"{short}\" is not a loss of task={}: all, or some of {}",
                config.task.key(),
                keys.join(", ")
            ))
        })
    };
    text.split(',').map(find).collect()
}

/// Trains all runs, as many at a time as there are cores and fit into the memory; scores in the order of the runs.
///
/// # Errors
/// That of the first run that failed.
fn train_all(arms: &[Config], steps: u32) -> Result<Vec<FinalScores>, Failure> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let needed = arms
        .first()
        .map_or(1, |arm| memory::on_cpu(std::slice::from_ref(arm)));
    let fitting = (memory::BUDGET / needed).max(1) as usize;
    let next = AtomicUsize::new(0);
    let bar = progress(arms.len());
    let work = || {
        let mut done = Vec::new();
        while let Some((index, config)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            arms.get(index).map(|config| (index, config))
        } {
            done.push((index, train_and_score(config, steps)));
            bar.inc(1);
        }
        done
    };
    let all = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores.min(arms.len()).min(fitting))
            .map(|_| scope.spawn(work))
            .collect();
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined.collect::<Result<Vec<_>, _>>()
    });
    bar.finish_and_clear();
    let all = all.map_err(|_| Failure::run("a run ended unexpectedly"))?;
    let mut all: Vec<_> = all.into_iter().flatten().collect();
    all.sort_by_key(|(index, _)| *index);
    let scored = all.into_iter().map(|(index, scores)| {
        scores.map_err(|error| {
            let Config { loss, seed, .. } = &arms[index];
            Failure::run(format!("{} with seed {seed}: {error}", loss.label()))
        })
    });
    scored.collect()
}

/// Shows itself only where standard error is a terminal.
fn progress(runs: usize) -> ProgressBar {
    let bar = ProgressBar::new(runs as u64);
    let template = "{bar:30} {pos}/{len} runs, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.tick();
    bar
}

fn document(
    config: &Config,
    steps: u32,
    seeds: u32,
    columns: &[&Column],
    table: &[(Loss, Vec<&FinalScores>)],
) -> Json {
    let mut settings = config.to_json();
    for left_out in ["loss", "backend"] {
        if let Some(settings) = settings.as_object_mut() {
            settings.remove(left_out);
        }
    }
    let of_loss = |scores: &[&FinalScores]| -> Map<String, Json> {
        let of_column = |column: &&Column| {
            let values: Vec<Option<f64>> = scores.iter().map(|of| (column.value)(of)).collect();
            (column.key.to_owned(), json!(values))
        };
        columns.iter().map(of_column).collect()
    };
    let losses: Map<String, Json> = table
        .iter()
        .map(|(loss, scores)| (loss.key().to_owned(), Json::Object(of_loss(scores))))
        .collect();
    json!({
        "version": env!("CARGO_PKG_VERSION"),
        "settings": settings,
        "steps": steps,
        "seeds": (0..seeds).map(|i| config.seed.wrapping_add(i)).collect::<Vec<_>>(),
        "losses": losses,
    })
}
