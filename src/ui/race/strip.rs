//! The row of arms: which there are, how they look, and what can be done to them.

use egui::{Align, Layout, RichText, Sense, Ui, Vec2};

use super::super::icons::{Icon, button};
use super::super::menu::Row;
use super::super::style::theme;
use super::super::{TOUCH, egui, menu, paint};
use super::curves::Score;
use super::{Memory, VIEWS, is_offered, looks, name_of};
use crate::figure::{Look, Shape};
use crate::ghm::{Loss, Task};
use crate::lab::{ArmCommand, Lab, LowerView};
use crate::words::{tr, word};

/// Height of the row where a mouse points.
const HEIGHT: f32 = 28.0;
/// Width of the stroke before a name.
const SAMPLE: f32 = 22.0;
const GAP: f32 = 4.0;

/// The arms as chips, and what adds one.
pub(in super::super) fn strip(ui: &mut Ui, lab: &mut Lab, memory: &mut Memory, narrow: bool) {
    let height = if narrow { TOUCH } else { HEIGHT };
    let mut chosen = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size.y = height;
        ui.spacing_mut().item_spacing = Vec2::splat(GAP);
        let looks = looks(lab);
        for (index, look) in looks.into_iter().enumerate() {
            chosen = chosen.take().or(chip(ui, lab, memory, index, look, height));
            ui.add_space(GAP);
        }
        chosen = chosen.take().or(adder(ui, lab, height));
    });
    if let Some(command) = chosen {
        lab.arm(command);
        memory.pair = memory.pair.map(|arm| arm.min(lab.arms().len() - 1));
    }
}

/// One arm: its look and name, a click to show it, and its menu.
fn chip(
    ui: &mut Ui,
    lab: &Lab,
    memory: &mut Memory,
    index: usize,
    look: Look,
    height: f32,
) -> Option<ArmCommand> {
    let arm = &lab.arms()[index];
    if let Some((_, name)) = memory.renaming.as_mut().filter(|(of, _)| *of == index) {
        let field = egui::TextEdit::singleline(name).desired_width(120.0);
        let label = ui.label(RichText::new(word("name")).weak());
        let response = ui.add_sized([120.0, height], field).labelled_by(label.id);
        if !response.lost_focus() && !response.clicked_elsewhere() {
            // To ask for it again would take back that it was lost.
            if !response.has_focus() {
                response.request_focus();
            }
            return None;
        }
        let (index, name) = memory.renaming.take()?;
        let cancels = ui.input(|input| input.key_pressed(egui::Key::Escape));
        return (!cancels).then_some(ArmCommand::Rename(index, name));
    }
    let mut command = None;
    let text = match arm.out_at() {
        Some(_) => tr!("{} (out)", arm.name()),
        None => arm.name().to_owned(),
    };
    let text = if arm.is_muted() {
        RichText::new(text).weak().strikethrough()
    } else {
        RichText::new(text)
    };
    let padding = 2.0 * ui.spacing().button_padding.x;
    let font = egui::TextStyle::Button.resolve(ui.style());
    let name_width = {
        let white = egui::Color32::WHITE;
        let galley = ui
            .painter()
            .layout_no_wrap(text.text().to_owned(), font, white);
        galley.size().x + padding
    };
    let buttons = if lab.is_race() { height + GAP } else { 0.0 };
    // A chip goes to the next line as a whole.
    let size = Vec2::new(SAMPLE + 2.0 * GAP + name_width + buttons, height);
    let layout = Layout::left_to_right(Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        sample(ui, look, height);
        let shown = lab.shown() == index;
        let label = egui::Button::selectable(shown, text).min_size(Vec2::new(0.0, height));
        let tip = word("Shows the data and the settings of this arm.");
        if ui.add(label).on_hover_text(tip).clicked() {
            command = Some(ArmCommand::Show(index));
        }
        if lab.is_race() {
            command = command.take().or(more(ui, lab, memory, index, height));
        }
    });
    command
}

