//! The screen: draws an experiment and turns what a person does into commands. Never sees a device.

mod bench;
mod changes;
mod controls;
mod export;
mod field;
mod formula;
mod haze;
mod icons;
mod keyboard;
mod lights;
mod menu;
mod messages;
mod paint;
mod panels;
mod plane;
mod presets;
mod race;
mod selection;
mod sheet;
mod situation;
mod style;
mod table;
mod time;
mod tour;
mod transport;
mod triptych;
mod xray;

use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, ScrollArea, Sense, Ui, Vec2};

pub use eframe::egui;
pub use style::{install, speak, still};

use crate::figure::Figure;
use crate::lab::{Lab, LowerView, Message, Sample, Severity};
use crate::words::{Language, word};

/// Below this width everything stands in one column.
const NARROW: f32 = 760.0;
/// Width of the column of settings.
const SETTINGS_WIDTH: f32 = 296.0;
/// Width of that column while it has the card of the tour.
const TOUR_WIDTH: f32 = 348.0;
/// Side of what a finger must hit.
const TOUCH: f32 = 44.0;
/// Least height of a row that a finger must hit.
const TOUCH_ROW: f32 = 40.0;

/// What a person asked for that only the front can do.
#[derive(Clone, Debug, PartialEq)]
pub enum Wish {
    /// Opens a file that is to be chosen: predictions or an experiment.
    Open,
    /// Opens a sample of predictions.
    Sample(Sample),
    Save {
        /// The name that is proposed.
        name: String,
        content: Content,
    },
    Copy {
        /// What it is, in a word.
        what: &'static str,
        text: String,
    },
    /// Copies the address of the page with this fragment.
    CopyLink(String),
    /// Says everything in this language.
    Speak(Language),
}

/// What is in a file that is to be saved.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    Text(String),
    /// A figure as PNG.
    Picture(Box<Figure>),
}

/// What the screen remembers between frames; nothing of the experiment itself.
#[derive(Default)]
pub struct View {
    form: controls::Form,
    panels: panels::Memory,
    plane: plane::Memory,
    race: race::Memory,
    /// What is marked in the panels and lit in the plane.
    cursor: triptych::Cursor,
    selection: selection::Memory,
    /// What is marked in an X-ray.
    xray: triptych::Cursor,
    /// What a person chose of how files are to be read.
    question: sheet::Memory,
    tour: tour::Memory,
    /// Whether the sheet of settings is open, on narrow screens.
    sheet_open: bool,
    /// Whether the list of keys is open.
    keys_open: bool,
    bench_open: bool,
    /// Leaves out all but the panels, where another page embeds them.
    pub panels_only: bool,
    /// What is to be opened; the front does that.
    pub wish: Option<Wish>,
}

/// Draws everything into the whole of `ui`.
pub fn show(ui: &mut Ui, lab: &mut Lab, view: &mut View) {
    // Keys are those of the sheet, while one is open.
    if lab.inspection().question().is_none() {
        keyboard::listen(ui, lab, view);
    }
    tour::set_up(lab, view);
    lights::begin(ui.ctx(), lab.tour().is_open());
    if view.panels_only {
        embedded(ui, lab, view);
    } else if ui.available_width() < NARROW {
        narrow(ui, lab, view);
    } else {
        wide(ui, lab, view);
    }
    tour::notice(lab, view);
    keyboard::help(ui, view);
    sheet::show(ui, lab, &mut view.question);
    bench::show(ui, lab, &mut view.bench_open);
    if ui.input(|input| !input.raw.hovered_files.is_empty()) {
        drop_hint(ui);
    }
}

/// Says what a drop does while a file is over the lab.
fn drop_hint(ui: &Ui) {
    let colors = style::theme(ui.ctx());
    let layer = egui::LayerId::new(egui::Order::Foreground, egui::Id::unique("drop"));
    let painter = ui.ctx().layer_painter(layer);
    let whole = ui.ctx().content_rect();
    painter.rect_filled(whole, 0.0, colors.ground.into_color().gamma_multiply(0.85));
    painter.text(
        whole.center(),
        egui::Align2::CENTER_CENTER,
        word("Drop predictions to see their gradient density"),
        egui::FontId::proportional(18.0),
        colors.ink.into_color(),
    );
}

