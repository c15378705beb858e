//! Flags: one for every row of the table of settings, and those of each command.

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, value_parser};

use super::Failure;
use crate::config::{
    Config, Group, Kind, PRESETS, Preset, SETTINGS, Setting, SettingError, preset,
};

/// Most steps of a headless run.
pub(super) const MOST_STEPS: u32 = 10_000_000;
/// Most steps that a trace holds.
pub(super) const MOST_TRACED_STEPS: u32 = 1000;

/// Columns that explanations are wrapped to.
const COLUMNS: usize = 78;

pub(super) const EXIT_CODES: &str =
    "Exit codes: 0 done, 1 the run failed, 2 a flag or setting is wrong and nothing was started.";

/// The whole command line.
pub(super) fn command() -> Command {
    Command::new("ghm-lab")
        .version(env!("CARGO_PKG_VERSION"))
        .about("See, train and understand the Gradient Harmonizing Mechanism (GHM) live.")
        .after_help(EXIT_CODES)
        .args_override_self(true)
        .args_conflicts_with_subcommands(true)
        .disable_help_subcommand(true)
        .arg(presets())
        .args(settings(|_| true))
        .subcommand(
            Command::new("app")
                .about("Opens the window (the default), with these settings")
                .args_override_self(true)
                .after_help(EXIT_CODES)
                .arg(
                    Arg::new("files")
                        .value_name("FILE")
                        .num_args(0..)
                        .value_parser(value_parser!(std::path::PathBuf))
                        .help("Opens a saved experiment, or predictions for an X-ray"),
                )
                .arg(presets())
                .args(settings(|_| true)),
        )
        .subcommand(train())
        .subcommand(super::xray::command())
        .subcommand(super::compare::command())
        .subcommand(super::code::command())
        .subcommand(super::bench::command())
        .subcommand(
            Command::new("adapters")
                .about("Lists the graphics adapters, which one would train, and why others not")
                .long_about(
                    "Lists the graphics adapters, which one would train, and why others not.\n\
                     WGPU_BACKEND and WGPU_ADAPTER_NAME narrow the choice. The exit code is 0 \
                     also where there is none: the CPU engine trains everywhere.",
                ),
        )
}

fn train() -> Command {
    Command::new("train")
        .about("Trains without a window and writes results, figure and trace to files")
        .args_override_self(true)
        .after_help(EXIT_CODES)
        .next_help_heading("Run")
        .arg(steps("2000"))
        .arg(
            path("json", "FILE|-")
                .help("Writes settings, history, last state and parameters as JSON; - is stdout"),
        )
        .arg(
            path("figure", "FILE.svg|FILE.png")
                .help("Draws the three panels of the last state, as SVG or PNG"),
        )
        .arg(path("csv", "FILE").help("Writes the numbers of every bin of the last state as CSV"))
        .arg(path("predictions", "FILE").help(
            "Writes what the network predicts for the test examples as CSV, for ghm-lab xray",
        ))
        .arg(path("trace", "FILE").help(format!(
            "Writes all that is needed to repeat the run elsewhere, as JSON, of the \
             first {MOST_TRACED_STEPS} steps"
        )))
        .arg(presets())
        .args(settings(|_| true))
}

/// The flag for the number of mini-batches.
pub(super) fn steps(default: &'static str) -> Arg {
    Arg::new("steps")
        .long("steps")
        .value_name("N")
        .default_value(default)
        .allow_negative_numbers(true)
        .help(format!("Mini-batches to train, 1 to {MOST_STEPS}"))
}

pub(super) fn path(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name(value)
        .value_parser(value_parser!(std::path::PathBuf))
}

/// A flag for every setting that a command offers, under the headings of the form.
pub(super) fn settings(is_offered: fn(&Setting) -> bool) -> impl Iterator<Item = Arg> {
    let default = Config::default();
    Group::ALL.into_iter().flat_map(move |group| {
        let default = default.clone();
        SETTINGS
            .iter()
            .filter(move |setting| setting.group == group && is_offered(setting))
            .map(move |setting| flag(setting, &default))
    })
}

