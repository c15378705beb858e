//! The data in its plane, over the decision map.

use egui::{
    Align2, Color32, ColorImage, FontId, Pos2, Rect, Shape, Stroke, TextureHandle, TextureOptions,
    Ui, Vec2,
};

use super::style::{IntoColor, STRONG, theme};
use super::{egui, plot_place};
use crate::data::{PLANE, Split};
use crate::figure::{Theme, count};
use crate::lab::Lab;

/// Most examples of each class that are drawn.
const MOST: usize = 1500;
/// Height of the title and of the legend.
const TITLE: f32 = 24.0;
const LEGEND: f32 = 40.0;

/// What the plane remembers between frames.
#[derive(Default)]
pub struct Memory {
    texture: Option<TextureHandle>,
    /// The run, the step and the theme that the texture shows.
    texture_of: Option<(u64, u64, bool)>,
    chosen: Vec<u32>,
    chosen_of: Option<u64>,
}

/// The width that the plane takes of a row of this size.
pub(super) fn width(row: Vec2) -> f32 {
    (row.y - TITLE - LEGEND).min(0.4 * row.x)
}

/// The size of a plane of this width.
pub(super) fn size(width: f32) -> Vec2 {
    Vec2::new(width, width + TITLE + LEGEND)
}

/// Draws the training examples within `size`, as a square under a title.
pub(super) fn show(ui: &mut Ui, lab: &Lab, memory: &mut Memory, size: Vec2) {
    let (rect, response) = plot_place(ui, size);
    let colors = theme(ui.ctx());
    let name = "Data and decision map";
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    let font = FontId::new(14.0, egui::FontFamily::Name(STRONG.into()));
    let ink = colors.ink.into_color();
    let title = rect.min + Vec2::new(0.0, 8.0);
    ui.painter()
        .text(title, Align2::LEFT_CENTER, name, font, ink);

    let side = rect.width().min(rect.height() - TITLE - LEGEND);
    let square = Rect::from_min_size(rect.min + Vec2::new(0.0, TITLE), Vec2::splat(side));
    map(ui, lab, memory, square);
    let split = &lab.data().train;
    if memory.chosen_of != Some(lab.run()) {
        memory.chosen_of = Some(lab.run());
        memory.chosen = choose(split);
    }
    let painter = ui.painter().with_clip_rect(square);
    let mut shapes = Vec::with_capacity(memory.chosen.len());
    for &index in &memory.chosen {
        mark(&mut shapes, split, index as usize, square, colors);
    }
    painter.extend(shapes);
    let border = Stroke::new(1.0, colors.grid.into_color());
    ui.painter()
        .rect_stroke(square, 0.0, border, egui::StrokeKind::Inside);
    legend(ui, split, memory.chosen.len(), square, colors);
    response.on_hover_text_at_pointer(
        "Training examples; the field is the predicted probability of a positive, the line where it is one half.",
    );
}

fn map(ui: &Ui, lab: &Lab, memory: &mut Memory, square: Rect) {
    let Some(map) = lab.map() else { return };
    let dark = ui.visuals().dark_mode;
    let of = Some((lab.run(), map.step, dark));
    if memory.texture_of != of {
        memory.texture_of = of;
        let colors = theme(ui.ctx());
        let size = map.size;
        let at = |row: usize, column: usize| map.probabilities[row * size + column];
        let pixel = |i: usize| {
            // Images run from the top, the map from the bottom.
            let (row, column) = (size - 1 - i / size, i % size);
            let here = at(row, column);
            let differs = |other: f32| (here < 0.5) != (other < 0.5);
            let boundary = differs(at((row + 1).min(size - 1), column))
                || differs(at(row, (column + 1).min(size - 1)));
            field(here, boundary, colors)
        };
        let image = ColorImage::new([size, size], (0..size * size).map(pixel).collect());
        let options = TextureOptions::LINEAR;
        match &mut memory.texture {
            Some(texture) => texture.set(image, options),
            None => memory.texture = Some(ui.ctx().load_texture("decision map", image, options)),
        }
    }
    if let Some(texture) = &memory.texture {
        let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
        ui.painter()
            .image(texture.id(), square, whole, Color32::WHITE);
    }
}

