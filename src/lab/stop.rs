//! When training pauses by itself.

use std::fmt;

use super::{Lab, Severity};
use crate::config::Config;
use crate::engine::{Evaluation, Trainer};
use crate::ghm::Task;
use crate::words::tr;

/// Less than this is no better score.
const LEAST_GAIN: f64 = 0.001;

/// Why training paused by itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Stop {
    Step(u32),
    Epoch(u32),
    /// The score that was reached, and whose it is.
    Score(f64, String),
    Plateau(u32),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(step) => f.write_str(&tr!("Stopped at step {step}, as set.", step)),
            Self::Epoch(epoch) => f.write_str(&tr!("Stopped after epoch {epoch}, as set.", epoch)),
            Self::Score(score, of) => f.write_str(&tr!(
                "Stopped: {of} has reached {score}, as set.",
                of,
                score = format!("{score:.3}")
            )),
            Self::Plateau(steps) => f.write_str(&tr!(
                "Stopped: no better score over {steps} steps, as set.",
                steps
            )),
        }
    }
}

/// The next step at which training pauses by itself, and why; `None` where it goes on for ever.
pub fn next_stop(trainer: &Trainer) -> Option<(u64, Stop)> {
    let config = trainer.config();
    let step = trainer.step();
    let at_step = u64::from(config.stop_step).checked_sub(step);
    let at_step = at_step.map(|left| (left, Stop::Step(config.stop_step)));
    let left = trainer.batches_to_end_of(config.stop_epoch);
    let after_epoch = (left, Stop::Epoch(config.stop_epoch));
    let ahead = at_step.into_iter().chain([after_epoch]);
    let next = ahead.filter(|(left, _)| *left > 0).min_by_key(|of| of.0);
    next.map(|(left, stop)| (step + left, stop))
}

/// Watches the scores of a run.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    best: Option<f64>,
    /// The step of the best score, or at which it was let off last.
    since: u64,
    /// The step of the last score.
    now: u64,
    reached: bool,
}

impl Watch {
    /// Sees a score; the target, if it has just been reached.
    pub fn see(&mut self, config: &Config, evaluation: &Evaluation) -> Option<f64> {
        let score = evaluation.test.headline()?;
        let falls = config.task == Task::Regression;
        let gain = |from: f64, to: f64| if falls { from - to } else { to - from };
        self.now = evaluation.step;
        if self.best.is_none_or(|best| gain(best, score) >= LEAST_GAIN) {
            self.best = Some(score);
            self.since = evaluation.step;
        }
        let is_there = config.stop_score > 0.0 && gain(config.stop_score, score) >= 0.0;
        let was_there = std::mem::replace(&mut self.reached, is_there);
        (is_there && !was_there).then_some(score)
    }

    /// Whether the scores have stopped getting better.
    pub fn rests(&self, config: &Config) -> bool {
        config.stop_plateau > 0 && self.now >= self.since + u64::from(config.stop_plateau)
    }

    /// From now on, as many steps again.
    pub(super) fn let_off(&mut self) {
        self.since = self.now;
    }
}

impl Lab {
    /// The next stop of an arm that runs: all that do are at the same step.
    fn next_stop(&self) -> Option<(u64, Stop)> {
        let arm = self.arms.iter().find(|arm| arm.out_at.is_none())?;
        next_stop(&arm.trainer)
    }

    /// Steps that may be run before training pauses by itself.
    pub(super) fn most_steps(&self, count: u32) -> u32 {
        let next = self.next_stop();
        let left = next.map(|(at, _)| at - self.step());
        left.map_or(count, |left| count.min(left.try_into().unwrap_or(count)))
    }

    /// The stop that so many steps from now make, if they do.
    pub(super) fn stop_after(&self, count: u32) -> Option<Stop> {
        let (at, stop) = self.next_stop()?;
        (at == self.step() + u64::from(count)).then_some(stop)
    }

    /// Pauses where the arms' scores say so; `reached` is an arm that has just reached the target.
    pub(super) fn watch(&mut self, reached: Option<(usize, f64)>) {
        if !self.playing {
            return;
        }
        let stop = match reached {
            Some((arm, score)) => Stop::Score(score, self.arms[arm].name().to_owned()),
            None if self.all_rest() => Stop::Plateau(self.config().stop_plateau),
            None => return,
        };
        for arm in &mut self.arms {
            arm.watch.let_off();
        }
        self.pause_by(&stop);
    }

    /// Whether no arm that still runs gets better.
    fn all_rest(&self) -> bool {
        let mut racing = self
            .arms
            .iter()
            .filter(|arm| arm.out_at.is_none())
            .peekable();
        racing.peek().is_some() && racing.all(|arm| arm.watch.rests(arm.config()))
    }

    pub(super) fn pause_by(&mut self, stop: &Stop) {
        self.playing = false;
        self.goal = self.step();
        self.messages.add(Severity::Note, stop.to_string());
    }
}
