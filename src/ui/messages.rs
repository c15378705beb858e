//! What a person must be told, and the line that says what runs.

use egui::{Align, Layout, RichText, Ui, Vec2};

use super::egui;
use super::icons::{Icon, button};
use super::style::{IntoColor, theme};
use crate::figure::{Ink, count, number};
use crate::ghm::Loss;
use crate::lab::{Lab, Severity};
use crate::words::{tr, word};

/// Least height of a message.
const ROW: f32 = 32.0;

/// The messages, newest last, each with a button that dismisses it.
pub(super) fn show(ui: &mut Ui, lab: &mut Lab) {
    let mut dismissed = None;
    let mut goes_back = false;
    let good = lab.last_good_step();
    let colors = theme(ui.ctx());
    for (index, message) in lab.messages.list().iter().enumerate() {
        // Not all the height that there is: several messages would each take what all had before.
        let size = Vec2::new(ui.available_width(), ROW);
        ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
            if button(
                ui,
                Icon::Close,
                ROW,
                word("Dismiss"),
                word("Takes this message away."),
            )
            .clicked()
            {
                dismissed = Some(index);
            }
            if let Some(step) = good.filter(|_| message.has_way_back) {
                let tip = word(
                    "The last step at which all numbers were good, with the present settings.",
                );
                let step = count(step);
                let text = tr!("Go back to step {step}", step);
                goes_back |= ui.button(text).on_hover_text(tip).clicked();
            }
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let (word, ink) = match message.severity {
                    Severity::Error => (word("Error"), Ink::Loss(Loss::GhmC)),
                    Severity::Note => (word("Note"), Ink::Faint),
                };
                ui.label(RichText::new(word).color(colors.color(ink).into_color()));
                ui.add(egui::Label::new(&message.text).wrap());
            });
        });
    }
    if let Some(index) = dismissed {
        lab.messages.dismiss(index);
    }
    if goes_back {
        lab.go_back();
    }
}

/// Engine, adapter, rates, and how far GHM-C is from the straight line.
pub(super) fn status(ui: &mut Ui, lab: &Lab, bench_open: &mut bool) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(16.0, 4.0);
        let info = lab.backend();
        let kind = match info.kind {
            "cpu" => "CPU",
            "webgpu" => "WebGPU",
            "vulkan" => "Vulkan",
            "metal" => "Metal",
            "dx12" => "Direct3D 12",
            other => other,
        };
        let small = |text: String| RichText::new(text).small();
        let adapter = match info.kind {
            "cpu" => word("CPU engine, f32"),
            _ => &info.adapter,
        };
        ui.label(small(format!("{kind} · {adapter}")))
            .on_hover_text(word("What trains the network. Choose it under Engine."));
        if let Some(share) = lab.inspection().progress() {
            let percent = (100.0 * share).round();
            ui.label(small(if lab.inspection().looks() {
                tr!("looking at predictions, {percent} %", percent)
            } else {
                tr!("reading predictions, {percent} %", percent)
            }));
        }
        let (steps, examples) = lab.rates();
        ui.label(small(tr!("{} steps/s", number(steps.round()))));
        ui.label(small(tr!("{} examples/s", number(examples.round()))));
        super::bench::button(ui, bench_open);
        let loss = lab.snapshot().acting;
        let deviation = lab.snapshot().line_deviation();
        let is_shown = loss.harmonizes() && lab.inspection().shown().is_none();
        if let Some(deviation) = deviation.filter(|_| is_shown) {
            let text = match deviation < super::situation::STRAIGHT {
                true => tr!("{} is on the straight line", word(loss.label())),
                false => tr!("{0} is up to {1} % off the straight line", word(loss.label()), number(100.0 * deviation)),
            };
            ui.label(small(text)).on_hover_text(
                word("With momentum 0 every bin's total contribution is its mean gradient norm times a constant: \
                 a straight line. The moving average bends it. This is the largest relative distance over \
                 the bins that the last mini-batch hit."),
            );
        }
    });
}