fn bar(ui: &Ui) -> Frame {
    Frame::new()
        .fill(style::theme(ui.ctx()).raised.into_color())
        .inner_margin(Margin::symmetric(16, 8))
}

fn ground(ui: &Ui) -> Frame {
    Frame::new().fill(style::theme(ui.ctx()).ground.into_color())
}

fn wide(ui: &mut Ui, lab: &mut Lab, view: &mut View) {
    Panel::top("transport").frame(bar(ui)).show(ui, |ui| {
        transport::bar(ui, lab, &mut view.wish, &mut view.keys_open)
    });
    Panel::bottom("status")
        .frame(bar(ui).inner_margin(Margin::symmetric(16, 6)))
        .show(ui, |ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if lab.inspection().shown().is_none() {
                    time::slider(ui, lab);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    messages::status(ui, lab, &mut view.bench_open);
                });
            });
        });
    messages_panel(ui, lab);
    Panel::left("settings")
        .resizable(false)
        .exact_size(if lab.tour().is_open() {
            TOUR_WIDTH
        } else {
            SETTINGS_WIDTH
        })
        .frame(bar(ui).inner_margin(Margin {
            left: 16,
            right: 8,
            top: 4,
            bottom: 8,
        }))
        .show(ui, |ui| {
            ScrollArea::vertical().show(ui, |ui| settings(ui, lab, view));
        });
    let ground = ground(ui).inner_margin(Margin::same(16));
    CentralPanel::default().frame(ground).show(ui, |ui| {
        if lab.inspection().shown().is_some() {
            ScrollArea::vertical().show(ui, |ui| xray::show(ui, lab, &mut view.xray, false));
            return;
        }
        race::strip(ui, lab, &mut view.race, false);
        situation::row(ui, lab);
        ui.add_space(8.0);
        let gap = 16.0;
        let space = ui.available_size();
        let upper = Vec2::new(space.x, ((space.y - gap) * 0.48).max(200.0));
        let lower = Vec2::new(space.x, (space.y - gap - upper.y).max(200.0));
        panels::show(ui, lab, &mut view.panels, &mut view.cursor, upper, false);
        ui.add_space(gap);
        let mut lower = lower;
        if race::has_views(lab) {
            let top = ui.cursor().top();
            race::views(ui, lab, &mut view.race, false);
            ui.add_space((top + race::VIEWS_HEIGHT - ui.cursor().top()).max(0.0));
            lower.y = (lower.y - race::VIEWS_HEIGHT).max(160.0);
        }
        if view.race.view(lab) != LowerView::Data {
            race::show(ui, lab, &mut view.race, lower);
            return;
        }
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = gap;
            let plane = plane::width(lower);
            let size = Vec2::new(plane, lower.y);
            view.selection.refresh(lab, &view.cursor);
            plane::show(
                ui,
                lab,
                &mut view.plane,
                &view.selection,
                &mut view.cursor,
                size,
            );
            let curve = Vec2::new((lower.x - plane - 2.0 * gap) / 2.0, lower.y);
            if !selection::card(ui, lab, &view.selection, &mut view.cursor, curve) {
                panels::losses(ui, lab, curve);
            }
            panels::scores(ui, lab, curve);
        });
    });
}

/// The panels alone, as large as they fit.
fn embedded(ui: &mut Ui, lab: &mut Lab, view: &mut View) {
    // On somebody else's page a note is in the way.
    let is_error = |message: &Message| message.severity == Severity::Error;
    if lab.messages.list().iter().any(is_error) {
        messages_panel(ui, lab);
    }
    let ground = ground(ui).inner_margin(Margin::same(8));
    CentralPanel::default().frame(ground).show(ui, |ui| {
        let space = ui.available_size();
        let (panels, cursor) = (&mut view.panels, &mut view.cursor);
        if space.x >= NARROW {
            panels::show(ui, lab, panels, cursor, space, false);
            return;
        }
        ScrollArea::vertical().show(ui, |ui| {
            let size = Vec2::new(ui.available_width(), 240.0);
            panels::show(ui, lab, panels, cursor, size, true);
        });
    });
}

