//! The menu of settings that belong together.

use egui::Ui;

use super::controls::{Edit, label};
use super::egui;
use super::menu::{self, Row};
use crate::config::{Config, PRESETS, Preset};
use crate::words::word;

/// Settings that belong together, chosen at once; seed and engine stay.
pub(super) fn presets(ui: &mut Ui, config: &mut Config) -> Edit {
    ui.horizontal(|ui| {
        let tip = word("Settings that belong together, set at once.");
        let label = label(ui, word("preset"), tip.to_owned());
        let now = Preset::of(config);
        let rows = PRESETS.iter().map(|preset| Row {
            value: preset,
            holds: now == Some(preset),
            text: word(preset.label).to_owned(),
            doc: word(preset.doc),
        });
        let name = now.map_or(word("your own"), |preset| word(preset.label));
        let width = ui.available_width();
        let (chosen, response) = menu::choice(ui, "preset", label.id, width, name, rows);
        response.on_hover_text(tip);
        let Some(preset) = chosen else {
            return Edit::None;
        };
        *config = Config {
            seed: config.seed,
            backend: config.backend,
            ..preset.config()
        };
        Edit::Done
    })
    .inner
}
