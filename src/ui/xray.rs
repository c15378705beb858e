//! The X-ray: a menu that opens predictions, and what they come to, in place of the experiment.

use egui::{Popup, RichText, Sense, Ui, Vec2};

use super::icons::{Icon, button};
use super::paint::paint;
use super::style::theme;
use super::{egui, style};
use crate::figure::{self, Panel, Shown, count, number};
use crate::ghm::{Loss, Task};
use crate::lab::{Lab, SAMPLES};
use crate::xray::{Quality, Report, Share};

/// Width of the signs between the panels.
const SIGN: f32 = 24.0;
/// Groups that are listed.
const MOST_GROUPS: usize = 20;

/// The button with the menu; sets `wants_file` when a file is to be chosen.
pub(super) fn menu(ui: &mut Ui, lab: &mut Lab, wants_file: &mut bool, side: f32) {
    let tip = "The gradient density of your own model's predictions: CSV, NPY, NPZ or JSON. A file can also be \
               dropped on the lab.";
    let response = button(ui, Icon::Xray, side, "X-ray", tip);
    Popup::menu(&response).show(|ui| {
        ui.set_min_width(240.0);
        if ui.button("Open predictions…").clicked() {
            *wants_file = true;
        }
        ui.separator();
        ui.label(RichText::new("Samples").weak());
        for sample in &SAMPLES {
            if ui.button(sample.label).clicked() {
                lab.inspect_sample(sample);
            }
        }
        if ui.button("the paper's distribution").clicked() {
            lab.inspect_paper();
        }
    });
}

/// Draws the X-ray that is open; `narrow` stacks everything.
pub(super) fn show(ui: &mut Ui, lab: &mut Lab, narrow: bool) {
    let Some(inspected) = lab.inspection().shown() else {
        return;
    };
    let report = inspected.report.clone();
    let skipped = inspected.skipped.count;
    let name = lab.inspection().name().to_owned();
    let mut close = false;
    ui.horizontal_wrapped(|ui| {
        ui.label(style::strong("X-ray", 18.0));
        ui.label(style::strong(&name, 14.0));
        ui.label(RichText::new(what(&report, skipped)).weak());
        close = ui.button("Back to the experiment").clicked();
    });
    ui.add_space(8.0);
    let profile = report.profile();
    let shown = Shown {
        losses: report.losses.iter().rev().map(|of| of.loss).collect(),
        running: None,
    };
    let panels = [
        figure::statistics(&profile),
        figure::regularization(&profile, &shown, report.config.panel),
        figure::harmonized(&profile, &shown),
    ];
    let space = ui.available_size();
    if narrow {
        for panel in &panels {
            plot(ui, panel, Vec2::new(space.x, 280.0), 0.0);
        }
        tables(ui, &report);
    } else {
        row(ui, &panels, Vec2::new(space.x, (0.55 * space.y).max(240.0)));
        ui.add_space(16.0);
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = 40.0;
            tables(ui, &report);
        });
    }
    if close {
        lab.close_inspection();
    }
}

fn what(report: &Report, skipped: u64) -> String {
    let mut parts = vec![format!("{} examples", number(report.examples))];
    if report.examples < 1e7 {
        parts[0] = format!("{} examples", count(report.examples as u64));
    }
    if report.ignored > 0 {
        parts.push(format!("{} ignored", count(report.ignored)));
    }
    if skipped > 0 {
        parts.push(format!("{} skipped", count(skipped)));
    }
    if report.batches > 1 {
        parts.push(format!("{} mini-batches", count(report.batches)));
    }
    parts.push(format!("{} bins", report.counts.len()));
    parts.join(" · ")
}

fn row(ui: &mut Ui, panels: &[Panel], size: Vec2) {
    let width = (size.x - 2.0 * SIGN) / 3.0;
    let top = figure::common_top(panels, width);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        for (index, panel) in panels.iter().enumerate() {
            plot(ui, panel, Vec2::new(width, size.y), top);
            if let Some(sign) = ["⊗", "="].get(index) {
                let (rect, _) = ui.allocate_exact_size(Vec2::new(SIGN, size.y), Sense::hover());
                let middle = [rect.width() / 2.0, rect.height() / 2.0];
                let shapes = figure::sign(sign, middle);
                paint(ui.painter(), rect.min, &shapes, theme(ui.ctx()));
            }
        }
    });
}

