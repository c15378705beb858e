//! Decision maps side by side, and where two arms differ; of a regression all fits in one plane.

use egui::{Align2, FontId, Rect, Sense, Stroke, Ui, Vec2};

use super::super::style::{IntoColor, STRONG, theme};
use super::super::{egui, field, plane};
use super::{Memory, color};
use crate::ghm::Task;
use crate::lab::{ArmCommand, Lab};
use crate::words::{tr, word};

/// Examples of each class that a small map shows.
const MOST: usize = 160;
/// Height of a tile's title.
const TITLE: f32 = 22.0;
/// Height of the score below a tile.
const SCORE: f32 = 20.0;
/// What the text of a tile takes beside its map.
pub(super) const TEXT: f32 = TITLE + SCORE;
const GAP: f32 = 16.0;

/// A tile for each arm and one for the difference, as large as `size` lets them be. A click shows the
/// arm.
pub(super) fn show(ui: &mut Ui, lab: &mut Lab, memory: &mut Memory, size: Vec2) {
    let task = lab.config().task;
    if memory.chosen.0 != Some(lab.run()) {
        let chosen = plane::choose(&lab.data().train, task, MOST);
        memory.chosen = (Some(lab.run()), chosen);
    }
    if task == Task::Regression {
        fits(ui, lab, memory, size);
        return;
    }
    // A link, a file or another task may have brought fewer arms.
    let last = lab.arms().len() - 1;
    memory.pair = memory.pair.map(|arm| arm.min(last));
    if memory.pair[0] == memory.pair[1] {
        memory.pair = [last, 0];
    }
    let arms: Vec<usize> = lab.heard().map(|(index, _)| index).collect();
    memory
        .fields
        .resize_with(arms.len() + 1, field::Memory::default);
    let tiles = arms.len() + 1;
    let side = |columns: usize| {
        let rows = tiles.div_ceil(columns) as f32;
        let width = (size.x - GAP * (columns - 1) as f32) / columns as f32;
        let height = (size.y - GAP * (rows - 1.0)) / rows - TEXT;
        width.min(height)
    };
    let columns = (1..=tiles).max_by(|a, b| side(*a).total_cmp(&side(*b)));
    let columns = columns.unwrap_or(1);
    let side = side(columns).max(48.0);
    let (whole, _) = ui.allocate_exact_size(size, Sense::hover());
    let mut chosen = None;
    for tile in 0..tiles {
        let (column, row) = ((tile % columns) as f32, (tile / columns) as f32);
        let corner = whole.min + Vec2::new(column * (side + GAP), row * (side + TEXT + GAP));
        let square = Rect::from_min_size(corner + Vec2::new(0.0, TITLE), Vec2::splat(side));
        let name = match arms.get(tile) {
            Some(&arm) => lab.arms()[arm].name().to_owned(),
            None => {
                let [a, b] = memory.pair.map(|arm| lab.arms()[arm].name());
                format!("{a} − {b}")
            }
        };
        let place = Rect::from_min_max(corner, square.max);
        let id = ui.scope_id().with(("map", tile));
        let response = ui.interact(place, id, Sense::click());
        let label = tr!("Map of {name}", name);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, &label));
        match arms.get(tile) {
            Some(&arm) => {
                let is_shown = arm == lab.shown();
                title(ui, corner, &name, color(ui, lab, arm), is_shown);
                field::map(ui, lab, arm, &mut memory.fields[tile], square);
                let last = lab.arms()[arm].evaluation();
                if let Some(value) = last.and_then(|last| last.test.headline()) {
                    below(
                        ui,
                        square,
                        &tr!("AP {value}", value = format!("{value:.3}")),
                    );
                }
                examples(ui, lab, &memory.chosen.1, square);
                if response.clicked() {
                    chosen = Some(ArmCommand::Show(arm));
                }
            }
            None => {
                let ink = theme(ui.ctx()).ink.into_color();
                title(ui, corner, &name, ink, false);
                let pair = memory.pair.map(|arm| (arm, color(ui, lab, arm)));
                field::difference(ui, lab, pair, &mut memory.fields[tile], square);
                let tip = if task == Task::Binary {
                    word(
                        "Where one arm gives a positive more probability than the other, in its colour.",
                    )
                } else {
                    word("How far the probabilities of the two arms are apart.")
                };
                below(ui, square, word("of their probabilities"));
                response.on_hover_text_at_pointer(tip);
            }
        }
        let border = Stroke::new(1.0, theme(ui.ctx()).grid.into_color());
        ui.painter()
            .rect_stroke(square, 0.0, border, egui::StrokeKind::Inside);
    }
    if let Some(command) = chosen {
        lab.arm(command);
    }
}

fn title(ui: &Ui, corner: egui::Pos2, name: &str, color: egui::Color32, strong: bool) {
    let font = if strong {
        FontId::new(14.0, egui::FontFamily::Name(STRONG.into()))
    } else {
        FontId::proportional(14.0)
    };
    let at = corner + Vec2::new(0.0, TITLE / 2.0 - 2.0);
    ui.painter()
        .text(at, Align2::LEFT_CENTER, name, font, color);
}

/// What a map comes to.
fn below(ui: &Ui, square: Rect, text: &str) {
    let at = square.left_bottom() + Vec2::new(0.0, SCORE / 2.0 + 2.0);
    let color = theme(ui.ctx()).faint.into_color();
    let font = FontId::proportional(12.0);
    ui.painter()
        .text(at, Align2::LEFT_CENTER, text, font, color);
}

fn examples(ui: &Ui, lab: &Lab, chosen: &[u32], square: Rect) {
    let task = lab.config().task;
    let mut shapes = Vec::with_capacity(chosen.len());
    for &index in chosen {
        let split = &lab.data().train;
        plane::mark(
            &mut shapes,
            split,
            task,
            index as usize,
            square,
            theme(ui.ctx()),
        );
    }
    ui.painter().with_clip_rect(square).extend(shapes);
}

fn fits(ui: &mut Ui, lab: &Lab, memory: &Memory, size: Vec2) {
    let (whole, response) = ui.allocate_exact_size(size, Sense::hover());
    let side = size.x.min(size.y - TITLE);
    let square = Rect::from_min_size(whole.min + Vec2::new(0.0, TITLE), Vec2::splat(side));
    let name = word("Fits of all arms");
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    let colors = theme(ui.ctx());
    title(ui, whole.min, name, colors.ink.into_color(), true);
    examples(ui, lab, &memory.chosen.1, square);
    let painter = ui.painter().with_clip_rect(square);
    painter.extend(field::truth(lab.config(), square, colors));
    for (index, arm) in lab.heard() {
        painter.extend(field::fit(arm.map(), color(ui, lab, index), square, colors));
    }
    let border = Stroke::new(1.0, colors.grid.into_color());
    ui.painter()
        .rect_stroke(square, 0.0, border, egui::StrokeKind::Inside);
}
