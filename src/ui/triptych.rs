//! Three panels over the same bins, with one cursor: side by side or one below the other.

use egui::{Rect, Response, Ui, Vec2};

use super::paint::{paint, rect_of};
use super::plot_place;
use super::style::{IntoColor, theme};
use super::{egui, lights};
use crate::figure::{self, Panel, Placed, number};
use crate::lab::Brush;
use crate::words::tr;

/// Width of the signs between the panels.
const SIGN: f32 = 24.0;

/// What is marked in all panels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Cursor {
    /// The bin under the pointer.
    pub hovered: Option<Brush>,
    /// Bins that were brushed: by a click one, by a drag all that it crosses.
    pub brushed: Option<Brush>,
    /// Where the drag began.
    from: Option<usize>,
    /// Index and gradient norm of the training example under the pointer.
    pub example: Option<(usize, f32)>,
}

impl Cursor {
    /// What is selected now: under the pointer, else brushed.
    pub fn selected(&self) -> Option<Brush> {
        self.hovered.or(self.brushed)
    }
}

/// How bins are brushed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// With a mouse, in any direction.
    Drag,
    /// With a finger, sideways: up and down it scrolls.
    Swipe,
}

impl By {
    fn sense(self) -> egui::Sense {
        match self {
            Self::Drag => egui::Sense::click_and_drag(),
            // What senses drags keeps them from what scrolls around it.
            Self::Swipe => egui::Sense::click(),
        }
    }
}

/// Where a finger that was put down in this area has gone, if that is sideways.
fn swipe(ui: &Ui, area: Rect) -> Option<[egui::Pos2; 2]> {
    /// Pixels from which a movement has a direction.
    const LEAST: f32 = 8.0;
    ui.input(|input| {
        let pointer = &input.pointer;
        let (from, to) = (pointer.press_origin()?, pointer.interact_pos()?);
        let moved = (to - from).abs();
        let is_sideways = moved.x > LEAST && moved.x > moved.y;
        let is_held = pointer.primary_down() && area.contains(from);
        (is_held && is_sideways).then(|| [from, area.clamp(to)])
    })
}

/// Statistics ⊗ regularization = overall.
pub(super) struct Triptych<'a> {
    pub panels: &'a [Panel; 3],
    pub bins: usize,
    /// mu of the task's gradient norm: a panel without bins lies over |d|.
    pub mu: f64,
    /// Name and number, line by line, of what is to be read of a bin.
    pub reading: &'a dyn Fn(usize) -> Vec<(String, f64)>,
    /// Whether bins can be brushed, and what that does.
    pub brush: Option<&'a str>,
}

