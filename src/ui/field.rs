//! What is predicted over the data plane: the decision map behind the examples, or the fit of a
//! regression over them.

use egui::{Color32, ColorImage, Pos2, Rect, Shape, Stroke, TextureHandle, TextureOptions, Ui};

use super::style::{IntoColor, theme};
use super::{egui, haze};
use crate::config::Config;
use crate::data::PLANE;
use crate::engine::{DecisionMap, FIT_POINTS, MAP_SIZE};
use crate::figure::{Ink, Theme};
use crate::ghm::first_largest;
use crate::lab::Lab;

/// How strongly a certain prediction colours the plane.
const STRENGTH: f32 = 0.3;

/// What a texture shows.
#[derive(Clone, Copy, PartialEq)]
struct Shown {
    runs: [u64; 2],
    steps: [u64; 2],
    hues: [Color32; 2],
    is_dark: bool,
}

/// What an image remembers between frames.
#[derive(Default)]
pub(super) struct Memory {
    texture: Option<TextureHandle>,
    texture_of: Option<Shown>,
}

/// Draws the decision map of an arm's classification over `square`.
pub(super) fn map(ui: &Ui, lab: &Lab, arm: usize, memory: &mut Memory, square: Rect) {
    let arm = &lab.arms()[arm];
    let Some(map) = arm.map() else {
        return;
    };
    let of = Shown {
        runs: [arm.run(); 2],
        steps: [map.step; 2],
        hues: [Color32::TRANSPARENT; 2],
        is_dark: ui.visuals().dark_mode,
    };
    memory.draw(ui, of, square, || image(map, theme(ui.ctx())));
}

/// Draws how far the probabilities of two arms are apart, in the colour of the one that says more of a
/// positive; of several classes half the sum of the distances, in that of the first.
pub(super) fn difference(
    ui: &Ui,
    lab: &Lab,
    arms: [(usize, Color32); 2],
    memory: &mut Memory,
    square: Rect,
) {
    let [(one, hue), (other, other_hue)] = arms;
    let [Some(a), Some(b)] = [one, other].map(|arm| lab.arms()[arm].map()) else {
        return;
    };
    if a.values.len() != b.values.len() {
        return;
    }
    let of = Shown {
        runs: [one, other].map(|arm| lab.arms()[arm].run()),
        steps: [a.step, b.step],
        hues: [hue, other_hue],
        is_dark: ui.visuals().dark_mode,
    };
    memory.draw(ui, of, square, || {
        let ground = theme(ui.ctx()).ground.into_color();
        let pixel = |i: usize| {
            let point = (MAP_SIZE - 1 - i / MAP_SIZE) * MAP_SIZE + i % MAP_SIZE;
            let part = point * a.width..(point + 1) * a.width;
            let pairs = a.values[part.clone()].iter().zip(&b.values[part]);
            let difference: f32 = match a.width {
                1 => pairs.map(|(a, b)| a - b).sum(),
                _ => pairs.map(|(a, b)| (a - b).abs()).sum::<f32>() / 2.0,
            };
            let hue = if difference < 0.0 { other_hue } else { hue };
            ground.lerp_to_gamma(hue, 0.9 * difference.abs().min(1.0))
        };
        let pixels = (0..MAP_SIZE * MAP_SIZE).map(pixel).collect();
        ColorImage::new([MAP_SIZE, MAP_SIZE], pixels)
    });
}

/// Draws how densely all training examples lie in `square`, with an image of them that is made once.
pub(super) fn density(ui: &Ui, lab: &Lab, memory: &mut Memory, square: Rect) {
    let of = Shown {
        runs: [lab.run(); 2],
        steps: [0; 2],
        hues: [Color32::TRANSPARENT; 2],
        is_dark: ui.visuals().dark_mode,
    };
    memory.draw(ui, of, square, || {
        haze::image(&lab.data().train, lab.config().task, theme(ui.ctx()))
    });
}

impl Memory {
    fn draw(&mut self, ui: &Ui, of: Shown, square: Rect, image: impl FnOnce() -> ColorImage) {
        if self.texture_of != Some(of) {
            self.texture_of = Some(of);
            let options = TextureOptions::LINEAR;
            match &mut self.texture {
                Some(texture) => texture.set(image(), options),
                None => {
                    let context = ui.ctx();
                    self.texture = Some(context.load_texture("plane", image(), options));
                }
            }
        }
        if let Some(texture) = &self.texture {
            let whole = Rect::from_min_max(Pos2::ZERO, Pos2::new(1.0, 1.0));
            ui.painter()
                .image(texture.id(), square, whole, Color32::WHITE);
        }
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
        return (usize::from(*positive > 0.5), (2.0 * positive - 1.0).abs());
    }
    let class = first_largest(probabilities);
    let p = probabilities.get(class).copied().unwrap_or(0.0);
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

/// The curve that the examples of a regression lie around.
pub(super) fn truth(config: &Config, square: Rect, colors: &Theme) -> Vec<Shape> {
    let points: Vec<Pos2> = (0..FIT_POINTS)
        .map(|i| {
            let x = x_of(i, FIT_POINTS);
            place(square, x, config.curve.at(f64::from(x)) as f32)
        })
        .collect();
    let faint = Stroke::new(1.5, colors.color(Ink::Text).into_color());
    Shape::dashed_line(&points, faint, 2.0, 4.0)
}

/// The fit of a regression.
pub(super) fn fit(
    map: Option<&DecisionMap>,
    color: Color32,
    square: Rect,
    colors: &Theme,
) -> Vec<Shape> {
    let Some(map) = map.filter(|map| map.width == 1) else {
        return Vec::new();
    };
    let count = map.values.len();
    let line: Vec<Pos2> = (map.values.iter().enumerate())
        .map(|(i, &y)| place(square, x_of(i, count), y.clamp(-4.0 * PLANE, 4.0 * PLANE)))
        .collect();
    vec![
        Shape::line(line.clone(), Stroke::new(5.0, colors.ground.into_color())),
        Shape::line(line, Stroke::new(2.5, color)),
    ]
}

fn x_of(i: usize, of: usize) -> f32 {
    ((i as f32 + 0.5) / of as f32 * 2.0 - 1.0) * PLANE
}

fn place(square: Rect, x: f32, y: f32) -> Pos2 {
    let scale = 0.5 * square.width() / PLANE;
    square.center() + egui::vec2(x * scale, -y * scale)
}