fn narrow(ui: &mut Ui, lab: &mut Lab, view: &mut View) {
    Panel::top("title")
        .frame(bar(ui))
        .show(ui, |ui| transport::title(ui, lab, &mut view.wish));
    Panel::bottom("transport")
        .frame(bar(ui).inner_margin(Margin::symmetric(8, 6)))
        .show(ui, |ui| transport::touch_bar(ui, lab, &mut view.sheet_open));
    messages_panel(ui, lab);
    if view.sheet_open {
        let height = ui.available_height();
        Panel::bottom("sheet")
            .resizable(false)
            .exact_size((height - 272.0).clamp(160.0, 400.0))
            .frame(bar(ui).inner_margin(Margin::symmetric(16, 8)))
            .show(ui, |ui| {
                touch_sizes(ui);
                ScrollArea::vertical().show(ui, |ui| {
                    transport::speed(ui, lab);
                    form(ui, lab, view);
                });
            });
    }
    let ground = ground(ui).inner_margin(Margin::symmetric(16, 8));
    CentralPanel::default().frame(ground).show(ui, |ui| {
        ScrollArea::vertical().show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 16.0;
            if lab.inspection().shown().is_some() {
                xray::show(ui, lab, &mut view.xray, true);
                return;
            }
            let width = ui.available_width();
            let panel = Vec2::new(width, 240.0);
            if lab.tour().is_open() {
                tour::card(ui, lab, true);
            }
            race::strip(ui, lab, &mut view.race, true);
            situation::column(ui, lab);
            panels::show(ui, lab, &mut view.panels, &mut view.cursor, panel, true);
            ui.scope(|ui| {
                touch_sizes(ui);
                time::slider(ui, lab);
            });
            if race::has_views(lab) {
                race::views(ui, lab, &mut view.race, true);
            }
            if view.race.view(lab) != LowerView::Data {
                race::show_narrow(ui, lab, &mut view.race, panel);
            } else {
                view.selection.refresh(lab, &view.cursor);
                let size = plane::size(width);
                plane::show(
                    ui,
                    lab,
                    &mut view.plane,
                    &view.selection,
                    &mut view.cursor,
                    size,
                );
                selection::card(ui, lab, &view.selection, &mut view.cursor, panel);
                panels::losses(ui, lab, panel);
                panels::scores(ui, lab, panel);
            }
            ui.scope(|ui| {
                touch_sizes(ui);
                messages::status(ui, lab, &mut view.bench_open);
            });
        });
    });
}

/// The column of settings, below the card of the tour while that is open.
fn settings(ui: &mut Ui, lab: &mut Lab, view: &mut View) {
    if lab.tour().is_open() {
        ui.scope(|ui| {
            ui.set_max_width(ui.available_width() - 8.0);
            tour::card(ui, lab, false);
        });
        ui.separator();
    }
    form(ui, lab, view);
}

fn form(ui: &mut Ui, lab: &mut Lab, view: &mut View) {
    let of_step = lab.tour().step().settings;
    let touring = lab.tour().is_open() && lab.inspection().shown().is_none();
    let only = touring.then_some((of_step, &mut view.tour.all_settings));
    view.form.show(ui, lab, only);
}

fn messages_panel(ui: &mut Ui, lab: &mut Lab) {
    if !lab.messages.list().is_empty() {
        Panel::bottom("messages")
            .frame(bar(ui))
            .show(ui, |ui| messages::show(ui, lab));
    }
}

/// Larger rows, for fingers.
fn touch_sizes(ui: &mut Ui) {
    ui.spacing_mut().interact_size.y = TOUCH_ROW;
}

/// A place of exactly this size for a plot.
fn plot_place(ui: &mut Ui, size: Vec2) -> (egui::Rect, egui::Response) {
    ui.allocate_exact_size(size, Sense::hover())
}

use style::IntoColor;
