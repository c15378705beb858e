//! The three panels of the paper's figure with one cursor, and the curves.

use egui::{Pos2, Rect, Response, Ui, Vec2};

use super::paint::{paint, rect_of};
use super::style::{IntoColor, theme};
use super::{egui, plot_place};
use crate::figure::{
    self, AxisScale, Ink, Panel, Placed, Profile, Shown, losses as loss_panel, number,
    scores as score_panel,
};
use crate::ghm::Loss;
use crate::lab::{HistoryPoint, Lab};

/// Width of the signs between the panels.
const SIGN: f32 = 24.0;

/// What the panels remember between frames.
#[derive(Default)]
pub struct Memory {
    /// The bin under the pointer, of however many bins; marked in all panels.
    hovered: Option<(usize, usize)>,
    /// Ranges of the three y axes as drawn: they grow at once and shrink slowly.
    ranges: [Option<[f64; 2]>; 3],
    /// The run and the bins that the ranges belong to.
    of: (u64, usize),
}

/// The three panels side by side: statistics ⊗ regularization = overall.
pub(super) fn row(ui: &mut Ui, lab: &Lab, memory: &mut Memory, size: Vec2) {
    let width = (size.x - 2.0 * SIGN) / 3.0;
    let panels = build(ui, lab, memory);
    let top = figure::common_top(&panels, width);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        let mut hovered = None;
        for (index, panel) in panels.iter().enumerate() {
            let bin = one(ui, lab, memory, panel, Vec2::new(width, size.y), top);
            hovered = hovered.or(bin);
            if let Some(sign) = ["⊗", "="].get(index) {
                let (rect, _) = plot_place(ui, Vec2::new(SIGN, size.y));
                let middle = [rect.width() / 2.0, rect.height() / 2.0];
                paint(
                    ui.painter(),
                    rect.min,
                    &figure::sign(sign, middle),
                    theme(ui.ctx()),
                );
            }
        }
        memory.hovered = hovered;
    });
}

/// The three panels one below the other, each of `size`.
pub(super) fn column(ui: &mut Ui, lab: &Lab, memory: &mut Memory, size: Vec2) {
    let panels = build(ui, lab, memory);
    let mut hovered = None;
    for panel in &panels {
        hovered = hovered.or(one(ui, lab, memory, panel, size, 0.0));
    }
    memory.hovered = hovered;
}

fn build(ui: &Ui, lab: &Lab, memory: &mut Memory) -> [Panel; 3] {
    let snapshot = lab.snapshot();
    let config = lab.config();
    let profile = Profile::of(snapshot, config.shown_class.index());
    let shown = Shown::training(config.loss, config.task);
    let mut panels = [
        figure::statistics(&profile),
        figure::regularization(&profile, &shown, config.panel),
        figure::harmonized(&profile, &shown),
    ];
    let of = (lab.run(), snapshot.counts.len());
    if memory.of != of {
        memory.of = of;
        memory.ranges = [None; 3];
    }
    for (panel, range) in panels.iter_mut().zip(&mut memory.ranges) {
        let eased = ease(
            *range,
            panel.y.range,
            panel.y.scale,
            ui.input(|i| i.stable_dt),
        );
        *range = Some(eased);
        panel.y.range = eased;
    }
    panels
}

/// Moves a range towards what the data needs: out at once, in slowly.
fn ease(shown: Option<[f64; 2]>, needed: [f64; 2], scale: AxisScale, seconds: f32) -> [f64; 2] {
    let Some(shown) = shown else { return needed };
    let share = (f64::from(seconds) * 0.8).min(1.0);
    let into = |from: f64, to: f64| match scale {
        AxisScale::Log => from * (to / from).powf(share),
        AxisScale::Linear => from + (to - from) * share,
    };
    let low = if needed[0] < shown[0] {
        needed[0]
    } else {
        into(shown[0], needed[0])
    };
    let high = if needed[1] > shown[1] {
        needed[1]
    } else {
        into(shown[1], needed[1])
    };
    if low.is_finite() && high.is_finite() && low < high {
        [low, high]
    } else {
        needed
    }
}

/// Draws a panel over bins and returns the bin that the pointer is on, with the number of bins.
fn one(
    ui: &mut Ui,
    lab: &Lab,
    memory: &Memory,
    panel: &Panel,
    size: Vec2,
    top: f32,
) -> Option<(usize, usize)> {
    let (rect, placed, response) = draw(ui, panel, size, top);
    let bins = lab.snapshot().counts.len();
    let area = rect_of(placed.area, rect.min);
    if let Some((bin, of)) = memory.hovered.filter(|(_, of)| *of == bins && bins > 0) {
        let at = |share: f32| area.left() + area.width() * share;
        let column = Rect::from_x_y_ranges(
            at(bin as f32 / of as f32)..=at((bin + 1) as f32 / of as f32),
            area.y_range(),
        );
        let color = theme(ui.ctx()).ink.into_color().gamma_multiply(0.14);
        ui.painter().rect_filled(column, 0.0, color);
    }
    let pointer = response.hover_pos()?;
    let bin = figure::bin_at(panel, &placed, pointer.x - rect.left())
        .filter(|_| area.contains(pointer))?;
    response.on_hover_ui_at_pointer(|ui| describe(ui, lab, bin));
    Some((bin, bins))
}

