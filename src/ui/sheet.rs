//! The sheet that asks how a file is to be read, where it has more than one reading: columns and their
//! roles, what the labels mean, and what the numbers would be.

mod answer;

use egui::{Align, Grid, Id, Layout, Modal, RichText, ScrollArea, Ui, Vec2};

use self::answer::Answer;
use super::menu::{self, Row};
use super::{NARROW, TOUCH, egui, style};
use crate::data::predictions::{Outputs, Question, RoleName};
use crate::figure::{count, number};
use crate::ghm::Task;
use crate::lab::{Lab, Outcome};
use crate::words::{tr, word};
use crate::xray::Inspected;

/// Columns that are listed; the others keep what they seem to be.
const MOST_COLUMNS: usize = 24;
/// Labels that are listed.
const MOST_LABELS: usize = 12;
/// First rows that are shown.
const MOST_ROWS: usize = 5;
/// Characters of a cell or a name.
const MOST_CHARACTERS: usize = 24;
/// Height of the sheet below which it is for fingers, as on a phone that lies.
const LOW: f32 = 500.0;

/// The question that is open and what was chosen so far.
#[derive(Default)]
pub(super) struct Memory {
    answer: Option<Answer>,
}

enum Deed {
    GoOn,
    Cancel,
}

/// Draws the sheet over everything else, where something is asked.
pub(super) fn show(ui: &Ui, lab: &mut Lab, memory: &mut Memory) {
    let Some(question) = lab.inspection().question().cloned() else {
        memory.answer = None;
        return;
    };
    let is_new = !memory.answer.as_ref().is_some_and(|of| of.is_to(&question));
    if is_new {
        memory.answer = Some(Answer::new(&question));
    }
    let Some(answer) = &mut memory.answer else {
        return;
    };
    let content = ui.ctx().content_rect();
    let narrow = content.width() < NARROW;
    let touch = narrow || content.height() < LOW;
    let margin = if touch { 12 } else { 20 };
    let frame = egui::Frame::popup(ui.style()).inner_margin(margin);
    let around = 2.0 * f32::from(margin) + 16.0;
    let modal = Modal::new(Id::unique("question"))
        .frame(frame)
        .show(ui.ctx(), |ui| {
            if touch {
                ui.spacing_mut().interact_size.y = TOUCH;
            }
            ui.set_width(860.0_f32.min(content.width() - around).max(0.0));
            let footer = ui.spacing().interact_size.y + if touch { 72.0 } else { 84.0 };
            ScrollArea::vertical()
                .max_height((content.height() - around - footer).max(80.0))
                .show(ui, |ui| {
                    head(ui, &question);
                    candidates(ui, &question, answer);
                    if narrow {
                        list(ui, &question, answer);
                    } else {
                        grid(ui, &question, answer);
                    }
                    labels(ui, &question, answer);
                });
            ui.separator();
            let outcome = lab.preview_answer(answer.options(&question));
            let outcome = outcome.and_then(|preview| preview.outcome());
            if let Some(Outcome::Asks(next)) = outcome {
                answer.learn(next);
            }
            ScrollArea::vertical()
                .id_salt("numbers")
                .max_height(if touch { 44.0 } else { 56.0 })
                .min_scrolled_height(36.0)
                .show(ui, |ui| numbers(ui, outcome));
            buttons(ui, can_go_on(outcome, &question), is_new)
        });
    let escapes = modal.is_top_modal
        && !modal.any_popup_open
        && ui.input_mut(|input| input.consume_key(egui::Modifiers::NONE, egui::Key::Escape));
    match modal.inner {
        Some(Deed::GoOn) => {
            let options = answer.options(&question);
            lab.answer_question(options);
        }
        Some(Deed::Cancel) => lab.drop_question(),
        None if escapes => lab.drop_question(),
        None => {}
    }
}

fn head(ui: &mut Ui, question: &Question) {
    let file = shortened(&question.file, 60);
    ui.add(egui::Label::new(style::strong(tr!("How is {file} to be read?", file), 18.0)).wrap());
    ui.add(egui::Label::new(capitalized(&question.why)).wrap());
    ui.add_space(8.0);
}

/// The readings there are, one of them chosen.
fn candidates(ui: &mut Ui, question: &Question, answer: &mut Answer) {
    for (index, candidate) in question.candidates.iter().enumerate() {
        let is_chosen = answer.candidate() == Some(index);
        if ui.radio(is_chosen, capitalized(&candidate.says)).clicked() {
            answer.choose(question, index);
        }
    }
    if !question.candidates.is_empty() {
        ui.add_space(8.0);
    }
}

