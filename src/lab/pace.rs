//! How many steps to queue at a time: as many as the chosen speed asks for and the frame has room
//! for. Times are seconds of any steady clock.

use std::collections::VecDeque;

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
    /// Time and steps of the submissions that are not finished.
    submitted: VecDeque<(f64, u32)>,
    last_finish: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            allowance: 1.0,
            last_tick: None,
            step_seconds: SUBMISSION_SECONDS,
            submitted: VecDeque::new(),
            last_finish: 0.0,
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
    pub fn submit(&mut self, now: f64, steps: u32) {
        self.allowance -= f64::from(steps);
        self.submitted.push_back((now, steps));
    }

    /// Notes how many submissions are still unfinished, and learns from those that finished.
    pub fn finish(&mut self, now: f64, in_flight: usize) {
        while self.submitted.len() > in_flight {
            let Some((start, steps)) = self.submitted.pop_front() else {
                break;
            };
            let seconds = (now - start.max(self.last_finish)) / f64::from(steps.max(1));
            // Half old, half new: follows a change of batch size within a few frames.
            self.step_seconds = (0.5 * (self.step_seconds + seconds)).max(1e-7);
            self.last_finish = now;
        }
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
