//! Buttons with a drawn symbol and a name for assistive technology.

use egui::{Color32, Pos2, Response, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo};

use super::egui;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Icon {
    Play,
    Pause,
    Step,
    Epoch,
    Restart,
    NewSeed,
    Settings,
    Light,
    Dark,
    System,
    Close,
    Xray,
    Export,
    Undo,
    Redo,
    Keys,
    Language,
    Add,
    More,
}

/// A square button of `side` points. `name` is what assistive technology reads, `tip` what hovering
/// shows.
pub(super) fn button(ui: &mut Ui, icon: Icon, side: f32, name: &str, tip: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), name));
    let visuals = ui.style().interact(&response);
    ui.painter().rect(
        rect,
        visuals.corner_radius,
        visuals.weak_bg_fill,
        if response.has_focus() {
            ui.visuals().selection.stroke
        } else {
            Stroke::NONE
        },
        egui::StrokeKind::Inside,
    );
    let unit = (side / 32.0).clamp(0.75, 1.25) * 8.0;
    let color = visuals.fg_stroke.color;
    ui.painter()
        .extend(shapes(icon, rect.center(), unit, color));
    response.on_hover_text(format!("{name}\n{tip}"))
}

/// The symbol around `center`, within about one `unit` to each side.
fn shapes(icon: Icon, center: Pos2, unit: f32, color: Color32) -> Vec<Shape> {
    let at = |x: f32, y: f32| center + unit * Vec2::new(x, y);
    let stroke = Stroke::new(1.6, color);
    let triangle = |left: f32, right: f32| {
        let points = vec![at(left, -0.8), at(right, 0.0), at(left, 0.8)];
        Shape::convex_polygon(points, color, Stroke::NONE)
    };
    let bar = |left: f32, right: f32| {
        let rect = egui::Rect::from_two_pos(at(left, -0.8), at(right, 0.8));
        Shape::rect_filled(rect, 0.5, color)
    };
    let arc = |from: f32, to: f32, radius: f32| {
        let points = (0..=24).map(|i| {
            let angle = from + (to - from) * i as f32 / 24.0;
            at(radius * angle.cos(), radius * angle.sin())
        });
        Shape::line(points.collect(), stroke)
    };
    match icon {
        Icon::Play => vec![triangle(-0.55, 0.85)],
        Icon::Pause => vec![bar(-0.7, -0.2), bar(0.2, 0.7)],
        Icon::Step => vec![triangle(-0.75, 0.4), bar(0.5, 0.8)],
        Icon::Epoch => vec![triangle(-1.0, -0.1), triangle(-0.15, 0.75), bar(0.8, 1.05)],
        Icon::Restart => {
            let tip = vec![at(0.35, -1.25), at(0.35, -0.35), at(-0.35, -0.8)];
            vec![
                arc(-1.2, 3.9, 0.8),
                Shape::convex_polygon(tip, color, Stroke::NONE),
            ]
        }
        // A tray that something goes into.
        Icon::Xray => vec![
            Shape::line(
                vec![
                    at(-0.85, 0.1),
                    at(-0.85, 0.85),
                    at(0.85, 0.85),
                    at(0.85, 0.1),
                ],
                stroke,
            ),
            Shape::line_segment([at(0.0, -0.9), at(0.0, 0.2)], stroke),
            Shape::line(vec![at(-0.4, -0.15), at(0.0, 0.3), at(0.4, -0.15)], stroke),
        ],
        // The same tray, and something comes out.
        Icon::Export => vec![
            Shape::line(
                vec![
                    at(-0.85, 0.1),
                    at(-0.85, 0.85),
                    at(0.85, 0.85),
                    at(0.85, 0.1),
                ],
                stroke,
            ),
            Shape::line_segment([at(0.0, 0.3), at(0.0, -0.85)], stroke),
            Shape::line(vec![at(-0.4, -0.5), at(0.0, -0.95), at(0.4, -0.5)], stroke),
        ],
        Icon::Undo | Icon::Redo => {
            let side = if icon == Icon::Undo { 1.0 } else { -1.0 };
            let bow = (0..=16).map(|i| {
                let angle = -std::f32::consts::FRAC_PI_2 + std::f32::consts::PI * i as f32 / 16.0;
                at(side * (0.2 + 0.6 * angle.cos()), 0.1 + 0.6 * angle.sin())
            });
            let line = [at(-0.6 * side, -0.5)]
                .into_iter()
                .chain(bow)
                .chain([at(-0.3 * side, 0.7)]);
            let tip = vec![
                at(-0.95 * side, -0.5),
                at(-0.4 * side, -0.95),
                at(-0.4 * side, -0.05),
            ];
            vec![
                Shape::line(line.collect(), stroke),
                Shape::convex_polygon(tip, color, Stroke::NONE),
            ]
        }
        Icon::Keys => {
            let frame = egui::Rect::from_two_pos(at(-1.0, -0.6), at(1.0, 0.6));
            let keys = [-0.6, -0.2, 0.2, 0.6].into_iter();
            let upper = keys.map(|x| Shape::circle_filled(at(x, -0.18), 0.1 * unit, color));
            let bar = Shape::line_segment([at(-0.45, 0.25), at(0.45, 0.25)], stroke);
            let frame = Shape::rect_stroke(frame, 2.0, stroke, egui::StrokeKind::Middle);
            upper.chain([bar, frame]).collect()
        }
        // A globe.
        Icon::Language => {
            let meridian = (0..=32).map(|i| {
                let angle = std::f32::consts::TAU * i as f32 / 32.0;
                at(0.38 * angle.cos(), 0.85 * angle.sin())
            });
            vec![
                arc(0.0, std::f32::consts::TAU, 0.85),
                Shape::line(meridian.collect(), stroke),
                Shape::line_segment([at(-0.85, 0.0), at(0.85, 0.0)], stroke),
            ]
        }
        // A die.
        Icon::NewSeed => {
            let square = egui::Rect::from_two_pos(at(-0.85, -0.85), at(0.85, 0.85));
            let face = Shape::rect_stroke(square, 2.0, stroke, egui::StrokeKind::Middle);
            [
                (-0.4, -0.4),
                (0.4, -0.4),
                (0.0, 0.0),
                (-0.4, 0.4),
                (0.4, 0.4),
            ]
            .into_iter()
            .map(|(x, y)| Shape::circle_filled(at(x, y), 0.17 * unit, color))
            .chain([face])
            .collect()
        }
        Icon::Settings => [(-0.6, 0.3), (0.0, -0.35), (0.6, 0.45)]
            .into_iter()
            .flat_map(|(y, knob)| {
                [
                    Shape::line_segment([at(-0.9, y), at(0.9, y)], stroke),
                    Shape::circle_filled(at(knob, y), 0.28 * unit, color),
                ]
            })
            .collect(),
        Icon::Light => {
            let ray = |i: usize| {
                let (sin, cos) = (std::f32::consts::TAU * i as f32 / 8.0).sin_cos();
                Shape::line_segment([at(0.7 * cos, 0.7 * sin), at(cos, sin)], stroke)
            };
            let mut shapes: Vec<Shape> = (0..8).map(ray).collect();
            shapes.push(Shape::circle_filled(center, 0.42 * unit, color));
            shapes
        }
        Icon::Dark => {
            // A crescent: the outer arc there, a flatter one back.
            let outer = (0..=24).map(|i| 0.9 + 4.5 * i as f32 / 24.0);
            let mut points: Vec<Pos2> = outer.map(|a| at(0.85 * a.cos(), 0.85 * a.sin())).collect();
            let first = points[0];
            points.extend((0..=16).map(|i| {
                let a = 4.7 - 3.1 * i as f32 / 16.0;
                at(0.42 + 0.7 * a.cos(), -0.18 + 0.7 * a.sin())
            }));
            points.push(first);
            vec![Shape::line(points, stroke)]
        }
        Icon::System => vec![
            arc(0.0, std::f32::consts::TAU, 0.8),
            Shape::convex_polygon(
                (0..=16)
                    .map(|i| {
                        let a =
                            -std::f32::consts::FRAC_PI_2 + std::f32::consts::PI * i as f32 / 16.0;
                        at(0.8 * a.cos(), 0.8 * a.sin())
                    })
                    .collect(),
                color,
                Stroke::NONE,
            ),
        ],
        Icon::Add => vec![
            Shape::line_segment([at(-0.7, 0.0), at(0.7, 0.0)], stroke),
            Shape::line_segment([at(0.0, -0.7), at(0.0, 0.7)], stroke),
        ],
        Icon::More => [-0.7, 0.0, 0.7]
            .map(|x| Shape::circle_filled(at(x, 0.0), 0.17 * unit, color))
            .into(),
        Icon::Close => vec![
            Shape::line_segment([at(-0.55, -0.55), at(0.55, 0.55)], stroke),
            Shape::line_segment([at(-0.55, 0.55), at(0.55, -0.55)], stroke),
        ],
    }
}
