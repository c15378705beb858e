//! The X-ray: a menu that opens predictions, and what they come to, in place of the experiment.

use egui::{Align, CollapsingHeader, Layout, RichText, Ui, Vec2};

use super::icons::{Icon, button};
use super::table::{ROW, table};
use super::triptych::{Cursor, Triptych};
use super::{Wish, egui, style, touch_sizes};
use crate::data::predictions::{Outputs, Reading, shorten};
use crate::figure::{self, Shown, count, fixed, number};
use crate::ghm::Task;
use crate::lab::{Lab, SAMPLES};
use crate::words::{tr, word};
use crate::xray::{Quality, Report, Share};

/// Groups that are listed.
const MOST_GROUPS: usize = 20;

/// The button with the menu.
pub(super) fn menu(ui: &mut Ui, lab: &mut Lab, wish: &mut Option<Wish>, side: f32) {
    let tip = word(
        "The gradient density of your own model's predictions: CSV, NPY, NPZ or JSON. A file can also be \
               dropped on the lab.",
    );
    let response = button(ui, Icon::Xray, side, word("X-ray"), tip);
    super::menu::deeds(&response, side, |ui| {
        ui.set_min_width(240.0);
        if ui.button(word("Open predictions…")).clicked() {
            *wish = Some(Wish::Open);
        }
        ui.separator();
        ui.label(RichText::new(word("Samples")).weak());
        for sample in &SAMPLES {
            if ui.button(word(sample.label)).clicked() {
                *wish = Some(Wish::Sample(*sample));
            }
        }
        if ui.button(word("the paper's distribution")).clicked() {
            lab.inspect_paper();
        }
        ui.separator();
        let mut skips = lab.inspection().skips_bad_rows();
        let box_ = ui.checkbox(&mut skips, word("Leave out rows that cannot be used"));
        let box_ = box_.on_hover_text(word(
            "Counts them instead of refusing the file at the first.",
        ));
        if box_.changed() {
            lab.skip_bad_rows(skips);
        }
    });
}

/// Draws the X-ray that is open; `narrow` stacks everything.
pub(super) fn show(ui: &mut Ui, lab: &mut Lab, cursor: &mut Cursor, narrow: bool) {
    let mut close = false;
    if let Some(inspected) = lab.inspection().shown() {
        let report = &inspected.report;
        ui.horizontal_wrapped(|ui| {
            ui.label(style::strong(word("X-ray"), 18.0));
            ui.label(style::strong(lab.inspection().name(), 14.0));
            ui.label(RichText::new(what(report, inspected.skipped.count)).weak());
            // Room for a finger.
            let height = if narrow { 40.0 } else { 0.0 };
            let back =
                egui::Button::new(word("Back to the experiment")).min_size(Vec2::new(0.0, height));
            close = ui.add(back).clicked();
        });
        read_as(ui, &inspected.reading, narrow);
        if let Some(first) = inspected.skipped.first.first() {
            ui.label(
                RichText::new(tr!("Left out, for one: {first}.", first))
                    .small()
                    .weak(),
            );
        }
        verdicts(ui, report);
        ui.add_space(8.0);
        panels(ui, report, cursor, narrow);
        ui.add_space(16.0);
        tables(ui, report);
    }
    if close {
        lab.close_inspection();
    }
}

/// What was read as what: the first sentence, and the others below it on demand.
fn read_as(ui: &mut Ui, reading: &Reading, narrow: bool) {
    let sentences = reading.sentences();
    let line = |text: &str| RichText::new(text).small().weak();
    let [first, others @ ..] = sentences.as_slice() else {
        return;
    };
    if others.is_empty() {
        ui.add(egui::Label::new(line(first)).wrap());
        return;
    }
    ui.scope(|ui| {
        if narrow {
            touch_sizes(ui);
        }
        CollapsingHeader::new(line(first))
            .id_salt("reading")
            .show(ui, |ui| {
                for sentence in others {
                    ui.add(egui::Label::new(line(sentence)).wrap());
                }
            });
    });
}

/// What the numbers say, above them.
fn verdicts(ui: &mut Ui, report: &Report) {
    for verdict in report.verdicts() {
        let text = RichText::new(&verdict.text);
        let advice = format!("{}: {}", verdict.code, verdict.advice);
        ui.add_space(4.0);
        ui.add(egui::Label::new(text).wrap());
        ui.add(egui::Label::new(RichText::new(advice).small().weak()).wrap());
    }
}

fn panels(ui: &mut Ui, report: &Report, cursor: &mut Cursor, narrow: bool) {
    let profile = report.profile();
    let shown = Shown {
        losses: report.losses.iter().rev().map(|of| of.loss).collect(),
        running: None,
    };
    let panels = [
        figure::statistics(&profile),
        figure::regularization(&profile, &shown, report.config.panel),
        figure::harmonized(&profile, &shown, report.config.contribution_axis),
    ];
    let triptych = Triptych {
        panels: &panels,
        bins: report.counts.len(),
        mu: report.config.mu,
        reading: &|bin| reading(report, bin),
        brush: None,
    };
    let space = ui.available_size();
    if narrow {
        triptych.column(ui, cursor, Vec2::new(space.x, 280.0));
    } else {
        let height = (space.y - 16.0 - tables_height(report)).max(260.0);
        triptych.row(ui, cursor, Vec2::new(space.x, height));
    }
}

/// The numbers of one bin.
fn reading(report: &Report, bin: usize) -> Vec<(String, f64)> {
    let of_bin = [
        (word("examples R"), &report.counts),
        (word("moving average S"), &report.ema),
        (word("density"), &report.density),
        (word("weight beta"), &report.beta),
    ];
    let of_bin = of_bin.map(|(name, values)| (name.to_owned(), values[bin]));
    let losses = report.losses.iter().map(|of| {
        let name = tr!("contribution, {}", word(of.loss.label()));
        (name, of.contribution[bin])
    });
    of_bin.into_iter().chain(losses).collect()
}

