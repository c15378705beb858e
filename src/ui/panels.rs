//! The three panels of the paper's figure with one cursor, and the curves.

use egui::{Ui, Vec2};

use super::egui;
use super::paint::rect_of;
use super::style::{IntoColor, theme};
use super::triptych::{Cursor, Triptych, draw};
use crate::engine::Evaluation;
use crate::figure::{
    self, AxisScale, Ink, Panel, Profile, Shown, losses as loss_panel, number,
    scores as score_panel,
};
use crate::ghm::Loss;
use crate::lab::Lab;
use crate::words::{tr, word};

/// What the panels remember between frames.
#[derive(Default)]
pub struct Memory {
    /// Scales and ranges of the three y axes as drawn: ranges grow at once and shrink slowly.
    ranges: [Option<(AxisScale, [f64; 2])>; 3],
    /// The run and the bins that the ranges belong to.
    of: (u64, usize),
}

/// The three panels of the last mini-batch: statistics ⊗ regularization = overall; in a row of this
/// size, or in a column of panels of this size.
pub(super) fn show(
    ui: &mut Ui,
    lab: &Lab,
    memory: &mut Memory,
    cursor: &mut Cursor,
    size: Vec2,
    narrow: bool,
) {
    let panels = build(ui, lab, memory);
    let triptych = Triptych {
        panels: &panels,
        bins: lab.snapshot().counts.len(),
        mu: lab.config().mu,
        reading: &|bin| reading(lab, bin),
        brush: Some(word(
            "Click, or drag over bins, to keep their examples lit in the plane.",
        )),
    };
    if narrow {
        triptych.column(ui, cursor, size);
    } else {
        triptych.row(ui, cursor, size);
    }
}

/// The numbers of one bin.
fn reading(lab: &Lab, bin: usize) -> Vec<(String, f64)> {
    if lab.is_race() {
        return super::race::reading(lab, bin);
    }
    let snapshot = lab.snapshot();
    let of_bin = [
        (word("examples R"), f64::from(snapshot.counts[bin])),
        (word("moving average S"), f64::from(snapshot.ema[bin])),
        (word("density"), f64::from(snapshot.density[bin])),
        (word("weight beta"), f64::from(snapshot.beta[bin])),
    ];
    let losses = Loss::of(snapshot.task).iter().map(|loss| {
        let total = snapshot.contribution_of(*loss)[bin];
        (
            tr!("contribution, {}", word(loss.label())),
            f64::from(total),
        )
    });
    let of_bin = of_bin.map(|(name, value)| (name.to_owned(), value));
    of_bin.into_iter().chain(losses).collect()
}

/// The three panels of all arms, with the ranges that the data needs.
pub(super) fn panels(lab: &Lab) -> [Panel; 3] {
    let config = lab.config();
    if lab.is_race() {
        return figure::race_panels(
            &super::race::arms(lab),
            config.task,
            config.panel,
            config.contribution_axis,
        );
    }
    let profile = Profile::of(lab.snapshot(), config.shown_class.index());
    let shown = Shown::training(lab.snapshot().acting, config.task);
    [
        figure::statistics(&profile),
        figure::regularization(&profile, &shown, config.panel),
        figure::harmonized(&profile, &shown, config.contribution_axis),
    ]
}