impl Triptych<'_> {
    /// Side by side, in `size`.
    pub fn row(&self, ui: &mut Ui, cursor: &mut Cursor, size: Vec2) {
        let width = (size.x - 2.0 * SIGN) / 3.0;
        let top = figure::common_top(self.panels, width);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let mut now = None;
            for index in 0..self.panels.len() {
                let size = Vec2::new(width, size.y);
                let bin = self.one(ui, cursor, index, size, top, By::Drag);
                now = now.or(bin);
                if let Some(sign) = ["⊗", "="].get(index) {
                    let (rect, _) = plot_place(ui, Vec2::new(SIGN, size.y));
                    let middle = [rect.width() / 2.0, rect.height() / 2.0];
                    let shapes = figure::sign(sign, middle);
                    paint(ui.painter(), rect.min, &shapes, theme(ui.ctx()));
                }
            }
            cursor.hovered = now;
        });
    }

    /// One below the other, each of `size`.
    pub fn column(&self, ui: &mut Ui, cursor: &mut Cursor, size: Vec2) {
        let mut now = None;
        for index in 0..self.panels.len() {
            now = now.or(self.one(ui, cursor, index, size, 0.0, By::Swipe));
        }
        cursor.hovered = now;
    }

    /// Draws a panel and returns the bin that the pointer is on.
    fn one(
        &self,
        ui: &mut Ui,
        cursor: &mut Cursor,
        index: usize,
        size: Vec2,
        top: f32,
        by: By,
    ) -> Option<Brush> {
        let panel = &self.panels[index];
        let (rect, placed, mut response) = draw(ui, panel, size, top);
        lights::join(ui, lights::PANELS[index], rect);
        let bins = self.bins;
        let area = rect_of(placed.area, rect.min);
        let ink = theme(ui.ctx()).ink.into_color();
        for (brush, strength) in [(cursor.brushed, 0.1), (cursor.hovered, 0.14)] {
            let Some(brush) = brush.filter(|brush| brush.bins == bins) else {
                continue;
            };
            let ends = [(brush.first, 0), (brush.last, 1)];
            let [from, to] = ends.map(|(bin, end)| {
                let span = figure::bin_span(panel, bin, bins, self.mu);
                area.left() + area.width() * span[end]
            });
            let column = Rect::from_x_y_ranges(from..=to, area.y_range());
            ui.painter()
                .rect_filled(column, 0.0, ink.gamma_multiply(strength));
        }
        if let Some((_, norm)) = cursor.example {
            let bin = crate::ghm::bin(norm, bins.max(1));
            let [from, to] = figure::bin_span(panel, bin, bins.max(1), self.mu);
            let within = norm * bins.max(1) as f32 - bin as f32;
            let x = area.left() + area.width() * (from + (to - from) * within.clamp(0.0, 1.0));
            let stroke = egui::Stroke::new(1.5, ink);
            ui.painter().vline(x, area.y_range(), stroke);
        }
        let bin_under = |pointer: egui::Pos2| {
            let inside = area.contains(pointer).then_some(pointer)?;
            figure::bin_at(panel, &placed, inside.x - rect.left(), bins, self.mu)
        };
        if self.brush.is_some() {
            let id = response.id.with("brush");
            response = ui.interact(area, id, by.sense());
            let name = tr!("Bins of {}", panel.title);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
            let at = response.interact_pointer_pos().and_then(bin_under);
            if response.drag_started() {
                // A drag is known as such only after it has moved.
                let origin = ui.input(|input| input.pointer.press_origin());
                cursor.from = origin.and_then(bin_under);
            }
            match (cursor.from, at) {
                (Some(from), Some(to)) if response.dragged() => {
                    cursor.brushed = Some(Brush::between(from, to, bins));
                }
                (_, Some(bin)) if response.clicked() => {
                    let one = Some(Brush::one(bin, bins));
                    // A second click on it lets go.
                    cursor.brushed = one.filter(|_| cursor.brushed != one);
                }
                _ => {}
            }
            if response.drag_stopped() {
                cursor.from = None;
            }
            if by == By::Swipe
                && let Some([from, to]) = swipe(ui, area)
                && let (Some(from), Some(to)) = (bin_under(from), bin_under(to))
            {
                cursor.brushed = Some(Brush::between(from, to, bins));
            }
        }
        let bin = response.hover_pos().and_then(bin_under)?;
        if !response.dragged() {
            response.on_hover_ui_at_pointer(|ui| self.describe(ui, bin));
        }
        Some(Brush::one(bin, bins))
    }

    /// The numbers of one bin.
    fn describe(&self, ui: &mut Ui, bin: usize) {
        let edge = |j: usize| format!("{:.3}", j as f64 / self.bins as f64);
        let (from, to) = (edge(bin), edge(bin + 1));
        ui.label(tr!("bin {}: g from {from} to {to}", bin + 1, from, to));
        egui::Grid::new("bin").num_columns(2).show(ui, |ui| {
            for (name, value) in (self.reading)(bin) {
                ui.label(egui::RichText::new(name).weak());
                ui.label(number(value));
                ui.end_row();
            }
        });
        if let Some(what) = self.brush {
            ui.label(egui::RichText::new(what).weak().small());
        }
    }
}

/// Draws a panel, its title as its accessible name.
pub(super) fn draw(ui: &mut Ui, panel: &Panel, size: Vec2, top: f32) -> (Rect, Placed, Response) {
    let (rect, response) = plot_place(ui, size);
    let placed = figure::place_below(panel, [size.x, size.y], top);
    paint(ui.painter(), rect.min, &placed.shapes, theme(ui.ctx()));
    let title = &panel.title;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, title));
    (rect, placed, response)
}
