//! The command line: the window, training without one, and what this machine can compute on.
//!
//! Exit codes: 0 done, 1 the run failed, 2 a flag or setting is wrong and nothing was started.

mod adapters;
mod arguments;
mod bench;
mod code;
mod compare;
mod figure;
mod output;
mod predictions;
mod progress;
mod report;
mod scratch;
mod summary;
mod terminal;
mod threads;
mod train;
mod training;
pub mod window;
mod xray;

pub(crate) use output::write_whole;

use std::cell::RefCell;
use std::fmt::Display;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use crate::config::SettingError;
use crate::engine::EngineError;
use terminal::{shortened, visible};

/// Why a command ends early: one sentence a line.
#[derive(Debug)]
struct Failure {
    code: u8,
    sentences: Vec<String>,
}

impl Failure {
    /// A flag or setting is wrong.
    fn usage(sentence: impl Display) -> Self {
        Self {
            code: 2,
            sentences: vec![sentence.to_string()],
        }
    }

    /// What was asked for went wrong.
    fn run(sentence: impl Display) -> Self {
        Self {
            code: 1,
            sentences: vec![sentence.to_string()],
        }
    }
}

impl From<Vec<SettingError>> for Failure {
    fn from(errors: Vec<SettingError>) -> Self {
        Self {
            code: 2,
            sentences: errors.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::run(error)
    }
}

/// Runs what the process was asked for.
pub fn main() -> ExitCode {
    explain_panics();
    let matches = match arguments::command().try_get_matches() {
        Ok(matches) => matches,
        Err(error) => {
            if error.use_stderr() {
                note(error.render().to_string().trim_end());
            } else {
                // Help and version come this way; a closed pipe is not worth a word.
                let _ = error.print();
            }
            return ExitCode::from(error.exit_code() as u8);
        }
    };
    threads::bound();
    let result = match matches.subcommand() {
        Some(("train", matches)) => train::run(matches),
        Some(("xray", matches)) => xray::run(matches),
        Some(("code", matches)) => code::run(matches),
        Some(("bench", matches)) => bench::run(matches),
        Some(("compare", matches)) => compare::run(matches),
        Some(("adapters", _)) => adapters::run(),
        Some((_, matches)) => window::run(matches),
        None => window::run(&matches),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            for sentence in failure.sentences {
                note(&format!("error: {}", shortened(&tidy(&sentence))));
            }
            ExitCode::from(failure.code)
        }
    }
}

thread_local! {
    /// What a panic of this thread says, while [`catch_panic`] keeps it back.
    static KEPT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// One line instead of a trace for whoever meets a mistake of ours; `RUST_BACKTRACE` brings the
/// trace back.
fn explain_panics() {
    if std::env::var_os("RUST_BACKTRACE").is_none() {
        std::panic::set_hook(Box::new(|info| {
            let text = tidy(&info.to_string());
            let keep = |kept: &RefCell<Option<String>>| {
                let mut kept = kept.borrow_mut();
                kept.as_mut().map(|kept| kept.clone_from(&text)).is_some()
            };
            if !KEPT.try_with(keep).unwrap_or(false) {
                note(&format!("error: {}", mistake(&text)));
            }
        }));
    }
}

/// What there is to say of a panic.
fn mistake(text: &str) -> String {
    format!("GHM Lab stopped because of a mistake of its own: {text}")
}

/// Runs what may panic for reasons that are not ours.
///
/// # Errors
/// What the panic said; it was not told yet.
fn catch_panic<R>(run: impl FnOnce() -> R) -> Result<R, String> {
    KEPT.set(Some(String::new()));
    let result = catch_unwind(AssertUnwindSafe(run));
    let said = KEPT.take().unwrap_or_default();
    result.map_err(|_| said)
}

/// Writes a line for the person to standard error.
fn note(text: &str) {
    // Nobody is left to tell when this fails.
    let _ = writeln!(std::io::stderr(), "{}", visible(text));
}

/// Writes text to standard output.
///
/// # Errors
/// When it cannot be written, except to whom has read enough (`ghm-lab adapters | head -1`).
fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = std::io::stdout();
    let written = stdout
        .write_all(visible(text).as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let reason = output::reason(&error);
            Err(Failure::run(format!(
                "standard output could not be written: {reason}"
            )))
        }
        _ => Ok(()),
    }
}

/// On one line, but for lines to paste behind it.
fn tidy(text: &str) -> String {
    let mut tidy = String::new();
    for line in text.lines() {
        if line.starts_with("    ") {
            tidy.push('\n');
            tidy.push_str(line);
            continue;
        }
        for word in line.split_whitespace() {
            tidy.push_str(if tidy.is_empty() { "" } else { " " });
            tidy.push_str(word);
        }
    }
    tidy
}
