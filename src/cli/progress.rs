//! The progress bar, on a terminal only.

use std::cell::Cell;
use std::fmt::Write;

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::engine::Update;

/// Steps, rate, loss, average precision or mean absolute error, and time left, on standard error.
pub(super) struct Progress {
    bar: ProgressBar,
    score: Cell<Option<f64>>,
    score_name: Cell<&'static str>,
}

impl Progress {
    /// Shows itself only where standard error is a terminal.
    pub fn new(steps: u32) -> Self {
        let bar = ProgressBar::new(u64::from(steps));
        let template = "{bar:30} {human_pos}/{human_len} steps, {rate}, {msg}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            let rate = |state: &ProgressState, text: &mut dyn Write| {
                // What refuses to be written shows as a gap.
                let _ = write!(text, "{:.0}/s", state.per_sec());
            };
            bar.set_style(style.with_key("rate", rate));
        }
        bar.set_message("starting");
        Self {
            bar,
            score: Cell::new(None),
            score_name: Cell::new("AP"),
        }
    }

    /// After some steps.
    pub fn trained(&self, update: &Update) {
        let mut message = format!("loss {:.4}", update.snapshot.loss);
        if let Some(value) = self.score.get() {
            message += &format!(", {} {value:.3}", self.score_name.get());
        }
        self.bar.set_message(message);
        self.bar.set_position(update.snapshot.step);
    }

    /// After an evaluation.
    pub fn evaluated(&self, update: &Update) {
        let scores = update.evaluation.as_ref().map(|e| e.test);
        let error = scores.and_then(|scores| scores.absolute_error);
        if error.is_some() {
            self.score_name.set("MAE");
        }
        self.score
            .set(scores.and_then(|scores| scores.average_precision).or(error));
    }

    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        // A failed run must not leave half a bar before its message.
        self.bar.finish_and_clear();
    }
}
