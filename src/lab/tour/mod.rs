//! The guided tour: ten prepared experiments, each with something to try, and whether it was tried.

pub(super) mod readings;
mod step;
mod steps;

pub use step::{Prepared, Reading, Step, Try, Unit};
pub use steps::STEPS;

use super::{ArmCommand, Brush, Command, Lab, LowerView};
use crate::config::Config;
use crate::words::word;

/// Where the tour is, and what was done of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tour {
    open: bool,
    step: usize,
    /// Of each step, what was tried.
    tried: [Vec<bool>; STEPS.len()],
    /// Counts visits, so that the screen knows when to forget what it remembers of the step before.
    visits: u64,
}

/// What a person does on the screen that is no setting.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    /// Bins that are brushed.
    pub brushed: Option<Brush>,
    /// The training example under the pointer.
    pub example: Option<usize>,
    pub view: LowerView,
}

impl Tour {
    /// Whether it is on the screen.
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn step(&self) -> &'static Step {
        &STEPS[self.step]
    }

    /// Index of the step, from 0.
    pub fn index(&self) -> usize {
        self.step
    }

    /// Whether the nth thing to try of this step was done.
    pub fn was_tried(&self, nth: usize) -> bool {
        self.tried[self.step].get(nth).copied().unwrap_or(false)
    }

    /// Whether all of a step was tried.
    pub fn is_done(&self, step: usize) -> bool {
        let tried = self.tried.get(step);
        tried.is_some_and(|tried| !tried.is_empty() && tried.iter().all(|&done| done))
    }

    pub fn visits(&self) -> u64 {
        self.visits
    }
}

impl Lab {
    pub fn tour(&self) -> &Tour {
        &self.tour
    }

    /// Opens a step and starts its experiment; a step that is not there does nothing.
    pub fn visit(&mut self, step: usize) {
        let Some(of) = STEPS.get(step) else { return };
        let backend = self.config().backend;
        let configs = of.arms.iter().map(|arm| Config {
            backend,
            ..Config::from_changes(arm.changes).0
        });
        self.close_inspection();
        self.start_race(configs.collect(), 0);
        for (index, arm) in of.arms.iter().enumerate() {
            self.arm(ArmCommand::Rename(index, word(arm.name).to_owned()));
            self.arms[index].muted = false;
        }
        self.command(Command::Speed(of.speed));
        self.command(Command::Play);
        self.tour.open = true;
        self.tour.step = step;
        self.tour.visits += 1;
        let tried = &mut self.tour.tried[step];
        tried.resize(of.tries.len(), false);
    }

    /// Opens the tour where it was left.
    pub fn resume_tour(&mut self) {
        self.visit(self.tour.step);
    }

    /// Closes the tour; the experiment goes on.
    pub fn leave_tour(&mut self) {
        self.tour.open = false;
    }

    /// Notices what was tried of the step that is open.
    pub fn notice(&mut self, seen: &Seen) {
        if !self.tour.open {
            return;
        }
        let step = self.tour.step();
        for (nth, attempt) in step.tries.iter().enumerate() {
            if !self.tour.was_tried(nth) && (attempt.done)(self, seen) {
                self.tour.tried[self.tour.step][nth] = true;
            }
        }
    }
}
