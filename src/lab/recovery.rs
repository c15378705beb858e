//! Going on after numbers or a device were lost, from what was kept of the run.

use super::handover::available;
use super::{Lab, Severity};
use crate::config::Config;
use crate::engine::{Checkpoint, EngineError};
use crate::words::tr;

/// The last checkpoints of an arm from which training can go on; the arms' arrive one after the other,
/// so that the last that all have is not always the newest.
#[derive(Default)]
pub(super) struct Checkpoints {
    kept: Vec<Checkpoint>,
}

impl Checkpoints {
    const MOST: usize = 3;

    pub fn push(&mut self, checkpoint: Checkpoint) {
        if !checkpoint.is_finite() {
            return;
        }
        self.kept.retain(|kept| kept.step < checkpoint.step);
        if self.kept.len() == Self::MOST {
            self.kept.remove(0);
        }
        self.kept.push(checkpoint);
    }

    pub fn at(&self, step: u64) -> Option<&Checkpoint> {
        self.kept.iter().find(|kept| kept.step == step)
    }
}

impl Lab {
    /// The last step from which all arms can go on.
    pub fn last_good_step(&self) -> Option<u64> {
        let (first, others) = self.arms.split_first()?;
        let steps = first.checkpoints.kept.iter().rev().map(|kept| kept.step);
        let mut steps = steps.filter(|&step| {
            let mut others = others.iter();
            others.all(|arm| arm.checkpoints.at(step).is_some())
        });
        steps.next()
    }

    fn kept_at(&self, step: u64) -> Vec<Checkpoint> {
        let kept = self.arms.iter().map(|arm| arm.checkpoints.at(step));
        kept.flatten().cloned().collect()
    }

    /// Goes back to the last step at which all numbers were good, with the present settings, and waits.
    pub fn go_back(&mut self) {
        let Some(step) = self.last_good_step() else {
            return;
        };
        let configs: Vec<Config> = self.arms.iter().map(|arm| arm.config().clone()).collect();
        match self.resume(&configs, &self.kept_at(step)) {
            Ok(()) => {
                self.playing = false;
                self.goal = step;
                let text = tr!("Back at step {step}.", step);
                self.messages.clear();
                self.messages.add(Severity::Note, text);
            }
            Err(error) => self.messages.add(Severity::Error, error.to_string()),
        }
    }

    /// Starts all arms on the engine that there is now, and takes them to where they were kept; curves and
    /// moments up to there stay.
    pub(super) fn resume(
        &mut self,
        configs: &[Config],
        kept: &[Checkpoint],
    ) -> Result<(), EngineError> {
        let mut arms = self.start_arms(configs)?;
        for (arm, kept) in arms.iter_mut().zip(kept) {
            arm.trainer.resume(kept)?;
        }
        let (playing, goal) = (self.playing, self.goal);
        for (arm, started) in self.arms.iter_mut().zip(arms) {
            arm.resume(started.trainer);
        }
        self.begin_run();
        self.playing = playing;
        self.goal = goal;
        self.changed = true;
        Ok(())
    }

    /// After an error of the engine: where the device is lost, goes on from what was kept on another
    /// device or on the CPU, and says so.
    pub(super) fn recover(&mut self) -> bool {
        let Some(reason) = self.compute.lost() else {
            return false;
        };
        self.compute = self.compute.reopened();
        let configs = self.arms.iter().map(|arm| available(arm.config().clone()));
        let configs: Vec<Config> = configs.collect();
        let step = self.last_good_step().unwrap_or(0);
        if self.resume(&configs, &self.kept_at(step)).is_err() {
            return false;
        }
        if let Some((would_play, said)) = self.interrupted.take() {
            // That was a consequence of the loss.
            self.messages.retract(&said);
            self.playing |= would_play;
        }
        self.say_goes_on(&reason, step);
        true
    }
}
