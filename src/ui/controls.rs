//! The form: one row a setting, made from the table of settings.

use egui::{DragValue, Response, RichText, Slider, SliderClamping, Ui};

use super::changes::back_and_forth;
use super::menu::{self, Row};
use super::presets::presets;
use super::{egui, lights, style};
use crate::config::{Config, Effect, Group, Kind, SETTINGS, Scale, Setting, Value};
use crate::ghm::{Loss, Task};
use crate::lab::{Lab, Severity};
use crate::words::word;

/// What is being edited: a copy of the settings while a slider is held.
#[derive(Default)]
pub struct Form {
    draft: Option<Config>,
}

/// The settings that matter most stand first and large.
const HEROES: [&str; 2] = ["bins", "momentum"];

const LABEL_WIDTH: f32 = 96.0;
const VALUE_WIDTH: f32 = 64.0;

impl Form {
    /// Shows every setting, or only those of these keys unless all are chosen, and applies changes.
    pub(super) fn show(&mut self, ui: &mut Ui, lab: &mut Lab, only: Option<(&[&str], &mut bool)>) {
        // Room for the scroll bar.
        ui.set_max_width(ui.available_width() - 8.0);
        ui.spacing_mut().item_spacing.y = 2.0;
        match lab.inspection().config().cloned() {
            Some(config) => self.of_predictions(ui, lab, config),
            None => self.of_experiment(ui, lab, only),
        }
    }

    /// The settings of an X-ray: those that say something about predictions that are there already, as
    /// far as they matter to a loss that it shows.
    fn of_predictions(&mut self, ui: &mut Ui, lab: &mut Lab, mut config: Config) {
        self.draft = None;
        let report = lab.inspection().shown().map(|shown| &shown.report);
        let losses: Vec<Loss> = report
            .into_iter()
            .flat_map(|report| report.losses.iter().map(|of| of.loss))
            .collect();
        // A histogram has the bins that it was counted in, and does not know classes.
        const OF_ROWS: [&str; 3] = ["bins", "focal-balance", "focal-alpha"];
        let has_rows = report.is_some_and(|report| report.header.is_some());
        let shown = config.clone();
        let shows = |setting: &Setting| {
            setting.is_of_predictions()
                && setting.matters_to(&shown, &losses)
                && (has_rows || !OF_ROWS.contains(&setting.key))
        };
        ui.add_space(6.0);
        ui.label(RichText::new(word("settings of the X-ray")).weak());
        if groups(ui, &mut config, &shows) != Edit::None {
            lab.configure_inspection(&config);
        }
    }

    fn of_experiment(&mut self, ui: &mut Ui, lab: &mut Lab, only: Option<(&[&str], &mut bool)>) {
        let mut config = self.draft.take().unwrap_or_else(|| lab.config().clone());
        // A change must not alter the rows while they are drawn.
        let shown = config.clone();
        ui.add_space(6.0);
        let (only, all) = only.map_or((None, None), |(keys, all)| (Some(keys), Some(all)));
        let only = only.filter(|_| all.as_ref().is_none_or(|all| !**all));
        back_and_forth(ui, lab, all);
        let chosen = match only {
            None => presets(ui, &mut config),
            Some(_) => Edit::None,
        };
        let shows = |setting: &Setting| {
            (setting.matters)(&shown) && only.is_none_or(|keys| keys.contains(&setting.key))
        };
        let edit = groups(ui, &mut config, &shows).max(chosen);
        ui.add_space(8.0);
        match edit {
            Edit::None => {}
            Edit::Held => self.draft = Some(config),
            Edit::Done => apply(lab, config),
        }
    }
}

/// The rows of all settings that are shown, under their headings.
fn groups(ui: &mut Ui, config: &mut Config, shows: &dyn Fn(&Setting) -> bool) -> Edit {
    let mut edit = Edit::None;
    for group in Group::ALL {
        let of_group = || {
            let settings = SETTINGS.iter();
            settings.filter(move |setting| setting.group == group && shows(setting))
        };
        if of_group().next().is_none() {
            continue;
        }
        // A row that is alone says itself what it is.
        if group != Group::Task {
            ui.add_space(6.0);
            ui.label(style::strong(word(group.label()), 14.0));
        }
        for setting in of_group().filter(|s| HEROES.contains(&s.key)) {
            let (top, left) = (ui.cursor().top(), ui.cursor().left());
            edit = edit.max(hero(ui, setting, config));
            join(ui, setting, left, top);
        }
        for setting in of_group().filter(|s| !HEROES.contains(&s.key)) {
            let (top, left) = (ui.cursor().top(), ui.cursor().left());
            edit = edit.max(row(ui, setting, config));
            join(ui, setting, left, top);
        }
    }
    edit
}

