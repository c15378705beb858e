//! One [`Config`] = command-line flags = link = saved file = form on the screen.
//!
//! The table in [`SETTINGS`] drives all of them: names, ranges, defaults, explanations.

mod link;
mod setting;
mod settings;

pub use setting::{Effect, Group, Kind, Scale, Setting, SettingError, Value};
pub use settings::{Activation, Backend, Config, FocalBalance, Optimizer, SETTINGS};

/// The setting of that key.
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}
