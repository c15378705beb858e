//! The experiment itself: its arms on one clock.

use std::rc::Rc;

use web_time::Instant;

use super::arm::Arm;
use super::pace::{Pace, Rate};
use super::undo::Changes;
use super::{History, Inspection, MAX_SPEED, MIN_SPEED, Messages, Repeats, Severity, Tour};
use crate::bench::Bench;
use crate::config::Config;
use crate::data::Dataset;
use crate::engine::{
    BackendInfo, Compute, DecisionMap, EngineError, Evaluation, Request, Snapshot, memory,
};
use crate::words::tr;

/// What a person can do to a running experiment, beside changing its settings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    Play,
    Pause,
    /// Pauses after so many more mini-batches.
    Step(u32),
    /// Pauses at the end of the epoch.
    Epoch,
    /// Starts anew with the same settings.
    Restart,
    /// Starts anew with the next seed.
    NewSeed,
    /// Steps a second; [`MAX_SPEED`] is as fast as it goes.
    Speed(f64),
}

/// Seconds of work that one tick may do on this thread.
pub(super) const TICK_SECONDS: f64 = 0.008;
/// Two submissions keep the device busy; more would only add delay.
const MOST_IN_FLIGHT: usize = 2;

/// One experiment: its arms, whether they run, and all that they have shown so far.
pub struct Lab {
    pub(super) compute: Compute,
    pub(super) arms: Vec<Arm>,
    /// Index of the arm that is shown.
    pub(super) shown: usize,
    /// Index of the arm that goes on next with what it has begun.
    pub(super) turn: usize,
    pub(super) playing: bool,
    /// After an error of the engine: whether it would play but for that, and what was said.
    pub(super) interrupted: Option<(bool, String)>,
    pub(super) speed: f64,
    /// The step to run to while not playing.
    pub(super) goal: u64,
    pub(super) created: Instant,
    pub(super) pace: Pace,
    pub(super) rate: Rate,
    pub(super) examples_seen: u64,
    pub(super) last_statistics: f64,
    pub(super) last_map: f64,
    pub(super) last_evaluation: f64,
    /// When the evaluation that is under way was asked for, and what the last one took.
    pub(super) evaluation_started: Option<f64>,
    pub(super) evaluation_seconds: f64,
    /// The step of the last complete reading that was asked for.
    pub(super) complete_at: Option<u64>,
    /// Counts restarts, so that views know that what they remember is of another run.
    pub(super) run: u64,
    pub messages: Messages,
    pub(super) inspection: Inspection,
    pub(super) repeats: Option<Box<Repeats>>,
    pub(super) bench: Option<Box<Bench>>,
    pub(super) tour: Tour,
    /// Whether settings were changed since the first step.
    pub(super) changed: bool,
    pub(super) changes: Changes,
    /// Why it trains on the CPU, as it was said last.
    fallback_said: Option<String>,
}

impl Lab {
    /// Starts an experiment with valid settings; it waits for [`Command::Play`].
    ///
    /// # Errors
    /// When the settings ask for a backend that is not there.
    pub fn new(config: &Config, compute: Compute) -> Result<Self, EngineError> {
        let mut lab = Self {
            compute,
            arms: Vec::new(),
            shown: 0,
            turn: 0,
            playing: false,
            interrupted: None,
            speed: 100.0,
            goal: 0,
            created: Instant::now(),
            pace: Pace::default(),
            rate: Rate::default(),
            examples_seen: 0,
            last_statistics: f64::NEG_INFINITY,
            last_map: f64::NEG_INFINITY,
            last_evaluation: f64::NEG_INFINITY,
            evaluation_started: None,
            evaluation_seconds: 0.0,
            complete_at: None,
            run: 0,
            messages: Messages::default(),
            inspection: Inspection::default(),
            repeats: None,
            bench: None,
            tour: Tour::default(),
            changed: false,
            changes: Changes::default(),
            fallback_said: None,
        };
        lab.arms = lab.start_arms(std::slice::from_ref(config))?;
        Ok(lab)
    }

    fn shown_arm(&self) -> &Arm {
        &self.arms[self.shown]
    }

