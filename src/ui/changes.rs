//! Settings taken back and forward again.

use egui::{RichText, Ui};

use super::egui;
use super::icons::{Icon, button};
use crate::lab::Lab;
use crate::words::word;

/// The buttons for it; `all` is whether every setting is shown, where that can be chosen.
pub(super) fn back_and_forth(ui: &mut Ui, lab: &mut Lab, all: Option<&mut bool>) {
    let side = ui.spacing().interact_size.y;
    ui.horizontal(|ui| {
        match all {
            None => {
                ui.label(RichText::new(word("settings")).weak());
            }
            Some(all) => {
                let tip = word("Shows every setting of the lab, not only those of this step.");
                ui.checkbox(all, word("all settings")).on_hover_text(tip);
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let offer = |ui: &mut Ui, can, icon, name, tip| {
                ui.add_enabled_ui(can, |ui| button(ui, icon, side, name, tip).clicked())
                    .inner
            };
            if offer(
                ui,
                lab.can_redo(),
                Icon::Redo,
                word("Redo"),
                word("The settings before they were taken back."),
            ) {
                lab.redo();
            }
            if offer(
                ui,
                lab.can_undo(),
                Icon::Undo,
                word("Undo"),
                word("The settings before the last change."),
            ) {
                lab.undo();
            }
        });
    });
}