/// The flag of a setting.
pub(super) fn flag(setting: &'static Setting, default: &Config) -> Arg {
    let value = match setting.kind {
        Kind::Integer { .. } => "N",
        Kind::Real { .. } => "X",
        Kind::Choice { .. } => "NAME",
    };
    let (short, range) = (first_sentence(setting.doc), setting.range());
    Arg::new(setting.key)
        .long(setting.key)
        .value_name(value)
        .default_value(setting.text(default))
        .allow_negative_numbers(true)
        .help_heading(setting.group.label())
        .help(format!("{short} [{range}]"))
        .long_help(wrap(&setting.explanation()))
}

/// The settings of a command: the defaults with what was given.
///
/// # Errors
/// Every value that is refused.
pub(super) fn config(matches: &ArgMatches) -> Result<Config, Vec<SettingError>> {
    base(matches).with(given(matches, |_| true))
}

/// The settings that the window opens with: those that were given, else the opening.
///
/// # Errors
/// Every value that is refused.
pub(super) fn of_window(matches: &ArgMatches) -> Result<Config, Vec<SettingError>> {
    let has_preset = matches.get_one::<String>("preset").is_some();
    if has_preset || given(matches, |_| true).next().is_some() {
        config(matches)
    } else {
        Ok(Config::opening())
    }
}

/// The settings of the preset that was asked for, which flags then change.
pub(super) fn base(matches: &ArgMatches) -> Config {
    let key = matches.get_one::<String>("preset");
    let preset = key.and_then(|key| preset(key));
    preset.map_or_else(Config::default, Preset::config)
}

/// The flag that names a preset.
pub(super) fn presets() -> Arg {
    let list = PRESETS.iter().map(|preset| {
        let text = format!("{}: {}", preset.key, preset.doc);
        wrap(&text)
    });
    let keys = PRESETS.iter().map(|preset| preset.key);
    Arg::new("preset")
        .long("preset")
        .value_name("NAME")
        .value_parser(clap::builder::PossibleValuesParser::new(keys))
        .hide_possible_values(true)
        .help_heading(Group::Task.label())
        .help("Settings that belong together; other flags change them")
        .long_help(format!(
            "Settings that belong together; other flags change them.\n{}",
            list.collect::<Vec<_>>().join("\n")
        ))
}

/// What was given for the settings that a command offers.
pub(super) fn given(
    matches: &ArgMatches,
    is_offered: fn(&Setting) -> bool,
) -> impl Iterator<Item = (&'static Setting, String)> {
    let offered = SETTINGS.iter().filter(move |setting| is_offered(setting));
    offered.filter_map(|setting| {
        let given = matches.value_source(setting.key) == Some(ValueSource::CommandLine);
        let text = matches.get_one::<String>(setting.key).filter(|_| given)?;
        Some((setting, text.clone()))
    })
}

/// The value of a flag that counts something, from 1 on.
///
/// # Errors
/// When it is not a whole number in its range.
pub(super) fn whole(matches: &ArgMatches, flag: &str, most: u32) -> Result<u32, Failure> {
    let text = matches.get_one::<String>(flag).map_or("", String::as_str);
    let number = text.parse::<u32>().ok();
    number
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| {
            let short: String = text.chars().take(40).collect();
            Failure::usage(format!(
                "--{flag}: \"{short}\" is not a whole number from 1 to {most}"
            ))
        })
}

fn first_sentence(doc: &str) -> &str {
    let end = [". ", ": "].iter().filter_map(|stop| doc.find(stop)).min();
    doc[..end.unwrap_or(doc.len())].trim_end_matches('.')
}

/// Breaks lines at words; what is broken off is indented a little more.
fn wrap(text: &str) -> String {
    let mut wrapped = String::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let mut column = 0;
        for word in line.split_whitespace() {
            if column == 0 {
                wrapped.push_str(&" ".repeat(indent));
                column = indent;
            } else if column + 1 + word.len() > COLUMNS {
                let indent = indent + if indent > 0 { 2 } else { 0 };
                wrapped.push('\n');
                wrapped.push_str(&" ".repeat(indent));
                column = indent;
            } else {
                wrapped.push(' ');
                column += 1;
            }
            wrapped.push_str(word);
            column += word.len();
        }
        wrapped.push('\n');
    }
    wrapped.truncate(wrapped.trim_end().len());
    wrapped
}