    /// Settings of the arm that is shown.
    pub fn config(&self) -> &Config {
        self.shown_arm().config()
    }

    pub fn data(&self) -> &Rc<Dataset> {
        self.shown_arm().trainer.data()
    }

    pub fn backend(&self) -> &BackendInfo {
        self.shown_arm().trainer.backend()
    }

    pub fn is_playing(&self) -> bool {
        self.playing
    }

    pub fn speed(&self) -> f64 {
        self.speed
    }

    pub fn history(&self) -> &History {
        &self.shown_arm().history
    }

    /// The latest statistics, or those that are looked back at; those of step 0 are empty.
    pub fn snapshot(&self) -> &Snapshot {
        self.shown_arm().snapshot()
    }

    /// The scores that are shown, see [`Arm::evaluation`].
    pub fn evaluation(&self) -> Option<&Evaluation> {
        self.shown_arm().evaluation()
    }

    pub fn map(&self) -> Option<&DecisionMap> {
        self.shown_arm().map()
    }

    /// Changes with every restart.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// Steps and examples a second, over the last second.
    pub fn rates(&self) -> (f64, f64) {
        if self.playing || self.step() < self.goal {
            self.rate.per_second()
        } else {
            (0.0, 0.0)
        }
    }

    /// Steps queued so far; the snapshot follows.
    pub fn step(&self) -> u64 {
        let steps = self.arms.iter().map(|arm| arm.trainer.step());
        steps.max().unwrap_or(0)
    }

    /// Whether [`Lab::tick`] has anything to do: steps to run or readings to wait for.
    pub fn is_busy(&self) -> bool {
        self.playing
            || self.inspection.is_busy()
            || self.repeats().is_some_and(Repeats::is_running)
            || self.is_measuring()
            || self.step() < self.goal
            || self.readings_due() > 0
            || self.complete_at != Some(self.step())
    }

    /// Carries out a command. What goes wrong becomes a message; the experiment stays as it was.
    pub fn command(&mut self, command: Command) {
        let step = self.step();
        if !matches!(command, Command::Speed(_)) {
            self.interrupted = None;
            self.look_back(None);
        }
        match command {
            Command::Play => {
                self.playing = true;
                self.goal = step;
            }
            Command::Pause => {
                self.playing = false;
                self.goal = step;
            }
            Command::Step(count) => {
                self.playing = false;
                self.goal = self.goal.max(step) + u64::from(count);
            }
            Command::Epoch => {
                self.playing = false;
                self.goal = step + u64::from(self.shown_arm().trainer.batches_left());
            }
            Command::Restart => self.restart(&self.config().clone()),
            Command::NewSeed => {
                let seed = self.config().seed.wrapping_add(1);
                self.restart(&Config {
                    seed,
                    ..self.config().clone()
                });
            }
            Command::Speed(speed) => self.speed = speed.clamp(MIN_SPEED, MAX_SPEED),
        }
    }

    /// Takes over new, valid settings for the arm that is shown, and for all what they share: at once
    /// where they act live, else by starting anew. What goes wrong becomes a message; the experiment
    /// stays as it was. [`Lab::undo`] takes it back.
    pub fn configure(&mut self, config: &Config) {
        if config != self.config() {
            let was = self.config().clone();
            self.changes.note(self.now(), &was, config);
        }
        self.take_over(config);
    }

    pub(super) fn take_over(&mut self, config: &Config) {
        if self.config().needs_restart(config) {
            self.restart(config);
        } else if config != self.config() {
            let [new, old] = [config, self.config()].map(|config| f64::from(config.batch_size));
            let configs = self.arm_configs(config);
            if let Err(error) = memory::fitting(&self.compute, &configs) {
                self.messages.add(Severity::Error, error.to_string());
                return;
            }
            // Less work is learned quickly; more would hold the screen up.
            self.pace.scale((new / old).max(1.0));
            self.changed |= self.step() > 0;
            self.look_back(None);
            for (arm, config) in self.arms.iter_mut().zip(configs) {
                let forgotten = arm.trainer.configure(config);
                arm.checkpoints.forget(forgotten);
            }
        }
    }

