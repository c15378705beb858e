//! The flags of `ghm-lab xray`.

use clap::{Arg, ArgAction, Command, value_parser};

use crate::cli::arguments::{EXIT_CODES, path, settings};
use crate::config::Setting;
use crate::xray::verdict_codes;

fn decimal(text: &str) -> Result<char, &'static str> {
    match text {
        "," => Ok(','),
        "." => Ok('.'),
        _ => Err("a comma or a dot is expected"),
    }
}

pub(in crate::cli) fn command() -> Command {
    Command::new("xray")
        .about("Shows the gradient density of your own model's predictions, without training")
        .long_about(
            "Shows the gradient density of your own model's predictions, without training.\n\n\
             FILES are text with a header (CSV, TSV, any delimiter), JSON (an object of arrays, records, JSON Lines), \
             NPY, NPZ, safetensors, Parquet, Arrow or Feather; text, JSON and NPY may be packed (gzip, zstd). \
             Columns:\n  \
             two classes      logit or p, and label (0 or 1)\n  \
             several classes  logit_0, logit_1, … or p_0, p_1, …, and label\n  \
             regression       pred and target\n  \
             as you like      valid (0: ignored), batch (mini-batches, whose rows stand together),\n                   \
             group (any category, for a breakdown)\n\
             Several text files are read one after the other; several NPY files are columns of the names \
             of the files.",
        )
        .args_override_self(true)
        .after_help(EXIT_CODES)
        .arg(
            Arg::new("files")
                .value_name("FILE")
                .num_args(1..)
                .value_parser(value_parser!(std::path::PathBuf))
                .required_unless_present_any(["histogram", "preset"])
                .help("Predictions; - is standard input"),
        )
        .next_help_heading("Input")
        .arg(
            path("histogram", "FILE")
                .conflicts_with_all(["files", "preset"])
                .help("Reads a histogram instead: gradient_norm,count or gradient_norm,log10_count; - is standard input"),
        )
        .arg(
            Arg::new("preset")
                .long("preset")
                .value_name("NAME")
                .value_parser(["paper"])
                .conflicts_with("files")
                .help("Takes the distribution of the paper's figure 1 as the histogram"),
        )
        .arg(
            Arg::new("columns")
                .long("columns")
                .value_name("NAME,…")
                .allow_hyphen_values(true)
                .help("Names the columns of an array or a text that has no names"),
        )
        .arg(
            Arg::new("map")
                .long("map")
                .value_name("NAME=ROLE")
                .action(ArgAction::Append)
                .allow_hyphen_values(true)
                .help(
                    "Says what a column is for: label, logit, p, percent, logit_CLASS, p_CLASS, percent_CLASS, \
                     confidence (in the class of a column that is a decision), decision, pred, target, valid, \
                     batch, group or ignore; again for each column",
                ),
        )
        .arg(
            Arg::new("positive")
                .long("positive")
                .value_name("LABEL")
                .allow_hyphen_values(true)
                .help("The label of the positive class of two"),
        )
        .arg(
            Arg::new("ignore-label")
                .long("ignore-label")
                .value_name("LABEL")
                .action(ArgAction::Append)
                .allow_hyphen_values(true)
                .help("A label whose examples are ignored; again for each"),
        )
        .arg(
            Arg::new("decimal")
                .long("decimal")
                .value_name("MARK")
                .value_parser(decimal)
                .help("The decimal mark of text: , or ."),
        )
        .arg(
            Arg::new("skip-bad-rows")
                .long("skip-bad-rows")
                .action(ArgAction::SetTrue)
                .help("Counts and reports rows that cannot be used instead of ending at the first"),
        )
        .next_help_heading("Output")
        .arg(path("json", "FILE|-").help("Writes all that was found as JSON; - is stdout"))
        .arg(path("csv", "FILE").help("Writes a line for each bin"))
        .arg(path("per-example", "FILE").help(
            "Writes a line for each example as CSV: g, bin, weight, loss, and the derivative of its \
             mini-batch's mean loss with respect to the output",
        ))
        .arg(path("figure", "FILE.svg|FILE.png").help("Draws the three panels, as SVG or PNG"))
        .arg(
            Arg::new("fail-on")
                .long("fail-on")
                .value_name("CODE,…")
                .value_delimiter(',')
                .value_parser(clap::builder::PossibleValuesParser::new(verdict_codes()))
                .help("Ends with exit code 1 where one of these verdicts holds; all is written before"),
        )
        .next_help_heading("Loss")
        .arg(
            Arg::new("loss")
                .long("loss")
                .value_name("NAME")
                .default_value("all")
                .help(
                    "The loss to show, or all of the task; --per-example is of the harmonizing one where \
                     all are shown",
                ),
        )
        .args(settings(Setting::is_of_predictions))
}
