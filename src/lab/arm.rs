//! One arm of a race: a run with its own loss, and what it has shown so far. A single experiment is a
//! race of one.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::moments::{Moment, Moments};
use super::recovery::Checkpoints;
use super::{History, Watch};
use crate::config::Config;
use crate::engine::{
    DecisionMap, EngineError, Evaluation, Outputs, Request, Snapshot, Timing, Trainer, Update,
};
use crate::words::word;

/// A run among those that share data, order, first weights and clock.
pub struct Arm {
    /// No two runs have the same.
    run: u64,
    /// What the person called it.
    name: Option<String>,
    /// Left out of the views; it trains on, so that it is there again at the same step.
    pub(super) muted: bool,
    pub(super) trainer: Trainer,
    pub(super) history: History,
    pub(super) snapshot: Snapshot,
    map: Option<Rc<DecisionMap>>,
    outputs: Option<Rc<Outputs>>,
    pub(super) moments: Moments,
    /// What is shown in place of the present.
    pub(super) past: Option<Moment>,
    pub(super) checkpoints: Checkpoints,
    pub(super) watch: Watch,
    /// The step at which its loss stopped being a number; it trains no further.
    pub(super) out_at: Option<u64>,
    /// What submissions took that the other arms have not finished.
    timings: VecDeque<Timing>,
}

impl Arm {
    /// Most characters of a name.
    const LONGEST_NAME: usize = 24;

    pub(super) fn new(trainer: Trainer) -> Self {
        static RUNS: AtomicU64 = AtomicU64::new(0);
        Self {
            run: RUNS.fetch_add(1, Ordering::Relaxed),
            name: None,
            muted: false,
            history: History::default(),
            snapshot: Snapshot::start(trainer.config().task),
            map: None,
            outputs: None,
            moments: Moments::default(),
            past: None,
            checkpoints: Checkpoints::default(),
            watch: Watch::default(),
            out_at: None,
            timings: VecDeque::new(),
            trainer,
        }
    }

    /// The name that the person gave, or what tells it from the others: its loss.
    pub fn name(&self) -> &str {
        let loss = self.config().loss;
        self.name.as_deref().unwrap_or_else(|| word(loss.short()))
    }

    /// The name that the person gave, if any.
    pub fn given_name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Gives it a name of one line; without letters it is that of the loss again.
    pub(super) fn rename(&mut self, name: &str) {
        let line = name.replace(char::is_control, " ");
        let name: String = line.trim().chars().take(Self::LONGEST_NAME).collect();
        // It may have been cut at a space.
        let name = name.trim_end();
        self.name = (!name.is_empty()).then(|| name.to_owned());
    }

    pub fn config(&self) -> &Config {
        self.trainer.config()
    }

    /// Parameters before the first step: those of every arm.
    pub fn initial_parameters(&self) -> &[f32] {
        self.trainer.initial_parameters()
    }

    /// Examples of the mini-batches that were queued last, one after the other.
    pub fn last_indices(&self) -> &[u32] {
        self.trainer.last_indices()
    }

    /// Tells its run from all others, also from its own before a restart: places among the arms change.
    pub fn run(&self) -> u64 {
        self.run
    }

    pub fn is_muted(&self) -> bool {
        self.muted
    }

