//! Three panels over the same bins, with one cursor: side by side or one below the other.

use egui::{Rect, Response, Ui, Vec2};

use super::egui;
use super::paint::{paint, rect_of};
use super::plot_place;
use super::style::{IntoColor, theme};
use crate::figure::{self, Panel, Placed, number};

/// Width of the signs between the panels.
const SIGN: f32 = 24.0;

/// The bin under the pointer, of however many bins; marked in all panels.
pub(super) type Hovered = Option<(usize, usize)>;

/// Statistics ⊗ regularization = overall.
pub(super) struct Triptych<'a> {
    pub panels: &'a [Panel; 3],
    pub bins: usize,
    /// mu of the task's gradient norm: a panel without bins lies over |d|.
    pub mu: f64,
    /// Name and number, line by line, of what is to be read of a bin.
    pub reading: &'a dyn Fn(usize) -> Vec<(String, f64)>,
}

impl Triptych<'_> {
    /// Side by side, in `size`.
    pub fn row(&self, ui: &mut Ui, hovered: &mut Hovered, size: Vec2) {
        let width = (size.x - 2.0 * SIGN) / 3.0;
        let top = figure::common_top(self.panels, width);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 0.0;
            let mut now = None;
            for (index, panel) in self.panels.iter().enumerate() {
                let bin = self.one(ui, *hovered, panel, Vec2::new(width, size.y), top);
                now = now.or(bin);
                if let Some(sign) = ["⊗", "="].get(index) {
                    let (rect, _) = plot_place(ui, Vec2::new(SIGN, size.y));
                    let middle = [rect.width() / 2.0, rect.height() / 2.0];
                    let shapes = figure::sign(sign, middle);
                    paint(ui.painter(), rect.min, &shapes, theme(ui.ctx()));
                }
            }
            *hovered = now;
        });
    }

    /// One below the other, each of `size`.
    pub fn column(&self, ui: &mut Ui, hovered: &mut Hovered, size: Vec2) {
        let mut now = None;
        for panel in self.panels {
            now = now.or(self.one(ui, *hovered, panel, size, 0.0));
        }
        *hovered = now;
    }

    /// Draws a panel and returns the bin that the pointer is on, with the number of bins.
    fn one(&self, ui: &mut Ui, marked: Hovered, panel: &Panel, size: Vec2, top: f32) -> Hovered {
        let (rect, placed, response) = draw(ui, panel, size, top);
        let bins = self.bins;
        let area = rect_of(placed.area, rect.min);
        if let Some((bin, of)) = marked.filter(|(_, of)| *of == bins && bins > 0) {
            let [from, to] = figure::bin_span(panel, bin, of, self.mu)
                .map(|share| area.left() + area.width() * share);
            let column = Rect::from_x_y_ranges(from..=to, area.y_range());
            let color = theme(ui.ctx()).ink.into_color().gamma_multiply(0.14);
            ui.painter().rect_filled(column, 0.0, color);
        }
        let pointer = response.hover_pos().filter(|at| area.contains(*at))?;
        let bin = figure::bin_at(panel, &placed, pointer.x - rect.left(), bins, self.mu)?;
        response.on_hover_ui_at_pointer(|ui| self.describe(ui, bin));
        Some((bin, bins))
    }

    /// The numbers of one bin.
    fn describe(&self, ui: &mut Ui, bin: usize) {
        let edge = |j: usize| format!("{:.3}", j as f64 / self.bins as f64);
        let (from, to) = (edge(bin), edge(bin + 1));
        ui.label(format!("bin {}: g from {from} to {to}", bin + 1));
        egui::Grid::new("bin").num_columns(2).show(ui, |ui| {
            for (name, value) in (self.reading)(bin) {
                ui.label(egui::RichText::new(name).weak());
                ui.label(number(value));
                ui.end_row();
            }
        });
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
