//! The menu of settings that belong together.

use egui::{ComboBox, Ui};

use super::controls::{Edit, label};
use super::{egui, menu_rows};
use crate::config::{Config, PRESETS, Preset};
use crate::words::word;

/// Settings that belong together, chosen at once; seed and engine stay.
pub(super) fn presets(ui: &mut Ui, config: &mut Config) -> Edit {
    ui.horizontal(|ui| {
        let tip = word("Settings that belong together, set at once.");
        let label = label(ui, word("preset"), tip.to_owned());
        let now = Preset::of(config);
        let height = ui.spacing().interact_size.y;
        let mut chosen = None;
        ComboBox::from_id_salt("preset")
            .width(ui.available_width())
            .selected_text(now.map_or(word("your own"), |preset| word(preset.label)))
            .show_ui(ui, |ui| {
                menu_rows(ui, height);
                for preset in &PRESETS {
                    let option = ui.selectable_label(now == Some(preset), word(preset.label));
                    if option.on_hover_text(word(preset.doc)).clicked() {
                        chosen = Some(preset);
                    }
                }
            })
            .response
            .labelled_by(label.id)
            .on_hover_text(tip);
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