    /// The step at which its loss stopped being a number, if it has.
    pub fn out_at(&self) -> Option<u64> {
        self.out_at
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    /// The latest statistics, or those that are looked back at; those of step 0 are empty.
    pub fn snapshot(&self) -> &Snapshot {
        let past = self.past.as_ref().map(|past| &*past.snapshot);
        past.unwrap_or(&self.snapshot)
    }

    /// The latest statistics, also while others are looked back at.
    pub fn present(&self) -> &Snapshot {
        &self.snapshot
    }

    pub fn map(&self) -> Option<&DecisionMap> {
        let map = self.past.as_ref().map_or(&self.map, |past| &past.map);
        map.as_deref()
    }

    /// What it says of the examples, at the evaluation that is shown.
    pub fn outputs(&self) -> Option<&Outputs> {
        let past = self.past.as_ref();
        past.map_or(&self.outputs, |past| &past.outputs).as_deref()
    }

    /// The scores that are shown: the latest, or those that are looked back at.
    pub fn evaluation(&self) -> Option<&Evaluation> {
        match &self.past {
            Some(past) => past.evaluation.as_ref(),
            None => self.history.last(),
        }
    }

    /// Starts anew on this run; name and mute stay.
    pub(super) fn restart(&mut self, trainer: Trainer) {
        let name = self.name.take();
        let muted = self.muted;
        *self = Self {
            name,
            muted,
            ..Self::new(trainer)
        };
    }

    /// Goes on with this run, which is at the step of an earlier moment of its own: what lies behind it is
    /// forgotten. One that was out of the race before the others go on at `goes_on` stays so.
    pub(super) fn resume(&mut self, trainer: Trainer, goes_on: u64) {
        let step = trainer.step();
        if self.out_at.is_some() && step < goes_on {
            self.trainer = trainer;
            self.timings.clear();
            return;
        }
        let mut old = std::mem::replace(self, Self::new(trainer));
        old.history.cut(step);
        old.moments.cut(step);
        self.name = old.name;
        self.muted = old.muted;
        self.history = old.history;
        self.moments = old.moments;
        self.checkpoints = old.checkpoints;
        if let Some(moment) = self.moments.last() {
            self.snapshot = (*moment.snapshot).clone();
            self.map = moment.map.clone();
            self.outputs = moment.outputs.clone();
        }
    }

    pub(super) fn advance(&mut self, count: u32) -> Result<(), EngineError> {
        if self.out_at.is_some() {
            return Ok(());
        }
        self.trainer.advance(count)
    }

    pub(super) fn request(&mut self, request: Request) {
        self.trainer.request(request);
    }

    /// What the last submission took that is finished, if it is.
    pub(super) fn finished(&mut self) -> &mut VecDeque<Timing> {
        while let Some(timing) = self.trainer.take_timing() {
            self.timings.push_back(timing);
        }
        &mut self.timings
    }

    /// Takes over a reading; true when its loss has just stopped being a number.
    pub(super) fn take(&mut self, update: Update, wants_exact: bool) -> bool {
        // Of a run that goes on and has not trained yet there are no statistics, by which GHM's loss weighs.
        let goes_on = update.snapshot.step > 0 && update.snapshot.counts.is_empty();
        if let Some(evaluation) = &update.evaluation {
            let last = self.history.last().map(|last| last.step);
            if !goes_on || last != Some(evaluation.step) {
                self.history.push(evaluation);
            }
        }
        if let Some(map) = update.map {
            self.map = Some(Rc::new(map));
        }
        let evaluated = update.outputs.is_some();
        if let Some(outputs) = update.outputs {
            self.outputs = Some(Rc::new(outputs));
        }
        if goes_on {
            self.snapshot.step = update.snapshot.step;
            self.snapshot.epoch = update.snapshot.epoch;
            return false;
        }
        let was_finite = self.snapshot.loss.is_finite();
        let last = std::mem::replace(&mut self.snapshot, update.snapshot);
        let same_bins = self.snapshot.counts.len() == last.counts.len();
        if self.snapshot.exact.is_none() && wants_exact && same_bins {
            self.snapshot.exact = last.exact;
        }
        if let Some(checkpoint) = update.checkpoint
            && self.snapshot.loss.is_finite()
        {
            self.checkpoints.push(checkpoint);
        }
        if evaluated {
            self.moments.push(Moment {
                evaluation: update.evaluation,
                snapshot: Rc::new(self.snapshot.clone()),
                map: self.map.clone(),
                outputs: self.outputs.clone(),
            });
        }
        was_finite && !self.snapshot.loss.is_finite()
    }
}