/// Columns side by side over the first rows.
fn grid(ui: &mut Ui, question: &Question, answer: &mut Answer) {
    let columns = question.columns.len().min(MOST_COLUMNS);
    // As wide as the longest role, where there is room.
    let share = ui.available_width() / columns.max(1) as f32 - 16.0;
    let width = share.clamp(168.0, 250.0);
    ScrollArea::horizontal().show(ui, |ui| {
        Grid::new("columns")
            .spacing([16.0, 6.0])
            .striped(false)
            .show(ui, |ui| {
                let mut names = Vec::new();
                for column in &question.columns[..columns] {
                    let name = style::strong(shortened(&column.name, MOST_CHARACTERS), 14.0);
                    names.push(ui.label(name).id);
                }
                ui.end_row();
                for (index, &name) in names.iter().enumerate() {
                    role(ui, question, answer, index, name, width);
                }
                ui.end_row();
                for row in question.rows.iter().take(MOST_ROWS) {
                    for cell in row.iter().take(columns) {
                        ui.label(RichText::new(shortened(cell, MOST_CHARACTERS)).weak());
                    }
                    ui.end_row();
                }
            });
        ui.add_space(8.0);
    });
    more_columns(ui, question);
}

/// Columns one below the other, each with its first cells.
fn list(ui: &mut Ui, question: &Question, answer: &mut Answer) {
    let columns = question.columns.len().min(MOST_COLUMNS);
    for (index, column) in question.columns[..columns].iter().enumerate() {
        let name = style::strong(shortened(&column.name, MOST_CHARACTERS), 14.0);
        let name = ui.label(name).id;
        let rows = question.rows.iter().take(MOST_ROWS);
        let cells = rows.filter_map(|row| row.get(index));
        let cells: Vec<String> = cells.map(|cell| shortened(cell, 12)).collect();
        ui.add(egui::Label::new(RichText::new(cells.join(" · ")).weak()).wrap());
        role(ui, question, answer, index, name, ui.available_width());
        ui.add_space(8.0);
    }
    more_columns(ui, question);
}

fn more_columns(ui: &mut Ui, question: &Question) {
    let more = question.columns.len().saturating_sub(MOST_COLUMNS);
    if more > 0 {
        let text = tr!("And {more} more columns, read as they seem to be.", more);
        ui.label(RichText::new(text).weak());
    }
}

/// The menu of what a column is for.
fn role(ui: &mut Ui, question: &Question, answer: &mut Answer, index: usize, name: Id, width: f32) {
    let now = answer.role(index).cloned().unwrap_or(RoleName::Ignore);
    let rows = answer.offered().into_iter().map(|role| Row {
        holds: role == now,
        text: described(&role),
        doc: "",
        value: role,
    });
    let (chosen, _) = menu::choice(ui, ("role", index), name, width, &described(&now), rows);
    if let Some(role) = chosen {
        answer.set_role(question, index, role);
    }
}

fn described(role: &RoleName) -> String {
    match role {
        RoleName::LogitOf(class) => {
            tr!(
                "logit of class {class}",
                class = shortened(class, MOST_CHARACTERS)
            )
        }
        RoleName::POf(class) => {
            tr!(
                "probability of class {class}",
                class = shortened(class, MOST_CHARACTERS)
            )
        }
        RoleName::PercentOf(class) => {
            tr!(
                "percent of class {class}",
                class = shortened(class, MOST_CHARACTERS)
            )
        }
        RoleName::Label
        | RoleName::Logit
        | RoleName::P
        | RoleName::Percent
        | RoleName::Confidence
        | RoleName::Decision
        | RoleName::Pred
        | RoleName::Target
        | RoleName::Valid
        | RoleName::Batch
        | RoleName::Group
        | RoleName::Ignore => role.describe().to_owned(),
    }
}