    fn restart(&mut self, config: &Config) {
        let configs = self.arm_configs(config);
        match self.start_arms(&configs) {
            Err(error) => self.messages.add(Severity::Error, error.to_string()),
            Ok(started) => {
                if config.task != self.config().task {
                    self.shown = 0;
                }
                self.arms.truncate(started.len());
                for (arm, started) in self.arms.iter_mut().zip(started) {
                    arm.restart(started.trainer);
                }
                self.begin_run();
            }
        }
    }

    /// What is remembered of the run before is forgotten.
    pub(super) fn begin_run(&mut self) {
        self.goal = 0;
        self.pace = Pace::default();
        self.rate.clear();
        self.examples_seen = 0;
        self.last_statistics = f64::NEG_INFINITY;
        self.last_map = f64::NEG_INFINITY;
        self.last_evaluation = f64::NEG_INFINITY;
        self.evaluation_started = None;
        self.complete_at = None;
        self.changed = false;
        self.run += 1;
    }

    pub(super) fn note_fallback(&mut self, note: Option<String>) {
        if let Some(reason) = note {
            let reason = reason.trim_end_matches('.');
            let text = tr!("Training on the CPU: {reason}.", reason);
            // Once: every restart would say it again.
            if self.fallback_said.as_ref() != Some(&text) {
                self.messages.add(Severity::Note, text.clone());
                self.fallback_said = Some(text);
            }
        }
    }

    /// Seconds since this lab began, on a clock that does not run backwards.
    pub(super) fn now(&self) -> f64 {
        self.created.elapsed().as_secs_f64()
    }

    /// Drains what the engine finished and queues what comes next; never waits. Call it once a
    /// frame while [`Lab::is_busy`].
    pub fn tick(&mut self) {
        if self.is_measuring() {
            return self.measure_on();
        }
        if let Err(error) = self.try_tick()
            && !self.recover()
        {
            // The word that the device is gone may come later.
            let text = error.to_string();
            self.interrupted = Some((self.playing, text.clone()));
            self.stop(text);
        }
        self.read_on();
        self.repeat_on();
    }

    fn try_tick(&mut self) -> Result<(), EngineError> {
        let start = self.now();
        let until = start + TICK_SECONDS;
        self.take_turns(until)?;
        self.pace.allow(start, self.speed);
        loop {
            let mut in_flight = self.in_flight();
            while let Some(timing) = self.take_timing() {
                self.pace.finish(timing);
            }
            let count = if self.playing {
                self.most_steps(self.pace.steps())
            } else {
                // Towards the goal without a speed limit.
                let left = self.goal.saturating_sub(self.step());
                self.pace.fitting(left)
            };
            let seconds_left = until - self.now();
            if count == 0 || seconds_left <= 0.0 {
                break;
            }
            if in_flight == MOST_IN_FLIGHT {
                for arm in &mut self.arms {
                    if arm.trainer.in_flight() == MOST_IN_FLIGHT {
                        arm.trainer.wait_for_room(seconds_left);
                    }
                }
                in_flight = self.in_flight();
            }
            if in_flight == MOST_IN_FLIGHT {
                break;
            }
            let stop = self.stop_after(count).filter(|_| self.playing);
            for arm in &mut self.arms {
                arm.advance(count)?;
                self.examples_seen += arm.last_indices().len() as u64;
            }
            self.pace.submit(count);
            self.complete_at = None;
            if let Some(stop) = stop {
                self.pause_by(&stop);
                break;
            }
            self.request_when_due();
            self.take_turns(until)?;
        }
        if !self.playing && self.step() >= self.goal && self.complete_at.is_none() {
            self.request(Request {
                evaluate: true,
                map: true,
                gradient_norms: self.wants_exact(),
                parameters: true,
            });
            self.complete_at = Some(self.step());
        }
        self.take_turns(until)
    }

    pub(super) fn stop(&mut self, text: String) {
        self.hold();
        self.messages.add(Severity::Error, text);
    }

    /// Trains no further, and asks for nothing.
    pub(super) fn hold(&mut self) {
        self.playing = false;
        self.goal = self.step();
        self.complete_at = Some(self.step());
    }
}
