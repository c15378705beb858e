//! What a step of the tour is made of.

use super::super::{Lab, LowerView};
use super::Seen;

/// A step: a short text, a formula, an experiment that runs by itself, and things to try.
pub struct Step {
    /// Its name in links.
    pub key: &'static str,
    pub title: &'static str,
    /// Paragraphs.
    pub text: &'static [&'static str],
    /// In the notation of `figure::formula`; its parts are named as the screen's things are.
    pub formula: &'static str,
    /// Numbers of the experiment as it runs.
    pub readings: &'static [Reading],
    /// The first one is shown.
    pub arms: &'static [Prepared],
    /// What is below the panels where arms race.
    pub view: LowerView,
    /// Steps a second.
    pub speed: f64,
    /// Keys of the settings that matter here.
    pub settings: &'static [&'static str],
    pub tries: &'static [Try],
}

/// An arm of a prepared experiment.
pub struct Prepared {
    /// Empty for that of its loss.
    pub name: &'static str,
    pub changes: &'static str,
}

/// A number, as it is now.
pub struct Reading {
    pub name: &'static str,
    pub value: fn(&Lab) -> Option<f64>,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Shown as a percentage.
    Share,
    Count,
    /// Shown as "× number".
    Factor,
}

/// Something to try, and how it is noticed.
pub struct Try {
    pub text: &'static str,
    pub done: fn(&Lab, &Seen) -> bool,
}
