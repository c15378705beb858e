//! Paints the figure's shapes with egui.

use egui::{
    Align2, Color32, FontFamily, FontId, Painter, Pos2, Rect, Shape, Stroke, Vec2,
    epaint::TextShape,
};

use super::egui;
use super::style::{IntoColor, STRONG};
use crate::figure::{Anchor, Area, Dash, Shape as FigureShape, Theme};

/// The rectangle of an area that lies at `origin`.
pub(super) fn rect_of(area: Area, origin: Pos2) -> Rect {
    Rect::from_min_size(
        origin + Vec2::new(area.left, area.top),
        Vec2::new(area.width, area.height),
    )
}

/// Paints shapes whose coordinates begin at `origin`.
pub(super) fn paint(painter: &Painter, origin: Pos2, shapes: &[FigureShape], theme: &Theme) {
    let at = |[x, y]: [f32; 2]| origin + Vec2::new(x, y);
    for shape in shapes {
        match shape {
            FigureShape::Rect { area, ink, opacity } => {
                let color = theme.color(*ink).into_color().gamma_multiply(*opacity);
                painter.rect_filled(rect_of(*area, origin), 0.0, color);
            }
            FigureShape::Line {
                points,
                ink,
                width,
                dash,
            } => {
                let points: Vec<Pos2> = points.iter().copied().map(at).collect();
                let stroke = Stroke::new(*width, theme.color(*ink).into_color());
                line(painter, points, stroke, *dash);
            }
            FigureShape::Text {
                at: [x, y],
                anchor,
                size,
                strong,
                upright,
                ink,
                text,
            } => {
                let family = if *strong {
                    FontFamily::Name(STRONG.into())
                } else {
                    FontFamily::Proportional
                };
                let font = FontId::new(*size, family);
                let color = theme.color(*ink).into_color();
                write(painter, at([*x, *y]), *anchor, font, *upright, color, text);
            }
        }
    }
}

fn line(painter: &Painter, points: Vec<Pos2>, stroke: Stroke, dash: Dash) {
    match dash.pattern() {
        None => {
            painter.add(Shape::line(points, stroke));
        }
        Some(pattern) => {
            let lengths = |first| {
                pattern
                    .iter()
                    .skip(first)
                    .step_by(2)
                    .copied()
                    .collect::<Vec<_>>()
            };
            let (dashes, gaps) = (lengths(0), lengths(1));
            painter.extend(Shape::dashed_line_with_offset(
                &points, stroke, &dashes, &gaps, 0.0,
            ));
        }
    }
}

fn write(
    painter: &Painter,
    at: Pos2,
    anchor: Anchor,
    font: FontId,
    upright: bool,
    color: Color32,
    text: &str,
) {
    let align = match anchor {
        Anchor::Start => Align2::LEFT_CENTER,
        Anchor::Middle => Align2::CENTER_CENTER,
        Anchor::End => Align2::RIGHT_CENTER,
    };
    let galley = painter.layout_no_wrap(text.to_owned(), font, color);
    let corner = align.anchor_size(at, galley.size()).min;
    let mut shape = TextShape::new(corner, galley, color);
    if upright {
        shape = shape.with_angle_and_anchor(-std::f32::consts::FRAC_PI_2, align);
    }
    painter.add(shape);
}