/// Pale colour of a probability: from the negatives' hue over the ground to the positives'.
fn field(probability: f32, boundary: bool, colors: &Theme) -> Color32 {
    let hue = if probability < 0.5 {
        negative(colors)
    } else {
        positive(colors)
    };
    let strength = 0.3 * (2.0 * probability - 1.0).abs();
    let color = colors.ground.into_color().lerp_to_gamma(hue, strength);
    if boundary {
        color.lerp_to_gamma(colors.ink.into_color(), 0.45)
    } else {
        color
    }
}

/// The classes' hues are no loss's.
fn negative(colors: &Theme) -> Color32 {
    match *colors == Theme::DARK {
        true => Color32::from_rgb(0x7a, 0xa6, 0xe0),
        false => Color32::from_rgb(0x3b, 0x6f, 0xb6),
    }
}

fn positive(colors: &Theme) -> Color32 {
    match *colors == Theme::DARK {
        true => Color32::from_rgb(0xf0, 0x7a, 0xb8),
        false => Color32::from_rgb(0xb0, 0x2a, 0x6f),
    }
}

/// Which examples are drawn: all flipped and all positives up to a limit, and a sample of the rest.
/// Splits are shuffled, so the first ones are a random sample. Negatives come first, under the others.
fn choose(split: &Split) -> Vec<u32> {
    let take = |wanted: &dyn Fn(usize) -> bool| -> Vec<u32> {
        (0..split.len())
            .filter(|&i| wanted(i))
            .take(MOST)
            .map(|i| i as u32)
            .collect()
    };
    let mut chosen = take(&|i| !split.flipped[i] && !split.labels[i]);
    chosen.extend(take(&|i| !split.flipped[i] && split.labels[i]));
    chosen.extend(take(&|i| split.flipped[i]));
    chosen
}

/// A dot for a negative, a triangle for a positive, a ring around a flipped label.
fn mark(shapes: &mut Vec<Shape>, split: &Split, index: usize, square: Rect, colors: &Theme) {
    let [x, y] = split.points[index];
    let scale = 0.5 * square.width() / PLANE;
    let at = square.center() + Vec2::new(x * scale, -y * scale);
    symbol(
        shapes,
        at,
        split.labels[index],
        split.flipped[index],
        colors,
    );
}

fn symbol(shapes: &mut Vec<Shape>, at: Pos2, label: bool, flipped: bool, colors: &Theme) {
    if label {
        let corners = [(0.0, -4.0), (3.6, 2.6), (-3.6, 2.6)];
        let points = corners.map(|(dx, dy)| at + Vec2::new(dx, dy)).to_vec();
        let edge = Stroke::new(0.6, colors.ground.into_color());
        shapes.push(Shape::convex_polygon(points, positive(colors), edge));
    } else {
        shapes.push(Shape::circle_filled(
            at,
            1.6,
            negative(colors).gamma_multiply(0.8),
        ));
    }
    if flipped {
        shapes.push(Shape::circle_stroke(
            at,
            5.0,
            Stroke::new(1.0, colors.ink.into_color()),
        ));
    }
}

fn legend(ui: &Ui, split: &Split, shown: usize, square: Rect, colors: &Theme) {
    let painter = ui.painter();
    let font = FontId::proportional(12.0);
    let color = colors.faint.into_color();
    let mut at = Pos2::new(square.left() + 6.0, square.bottom() + 14.0);
    let entries = [
        (false, false, "negative"),
        (true, false, "positive"),
        (true, true, "flipped label"),
    ];
    for (label, flipped, text) in entries {
        let mut shapes = Vec::new();
        symbol(&mut shapes, at, label, flipped, colors);
        painter.extend(shapes);
        let start = at + Vec2::new(10.0, 0.0);
        let end = painter.text(start, Align2::LEFT_CENTER, text, font.clone(), color);
        at.x = end.right() + 20.0;
    }
    let (total, positives) = (split.len(), split.positives());
    let count = |n: usize| count(n as u64);
    let text = if shown < total {
        format!(
            "{} of {} examples drawn, {} positive",
            count(shown),
            count(total),
            count(positives)
        )
    } else {
        format!("{} examples, {} positive", count(total), count(positives))
    };
    let at = Pos2::new(square.left(), square.bottom() + 32.0);
    painter.text(at, Align2::LEFT_CENTER, text, font, color);
}