/// Lights the row that was drawn from `top` on up with the part of a formula that has its key.
fn join(ui: &Ui, setting: &Setting, left: f32, top: f32) {
    let right = left + ui.available_width();
    let rect = egui::Rect::from_x_y_ranges(left..=right, top..=ui.cursor().top());
    lights::join(ui, setting.key, rect);
}

/// How far a change of a setting is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Edit {
    None,
    /// A slider that starts training anew is held; it counts when let go.
    Held,
    Done,
}

fn apply(lab: &mut Lab, mut config: Config) {
    // A batch size that was not touched follows the data.
    if config.batch_size == lab.config().batch_size {
        config.fit_batch();
    }
    match config.validate() {
        Ok(()) => lab.configure(&config),
        Err(error) => lab.messages.add(Severity::Error, error.to_string()),
    }
}

fn explain(setting: &Setting) -> String {
    let effect = match setting.effect {
        Effect::Live => word("Acts from the next mini-batch on."),
        Effect::Restart => word("A change starts training anew."),
    };
    format!("{}\n{effect}", setting.explanation())
}

/// A large row: label and value above a slider as wide as the column.
fn hero(ui: &mut Ui, setting: &'static Setting, config: &mut Config) -> Edit {
    let mut edit = Edit::None;
    ui.scope(|ui| {
        ui.spacing_mut().slider_rail_height = 6.0;
        let label = ui
            .horizontal(|ui| {
                let label = ui
                    .label(style::strong(word(setting.label), 18.0))
                    .on_hover_text(explain(setting));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    ui.style_mut().drag_value_text_style = egui::TextStyle::Heading;
                    edit = edit.max(value(ui, setting, config, label.id));
                });
                label.id
            })
            .inner;
        ui.spacing_mut().slider_width = ui.available_width();
        edit = edit.max(slider(ui, setting, config, label));
    });
    ui.add_space(4.0);
    edit
}

/// The label of a row, in a column of its own.
pub(super) fn label(ui: &mut Ui, text: &str, explanation: String) -> Response {
    let size = egui::vec2(LABEL_WIDTH, ui.spacing().interact_size.y);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_width(LABEL_WIDTH);
        ui.label(RichText::new(text)).on_hover_text(explanation)
    })
    .inner
}

fn row(ui: &mut Ui, setting: &'static Setting, config: &mut Config) -> Edit {
    ui.horizontal(|ui| {
        let label = label(ui, word(setting.label), explain(setting));
        let rest = ui.available_width();
        if let Kind::Choice { keys, labels, docs } = setting.kind {
            return choice(
                ui,
                setting,
                config,
                label.id,
                rest,
                keys.len(),
                labels,
                docs,
            );
        }
        if is_seed(setting) {
            return value(ui, setting, config, label.id);
        }
        ui.spacing_mut().slider_width = rest - VALUE_WIDTH - ui.spacing().item_spacing.x;
        slider(ui, setting, config, label.id).max(value(ui, setting, config, label.id))
    })
    .inner
}

/// A number without order: a slider would say nothing.
fn is_seed(setting: &Setting) -> bool {
    setting.key == "seed"
}

