//! Looking back at moments of the run.

use egui::{Align, Button, Layout, RichText, Slider, Ui, Vec2};

use super::egui;
use crate::figure::count;
use crate::lab::Lab;
use crate::words::{tr, word};

/// Width of the whole row.
const WIDTH: f32 = 360.0;

/// The slider over the moments that were kept, with the present at its right end.
pub(super) fn slider(ui: &mut Ui, lab: &mut Lab) {
    let height = ui.spacing().interact_size.y;
    let size = Vec2::new(WIDTH.min(ui.available_width()), height);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        ui.spacing_mut().item_spacing.x = 8.0;
        let steps: Vec<u64> = lab.moments().collect();
        let present = steps.len();
        let past = lab.looks_back();
        let mut place = past.map_or(present, |step| {
            steps.partition_point(|&of| of <= step).saturating_sub(1)
        });
        let label = ui.label(RichText::new(word("time")).small());
        ui.spacing_mut().slider_width = size.x - 186.0;
        let slider = Slider::new(&mut place, 0..=present.max(1))
            .show_value(false)
            .integer();
        let tip = word(
            "Looks back: panels, data, maps and scores as they were. Training pauses, and goes on \
                   from the present.",
        );
        let response = ui
            .add_enabled(present > 1, slider)
            .labelled_by(label.id)
            .on_hover_text(tip);
        if response.changed() {
            lab.look_back(steps.get(place).copied());
        }
        let text = match lab.looks_back() {
            Some(_) => tr!("at step {}", count(lab.snapshot().step)),
            None => word("present").to_owned(),
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let back = Button::new(RichText::new(word("now")).small());
            let back = ui.add_enabled(past.is_some(), back);
            if back.on_hover_text(word("Back to the present.")).clicked() {
                lab.look_back(None);
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                ui.label(RichText::new(text).small().weak());
            });
        });
    });
}
