//! Figures as SVG: text stays text, and the same figure gives the same bytes.

use svg::node::Text as Content;
use svg::node::element::{Description, Element, Line, Polyline, Rectangle, Text, Title};
use svg::{Document, Node};

use super::fonts::{CAP_HEIGHT, CHINESE, FAMILY};
use super::{Anchor, Figure, Rgb, Shape, Theme, compose};

/// Width and height of a figure for publication in pixels.
pub const SIZE: [f32; 2] = [1050.0, 350.0];

/// Pixels of a PNG for each of the figure's: 300 dots an inch at 7 inches of width.
pub const SCALE: f32 = 2.0;

/// Paints a figure as an SVG document of `size` pixels.
pub fn to_svg(figure: &Figure, theme: &Theme, size: [f32; 2]) -> String {
    let [width, height] = size.map(number);
    let titles: Vec<&str> = figure.panels.iter().map(|p| p.title.as_str()).collect();
    let mut document = Document::new()
        .set("width", width.as_str())
        .set("height", height.as_str())
        .set("viewBox", format!("0 0 {width} {height}"))
        .set("role", "img")
        .set(
            "font-family",
            format!("{FAMILY}, {CHINESE}, 'Helvetica Neue', Arial, sans-serif"),
        )
        .set("style", "font-variant-numeric: tabular-nums")
        .add(Title::new(clean(&titles.join(", "))))
        .add(Description::new().add(Content::new(clean(&figure.caption))))
        .add(
            Rectangle::new()
                .set("width", "100%")
                .set("height", "100%")
                .set("fill", hex(theme.ground)),
        );
    for shape in compose(figure, size) {
        document = document.add(element(&shape, theme));
    }
    document.to_string()
}

fn element(shape: &Shape, theme: &Theme) -> Element {
    match shape {
        Shape::Rect { area, ink, opacity } => {
            let mut rect = Rectangle::new()
                .set("x", number(area.left))
                .set("y", number(area.top))
                .set("width", number(area.width))
                .set("height", number(area.height))
                .set("fill", hex(theme.color(*ink)));
            if *opacity < 1.0 {
                rect.assign("fill-opacity", number(*opacity));
            }
            rect.into()
        }
        Shape::Line {
            points,
            ink,
            width,
            dash,
        } => {
            let mut line: Element = match points.as_slice() {
                [from, to] => Line::new()
                    .set("x1", number(from[0]))
                    .set("y1", number(from[1]))
                    .set("x2", number(to[0]))
                    .set("y2", number(to[1]))
                    .into(),
                _ => {
                    let points: Vec<String> = points
                        .iter()
                        .map(|&[x, y]| format!("{},{}", number(x), number(y)))
                        .collect();
                    Polyline::new()
                        .set("points", points.join(" "))
                        .set("fill", "none")
                        .set("stroke-linejoin", "round")
                        .into()
                }
            };
            line.assign("stroke", hex(theme.color(*ink)));
            line.assign("stroke-width", number(*width));
            if let Some(pattern) = dash.pattern() {
                line.assign(
                    "stroke-dasharray",
                    pattern
                        .iter()
                        .map(|&length| number(length))
                        .collect::<Vec<_>>()
                        .join(" "),
                );
            }
            line
        }
        Shape::Text {
            at,
            anchor,
            size,
            strong,
            upright,
            ink,
            text,
        } => {
            let [x, y] = *at;
            let baseline = size * CAP_HEIGHT / 2.0;
            let mut element = Text::new(clean(text))
                .set("font-size", number(*size))
                .set("fill", hex(theme.color(*ink)))
                .set("x", number(x))
                .set("y", number(y + baseline));
            match anchor {
                Anchor::Start => {}
                Anchor::Middle => element.assign("text-anchor", "middle"),
                Anchor::End => element.assign("text-anchor", "end"),
            }
            if *strong {
                element.assign("font-weight", "600");
            }
            if *upright {
                let turn = format!("rotate(-90 {} {})", number(x), number(y));
                element.assign("transform", turn);
            }
            element.into()
        }
    }
}

/// Hundredths of a pixel are enough.
fn number(value: f32) -> String {
    let text = format!("{value:.2}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}

fn hex(Rgb(red, green, blue): Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Without the control characters that XML has no way to write; the rest is escaped on writing.
fn clean(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}
