//! `ghm-lab compare`: every loss trained from the same seeds to the end, and what each comes to, each with its own best
//! settings where some are swept.

mod document;
mod figure;
mod plan;
mod table;
mod training;

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::arguments::{self, EXIT_CODES, settings};
use super::output::{Output, Written};
use super::scratch::clean_up_when_ended;
use super::{Failure, report};
use crate::config::{Group, Setting};
use crate::ghm::Loss;
use crate::lab::{Ending, FinalScores, SCORED_EVERY, best, explain_non_finite};
use plan::{MOST_SEEDS, Plan};
use table::{COLUMNS, Column};

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
             must beat. Best F1 is over all thresholds, chosen on the very examples that are scored.\n\n\
             A loss may need other settings than another. --sweep tries values of a setting for each: the first \
             half of the seeds chooses the best by average precision (mean absolute error of a regression), the \
             other half is what the table reports; a second table has all values over all seeds.",
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
        .arg(
            Arg::new("sweep")
                .long("sweep")
                .value_name("KEY=VALUE,…")
                .action(ArgAction::Append)
                .help("Tries these values of a setting for every loss; several sweeps try all combinations"),
        )
        .arg(
            Arg::new("reach")
                .long("reach")
                .value_name("SCORE")
                .allow_negative_numbers(true)
                .help(format!(
                    "Adds the steps until a test score is reached, looked at every {SCORED_EVERY} steps: an average \
                     precision, or the mean absolute error of a regression"
                )),
        )
        .arg(arguments::path("json", "FILE|-").help(
            "Writes the scores of every run as JSON; - is stdout, and the table then goes to stderr",
        ))
        .arg(
            arguments::path("figure", "FILE.svg|FILE.png")
                .help("Draws the score of every loss over the numbers of the one setting that is swept"),
        )
        .arg(arguments::presets())
        .args(settings(is_offered))
}

/// What a loss comes to.
struct Row<'a> {
    loss: Loss,
    /// The combination of values that was chosen for it; the only one without a sweep.
    chosen: usize,
    /// On the seeds that report.
    endings: Vec<&'a Ending>,
}

/// Trains, prints the tables and writes what was asked for.
///
/// # Errors
/// A wrong flag or setting before anything starts; a run whose loss is no number any more, where nothing is swept; an
/// output that fails.
pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let plan = Plan::of(matches)?;
    let json = matches.get_one::<PathBuf>("json").map(PathBuf::as_path);
    let json = json.map(|path| Output::file("json", path)).transpose()?;
    let figure = matches.get_one::<PathBuf>("figure").map(PathBuf::as_path);
    let figure = figure.map(super::figure::output).transpose()?;
    let numbers = figure
        .as_ref()
        .map(|_| figure::numbers(&plan))
        .transpose()?;
    let outputs = json.iter().chain(figure.as_ref().map(|(output, _)| output));
    Output::check_distinct(outputs)?;
    clean_up_when_ended();

    let runs = plan.runs()?;
    let endings = training::train_all(&runs, plan.steps, plan.reach)?;
    if plan.sweeps.is_empty() {
        for (config, ending) in runs.iter().zip(&endings) {
            if let Ending::Diverged(step) = ending {
                let why = explain_non_finite(config, *step);
                let (loss, seed) = (config.loss.label(), config.seed);
                return Err(Failure::run(format!("{loss} with seed {seed}: {why}")));
            }
        }
    }
    let rows = rows(&plan, &endings);
    let columns: Vec<&Column> = COLUMNS
        .iter()
        .filter(|column| {
            endings
                .iter()
                .filter_map(scores)
                .any(|of| (column.value)(of).is_some())
        })
        .collect();
    let mut text = table::of_losses(&plan, &columns, &rows);
    if !plan.sweeps.is_empty() {
        text += "\n";
        text += &table::of_values(&plan, &endings);
    }
    let mut written = Written::default();
    if let Some(output) = &json {
        let document = document::of(&plan, &columns, &rows, &endings);
        written.note(output, output.write(|w| report::write(w, &document)));
    }
    if let (Some((output, format)), Some(numbers)) = (&figure, &numbers) {
        let drawn = figure::draw(&plan, numbers, &endings);
        let result = super::figure::encode(*format, &drawn, figure::SIZE)
            .map_err(|reason| Failure::run(format!("--figure: {reason}")))
            .and_then(|bytes| output.write(|w| w.write_all(&bytes)));
        written.note(output, result);
    }
    written.finish(text)
}

/// The losses, each with the values that the choosing seeds find best.
fn rows<'a>(plan: &Plan, endings: &'a [Ending]) -> Vec<Row<'a>> {
    let of_loss = |(number, &loss): (usize, &Loss)| {
        let seeds = |combination: usize, from: usize, to: usize| {
            let of_seed = move |seed| &endings[plan.run(number, combination, seed)];
            (from..to).map(of_seed)
        };
        let choosing = |combination| {
            let endings = seeds(combination, 0, plan.choosing());
            endings.map(|ending| main(scores(ending)?)).collect()
        };
        let tried: Vec<Vec<Option<f64>>> = (0..plan.combinations.len()).map(choosing).collect();
        let chosen = best(plan.base.task, &tried).unwrap_or(0);
        Row {
            loss,
            chosen,
            endings: seeds(chosen, plan.choosing(), plan.seeds as usize).collect(),
        }
    };
    plan.losses.iter().enumerate().map(of_loss).collect()
}

/// The scores of a run that has some.
fn scores(ending: &Ending) -> Option<&FinalScores> {
    match ending {
        Ending::Scored(scores) => Some(scores),
        Ending::Diverged(_) => None,
    }
}

/// What values are chosen by: average precision, or the mean absolute error of a regression.
fn main(of: &FinalScores) -> Option<f64> {
    let precision = of.test.average_precision.map(|quality| quality.value);
    precision.or(of.test.mean_absolute_error)
}
