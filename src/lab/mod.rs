//! An experiment as a person runs it: commands in, snapshots and history out. Knows no window and
//! no browser; the fronts call [`Lab::tick`] and read.

mod arm;
mod comparison;
mod decisions;
mod engines;
mod experiment;
mod handover;
mod history;
mod inspection;
mod link;
mod linked;
mod measuring;
mod messages;
mod moments;
mod pace;
mod preview;
mod race;
mod readings;
mod recovery;
mod repeats;
mod runner;
mod situation;
mod stop;
mod sweep;
mod tables;
mod tour;
mod undo;

pub use arm::Arm;
pub use comparison::{Ending, FinalScores, SCORED_EVERY, is_better, train_and_score};
pub use decisions::Decisions;
pub use experiment::numbers;
pub use history::History;
pub use inspection::{Inspection, SAMPLES, Sample};
pub use link::names_arms;
pub use linked::{Brush, Gradients, Selected, TurnedDown};
pub use messages::{Message, Messages, Severity, explain_non_finite};
pub use pace::{MAX_SPEED, MIN_SPEED};
pub use preview::{Outcome, Preview};
pub use race::{ArmCommand, LowerView, is_of_arm};
pub use repeats::{Paired, RepeatedArm, Repeats, Spread};
pub use runner::{Command, Lab};
pub use situation::Situation;
pub use stop::{Stop, Watch, next_stop};
pub use sweep::{MOST_COMBINATIONS, Sweep, best, combinations};
pub use tables::{bins_csv, caption, csv_text, curves_csv, summary};
pub use tour::{Prepared, Reading, STEPS, Seen, Step, Tour, Try, Unit};