fn build(ui: &Ui, lab: &Lab, memory: &mut Memory) -> [Panel; 3] {
    let mut panels = panels(lab);
    let of = (lab.run(), lab.snapshot().counts.len());
    if memory.of != of {
        memory.of = of;
        memory.ranges = [None; 3];
    }
    let seconds = match ui.style().animation_time {
        0.0 => f32::INFINITY,
        _ => ui.input(|input| input.stable_dt),
    };
    for (panel, range) in panels.iter_mut().zip(&mut memory.ranges) {
        let of_scale = range.filter(|(scale, _)| *scale == panel.y.scale);
        let shown = of_scale.map(|(_, range)| range);
        let eased = ease(shown, panel.y.range, panel.y.scale, seconds);
        let apart = |(a, b): (f64, f64)| (a - b).abs() > 0.01 * b.abs();
        if eased.into_iter().zip(panel.y.range).any(apart) {
            ui.ctx().request_repaint();
        }
        *range = Some((panel.y.scale, eased));
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

fn curve(lab: &Lab, value: impl Fn(&Evaluation) -> Option<f64>) -> Vec<[f64; 2]> {
    let points = lab.history().points().iter();
    points
        .filter_map(|point| Some([point.step as f64, value(point)?]))
        .collect()
}

/// The running loss on both splits.
pub(super) fn losses(ui: &mut Ui, lab: &Lab, size: Vec2) {
    let train = curve(lab, |point| Some(point.train.loss));
    let test = curve(lab, |point| Some(point.test.loss));
    let arm = &lab.arms()[lab.shown()];
    let ink = super::race::looks(lab)[lab.shown()].ink;
    let panel = loss_panel(&train, &test, arm.name(), ink);
    curves(ui, &panel, lab.looks_back(), size);
}

/// Average precision or mean absolute error on both splits.
pub(super) fn scores(ui: &mut Ui, lab: &Lab, size: Vec2) {
    let train = curve(lab, |point| point.headlines()[0]);
    let test = curve(lab, |point| point.headlines()[1]);
    let panel = score_panel(&train, &test, lab.config().task);
    curves(ui, &panel, lab.looks_back(), size);
}

/// Draws a panel over steps, with a cursor that reads the curves.
pub(super) fn curves(ui: &mut Ui, panel: &Panel, past: Option<u64>, size: Vec2) {
    let (rect, placed, response) = draw(ui, panel, size, 0.0);
    let area = rect_of(placed.area, rect.min);
    if let Some(x) = past.and_then(|step| figure::position(&panel.x, step as f64)) {
        let ink = theme(ui.ctx()).color(Ink::Text).into_color();
        let x = area.left() + area.width() * x;
        ui.painter()
            .vline(x, area.y_range(), egui::Stroke::new(1.5, ink));
    }
    let step = |step: f64| tr!("step {}", figure::count(step as u64));
    read(ui, panel, area, response, &step);
}

/// Reads the lines of a panel under the pointer; `place` says where that is.
pub(super) fn read(
    ui: &Ui,
    panel: &Panel,
    area: egui::Rect,
    response: egui::Response,
    place: &dyn Fn(f64) -> String,
) {
    let Some(pointer) = response.hover_pos().filter(|at| area.contains(*at)) else {
        return;
    };
    let share = f64::from((pointer.x - area.left()) / area.width());
    let at = figure::value_at(&panel.x, share);
    let mut readings = Vec::new();
    for series in &panel.series {
        if let figure::Marks::Line(points) = &series.marks
            && let Some(point) = points
                .iter()
                .min_by(|a, b| (a[0] - at).abs().total_cmp(&(b[0] - at).abs()))
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
    ui.painter().vline(x, area.y_range(), stroke);
    response.on_hover_ui_at_pointer(|ui| {
        ui.label(place(nearest));
        egui::Grid::new("curves").num_columns(2).show(ui, |ui| {
            for (name, [_, value]) in readings {
                ui.label(egui::RichText::new(name).weak());
                ui.label(number(value));
                ui.end_row();
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::{AxisScale, ease};

    #[test]
    fn ranges_go_out_at_once_and_in_slowly_unless_nothing_may_move() {
        let of = |needed, seconds| ease(Some([1.0, 100.0]), needed, AxisScale::Log, seconds);
        assert_eq!(of([0.1, 1000.0], 0.01), [0.1, 1000.0]);
        let [low, high] = of([10.0, 20.0], 0.01);
        assert!(1.0 < low && low < 1.1 && 95.0 < high && high < 100.0);
        let [low, high] = of([10.0, 20.0], f32::INFINITY);
        assert!((low - 10.0).abs() < 1e-9 && (high - 20.0).abs() < 1e-9);
    }
}
