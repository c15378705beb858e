//! What one setting is: its name, range, explanation, and how text becomes its value.

use std::fmt;

use super::Config;
use crate::ghm::Loss;
use crate::words::{tr, word};

/// The heading a setting stands under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Task,
    Loss,
    Data,
    Network,
    Training,
    Stop,
    View,
    Engine,
}

impl Group {
    pub const ALL: [Self; 8] = [
        Self::Task,
        Self::Loss,
        Self::Data,
        Self::Network,
        Self::Training,
        Self::Stop,
        Self::View,
        Self::Engine,
    ];

    pub fn label(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Loss => "Loss",
            Self::Data => "Data",
            Self::Network => "Network",
            Self::Training => "Training",
            Self::Stop => "Stop",
            Self::View => "Panels",
            Self::Engine => "Engine",
        }
    }
}

/// What a change does to a training that runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Acts from the next mini-batch on.
    Live,
    /// Starts training anew.
    Restart,
}

/// How a slider spreads a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    Linear,
    Log,
}

/// The values that a setting can take; ranges include both ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    Integer {
        min: u32,
        max: u32,
        scale: Scale,
    },
    Real {
        min: f64,
        max: f64,
        scale: Scale,
    },
    Choice {
        keys: &'static [&'static str],
        labels: &'static [&'static str],
        docs: &'static [&'static str],
    },
}

/// A value of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    Integer(u32),
    Real(f64),
    /// Index into the keys.
    Choice(usize),
}

/// A row of the table of settings.
pub struct Setting {
    /// The name in links, flags and files.
    pub key: &'static str,
    /// The name on the screen.
    pub label: &'static str,
    /// What it is, from the doc comment of its field in [`Config`].
    pub doc: &'static str,
    /// The paper's value, where the paper has one.
    pub paper: Option<&'static str>,
    pub group: Group,
    pub effect: Effect,
    /// Whether it matters with these settings; forms leave out what does not.
    pub matters: fn(&Config) -> bool,
    pub kind: Kind,
    pub(super) get: fn(&Config) -> Value,
    pub(super) set: fn(&mut Config, Value),
}

/// A value that a setting cannot take. Its text names the key, the value and what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingError {
    pub key: &'static str,
    pub message: String,
}

impl fmt::Display for SettingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.message)
    }
}

impl std::error::Error for SettingError {}

impl Setting {
    pub fn get(&self, config: &Config) -> Value {
        (self.get)(config)
    }

    /// Whether it says something about predictions that are there already, without training.
    pub fn is_of_predictions(&self) -> bool {
        (self.group == Group::Loss && self.key != "loss")
            || ["panel", "contribution-axis"].contains(&self.key)
    }

    /// Whether it matters under any of these losses.
    pub fn matters_to(&self, config: &Config, losses: &[Loss]) -> bool {
        losses.iter().any(|&loss| {
            (self.matters)(&Config {
                loss,
                ..config.clone()
            })
        })
    }

    /// Whether a value makes sense with the task of these settings; forms leave out what does not.
    pub fn offers(&self, config: &Config, value: Value) -> bool {
        let mut config = config.clone();
        (self.set)(&mut config, value);
        config
            .suits()
            .err()
            .is_none_or(|error| error.key != self.key)
    }

    /// Sets the value.
    ///
    /// # Errors
    /// When it is outside the range; the configuration stays as it was.
    pub fn set(&self, config: &mut Config, value: Value) -> Result<(), SettingError> {
        let inside = match (self.kind, value) {
            (Kind::Integer { min, max, .. }, Value::Integer(v)) => (min..=max).contains(&v),
            (Kind::Real { min, max, .. }, Value::Real(v)) => (min..=max).contains(&v),
            (Kind::Choice { keys, .. }, Value::Choice(index)) => index < keys.len(),
            _ => false,
        };
        if !inside {
            let text = self.text_of(value);
            return Err(self.error(tr!("{text} is outside {}", self.range(), text)));
        }
        (self.set)(config, value);
        Ok(())
    }

    /// Reads a value from text, as links and flags have it.
    ///
    /// # Errors
    /// When the text is no value of this setting or is outside the range.
    pub fn parse(&self, config: &mut Config, text: &str) -> Result<(), SettingError> {
        let value = match self.kind {
            Kind::Integer { .. } => match text.parse::<f64>() {
                Ok(v) if v.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&v) => {
                    Some(Value::Integer(v as u32))
                }
                Ok(v) if v.is_finite() && v.fract() == 0.0 => {
                    return Err(self.error(tr!("{0} is outside {1}", shorten(text), self.range())));
                }
                _ => None,
            },
            Kind::Real { .. } => text
                .parse()
                .ok()
                .filter(|v: &f64| v.is_finite())
                .map(Value::Real),
            Kind::Choice { keys, .. } => {
                keys.iter().position(|key| *key == text).map(Value::Choice)
            }
        };
        match value {
            Some(value) => self.set(config, value),
            None => Err(self.error(tr!("\"{0}\" is not {1}", shorten(text), self.expected()))),
        }
    }

    /// The value as links, flags and files have it; [`Setting::parse`] reads it back exactly.
    pub fn text(&self, config: &Config) -> String {
        self.text_of(self.get(config))
    }

    fn text_of(&self, value: Value) -> String {
        match (self.kind, value) {
            (Kind::Choice { keys, .. }, Value::Choice(i)) => {
                keys.get(i).unwrap_or(&"?").to_string()
            }
            (_, Value::Integer(v)) => v.to_string(),
            (_, Value::Real(v)) => v.to_string(),
            (_, Value::Choice(i)) => i.to_string(),
        }
    }

    /// The allowed values in words: "1 to 256", or the list of keys.
    pub fn range(&self) -> String {
        match self.kind {
            Kind::Integer { min, max, .. } => tr!("{min} to {max}", min, max),
            Kind::Real { min, max, .. } => tr!("{min} to {max}", min, max),
            Kind::Choice { keys, .. } => keys.join(", "),
        }
    }

    fn expected(&self) -> String {
        match self.kind {
            Kind::Integer { .. } => tr!("a whole number from {}", self.range()),
            Kind::Real { .. } => tr!("a number from {}", self.range()),
            Kind::Choice { .. } => tr!("one of {}", self.range()),
        }
    }

    /// What it is, its range, what a change does, and the paper's value: for tooltips and help.
    pub fn explanation(&self) -> String {
        let mut text = word(self.doc).to_owned();
        if let Kind::Choice { keys, docs, .. } = self.kind {
            for (key, doc) in keys.iter().zip(docs) {
                text += &format!("\n  {key}: {}", word(doc));
            }
        } else {
            text += &tr!("\nRange: {}.", self.range());
        }
        if let Some(paper) = self.paper {
            text += &tr!("\nPaper: {paper}.", paper);
        }
        text
    }

    pub(super) fn error(&self, message: String) -> SettingError {
        SettingError {
            key: self.key,
            message,
        }
    }
}

/// At most 40 characters of a text that a person sent us, without control characters.
fn shorten(text: &str) -> String {
    let mut short: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(40)
        .collect();
    if text.chars().count() > 40 {
        short.push('…');
    }
    short
}
