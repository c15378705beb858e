//! What a person must be told.

use crate::config::Config;
use crate::words::tr;

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Note,
    Error,
}

/// One sentence for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub severity: Severity,
    pub text: String,
    /// Whether [`super::Lab::go_back`] is the way out.
    pub has_way_back: bool,
}

/// The messages that were not dismissed, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Messages {
    list: Vec<Message>,
}

impl Messages {
    /// More would hide the lab.
    const LIMIT: usize = 4;
    /// Characters of the longest message: what it quotes may have any length.
    const LONGEST: usize = 1200;

    pub fn list(&self) -> &[Message] {
        &self.list
    }

    /// Adds a message; one that is already shown moves to the end.
    pub fn add(&mut self, severity: Severity, text: impl Into<String>) {
        self.push(severity, text.into(), false);
    }

    /// Adds an error that [`super::Lab::go_back`] undoes.
    pub(super) fn add_with_way_back(&mut self, text: String) {
        self.push(Severity::Error, text, true);
    }

    fn push(&mut self, severity: Severity, mut text: String, has_way_back: bool) {
        if let Some((end, _)) = text.char_indices().nth(Self::LONGEST) {
            text.truncate(end);
            text.push('…');
        }
        self.list.retain(|message| message.text != text);
        if self.list.len() == Self::LIMIT {
            self.list.remove(0);
        }
        self.list.push(Message {
            severity,
            text,
            has_way_back,
        });
    }

    pub fn dismiss(&mut self, index: usize) {
        if index < self.list.len() {
            self.list.remove(index);
        }
    }

    /// Takes back what turned out to be said too early.
    pub(super) fn retract(&mut self, text: &str) {
        self.list.retain(|message| message.text != text);
    }

    pub fn clear(&mut self) {
        self.list.clear();
    }
}

/// Why the loss probably stopped being a number and what to change; a sentence without its end.
pub fn explain_non_finite(config: &Config, step: u64) -> String {
    let from_zero =
        config.loss.harmonizes() && !config.convention.corrects_bias() && config.momentum >= 0.9;
    let cause = if from_zero {
        let factor = 1.0 / (1.0 - config.momentum);
        tr!(
            "the moving average starts from zero, so momentum {} makes the first weights {factor} times \
             too large; lower momentum or choose convention=per-bin",
            config.momentum,
            factor = format!("{factor:.0}")
        )
    } else {
        tr!(
            "the learning rate {} is probably too large; lower learning-rate",
            config.learning_rate
        )
    };
    tr!(
        "the loss is no longer a number by step {step}: {cause}",
        step,
        cause
    )
}
