//! The experiment itself.

use std::rc::Rc;

use web_time::Instant;

use super::pace::{Pace, Rate};
use super::{History, Inspection, MAX_SPEED, MIN_SPEED, Messages, Severity, explain_non_finite};
use crate::config::{Config, Exact};
use crate::data::Dataset;
use crate::engine::{
    BackendInfo, Compute, DecisionMap, EngineError, Request, Snapshot, Trainer, Update,
};

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
const TICK_SECONDS: f64 = 0.008;
/// Two submissions keep the device busy; more would only add delay.
const MOST_IN_FLIGHT: usize = 2;
/// Least seconds between two statistics, decision maps and evaluations.
const STATISTICS_SECONDS: f64 = 0.03;
const MAP_SECONDS: f64 = 0.15;
const EVALUATION_SECONDS: f64 = 0.3;
/// Mini-batches up to this size are sorted for the exact density with all statistics, larger ones with
/// evaluations only.
const MOST_SORTED: u32 = 1 << 14;
/// An evaluation may take this share of the time.
const EVALUATION_SHARE: f64 = 0.15;

/// One experiment: its trainer, whether it runs, and all that it has shown so far.
pub struct Lab {
    compute: Compute,
    trainer: Trainer,
    playing: bool,
    speed: f64,
    /// The step to run to while not playing.
    goal: u64,
    created: Instant,
    pace: Pace,
    rate: Rate,
    examples_seen: u64,
    last_statistics: f64,
    last_map: f64,
    last_evaluation: f64,
    /// When the evaluation that is under way was asked for, and what the last one took.
    evaluation_started: Option<f64>,
    evaluation_seconds: f64,
    /// The step of the last complete reading that was asked for.
    complete_at: Option<u64>,
    /// Counts restarts, so that views know that what they remember is of another run.
    run: u64,
    /// What the curves show.
    history: History,
    snapshot: Snapshot,
    map: Option<DecisionMap>,
    pub messages: Messages,
    pub(super) inspection: Inspection,
}

impl Lab {
    /// Starts an experiment with valid settings; it waits for [`Command::Play`].
    ///
    /// # Errors
    /// When the settings ask for a backend that is not there.
    pub fn new(config: &Config, compute: Compute) -> Result<Self, EngineError> {
        let (trainer, note) = compute.start(config)?;
        let mut lab = Self {
            compute,
            trainer,
            playing: false,
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
            history: History::default(),
            snapshot: Snapshot::start(config.task),
            map: None,
            messages: Messages::default(),
            inspection: Inspection::default(),
        };
        lab.note_fallback(note);
        Ok(lab)
    }

    pub fn config(&self) -> &Config {
        self.trainer.config()
    }

    pub fn data(&self) -> &Rc<Dataset> {
        self.trainer.data()
    }

    pub fn backend(&self) -> &BackendInfo {
        self.trainer.backend()
    }

    pub fn is_playing(&self) -> bool {
        self.playing
    }

    pub fn speed(&self) -> f64 {
        self.speed
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    /// The latest statistics; those of step 0 are empty.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    pub fn map(&self) -> Option<&DecisionMap> {
        self.map.as_ref()
    }

    /// Changes with every restart.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// Steps and examples a second, over the last second.
    pub fn rates(&self) -> (f64, f64) {
        if self.is_busy() {
            self.rate.per_second()
        } else {
            (0.0, 0.0)
        }
    }

    /// Steps queued so far; the snapshot follows.
    pub fn step(&self) -> u64 {
        self.trainer.step()
    }

    /// Whether [`Lab::tick`] has anything to do: steps to run or readings to wait for.
    pub fn is_busy(&self) -> bool {
        self.playing
            || self.inspection.is_busy()
            || self.trainer.step() < self.goal
            || self.trainer.readings_due() > 0
            || self.complete_at != Some(self.trainer.step())
    }

