//! An experiment as a person runs it: commands in, snapshots and history out. Knows no window and
//! no browser; the fronts call [`Lab::tick`] and read.

mod comparison;
mod history;
mod inspection;
mod messages;
mod pace;
mod runner;

pub use comparison::{FinalScores, train_and_score};
pub use history::{History, HistoryPoint};
pub use inspection::{Inspection, SAMPLES, Sample};
pub use messages::{Message, Messages, Severity, explain_non_finite};
pub use pace::{MAX_SPEED, MIN_SPEED};
pub use runner::{Command, Lab};
