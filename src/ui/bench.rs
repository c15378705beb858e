//! How fast this machine is.

use egui::{Align, Id, Layout, Modal, ProgressBar, RichText, Ui};

use super::table::table;
use super::{egui, style};
use crate::bench::Row;
use crate::figure::{count, number};
use crate::lab::Lab;
use crate::words::word;

/// The button that opens it.
pub(super) fn button(ui: &mut Ui, is_open: &mut bool) {
    let tip = word(
        "Measures training, GHM-C on up to ten million logits, and more, on the engine of the settings.",
    );
    let text = RichText::new(word("How fast?")).small();
    if ui.button(text).on_hover_text(tip).clicked() {
        *is_open = true;
    }
}

/// The view, over everything else.
pub(super) fn show(ui: &Ui, lab: &mut Lab, is_open: &mut bool) {
    if !*is_open {
        return;
    }
    let frame = egui::Frame::popup(ui.style()).inner_margin(16);
    let content = ui.ctx().content_rect();
    let modal = Modal::new(Id::unique("bench"))
        .frame(frame)
        .show(ui.ctx(), |ui| {
            ui.set_width(480.0_f32.min(content.width() - 64.0).max(0.0));
            ui.label(style::strong(word("How fast is this machine?"), 18.0));
            ui.add_space(4.0);
            ui.label(RichText::new(word("The same workloads as of ghm-lab bench: the median over several runs, and between which values eight of ten lie. Training pauses meanwhile.")).weak());
            ui.add_space(8.0);
            egui::ScrollArea::both()
                .max_height(content.height() - 240.0)
                .show(ui, |ui| results(ui, lab));
            ui.add_space(8.0);
            buttons(ui, lab)
        });
    if modal.inner || modal.should_close() {
        lab.stop_measuring();
        *is_open = false;
    }
}

/// Whether it is to be closed.
fn buttons(ui: &mut Ui, lab: &mut Lab) -> bool {
    let progress = lab.bench().filter(|bench| !bench.is_done());
    let progress = progress.map(|bench| (bench.progress(), bench.current().unwrap_or_default()));
    ui.horizontal(|ui| {
        if let Some((share, name)) = progress {
            if ui.button(word("Cancel")).clicked() {
                lab.stop_measuring();
            }
            ui.add(ProgressBar::new(share).desired_width(120.0));
            ui.label(RichText::new(name).weak());
        } else if ui.button(word("Measure")).clicked() {
            // Every workload is measured, so there is none that could be missing.
            let _ = lab.measure("");
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.button(word("Close")).clicked()
        })
        .inner
    })
    .inner
}

/// What is measured so far, and what could not be.
fn results(ui: &mut Ui, lab: &Lab) {
    let Some(bench) = lab.bench() else {
        return;
    };
    let header = [
        word("workload"),
        "ms",
        word("eight of ten"),
        word("examples/s"),
    ];
    let cells = |row: &Row| {
        let [low, high] = row.spread.map(number);
        let rate = count(three_digits(row.examples_per_s));
        vec![
            row.name.to_owned(),
            number(row.ms),
            format!("{low} – {high}"),
            rate,
        ]
    };
    let rows: Vec<_> = bench.rows().iter().map(cells).collect();
    table(ui, &header, &rows, &|_, column| column == 1);
    for failure in bench.failures() {
        ui.label(format!("{}: {}", failure.name, failure.reason));
    }
}

/// More digits of a rate would differ from run to run.
fn three_digits(rate: f64) -> u64 {
    let unit = 10_f64.powf((rate.max(1.0).log10().floor() - 2.0).max(0.0));
    ((rate / unit).round() * unit) as u64
}