    /// Carries out a command. What goes wrong becomes a message; the experiment stays as it was.
    pub fn command(&mut self, command: Command) {
        let step = self.trainer.step();
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
                self.goal = step + u64::from(self.trainer.batches_left());
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

    /// Takes over new, valid settings: at once where they act live, else by starting anew. What
    /// goes wrong becomes a message; the experiment stays as it was.
    pub fn configure(&mut self, config: &Config) {
        if self.config().needs_restart(config) {
            self.restart(config);
        } else if config != self.config() {
            let [new, old] = [config, self.config()].map(|config| f64::from(config.batch_size));
            // Less work is learned quickly; more would hold the screen up.
            self.pace.scale((new / old).max(1.0));
            self.trainer.configure(config.clone());
        }
    }

    fn restart(&mut self, config: &Config) {
        match self.compute.start(config) {
            Err(error) => self.messages.add(Severity::Error, error.to_string()),
            Ok((trainer, note)) => {
                self.trainer = trainer;
                self.goal = 0;
                self.pace = Pace::default();
                self.rate.clear();
                self.examples_seen = 0;
                self.last_statistics = f64::NEG_INFINITY;
                self.last_map = f64::NEG_INFINITY;
                self.last_evaluation = f64::NEG_INFINITY;
                self.evaluation_started = None;
                self.complete_at = None;
                self.run += 1;
                self.history = History::default();
                self.snapshot = Snapshot::start(config.task);
                self.map = None;
                self.note_fallback(note);
            }
        }
    }

    fn note_fallback(&mut self, note: Option<String>) {
        if let Some(reason) = note {
            let text = format!("Training on the CPU: {reason}.");
            self.messages.add(Severity::Note, text);
        }
    }

    /// Seconds since this lab began, on a clock that does not run backwards.
    fn now(&self) -> f64 {
        self.created.elapsed().as_secs_f64()
    }

    /// Drains what the engine finished and queues what comes next; never waits. Call it once a
    /// frame while [`Lab::is_busy`].
    pub fn tick(&mut self) {
        if let Err(error) = self.try_tick() {
            self.stop(error.to_string());
        }
        self.read_on();
    }

    fn try_tick(&mut self) -> Result<(), EngineError> {
        let start = self.now();
        self.drain()?;
        self.pace.allow(start, self.speed);
        loop {
            let mut in_flight = self.trainer.in_flight();
            while let Some(timing) = self.trainer.take_timing() {
                self.pace.finish(timing);
            }
            let count = if self.playing {
                self.pace.steps()
            } else {
                // Towards the goal without a speed limit.
                let left = self.goal.saturating_sub(self.trainer.step());
                self.pace.fitting(left)
            };
            let seconds_left = start + TICK_SECONDS - self.now();
            if count == 0 || seconds_left <= 0.0 {
                break;
            }
            if in_flight == MOST_IN_FLIGHT {
                self.trainer.wait_for_room(seconds_left);
                in_flight = self.trainer.in_flight();
            }
            if in_flight == MOST_IN_FLIGHT {
                break;
            }
            self.trainer.advance(count)?;
            self.examples_seen += self.trainer.last_indices().len() as u64;
            self.pace.submit(count);
            self.complete_at = None;
            self.request_when_due();
        }
        if !self.playing && self.trainer.step() >= self.goal && self.complete_at.is_none() {
            self.request(Request {
                evaluate: true,
                map: true,
                gradient_norms: self.wants_exact(),
                parameters: false,
            });
            self.complete_at = Some(self.trainer.step());
        }
        self.drain()
    }

    /// Asks for statistics after a submission, and for maps and scores from time to time.
    fn request_when_due(&mut self) {
        let now = self.now();
        // Readings that have not arrived would only queue up.
        if self.trainer.readings_due() > 1 || now - self.last_statistics < STATISTICS_SECONDS {
            return;
        }
        let interval = EVALUATION_SECONDS.max(self.evaluation_seconds / EVALUATION_SHARE);
        let evaluate = self.evaluation_started.is_none() && now - self.last_evaluation >= interval;
        self.request(Request {
            evaluate,
            gradient_norms: self.wants_exact()
                && (evaluate || self.config().batch_size <= MOST_SORTED),
            map: now - self.last_map >= MAP_SECONDS.max(0.5 * interval),
            parameters: false,
        });
    }

    fn wants_exact(&self) -> bool {
        self.config().exact == Exact::On
    }

    fn request(&mut self, request: Request) {
        let now = self.now();
        self.last_statistics = now;
        if request.map {
            self.last_map = now;
        }
        if request.evaluate {
            self.last_evaluation = now;
            self.evaluation_started = Some(now);
        }
        self.trainer.request(request);
    }

    fn drain(&mut self) -> Result<(), EngineError> {
        while let Some(update) = self.trainer.poll()? {
            self.take(update);
        }
        Ok(())
    }

    fn take(&mut self, update: Update) {
        let now = self.now();
        self.rate
            .note(now, update.snapshot.step, self.examples_seen);
        if let Some(evaluation) = &update.evaluation {
            self.history.push(evaluation);
            if let Some(started) = self.evaluation_started.take() {
                self.evaluation_seconds = now - started;
            }
        }
        if update.map.is_some() {
            self.map = update.map;
        }
        let was_finite = self.snapshot.loss.is_finite();
        let last = std::mem::replace(&mut self.snapshot, update.snapshot);
        if self.snapshot.exact.is_none() && self.wants_exact() && self.same_bins(&last) {
            self.snapshot.exact = last.exact;
        }
        let running = self.playing || self.trainer.step() < self.goal;
        if (was_finite || running) && !self.snapshot.loss.is_finite() {
            let why = explain_non_finite(self.config(), self.snapshot.step);
            self.stop(format!("Paused: {why}, then restart."));
        }
    }

    fn same_bins(&self, other: &Snapshot) -> bool {
        self.snapshot.counts.len() == other.counts.len()
    }

    fn stop(&mut self, text: String) {
        self.playing = false;
        self.goal = self.trainer.step();
        self.complete_at = Some(self.trainer.step());
        self.messages.add(Severity::Error, text);
    }
}