/// What the labels mean: which are ignored and, of two that are left, which is the positive class.
fn labels(ui: &mut Ui, question: &Question, answer: &mut Answer) {
    let labels = answer.labels();
    if labels.is_empty() {
        return;
    }
    ui.add_space(4.0);
    ui.label(style::strong(word("Labels"), 14.0));
    let kept = labels.iter();
    let kept = kept.filter(|(label, _)| !answer.ignores(label)).count();
    let (mut positive, mut ignored) = (None, None);
    for (label, times) in labels.iter().take(MOST_LABELS) {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 16.0;
            let name = shortened(label, MOST_CHARACTERS);
            let width = ui.available_width().min(180.0);
            let height = ui.spacing().interact_size.y;
            ui.allocate_ui_with_layout(
                Vec2::new(width, height),
                Layout::left_to_right(Align::Center),
                |ui| {
                    ui.set_min_width(width);
                    ui.label(format!("{name} × {}", count(*times)));
                },
            );
            let is_ignored = answer.ignores(label);
            if kept == 2 && !is_ignored {
                let is_positive = answer.positive() == Some(label.as_str());
                let text = tr!("{name} is positive", name);
                if ui.radio(is_positive, text).clicked() {
                    positive = Some(label.clone());
                }
            }
            let mut is_ignored = is_ignored;
            let text = tr!("ignore {name}", name);
            if ui.checkbox(&mut is_ignored, text).changed() {
                ignored = Some((label.clone(), is_ignored));
            }
        });
    }
    let more = labels.len().saturating_sub(MOST_LABELS);
    if more > 0 {
        ui.label(RichText::new(tr!("And {more} more labels.", more)).weak());
    }
    if let Some(label) = positive {
        answer.set_positive(question, &label);
    }
    if let Some((label, is_ignored)) = ignored {
        answer.set_ignored(question, &label, is_ignored);
    }
}

/// What the numbers would be.
fn numbers(ui: &mut Ui, outcome: Option<&Outcome>) {
    let text = match outcome {
        None => RichText::new(word("Reading on trial…")).weak(),
        Some(Outcome::Shown(inspected)) => style::strong(summary(inspected), 14.0),
        Some(Outcome::Asks(next)) => RichText::new(capitalized(&next.why)),
        Some(Outcome::Refused(why)) => RichText::new(why).color(ui.visuals().error_fg_color),
    };
    ui.add(egui::Label::new(text).wrap());
}

/// Such as "24 examples, two classes, probabilities; Cross-entropy 0.424, average precision 0.895".
fn summary(inspected: &Inspected) -> String {
    let report = &inspected.report;
    let mut parts = vec![tr!("{} examples", count(report.examples as u64))];
    if report.ignored > 0 {
        parts.push(tr!("{} ignored", count(report.ignored)));
    }
    parts.extend(report.header.map(|header| match header.task {
        Task::Binary => word("two classes").to_owned(),
        Task::Classes => tr!("{} classes", header.classes),
        Task::Regression => word("regression").to_owned(),
    }));
    let outputs = report.header.map(|header| header.outputs);
    parts.extend(outputs.and_then(|outputs| match outputs {
        Outputs::Logits => Some(word("logits").to_owned()),
        Outputs::Probabilities => Some(word("probabilities").to_owned()),
        Outputs::Values => None,
    }));
    let [_, plain] = report.harmonizing();
    let loss = report.of(plain);
    let loss = loss.map(|of| format!("{} {}", word(of.loss.label()), number(of.mean)));
    let metrics = &report.metrics;
    let precision = metrics.average_precision.map(|of| of.value);
    let measures = [
        (word("average precision"), precision),
        (word("mean absolute error"), metrics.mean_absolute_error),
    ];
    let measures = measures.into_iter();
    let measures = measures.filter_map(|(name, value)| Some(format!("{name} {:.3}", value?)));
    let values: Vec<String> = loss.into_iter().chain(measures).collect();
    let comma = word(", ");
    [parts.join(comma), values.join(comma)].join(word("; "))
}

/// Not where the same would be asked again, or nothing can be read.
fn can_go_on(outcome: Option<&Outcome>, question: &Question) -> bool {
    match outcome {
        None | Some(Outcome::Shown(_)) => true,
        Some(Outcome::Asks(next)) => next.why != question.why,
        Some(Outcome::Refused(_)) => false,
    }
}

fn buttons(ui: &mut Ui, can_go_on: bool, is_new: bool) -> Option<Deed> {
    ui.add_space(4.0);
    ui.horizontal(|ui| {
        let wide = Vec2::new(96.0, ui.spacing().interact_size.y);
        let go_on = egui::Button::new(style::strong(word("Go on"), 14.0)).min_size(wide);
        let go_on = ui.add_enabled(can_go_on, go_on);
        if is_new {
            go_on.request_focus();
        }
        let cancel = ui.add(egui::Button::new(word("Cancel")).min_size(wide));
        if go_on.clicked() {
            Some(Deed::GoOn)
        } else if cancel.clicked() {
            Some(Deed::Cancel)
        } else {
            None
        }
    })
    .inner
}

fn shortened(text: &str, most: usize) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if text.chars().count() <= most {
        return text;
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{start}…")
}

/// A sentence, of what stands inside of others.
fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}