#[expect(
    clippy::too_many_arguments,
    reason = "the three lists of a choice belong together"
)]
fn choice(
    ui: &mut Ui,
    setting: &'static Setting,
    config: &mut Config,
    label: egui::Id,
    width: f32,
    count: usize,
    labels: &[&'static str],
    docs: &[&'static str],
) -> Edit {
    let Value::Choice(now) = setting.get(config) else {
        return Edit::None;
    };
    let offered = (0..count).filter(|&index| setting.offers(config, Value::Choice(index)));
    let rows = offered.map(|index| Row {
        value: index,
        holds: index == now,
        text: word(labels[index]).to_owned(),
        doc: word(docs[index]),
    });
    let (chosen, response) = menu::choice(ui, setting.key, label, width, word(labels[now]), rows);
    response.on_hover_text(explain(setting));
    let Some(selected) = chosen.filter(|&chosen| chosen != now) else {
        return Edit::None;
    };
    if setting.key == "task" {
        *config = config.for_task(Task::ALL[selected]);
    } else {
        put(setting, config, Value::Choice(selected));
    }
    Edit::Done
}

/// The setting as a number, with its range.
fn number_of(setting: &Setting, config: &Config) -> (f64, f64, f64, bool, bool) {
    let now = match setting.get(config) {
        Value::Integer(v) => f64::from(v),
        Value::Real(v) => v,
        Value::Choice(_) => 0.0,
    };
    match setting.kind {
        Kind::Integer { min, max, scale } => (
            now,
            f64::from(min),
            f64::from(max),
            scale == Scale::Log,
            true,
        ),
        Kind::Real { min, max, scale } => (now, min, max, scale == Scale::Log, false),
        Kind::Choice { .. } => (now, 0.0, 0.0, false, true),
    }
}

fn put_number(setting: &Setting, config: &mut Config, number: f64) {
    let value = match setting.kind {
        Kind::Integer { .. } => Value::Integer(number.round() as u32),
        _ => Value::Real(number),
    };
    put(setting, config, value);
}

/// Widgets stay within the range, so the value fits.
fn put(setting: &Setting, config: &mut Config, value: Value) {
    let result = setting.set(config, value);
    debug_assert!(result.is_ok(), "{result:?}");
}

/// Says what a widget sets, but not while it is held: the words would lie over what changes.
fn explained(response: Response, setting: &Setting) -> Response {
    if response.is_pointer_button_down_on() {
        return response;
    }
    response.on_hover_text(explain(setting))
}

fn slider(ui: &mut Ui, setting: &'static Setting, config: &mut Config, label: egui::Id) -> Edit {
    let (mut number, min, max, log, integer) = number_of(setting, config);
    let mut slider = Slider::new(&mut number, min..=max)
        .logarithmic(log)
        .clamping(SliderClamping::Always)
        .show_value(false);
    if integer {
        // A log scale from 0 on begins with 1.
        slider = slider.integer().smallest_positive(1.0);
    }
    let response = explained(ui.add(slider).labelled_by(label), setting);
    finish(setting, config, number, &response)
}

fn value(ui: &mut Ui, setting: &'static Setting, config: &mut Config, label: egui::Id) -> Edit {
    let (mut number, min, max, log, integer) = number_of(setting, config);
    let span = if log {
        number.abs().max(min)
    } else {
        max - min
    };
    let field = DragValue::new(&mut number)
        .range(min..=max)
        .speed(if integer {
            (span / 200.0).max(0.1)
        } else {
            span / 200.0
        })
        .max_decimals(if integer { 0 } else { 6 })
        .custom_formatter(|number, _| written(number))
        .update_while_editing(false);
    let size = egui::vec2(VALUE_WIDTH, ui.spacing().interact_size.y);
    let response = explained(ui.add_sized(size, field).labelled_by(label), setting);
    finish(setting, config, number, &response)
}

/// The number in full, where that fits: 1/9 does not.
fn written(number: f64) -> String {
    let text = number.to_string();
    if text.len() > 8 {
        format!("{number:.4}")
    } else {
        text
    }
}

/// Three significant digits: what a hand can set, and what reads well in a link.
fn round(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

/// Takes over what a widget left in `number`.
fn finish(setting: &Setting, config: &mut Config, number: f64, response: &Response) -> Edit {
    if response.changed() {
        let by_hand = response.dragged() && !is_seed(setting);
        put_number(
            setting,
            config,
            if by_hand { round(number) } else { number },
        );
    }
    let restarts = setting.effect == Effect::Restart;
    if response.dragged() && restarts {
        Edit::Held
    } else if response.changed() || (response.drag_stopped() && restarts) {
        Edit::Done
    } else {
        Edit::None
    }
}
