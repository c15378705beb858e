//! `ghm-lab code`: the loss of these settings for another framework.

use clap::{Arg, ArgMatches, Command, builder::PossibleValue, builder::PossibleValuesParser};

use super::{Failure, arguments, print};
use crate::code::{Framework, code};
use crate::config::{Group, Setting};

/// What the code depends on.
fn is_of_loss(setting: &Setting) -> bool {
    matches!(setting.group, Group::Task | Group::Loss) || setting.key == "warm-up-steps"
}

pub(super) fn command() -> Command {
    let frameworks = Framework::ALL.iter().enumerate();
    let frameworks = frameworks
        .map(|(index, framework)| PossibleValue::new(framework.key()).help(Framework::DOCS[index]));
    Command::new("code")
        .about("Prints the loss of these settings as a small module for another framework")
        .args_override_self(true)
        .arg(
            Arg::new("as")
                .long("as")
                .value_name("FRAMEWORK")
                .required(true)
                .value_parser(PossibleValuesParser::new(frameworks))
                .help("What the code is for"),
        )
        .arg(arguments::presets())
        .args(arguments::settings(is_of_loss))
}

/// Prints the code.
///
/// # Errors
/// A wrong setting.
pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let given = arguments::given(matches, is_of_loss);
    let config = arguments::base(matches).with(given)?;
    let key = matches.get_one::<String>("as").map(String::as_str);
    let framework = Framework::ALL.iter().find(|of| Some(of.key()) == key);
    let Some(&framework) = framework else {
        return Err(Failure::usage("--as: a framework is expected"));
    };
    print(&code(framework, &config))
}
