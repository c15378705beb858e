//! Which engine a run was made on, where that matters.

use super::{Lab, Severity};
use crate::config::Config;
use crate::data::predictions::shorten;
use crate::ghm::Loss;
use crate::words::{tr, word};

/// Whether a rounding, of which each engine has its own, grows: a gradient of 1 whose sign an example decides
/// that is almost right, or weights by bins that an example at an edge falls in or out of.
fn drifts(config: &Config) -> bool {
    matches!(config.loss, Loss::L1 | Loss::GhmR) || config.entries() > 1
}

impl Lab {
    /// "cpu" or "gpu", where an arm comes to something else on the other one.
    pub(super) fn engine_that_matters(&self) -> Option<&'static str> {
        let of = match self.backend().kind {
            "cpu" => "cpu",
            _ => "gpu",
        };
        let mut arms = self.arms().iter();
        arms.any(|arm| drifts(arm.config())).then_some(of)
    }

    /// Says that what was just opened was made on another engine than this one, where that matters.
    pub(super) fn note_engine(&mut self, name: &str, engine: &str) {
        let here = self.backend().kind;
        if (engine == "cpu") == (here == "cpu") {
            return;
        }
        let Some(arm) = self.arms().iter().find(|arm| drifts(arm.config())) else {
            return;
        };
        let loss = word(arm.config().loss.label());
        let text = tr!(
            "{name} was made on another engine ({engine}): under {loss} roundings grow, so after some hundred \
             steps this one ({here}) comes to other parameters.",
            name,
            engine = shorten(engine),
            loss,
            here
        );
        self.messages.add(Severity::Note, text);
    }
}
