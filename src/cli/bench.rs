//! `ghm-lab bench`: how fast this machine is.

use clap::{Arg, ArgAction, ArgMatches, Command};

use super::{Failure, adapters, arguments, note, print};
use crate::bench::{Bench, Results, WORKLOADS};
use crate::config::{Config, Setting};

fn is_backend(setting: &Setting) -> bool {
    setting.key == "backend"
}

pub(super) fn command() -> Command {
    Command::new("bench")
        .about("Measures how fast this machine is: GHM-C, training, race, map and X-ray")
        .after_help(arguments::EXIT_CODES)
        .args_override_self(true)
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Prints JSON instead of a table"),
        )
        .arg(
            Arg::new("filter")
                .long("filter")
                .value_name("TEXT")
                .default_value("")
                .help("Only the workloads whose names contain this")
                .long_help(format!(
                    "Only the workloads whose names contain this. There are {}.",
                    WORKLOADS.join(", ")
                )),
        )
        .args(arguments::settings(is_backend))
}

/// Measures and prints.
///
/// # Errors
/// A wrong setting or filter, or a workload that failed; the others are printed all the same.
pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = Config::default().with(arguments::given(matches, is_backend))?;
    let filter = matches
        .get_one::<String>("filter")
        .map_or("", String::as_str);
    let compute = adapters::compute(&config);
    let mut bench = Bench::new(compute, config.backend, filter).map_err(Failure::usage)?;
    let mut last = None;
    while !bench.is_done() {
        if bench.current() != last {
            last = bench.current();
            note(last.unwrap_or_default());
        }
        bench.work(0.0);
        bench.wait();
    }
    if matches.get_flag("json") {
        match serde_json::to_string_pretty(&bench.results()) {
            Ok(json) => print(&format!("{json}\n"))?,
            Err(error) => return Err(Failure::run(error)),
        }
    } else {
        print(&table(&bench.results()))?;
    }
    match bench.failures() {
        [] => Ok(()),
        failures => Err(Failure {
            code: 1,
            sentences: (failures.iter())
                .map(|failure| format!("{}: {}", failure.name, failure.reason))
                .collect(),
        }),
    }
}

fn table(results: &Results<'_>) -> String {
    let mut text = format!(
        "{:<14} {:>12} {:>12} {:>12} {:>14} {:>5}  {}\n",
        "workload", "ms", "10 %", "90 %", "examples/s", "runs", "on"
    );
    for row in results.rows {
        text += &format!(
            "{:<14} {:>12.4} {:>12.4} {:>12.4} {:>14.0} {:>5}  {}, {}\n",
            row.name,
            row.ms,
            row.spread[0],
            row.spread[1],
            row.examples_per_s,
            row.runs,
            row.backend,
            row.adapter,
        );
    }
    text
}
