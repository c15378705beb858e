//! How many steps to queue at a time: as many as the chosen speed asks for and the frame has room
//! for. Times are seconds of any steady clock.

use std::collections::VecDeque;

use crate::engine::Timing;

/// Slowest speed, steps a second.
pub const MIN_SPEED: f64 = 1.0;
/// Fastest speed that is a number; at this value the speed is not limited.
pub const MAX_SPEED: f64 = 10_000.0;

/// What a submission may take, so that the screen stays responsive on devices that also draw it.
const SUBMISSION_SECONDS: f64 = 0.012;
/// Most steps in a submission.
const MOST_STEPS: f64 = 256.0;
/// Unused allowance is kept for this long; a hidden tab must not be followed by a burst.
const ALLOWANCE_SECONDS: f64 = 0.1;

/// Adapts the size of submissions to the device and the speed.
#[derive(Debug)]
pub(super) struct Pace {
    /// Steps that the chosen speed allows now.
    allowance: f64,
    last_tick: Option<f64>,
    /// Estimated seconds that the device takes for a step.
    step_seconds: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            allowance: 1.0,
            last_tick: None,
            step_seconds: SUBMISSION_SECONDS,
        }
    }
}

impl Pace {
    /// Adds what the time since the last call allows at `speed` steps a second.
    pub fn allow(&mut self, now: f64, speed: f64) {
        let passed = self
            .last_tick
            .map_or(0.0, |last| (now - last).clamp(0.0, ALLOWANCE_SECONDS));
        self.last_tick = Some(now);
        self.allowance = if speed >= MAX_SPEED {
            f64::INFINITY
        } else if self.allowance.is_finite() {
            (self.allowance + passed * speed).min((speed * ALLOWANCE_SECONDS).max(1.0))
        } else {
            1.0
        };
    }

    /// Whole steps to submit now at the chosen speed.
    pub fn steps(&self) -> u32 {
        self.fitting(self.allowance.max(0.0) as u64)
    }

    /// As many of `steps` as a submission has room for.
    pub fn fitting(&self, steps: u64) -> u32 {
        let room = (SUBMISSION_SECONDS / self.step_seconds).clamp(1.0, MOST_STEPS);
        (steps as f64).min(room) as u32
    }

    /// Notes a submission of so many steps.
    pub fn submit(&mut self, steps: u32) {
        self.allowance -= f64::from(steps);
    }

    /// Learns from a submission that is finished.
    pub fn finish(&mut self, timing: Timing) {
        let seconds = timing.seconds / f64::from(timing.steps.max(1));
        // What else the device did in between only ever adds: follow less time at once, more slowly.
        let share = if seconds < self.step_seconds {
            1.0
        } else {
            0.2
        };
        self.step_seconds = (self.step_seconds + share * (seconds - self.step_seconds)).max(1e-7);
    }

    /// The work of a step grows by this factor.
    pub fn scale(&mut self, factor: f64) {
        self.step_seconds *= factor;
    }
}

/// Counts steps and examples over the last second or so.
#[derive(Debug, Default)]
pub(super) struct Rate {
    window: VecDeque<(f64, u64, u64)>,
}

impl Rate {
    const SECONDS: f64 = 1.0;

    /// Notes totals so far.
    pub fn note(&mut self, now: f64, steps: u64, examples: u64) {
        self.window.push_back((now, steps, examples));
        while self.window.len() > 2 && now - self.window[1].0 > Self::SECONDS {
            self.window.pop_front();
        }
    }

    /// Steps and examples a second.
    pub fn per_second(&self) -> (f64, f64) {
        match (self.window.front(), self.window.back()) {
            (Some(first), Some(last)) if last.0 > first.0 => {
                let seconds = last.0 - first.0;
                (
                    (last.1 - first.1) as f64 / seconds,
                    (last.2 - first.2) as f64 / seconds,
                )
            }
            _ => (0.0, 0.0),
        }
    }

    pub fn clear(&mut self) {
        self.window.clear();
    }
}
