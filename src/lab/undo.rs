//! Settings taken back and forward again.

use super::Lab;
use crate::config::{Config, SETTINGS};

/// Settings before and behind the present ones.
#[derive(Default)]
pub struct Changes {
    back: Vec<Config>,
    forth: Vec<Config>,
    /// When the last change was, and what it changed.
    last: Option<(f64, Vec<&'static str>)>,
}

/// Older changes are forgotten.
const MOST: usize = 100;
/// Changes of the same settings within so many seconds are one: a slider that is held.
const ONE_CHANGE_SECONDS: f64 = 0.8;

impl Changes {
    /// Notes that settings are about to be replaced.
    pub(super) fn note(&mut self, now: f64, was: &Config, next: &Config) {
        let differs = SETTINGS.iter().filter(|of| of.get(was) != of.get(next));
        let keys: Vec<&str> = differs.map(|setting| setting.key).collect();
        let goes_on = self.last.as_ref().is_some_and(|(then, of)| {
            *of == keys && now - then < ONE_CHANGE_SECONDS && self.forth.is_empty()
        });
        if !goes_on {
            if self.back.len() == MOST {
                self.back.remove(0);
            }
            self.back.push(was.clone());
        }
        self.forth.clear();
        self.last = Some((now, keys));
    }
}

impl Lab {
    pub fn can_undo(&self) -> bool {
        !self.changes.back.is_empty()
    }

    pub fn can_redo(&self) -> bool {
        !self.changes.forth.is_empty()
    }

    /// Takes the last change of settings back; without one it does nothing.
    pub fn undo(&mut self) {
        if let Some(config) = self.changes.back.pop() {
            self.changes.forth.push(self.config().clone());
            self.go_to(&config);
        }
    }

    /// Takes a change forward again that was taken back.
    pub fn redo(&mut self) {
        if let Some(config) = self.changes.forth.pop() {
            self.changes.back.push(self.config().clone());
            self.go_to(&config);
        }
    }

    fn go_to(&mut self, config: &Config) {
        self.changes.last = None;
        self.take_over(config);
    }
}
