//! What is predicted over the data plane: the decision map behind the examples, or the fit of a
//! regression over them.

use egui::{Color32, ColorImage, Pos2, Rect, Shape, Stroke, TextureHandle, TextureOptions, Ui};

use super::egui;
use super::style::{IntoColor, theme};
use crate::config::Config;
use crate::data::PLANE;
use crate::engine::{DecisionMap, FIT_POINTS, MAP_SIZE};
use crate::figure::{Ink, Theme};
use crate::lab::Lab;

/// How strongly a certain prediction colours the plane.
const STRENGTH: f32 = 0.3;

/// What the map remembers between frames.
#[derive(Default)]
pub(super) struct Memory {
    texture: Option<TextureHandle>,
    /// The run, the step and the theme that the texture shows.
    texture_of: Option<(u64, u64, bool)>,
}

/// Draws the decision map of a classification over `square`.
pub(super) fn map(ui: &Ui, lab: &Lab, memory: &mut Memory, square: Rect) {
    let Some(map) = lab.map() else { return };
    let of = Some((lab.run(), map.step, ui.visuals().dark_mode));
    if memory.texture_of != of {
        memory.texture_of = of;
        let image = image(map, theme(ui.ctx()));
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

fn image(map: &DecisionMap, colors: &Theme) -> ColorImage {
    const LAST: usize = MAP_SIZE - 1;
    let at = |row: usize, column: usize| {
        let first = (row * MAP_SIZE + column) * map.width;
        &map.values[first..first + map.width]
    };
    let pixel = |i: usize| {
        // Images run from the top, the map from the bottom.
        let (row, column) = (LAST - i / MAP_SIZE, i % MAP_SIZE);
        let here = at(row, column);
        let differs = |other: &[f32]| predicted(here).0 != predicted(other).0;
        let boundary =
            differs(at((row + 1).min(LAST), column)) || differs(at(row, (column + 1).min(LAST)));
        let color = field(here, colors);
        if boundary {
            color.lerp_to_gamma(colors.ink.into_color(), 0.45)
        } else {
            color
        }
    };
    let pixels = (0..MAP_SIZE * MAP_SIZE).map(pixel).collect();
    ColorImage::new([MAP_SIZE, MAP_SIZE], pixels)
}

/// The class of highest probability, and how far that is from knowing nothing, 0 to 1.
fn predicted(probabilities: &[f32]) -> (usize, f32) {
    if let [positive] = probabilities {
        return (usize::from(*positive >= 0.5), (2.0 * positive - 1.0).abs());
    }
    let most = (probabilities.iter().enumerate()).max_by(|a, b| a.1.total_cmp(b.1));
    let (class, p) = most.map_or((0, 0.0), |(class, p)| (class, *p));
    let nothing = 1.0 / probabilities.len().max(2) as f32;
    (class, ((p - nothing) / (1.0 - nothing)).max(0.0))
}

/// Pale colour of a prediction: from the ground to the hue of the class.
fn field(probabilities: &[f32], colors: &Theme) -> Color32 {
    let (class, certainty) = predicted(probabilities);
    let hue = colors.classes[class].into_color();
    let ground = colors.ground.into_color();
    ground.lerp_to_gamma(hue, STRENGTH * certainty)
}

/// The fit of a regression, and the curve that the examples lie around.
pub(super) fn fit(lab: &Lab, config: &Config, square: Rect, colors: &Theme) -> Vec<Shape> {
    let scale = 0.5 * square.width() / PLANE;
    let at = |x: f32, y: f32| square.center() + egui::vec2(x * scale, -y * scale);
    let x = |i: usize, of: usize| ((i as f32 + 0.5) / of as f32 * 2.0 - 1.0) * PLANE;
    let truth: Vec<Pos2> = (0..FIT_POINTS)
        .map(|i| {
            let x = x(i, FIT_POINTS);
            at(x, config.curve.at(f64::from(x)) as f32)
        })
        .collect();
    let faint = Stroke::new(1.5, colors.color(Ink::Text).into_color());
    let mut shapes = Shape::dashed_line(&truth, faint, 2.0, 4.0);
    if let Some(map) = lab.map().filter(|map| map.width == 1) {
        let color = colors.color(Ink::Loss(config.loss)).into_color();
        let count = map.values.len();
        let line: Vec<Pos2> = (map.values.iter().enumerate())
            .map(|(i, &y)| at(x(i, count), y.clamp(-4.0 * PLANE, 4.0 * PLANE)))
            .collect();
        shapes.push(Shape::line(
            line.clone(),
            Stroke::new(5.0, colors.ground.into_color()),
        ));
        shapes.push(Shape::line(line, Stroke::new(2.5, color)));
    }
    shapes
}