fn what(report: &Report, skipped: u64) -> String {
    let mut parts = vec![tr!("{} examples", number(report.examples))];
    if report.examples < 1e7 {
        parts[0] = tr!("{} examples", count(report.examples as u64));
    }
    if report.ignored > 0 {
        parts.push(tr!("{} ignored", count(report.ignored)));
    }
    if skipped > 0 {
        parts.push(tr!("{} left out", count(skipped)));
    }
    if report.batches > 1 {
        parts.push(tr!("{} mini-batches", count(report.batches)));
    }
    parts.push(tr!("{} bins", report.counts.len()));
    parts.join(" · ")
}

/// Side by side as far as the width goes.
fn tables(ui: &mut Ui, report: &Report) {
    let left_to_right = Layout::left_to_right(Align::TOP).with_main_wrap(true);
    ui.with_layout(left_to_right, |ui| {
        ui.spacing_mut().item_spacing = Vec2::new(32.0, 16.0);
        losses(ui, report);
        for (of_classes, shares) in [(true, &report.classes), (false, &report.groups)] {
            if !shares.is_empty() {
                parts(ui, report, shares, of_classes);
            }
        }
        metrics(ui, report);
    });
    for (loss, why) in &report.left_out {
        let text = tr!(
            "{} is left out: {why}.",
            word(loss.short()),
            why = word(why)
        );
        ui.label(RichText::new(text).weak().small());
    }
    for note in &report.notes {
        ui.label(RichText::new(note).weak().small());
    }
    if report.groups.len() > MOST_GROUPS {
        let more = report.groups.len() - MOST_GROUPS;
        ui.label(
            RichText::new(tr!("And {more} more groups.", more))
                .weak()
                .small(),
        );
    }
}

/// What the tables need where all lie side by side.
fn tables_height(report: &Report) -> f32 {
    let groups = report.groups.len().min(MOST_GROUPS);
    let most = [
        report.losses.len(),
        report.classes.len(),
        groups,
        measures(report).len(),
    ];
    let rows = 1 + most.into_iter().max().unwrap_or(0);
    let notes =
        report.left_out.len() + report.notes.len() + usize::from(report.groups.len() > MOST_GROUPS);
    ROW * (rows + notes) as f32 + 8.0
}

fn losses(ui: &mut Ui, report: &Report) {
    let rows = report.losses.iter().rev().map(|of| {
        vec![
            word(of.loss.short()).to_owned(),
            number(of.mean),
            of.effective_sample_size.map_or("–".to_owned(), number),
        ]
    });
    let rows: Vec<_> = rows.collect();
    table(
        ui,
        &[word("loss"), word("mean"), word("effective N")],
        &rows,
        &|_, _| false,
    );
}

fn parts(ui: &mut Ui, report: &Report, shares: &[Share], of_classes: bool) {
    let name = if of_classes {
        word("class")
    } else {
        word("group")
    };
    let [harmonizing, plain] = report.harmonizing();
    let of = [plain, harmonizing].map(|loss| tr!("of {}", word(loss.short())));
    let rows = shares.iter().take(MOST_GROUPS).map(|share| {
        let percent = |share: f64| format!("{} %", fixed(100.0 * share, 1));
        vec![
            match share.name.as_str() {
                "negative" if of_classes => word("negative").to_owned(),
                "positive" if of_classes => word("positive").to_owned(),
                name => shorten(name),
            },
            count(share.examples),
            percent(share.of_plain),
            percent(share.of_harmonized),
        ]
    });
    let rows: Vec<_> = rows.collect();
    table(
        ui,
        &[name, word("examples"), &of[0], &of[1]],
        &rows,
        &|_, _| false,
    );
}

fn metrics(ui: &mut Ui, report: &Report) {
    let rows = measures(report);
    if !rows.is_empty() {
        table(ui, &[word("measure"), word("value")], &rows, &|_, _| false);
    }
}

/// Name and value of every measure that has a meaning.
fn measures(report: &Report) -> Vec<Vec<String>> {
    let metrics = &report.metrics;
    let pair = report.second_of_two();
    let mean = if report.task == Task::Classes && pair.is_none() {
        word("mean ")
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
                format!("{sign}{}", fixed(quality.value, 4)),
            ]
        })
    };
    let plain =
        |name: &str, value: Option<f64>| value.map(|value| vec![name.to_owned(), fixed(value, 4)]);
    let best = metrics.best_f1.map(|(best, _)| best);
    let outputs = report.header.map(|header| header.outputs);
    let threshold = match (outputs, pair) {
        (Some(Outputs::Probabilities), _) => word("from p on"),
        (_, None) => word("from the logit on"),
        (_, Some(_)) => word("from logit 1 less logit 0 on"),
    };
    let accuracy = match report.task {
        Task::Binary => word("accuracy, p > 0.5"),
        Task::Classes if pair.is_some() => word("accuracy, p > 0.5"),
        Task::Classes | Task::Regression => word("accuracy"),
    };
    let rows = [
        quality(word("average precision"), metrics.average_precision),
        quality(word("ROC AUC"), metrics.roc_auc),
        plain(word("best F1"), best.map(|best| best.f1)),
        plain(threshold, best.map(|best| best.threshold)),
        plain(accuracy, metrics.accuracy),
        plain(
            word("expected calibration error"),
            metrics.expected_calibration_error,
        ),
        plain(word("mean absolute error"), metrics.mean_absolute_error),
        plain(
            word("root mean square error"),
            metrics.root_mean_square_error,
        ),
    ];
    rows.into_iter().flatten().collect()
}
