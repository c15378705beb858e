//! One [`Config`] = command-line flags = link = saved file = form on the screen.
//!
//! The table in [`SETTINGS`] drives all of them: names, ranges, defaults, explanations.

mod choices;
mod link;
mod presets;
mod rules;
mod setting;
mod settings;

pub use choices::{
    Activation, Backend, ContributionAxis, Counting, Exact, FocalBalance, Optimizer,
    Regularization, ShownClass,
};
pub use presets::{PRESETS, Preset, preset};
pub use setting::{Effect, Group, Kind, Scale, Setting, SettingError, Value};
pub use settings::{Config, SETTINGS};

/// The setting of that key.
pub fn setting(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}
