//! Going on after numbers or a device were lost, from what was kept of the run.

use super::arm::Arm;
use super::handover::on_what_is_left;
use super::{Lab, Severity};
use crate::config::Config;
use crate::engine::{Checkpoint, Compute, EngineError, Forgotten};
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

    /// Starts anew what a change of settings did.
    pub fn forget(&mut self, what: Forgotten) {
        self.kept.iter_mut().for_each(|kept| kept.forget(what));
    }
}

impl Lab {
    /// The last step from which all arms can go on, but for those that are out of the race while others are
    /// not.
    pub fn last_good_step(&self) -> Option<u64> {
        let all_are_out = self.arms.iter().all(|arm| arm.out_at.is_some());
        let racing = |arm: &&Arm| all_are_out || arm.out_at.is_none();
        let mut racing = self.arms.iter().filter(racing);
        let first = racing.next()?;
        let others: Vec<&Arm> = racing.collect();
        let steps = first.checkpoints.kept.iter().rev().map(|kept| kept.step);
        let mut steps = steps.filter(|&step| {
            let mut others = others.iter();
            others.all(|arm| arm.checkpoints.at(step).is_some())
        });
        steps.next()
    }

    /// What is kept of every arm at a step; of one that was out before, the last that is.
    fn kept_at(&self, step: u64) -> Vec<Option<Checkpoint>> {
        let kept = self.arms.iter().map(|arm| {
            let last = || arm.out_at.and_then(|_| arm.checkpoints.kept.last());
            arm.checkpoints.at(step).or_else(last).cloned()
        });
        kept.collect()
    }

    /// The last good step and what is kept of it; the beginning where nothing is.
    pub(super) fn last_good(&self) -> (u64, Vec<Option<Checkpoint>>) {
        match self.last_good_step() {
            Some(step) => (step, self.kept_at(step)),
            None => (0, vec![None; self.arms.len()]),
        }
    }

    /// Goes back to the last step at which all numbers were good, with the present settings, and waits.
    pub fn go_back(&mut self) {
        let Some(step) = self.last_good_step() else {
            return;
        };
        let configs: Vec<Config> = self.arms.iter().map(|arm| arm.config().clone()).collect();
        match self.resume(&configs, &self.kept_at(step), step) {
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

    /// Starts all arms on the engine that there is now, and takes them to where they were kept, mostly `step`;
    /// curves and moments up to there stay.
    pub(super) fn resume(
        &mut self,
        configs: &[Config],
        kept: &[Option<Checkpoint>],
        step: u64,
    ) -> Result<(), EngineError> {
        let mut arms = self.start_arms(configs)?;
        for (arm, kept) in arms.iter_mut().zip(kept) {
            if let Some(kept) = kept {
                arm.trainer.resume(kept)?;
            }
        }
        let (playing, goal) = (self.playing, self.goal);
        for (arm, started) in self.arms.iter_mut().zip(arms) {
            arm.resume(started.trainer, step);
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
        let reopened = self.compute.reopened();
        self.go_on_with(reopened, &reason).is_ok()
    }

    /// Goes on from what was kept, on what there is in place of a device that was lost for this reason,
    /// and says so.
    ///
    /// # Errors
    /// When no engine starts.
    pub fn go_on_with(&mut self, compute: Compute, reason: &str) -> Result<(), EngineError> {
        self.compute = compute;
        let configs: Vec<Config> = self.arms.iter().map(|arm| arm.config().clone()).collect();
        let (step, kept) = self.last_good();
        self.resume(&configs, &kept, step)
            .or_else(|_| self.resume(&on_what_is_left(&configs), &kept, step))?;
        if let Some((would_play, said)) = self.interrupted.take() {
            // That was a consequence of the loss.
            self.messages.retract(&said);
            self.playing |= would_play;
        }
        self.say_goes_on(reason, step);
        Ok(())
    }
}