/// The numbers of one bin.
fn describe(ui: &mut Ui, lab: &Lab, bin: usize) {
    let snapshot = lab.snapshot();
    let bins = snapshot.counts.len() as f64;
    let edge = |j: usize| format!("{:.3}", j as f64 / bins);
    ui.label(format!(
        "bin {}: g from {} to {}",
        bin + 1,
        edge(bin),
        edge(bin + 1)
    ));
    egui::Grid::new("bin").num_columns(2).show(ui, |ui| {
        let mut row = |name: &str, value: f64| {
            ui.label(egui::RichText::new(name).weak());
            ui.label(number(value));
            ui.end_row();
        };
        row("examples R", f64::from(snapshot.counts[bin]));
        row("moving average S", f64::from(snapshot.ema[bin]));
        row("density", f64::from(snapshot.density[bin]));
        row("weight beta", f64::from(snapshot.beta[bin]));
        for loss in Loss::of(snapshot.task) {
            let total = snapshot.contribution_of(*loss)[bin];
            row(&format!("contribution, {}", loss.label()), f64::from(total));
        }
    });
}

fn draw(ui: &mut Ui, panel: &Panel, size: Vec2, top: f32) -> (Rect, Placed, Response) {
    let (rect, response) = plot_place(ui, size);
    let placed = figure::place_below(panel, [size.x, size.y], top);
    paint(ui.painter(), rect.min, &placed.shapes, theme(ui.ctx()));
    let title = &panel.title;
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, title));
    (rect, placed, response)
}

fn curve(lab: &Lab, value: impl Fn(&HistoryPoint) -> Option<f64>) -> Vec<[f64; 2]> {
    let points = lab.history().points().iter();
    points
        .filter_map(|point| Some([point.step as f64, value(point)?]))
        .collect()
}

/// The running loss on both splits.
pub(super) fn losses(ui: &mut Ui, lab: &Lab, size: Vec2) {
    let train = curve(lab, |point| Some(point.train_loss));
    let test = curve(lab, |point| Some(point.test_loss));
    curves(ui, &loss_panel(&train, &test, lab.config().loss), size);
}

/// Average precision or mean absolute error on both splits.
pub(super) fn scores(ui: &mut Ui, lab: &Lab, size: Vec2) {
    let train = curve(lab, |point| point.scores()[0]);
    let test = curve(lab, |point| point.scores()[1]);
    curves(ui, &score_panel(&train, &test, lab.config().task), size);
}

/// Draws a panel over steps, with a cursor that reads the curves.
fn curves(ui: &mut Ui, panel: &Panel, size: Vec2) {
    let (rect, placed, response) = draw(ui, panel, size, 0.0);
    let area = rect_of(placed.area, rect.min);
    let Some(pointer) = response.hover_pos().filter(|at| area.contains(*at)) else {
        return;
    };
    let share = f64::from((pointer.x - area.left()) / area.width());
    let step = figure::value_at(&panel.x, share);
    let mut readings = Vec::new();
    for series in &panel.series {
        if let figure::Marks::Line(points) = &series.marks
            && let Some(point) = points
                .iter()
                .min_by(|a, b| (a[0] - step).abs().total_cmp(&(b[0] - step).abs()))
        {
            readings.push((series.name.as_str(), *point));
        }
    }
    let Some((_, [nearest, _])) = readings.first().copied() else {
        return;
    };
    let Some(x) = figure::position(&panel.x, nearest) else {
        return;
    };
    let x = area.left() + area.width() * x;
    let stroke = egui::Stroke::new(1.0, theme(ui.ctx()).color(Ink::Faint).into_color());
    ui.painter().line_segment(
        [Pos2::new(x, area.top()), Pos2::new(x, area.bottom())],
        stroke,
    );
    response.on_hover_ui_at_pointer(|ui| {
        ui.label(format!("step {}", figure::count(nearest as u64)));
        egui::Grid::new("curves").num_columns(2).show(ui, |ui| {
            for (name, [_, value]) in readings {
                ui.label(egui::RichText::new(name).weak());
                ui.label(number(value));
                ui.end_row();
            }
        });
    });
}