fn plot(ui: &mut Ui, panel: &Panel, size: Vec2, top: f32) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let placed = figure::place_below(panel, [size.x, size.y], top);
    paint(ui.painter(), rect.min, &placed.shapes, theme(ui.ctx()));
    let title = &panel.title;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, title));
}

fn tables(ui: &mut Ui, report: &Report) {
    ui.vertical(|ui| losses(ui, report));
    for (name, shares) in [("class", &report.classes), ("group", &report.groups)] {
        if !shares.is_empty() {
            ui.vertical(|ui| parts(ui, report, name, shares));
        }
    }
    ui.vertical(|ui| metrics(ui, report));
}

/// A table with numbers to the right.
fn table(ui: &mut Ui, name: &str, header: &[&str], rows: Vec<Vec<String>>) {
    egui::Grid::new(name)
        .num_columns(header.len())
        .spacing([20.0, 4.0])
        .show(ui, |ui| {
            for text in header {
                ui.label(RichText::new(*text).weak());
            }
            ui.end_row();
            for row in rows {
                for (column, text) in row.into_iter().enumerate() {
                    if column == 0 {
                        ui.label(text);
                    } else {
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            ui.label(text);
                        });
                    }
                }
                ui.end_row();
            }
        });
}

fn short(loss: Loss) -> &'static str {
    match loss {
        Loss::CrossEntropy => "CE",
        loss => loss.label(),
    }
}

fn losses(ui: &mut Ui, report: &Report) {
    let rows = report.losses.iter().rev().map(|of| {
        vec![
            short(of.loss).to_owned(),
            number(of.mean),
            of.effective_sample_size.map_or("–".to_owned(), number),
        ]
    });
    table(
        ui,
        "losses",
        &["loss", "mean", "effective sample size"],
        rows.collect(),
    );
    for (loss, why) in &report.left_out {
        ui.label(
            RichText::new(format!("{} is left out: {why}.", short(*loss)))
                .weak()
                .small(),
        );
    }
}

fn parts(ui: &mut Ui, report: &Report, name: &str, shares: &[Share]) {
    let [harmonizing, plain] = report.harmonizing();
    let of = [plain, harmonizing].map(|loss| format!("of {}", short(loss)));
    let rows = shares.iter().take(MOST_GROUPS).map(|share| {
        let percent = |share: f64| format!("{:.1} %", 100.0 * share);
        vec![
            share.name.clone(),
            count(share.examples),
            percent(share.of_plain),
            percent(share.of_harmonized),
        ]
    });
    table(
        ui,
        name,
        &[name, "examples", &of[0], &of[1]],
        rows.collect(),
    );
    if shares.len() > MOST_GROUPS {
        ui.label(RichText::new(format!("and {} more", shares.len() - MOST_GROUPS)).weak());
    }
}

fn metrics(ui: &mut Ui, report: &Report) {
    let metrics = &report.metrics;
    let mean = if report.task == Task::Classes {
        "mean "
    } else {
        ""
    };
    let quality = |name: &str, quality: Option<Quality>| {
        quality.map(|quality| {
            let sign = if quality.error_bound > 0.0 {
                "≈ "
            } else {
                ""
            };
            vec![
                format!("{mean}{name}"),
                format!("{sign}{:.4}", quality.value),
            ]
        })
    };
    let plain = |name: &str, value: Option<f64>| {
        value.map(|value| vec![name.to_owned(), format!("{value:.4}")])
    };
    let best = metrics.best_f1.map(|(best, _)| best);
    let rows = [
        quality("average precision", metrics.average_precision),
        quality("ROC AUC", metrics.roc_auc),
        plain("best F1", best.map(|best| best.f1)),
        plain("from the threshold", best.map(|best| best.threshold)),
        plain("accuracy", metrics.accuracy),
        plain(
            "expected calibration error",
            metrics.expected_calibration_error,
        ),
        plain("mean absolute error", metrics.mean_absolute_error),
        plain("root mean square error", metrics.root_mean_square_error),
    ];
    let rows: Vec<Vec<String>> = rows.into_iter().flatten().collect();
    if !rows.is_empty() {
        table(ui, "metrics", &["measure", "value"], rows);
    }
}
