//! What an experiment asks of its arms while they train, and what it does with the answers.

use super::arm::Arm;
use super::{Lab, Severity, explain_non_finite};
use crate::config::Exact;
use crate::engine::{EngineError, Request, Timing, Update};
use crate::words::tr;

/// Least seconds between two statistics, decision maps and evaluations.
const STATISTICS_SECONDS: f64 = 0.03;
const MAP_SECONDS: f64 = 0.15;
const EVALUATION_SECONDS: f64 = 0.3;
/// Mini-batches up to this size are sorted for the exact density with all statistics, larger ones with
/// evaluations only.
const MOST_SORTED: u32 = 1 << 14;
/// An evaluation may take this share of the time.
const EVALUATION_SHARE: f64 = 0.05;

impl Lab {
    /// Readings that were asked for and have not arrived, of the arm that waits for most.
    pub(super) fn readings_due(&self) -> usize {
        let due = self.arms.iter().map(|arm| arm.trainer.readings_due());
        due.max().unwrap_or(0)
    }

    /// Submissions under way, of the arm that has most.
    pub(super) fn in_flight(&mut self) -> usize {
        let in_flight = self.arms.iter_mut().map(|arm| arm.trainer.in_flight());
        in_flight.max().unwrap_or(0)
    }

    /// Asks for statistics after a submission, and for maps and scores from time to time.
    pub(super) fn request_when_due(&mut self) {
        let now = self.now();
        // Readings that have not arrived would only queue up.
        if self.readings_due() > 1 || now - self.last_statistics < STATISTICS_SECONDS {
            return;
        }
        let interval = EVALUATION_SECONDS.max(self.evaluation_seconds / EVALUATION_SHARE);
        let evaluate = self.evaluation_started.is_none() && now - self.last_evaluation >= interval;
        self.request(Request {
            evaluate,
            gradient_norms: self.wants_exact()
                && (evaluate || self.config().batch_size <= MOST_SORTED),
            map: evaluate || now - self.last_map >= MAP_SECONDS.max(0.5 * interval),
            parameters: evaluate,
        });
    }

    pub(super) fn wants_exact(&self) -> bool {
        self.config().exact == Exact::On
    }

    pub(super) fn request(&mut self, request: Request) {
        let now = self.now();
        self.last_statistics = now;
        if request.map {
            self.last_map = now;
        }
        if request.evaluate {
            self.last_evaluation = now;
            self.evaluation_started = Some(now);
        }
        for (index, arm) in self.arms.iter_mut().enumerate() {
            // The exact density sorts the mini-batch: of the arm alone that shows it.
            arm.request(Request {
                gradient_norms: request.gradient_norms && index == self.shown,
                ..request
            });
        }
    }

    /// What the next submission took that all arms have finished, on all of them together.
    pub(super) fn take_timing(&mut self) -> Option<Timing> {
        let mut racing: Vec<&mut Arm> = (self.arms.iter_mut())
            .filter(|arm| arm.out_at.is_none())
            .collect();
        if racing.is_empty() || racing.iter_mut().any(|arm| arm.finished().is_empty()) {
            return None;
        }
        let timings = racing
            .into_iter()
            .filter_map(|arm| arm.finished().pop_front());
        timings.reduce(|sum, timing| Timing {
            steps: sum.steps.max(timing.steps),
            seconds: sum.seconds + timing.seconds,
        })
    }

    /// Goes on with what the arms have begun, one after the other, until this time, and takes what has arrived: a
    /// piece of it may take long, and those that are left have the next tick.
    pub(super) fn take_turns(&mut self, until: f64) -> Result<(), EngineError> {
        for _ in 0..self.arms.len() {
            if self.now() >= until {
                break;
            }
            let index = self.turn % self.arms.len();
            self.turn = index + 1;
            self.arms[index].trainer.work();
            while let Some(update) = self.arms[index].trainer.poll()? {
                self.take(index, update);
            }
        }
        Ok(())
    }

    fn take(&mut self, index: usize, update: Update) {
        let now = self.now();
        if index == self.shown {
            self.rate
                .note(now, update.snapshot.step, self.examples_seen);
            if update.evaluation.is_some()
                && let Some(started) = self.evaluation_started.take()
            {
                self.evaluation_seconds = now - started;
            }
        }
        let wants_exact = self.wants_exact() && index == self.shown;
        let evaluation = update.evaluation;
        let running = self.playing || self.step() < self.goal;
        let arm = &mut self.arms[index];
        let reached = evaluation.and_then(|evaluation| {
            let config = arm.trainer.config();
            arm.watch.see(config, &evaluation)
        });
        let just_lost = arm.take(update, wants_exact);
        if evaluation.is_some() {
            self.watch(reached.map(|score| (index, score)));
        }
        let arm = &self.arms[index];
        if arm.snapshot.loss.is_finite() || !(just_lost || (running && arm.out_at.is_none())) {
            return;
        }
        let why = explain_non_finite(arm.config(), arm.snapshot.step);
        let name = arm.name().to_owned();
        if self.is_race() {
            self.arms[index].out_at = Some(self.arms[index].snapshot.step);
            if self.arms.iter().any(|arm| arm.out_at.is_none()) {
                let text = tr!("{name} is out of the race: {why}, then restart.", name, why);
                self.messages.add(Severity::Error, text);
                return;
            }
        }
        self.hold();
        if self.last_good_step().is_some() {
            let text = tr!("Paused: {why}, then restart or go back.", why);
            self.messages.add_with_way_back(text);
        } else {
            let text = tr!("Paused: {why}, then restart.", why);
            self.messages.add(Severity::Error, text);
        }
    }
}
