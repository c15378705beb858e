//! The sentence over the panels: what is happening now, and one large action.

use egui::{Align, Layout, RichText, Ui};

use super::style::{IntoColor, strong, theme};
use super::{TOUCH, egui};
use crate::figure::{count, fixed};
use crate::ghm::{Loss, Task};
use crate::lab::{Lab, Situation};
use crate::words::{tr, word};

/// Height of the row on a wide screen, also where it is empty: nothing below it jumps.
const HEIGHT: f32 = 40.0;

/// Relative distances below this are rounding: the line is straight.
pub(super) const STRAIGHT: f64 = 0.001;

/// The row on a wide screen.
pub(super) fn row(ui: &mut Ui, lab: &mut Lab) {
    if lab.is_race() {
        return;
    }
    let size = egui::vec2(ui.available_width(), HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(size);
        show(ui, lab, HEIGHT);
    });
}

/// The same on a narrow screen.
pub(super) fn column(ui: &mut Ui, lab: &mut Lab) {
    if !lab.is_race() {
        ui.vertical(|ui| show(ui, lab, TOUCH));
    }
}

fn show(ui: &mut Ui, lab: &mut Lab, height: f32) {
    let Some(situation) = lab.situation() else {
        if lab.snapshot().step == 0 {
            ui.label(RichText::new(word("The first step brings numbers.")).weak());
        }
        return;
    };
    if situation.can_harmonize && harmonize(ui, height).clicked() {
        lab.harmonize();
    }
    let text = sentence(&situation);
    ui.add(egui::Label::new(text).wrap());
}

fn harmonize(ui: &mut Ui, height: f32) -> egui::Response {
    let colors = theme(ui.ctx());
    let text = strong(word("Harmonize"), 14.0).color(colors.ground.into_color());
    let button = egui::Button::new(text)
        .fill(colors.accent.into_color())
        .min_size(egui::vec2(0.0, height));
    let tip = word(
        "Goes on with GHM, which weighs every example by the inverse of the gradient density around it. Undo goes back.",
    );
    ui.add(button).on_hover_text(tip)
}

/// What is happening, in numbers that are on the screen.
fn sentence(situation: &Situation) -> String {
    let percent = |share: f64| format!("{:.0}", 100.0 * share);
    let edge = |g: f64| fixed(g, 2);
    let crowd = count(u64::from(situation.crowd));
    let all = count(u64::from(situation.examples));
    let share = percent(situation.share);
    let plain = percent(situation.share_unweighted);
    let is_plain = !situation.acting.harmonizes();
    let text = match (situation.task, situation.acting) {
        (Task::Regression, _) if is_plain => tr!(
            "{crowd} of {all} examples are far off (g above {end}), and {share} % of the push is theirs.",
            crowd,
            all,
            end = edge(1.0 - situation.end),
            share
        ),
        (Task::Regression, _) => tr!(
            "{crowd} of {all} examples are far off (g above {end}): {share} % of the push is theirs, without weights \
             {plain} %.",
            crowd,
            all,
            end = edge(1.0 - situation.end),
            share,
            plain
        ),
        (_, Loss::CrossEntropy) => tr!(
            "{crowd} of {all} examples are easy (g below {end}), and {share} % of the push is theirs.",
            crowd,
            all,
            end = edge(situation.end),
            share
        ),
        _ => tr!(
            "{crowd} of {all} examples are easy (g below {end}): {share} % of the push is theirs, under cross-entropy \
             {plain} %.",
            crowd,
            all,
            end = edge(situation.end),
            share,
            plain
        ),
    };
    match situation.off_line.filter(|_| !is_plain) {
        Some(off) if off < STRAIGHT => {
            let line = word("The contribution is the straight line.");
            format!("{text} {line}")
        }
        Some(off) => {
            let line = tr!(
                "The contribution is up to {} % off the straight line.",
                percent(off)
            );
            format!("{text} {line}")
        }
        None => text,
    }
}