/// What can be done to an arm.
fn more(
    ui: &mut Ui,
    lab: &Lab,
    memory: &mut Memory,
    index: usize,
    height: f32,
) -> Option<ArmCommand> {
    let mut command = None;
    let arm = &lab.arms()[index];
    let name = tr!("{}: more", arm.name());
    let open = button(
        ui,
        Icon::More,
        height,
        &name,
        word("Rename, duplicate, mute, solo, remove."),
    );
    menu::deeds(&open, height, |ui| {
        if ui.button(word("Rename")).clicked() {
            memory.renaming = Some((index, arm.name().to_owned()));
        }
        let mute = if arm.is_muted() {
            word("Unmute")
        } else {
            word("Mute")
        };
        for (name, tip, chosen) in [
            (
                word("Duplicate"),
                word("One more arm with these settings. All start anew."),
                ArmCommand::Duplicate(index),
            ),
            (
                mute,
                word("Left out of the views; it trains on."),
                ArmCommand::Mute(index),
            ),
            (
                word("Solo"),
                word("This one alone in the views; again, all."),
                ArmCommand::Solo(index),
            ),
            (
                word("Remove"),
                word("The others run on."),
                ArmCommand::Remove(index),
            ),
        ] {
            if ui.button(name).on_hover_text(tip).clicked() {
                command = Some(chosen);
            }
        }
    });
    command
}

/// A stroke as the arm has it in all panels.
fn sample(ui: &mut Ui, look: Look, height: f32) {
    let (rect, _) = ui.allocate_exact_size(Vec2::new(SAMPLE, height), Sense::hover());
    let middle = height / 2.0;
    let line = Shape::Line {
        points: vec![[0.0, middle], [SAMPLE - 2.0, middle]],
        ink: look.ink,
        width: 2.5,
        dash: look.dash,
    };
    paint::paint(ui.painter(), rect.min, &[line], theme(ui.ctx()));
}

/// Adds an arm, or makes a race of all losses.
fn adder(ui: &mut Ui, lab: &Lab, height: f32) -> Option<ArmCommand> {
    let mut command = None;
    let tip = word(
        "One more arm: the same data, first weights and order under another loss. All start anew.",
    );
    let add = button(ui, Icon::Add, height, word("Add an arm"), tip);
    menu::deeds(&add, height, |ui| {
        for &loss in Loss::of(lab.config().task) {
            if ui
                .button(word(loss.label()))
                .on_hover_text(word(Loss::DOCS[loss as usize]))
                .clicked()
            {
                command = Some(ArmCommand::Add(loss));
            }
        }
    });
    if !lab.is_race() {
        let all = egui::Button::new(word("Race all losses")).min_size(Vec2::new(0.0, height));
        let tip = word(
            "Trains one arm for each loss, from the same first weights on the same mini-batches.",
        );
        if ui.add(all).on_hover_text(tip).clicked() {
            command = Some(ArmCommand::AllLosses);
        }
    }
    command
}

/// Which view is below the panels, and what it shows.
pub(in super::super) fn views(ui: &mut Ui, lab: &Lab, memory: &mut Memory, narrow: bool) {
    let height = if narrow { TOUCH } else { HEIGHT };
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().interact_size.y = height;
        let now = memory.view(lab);
        for (view, tip) in VIEWS.into_iter().filter(|(view, _)| is_offered(*view, lab)) {
            let name = name_of(view, lab.config().task);
            let tab = ui.selectable_label(view == now, name);
            if tab.on_hover_text(word(tip)).clicked() {
                memory.shown = view;
            }
        }
        ui.add_space(8.0);
        match memory.view(lab) {
            LowerView::Curves | LowerView::Seeds => {
                let label = ui.label(RichText::new(word("score")).weak());
                let now = memory.score.fitting(lab);
                let rows = Score::of(lab).into_iter().map(|score| Row {
                    value: score,
                    holds: score == now,
                    text: score.name(lab),
                    doc: "",
                });
                let (chosen, _) = menu::choice(ui, "score", label.id, 170.0, &now.name(lab), rows);
                memory.score = chosen.unwrap_or(memory.score);
            }
            LowerView::Maps if lab.config().task != Task::Regression => {
                let first = ui.label(RichText::new(word("difference")).weak());
                pick(ui, lab, &mut memory.pair[0], first.id, "minuend");
                let second = ui.label("−");
                pick(ui, lab, &mut memory.pair[1], second.id, "subtrahend");
            }
            _ => {}
        }
    });
}

/// The arms of the difference.
fn pick(ui: &mut Ui, lab: &Lab, arm: &mut usize, label: egui::Id, salt: &str) {
    let name = |index: usize| lab.arms().get(index).map_or("", |arm| arm.name());
    let tip = word("The arms whose probabilities are subtracted in the last map.");
    let rows = (0..lab.arms().len()).map(|index| Row {
        value: index,
        holds: index == *arm,
        text: name(index).to_owned(),
        doc: "",
    });
    let (chosen, response) = menu::choice(ui, salt, label, 130.0, name(*arm), rows);
    response.on_hover_text(tip);
    *arm = chosen.unwrap_or(*arm);
}
