//! The card of the guided tour: text, formula, numbers, what to try, and the way on.

use egui::{Align, Layout, RichText, Sense, Ui, Vec2, WidgetInfo};

use super::icons::{Icon, button};
use super::style::{self, IntoColor, theme};
use super::{TOUCH, View, egui, formula};
use crate::figure::{count, number};
use crate::lab::{Lab, Reading, STEPS, Seen, Unit};
use crate::words::{tr, word};

/// What the screen remembers of the tour.
#[derive(Default)]
pub struct Memory {
    /// The visit that the screen is set up for.
    visit: u64,
    /// Whether the form shows every setting, not only those of the step.
    pub(super) all_settings: bool,
}

/// Opens the tour where it was left, or leaves it.
pub(super) fn toggle(ui: &mut Ui, lab: &mut Lab, height: f32) {
    let open = lab.tour().is_open();
    let tip = if open {
        word("Leaves the tour where it is; the experiment goes on.")
    } else {
        word(
            "Ten short experiments: what gradient density is, what GHM does with it, and when it hurts.",
        )
    };
    let accent = theme(ui.ctx()).accent.into_color();
    let mut toggle = egui::Button::new(word("Tour"))
        .selected(open)
        .min_size(Vec2::new(56.0, height));
    if !open {
        toggle = toggle.fill(accent.gamma_multiply(0.22));
    }
    if ui.add(toggle).on_hover_text(tip).clicked() {
        if open {
            lab.leave_tour();
        } else {
            lab.resume_tour();
        }
    }
}

/// Sets the screen up for a step that was just opened.
pub(super) fn set_up(lab: &Lab, view: &mut View) {
    let tour = lab.tour();
    if tour.is_open() && view.tour.visit != tour.visits() {
        view.tour.visit = tour.visits();
        view.tour.all_settings = false;
        view.cursor = super::triptych::Cursor::default();
        view.race.choose(tour.step().view);
    }
}

/// Tells the lab what was done on the screen.
pub(super) fn notice(lab: &mut Lab, view: &View) {
    lab.notice(&Seen {
        brushed: view.cursor.brushed,
        example: view.cursor.example.map(|(index, _)| index),
        view: view.race.view(lab),
    });
}

/// The whole card.
pub(super) fn card(ui: &mut Ui, lab: &mut Lab, narrow: bool) {
    let side = if narrow { TOUCH } else { 28.0 };
    ui.spacing_mut().item_spacing.y = 8.0;
    let tour = lab.tour();
    let step = tour.step();
    let mut visit = None;
    steps(ui, lab, narrow, &mut visit);
    ui.label(style::strong(word(step.title), 18.0));
    for paragraph in step.text {
        ui.label(word(paragraph));
    }
    if !step.formula.is_empty() {
        formula::show(ui, word(step.formula));
    }
    readings(ui, lab, step.readings);
    ui.add_space(2.0);
    for (nth, attempt) in step.tries.iter().enumerate() {
        task(ui, word(attempt.text), tour.was_tried(nth));
    }
    if tour.is_done(tour.index()) {
        ui.label(style::strong(word("Done. Go on when you like."), 14.0));
    }
    ui.horizontal(|ui| {
        let here = tour.index();
        let back = egui::Button::new(word("Back")).min_size(Vec2::new(64.0, side));
        if ui.add_enabled(here > 0, back).clicked() {
            visit = Some(here - 1);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let accent = theme(ui.ctx()).accent.into_color();
            let is_last = here + 1 == STEPS.len();
            let next = egui::Button::new(if is_last {
                word("Finish")
            } else {
                word("Next")
            })
            .min_size(Vec2::new(96.0, side))
            .fill(accent.gamma_multiply(if tour.is_done(here) { 0.5 } else { 0.22 }));
            if ui.add(next).clicked() {
                visit = Some(here + 1);
            }
            let tip = word("Starts the experiment of this step anew, as it was prepared.");
            if button(ui, Icon::Restart, side, word("Prepare this step anew"), tip).clicked() {
                visit = Some(here);
            }
        });
    });
    match visit {
        Some(step) if step == STEPS.len() => lab.leave_tour(),
        Some(step) => lab.visit(step),
        None => {}
    }
}

/// Where the tour is: a mark for each step, which leads there.
fn steps(ui: &mut Ui, lab: &Lab, narrow: bool, visit: &mut Option<usize>) {
    let tour = lab.tour();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        if narrow {
            let text = tr!("Step {0} of {1}", tour.index() + 1, STEPS.len());
            ui.label(RichText::new(text).weak());
            return;
        }
        let accent = theme(ui.ctx()).accent.into_color();
        let ink = theme(ui.ctx()).ink.into_color();
        for (index, step) in STEPS.iter().enumerate() {
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(24.0), Sense::click());
            let name = tr!("Step {0}: {1}", index + 1, word(step.title));
            response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &name));
            let here = index == tour.index();
            let fill = match (here, tour.is_done(index)) {
                (true, _) => accent,
                (false, true) => accent.gamma_multiply(0.3),
                (false, false) => ink.gamma_multiply(0.08),
            };
            let painter = ui.painter();
            painter.circle_filled(rect.center(), 10.0, fill);
            if response.has_focus() || response.hovered() {
                painter.circle_stroke(rect.center(), 11.0, egui::Stroke::new(1.0, ink));
            }
            let color = if here {
                theme(ui.ctx()).ground.into_color()
            } else {
                ink
            };
            painter.text(
                rect.center(),
                egui::Align2::CENTER_CENTER,
                (index + 1).to_string(),
                egui::FontId::proportional(12.0),
                color,
            );
            if response.on_hover_text(name).clicked() {
                *visit = Some(index);
            }
        }
    });
}

fn readings(ui: &mut Ui, lab: &Lab, readings: &[Reading]) {
    for reading in readings {
        ui.horizontal(|ui| {
            ui.label(RichText::new(word(reading.name)).weak());
            let text = (reading.value)(lab).map_or("–".to_owned(), |value| match reading.unit {
                Unit::Share => format!("{} %", number(100.0 * value)),
                Unit::Count => count(value as u64),
                Unit::Factor => format!("× {}", number(value)),
            });
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.label(style::strong(text, 14.0));
            });
        });
    }
}

/// Something to try, with a mark once it was done.
fn task(ui: &mut Ui, text: &str, done: bool) {
    let accent = theme(ui.ctx()).accent.into_color();
    ui.horizontal_top(|ui| {
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(18.0), Sense::hover());
        let state = if done { word("done") } else { word("to try") };
        response.widget_info(|| WidgetInfo::labeled(egui::Role::Label, true, state));
        let painter = ui.painter();
        let center = rect.center();
        if done {
            painter.circle_filled(center, 8.0, accent);
            let at = |x: f32, y: f32| center + Vec2::new(x, y);
            let tick = vec![at(-3.6, 0.2), at(-1.0, 2.8), at(3.8, -2.8)];
            let ground = theme(ui.ctx()).ground.into_color();
            painter.add(egui::Shape::line(tick, egui::Stroke::new(1.8, ground)));
        } else {
            painter.circle_stroke(center, 7.0, egui::Stroke::new(1.5, accent));
        }
        ui.vertical(|ui| ui.label(text));
    });
}
