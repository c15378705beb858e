//! Where everything of a panel or figure lies, in pixels. The screen, SVG and PNG paint the same
//! shapes, so a figure in a paper is the figure on the screen.
//!
//! Margins do not depend on the data: nothing jumps from one snapshot to the next.

use super::fonts;
use super::marks::{self, draw, is_visible};
use super::scale::{LABEL_SIZE, levels, position, ticks};
use super::{Anchor, Area, Dash, Figure, Ink, Marks, Panel, Placed, Series, Shape};

/// Type size of titles in pixels.
const TITLE_SIZE: f32 = 14.0;
/// Left of the plot: tick labels.
const LEFT: f32 = 48.0;
/// Right of the plot: half a tick label.
const RIGHT: f32 = 16.0;
/// Above the plot: title, y axis and three legend rows.
const TOP: f32 = 56.0;
/// Below the plot: tick labels and the x axis.
const BOTTOM: f32 = 40.0;
/// One row of small text.
const ROW: f32 = 16.0;
const GAP: f32 = 8.0;
/// Width of a legend's sample of bar or line.
const SWATCH: f32 = 16.0;

/// Around a whole figure.
const MARGIN: f32 = 16.0;
/// Between two panels, for the sign.
const SIGN_ROOM: f32 = 40.0;
/// Panels narrower than this are stacked instead.
const NARROWEST: f32 = 240.0;

/// Where the plots of panels that stand in one row start: below the highest of their headers.
pub fn common_top(panels: &[Panel], width: f32) -> f32 {
    let tops = panels.iter().map(|panel| {
        let visible = visible(panel);
        header(panel, &visible, width, &mut Vec::new())
    });
    tops.fold(0.0, f32::max)
}

fn visible(panel: &Panel) -> Vec<&Series> {
    let series = panel.series.iter();
    series.filter(|series| is_visible(panel, series)).collect()
}

/// Lays out one panel in `size` pixels.
pub fn place(panel: &Panel, size: [f32; 2]) -> Placed {
    place_below(panel, size, 0.0)
}

/// Lays out one panel in `size` pixels, with its plot no higher than `top`.
pub fn place_below(panel: &Panel, size: [f32; 2], top: f32) -> Placed {
    let mut shapes = Vec::new();
    let visible = visible(panel);
    let header = header(panel, &visible, size[0], &mut shapes).max(top);
    let area = Area {
        left: LEFT,
        top: header,
        width: (size[0] - LEFT - RIGHT).max(1.0),
        height: (size[1] - header - BOTTOM).max(1.0),
    };
    axes(panel, area, &mut shapes);
    if visible.is_empty() {
        empty(&panel.empty, area, &mut shapes);
    } else {
        draw(panel, area, &mut shapes);
    }
    frame(area, &mut shapes);
    Placed { area, shapes }
}

/// Title, y axis and legend; returns where the plot starts.
fn header(panel: &Panel, visible: &[&Series], room: f32, shapes: &mut Vec<Shape>) -> f32 {
    shapes.push(Shape::Text {
        at: [0.0, 10.0],
        anchor: Anchor::Start,
        size: TITLE_SIZE,
        strong: true,
        upright: false,
        ink: Ink::Text,
        text: panel.title.clone(),
    });
    shapes.push(label(
        [0.0, 30.0],
        Anchor::Start,
        Ink::Faint,
        &panel.y.title,
    ));

    let widths: Vec<f32> = visible
        .iter()
        .map(|series| SWATCH + GAP + fonts::width(&series.name, LABEL_SIZE, false))
        .collect();
    let widest = widths.iter().copied().fold(0.0, f32::max);
    let titles = fonts::width(&panel.title, TITLE_SIZE, true).max(fonts::width(
        &panel.y.title,
        LABEL_SIZE,
        false,
    ));
    let right = room - RIGHT;
    if visible.len() <= 3 && titles + GAP + widest <= right {
        for (i, series) in visible.iter().enumerate() {
            legend(series, [right - widest, 10.0 + i as f32 * ROW], shapes);
        }
        return TOP;
    }
    // No room beside the title: rows below it.
    let (mut x, mut y) = (0.0, 30.0 + ROW);
    for (series, width) in visible.iter().zip(widths) {
        if x > 0.0 && x + width > right {
            (x, y) = (0.0, y + ROW);
        }
        legend(series, [x, y], shapes);
        x += width + 2.0 * GAP;
    }
    y + ROW
}

/// A sample of the series with its name; `at` is the left end and the middle of the row.
fn legend(series: &Series, at: [f32; 2], shapes: &mut Vec<Shape>) {
    let [x, y] = at;
    shapes.push(match series.marks {
        Marks::Bars(_) => Shape::Rect {
            area: Area {
                left: x,
                top: y - 5.0,
                width: SWATCH,
                height: 10.0,
            },
            ink: series.ink,
            opacity: 1.0,
        },
        Marks::Steps(_) | Marks::Line(_) | Marks::Band(_) => Shape::Line {
            points: vec![[x, y], [x + SWATCH, y]],
            ink: series.ink,
            width: marks::width(series.dash),
            dash: series.dash,
        },
    });
    shapes.push(label(
        [x + SWATCH + GAP, y],
        Anchor::Start,
        Ink::Text,
        &series.name,
    ));
}

/// Grid, ticks with labels, and the name of the x axis.
fn axes(panel: &Panel, area: Area, shapes: &mut Vec<Shape>) {
    let bottom = area.top + area.height;
    for tick in levels(&panel.y, area.height) {
        let Some(share) = position(&panel.y, tick.value) else {
            continue;
        };
        let y = bottom - share * area.height;
        if tick.label.is_empty() {
            shapes.push(stroke([area.left - 4.0, y], [area.left, y], Ink::Grid));
            continue;
        }
        shapes.push(stroke(
            [area.left, y],
            [area.left + area.width, y],
            Ink::Grid,
        ));
        let at = [area.left - GAP, y];
        shapes.push(label(at, Anchor::End, Ink::Faint, &tick.label));
    }
    for tick in ticks(&panel.x, area.width) {
        let Some(share) = position(&panel.x, tick.value) else {
            continue;
        };
        let x = area.left + share * area.width;
        shapes.push(stroke([x, bottom], [x, bottom + 4.0], Ink::Faint));
        // The last label stays inside the panel.
        let half = fonts::width(&tick.label, LABEL_SIZE, false) / 2.0;
        let x = x.min(area.left + area.width + RIGHT - half);
        let at = [x, bottom + 14.0];
        shapes.push(label(at, Anchor::Middle, Ink::Faint, &tick.label));
    }
    let at = [area.left + area.width / 2.0, bottom + 14.0 + ROW];
    shapes.push(label(at, Anchor::Middle, Ink::Faint, &panel.x.title));
}

/// The left and bottom edge of the plot.
fn frame(area: Area, shapes: &mut Vec<Shape>) {
    let bottom = area.top + area.height;
    shapes.push(Shape::Line {
        points: vec![
            [area.left, area.top],
            [area.left, bottom],
            [area.left + area.width, bottom],
        ],
        ink: Ink::Faint,
        width: 1.0,
        dash: Dash::Solid,
    });
}

/// A text in the middle of the plot.
fn empty(text: &str, area: Area, shapes: &mut Vec<Shape>) {
    let lines = wrapped(text, area.width - 2.0 * GAP);
    let first = area.top + (area.height - (lines.len().saturating_sub(1)) as f32 * ROW) / 2.0;
    for (i, line) in lines.iter().enumerate() {
        let at = [area.left + area.width / 2.0, first + i as f32 * ROW];
        shapes.push(label(at, Anchor::Middle, Ink::Faint, line));
    }
}

/// Small text broken between words into lines that are at most `room` pixels long.
fn wrapped(text: &str, room: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if fonts::width(&format!("{line} {word}"), LABEL_SIZE, false) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn label(at: [f32; 2], anchor: Anchor, ink: Ink, text: &str) -> Shape {
    Shape::Text {
        at,
        anchor,
        size: LABEL_SIZE,
        strong: false,
        upright: false,
        ink,
        text: text.to_owned(),
    }
}

fn stroke(from: [f32; 2], to: [f32; 2], ink: Ink) -> Shape {
    Shape::Line {
        points: vec![from, to],
        ink,
        width: 1.0,
        dash: Dash::Solid,
    }
}

/// Lays out a whole figure in `size` pixels: panels side by side with the signs between them, or
/// one below the other where it is narrow, and the caption below.
pub fn compose(figure: &Figure, size: [f32; 2]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let count = figure.panels.len().max(1) as f32;
    let caption = wrapped(&figure.caption, size[0] - 2.0 * MARGIN);
    let below = match caption.len() {
        0 => 0.0,
        lines => GAP + lines as f32 * ROW,
    };
    let inner = [size[0] - 2.0 * MARGIN, size[1] - 2.0 * MARGIN - below];
    let share = |room: f32| (room - (count - 1.0) * SIGN_ROOM) / count;
    let stacked = share(inner[0]) < NARROWEST;
    let panel_size = if stacked {
        [inner[0], share(inner[1])]
    } else {
        [share(inner[0]), inner[1]]
    };
    let top = if stacked {
        0.0
    } else {
        common_top(&figure.panels, panel_size[0])
    };
    for (i, panel) in figure.panels.iter().enumerate() {
        let placed = place_below(panel, panel_size, top);
        let mut at = [MARGIN, MARGIN];
        let along = usize::from(stacked);
        at[along] += i as f32 * (panel_size[along] + SIGN_ROOM);
        shapes.extend(placed.shapes.into_iter().map(|shape| moved(shape, at)));
        if i + 1 == figure.panels.len() {
            break;
        }
        if let Some(text) = figure.signs.get(i) {
            let middle = if stacked {
                [size[0] / 2.0, at[1] + panel_size[1] + SIGN_ROOM / 2.0]
            } else {
                [
                    at[0] + panel_size[0] + SIGN_ROOM / 2.0,
                    at[1] + placed.area.top + placed.area.height / 2.0,
                ]
            };
            shapes.extend(sign(text, middle));
        }
    }
    for (i, line) in caption.iter().rev().enumerate() {
        let y = size[1] - MARGIN - ROW / 2.0 - i as f32 * ROW;
        shapes.push(label([MARGIN, y], Anchor::Start, Ink::Faint, line));
    }
    shapes
}

/// A sign between panels around `middle`, 24 pixels wide. `⊗` and `=` are drawn, since few typefaces
/// have the first; any other is text.
pub fn sign(text: &str, middle: [f32; 2]) -> Vec<Shape> {
    let [x, y] = middle;
    let line = |points: Vec<[f32; 2]>| Shape::Line {
        points,
        ink: Ink::Text,
        width: 1.5,
        dash: Dash::Solid,
    };
    match text {
        "⊗" => {
            let radius = 10.0;
            let circle = (0..=48)
                .map(|i| (i as f32 * std::f32::consts::TAU / 48.0).sin_cos())
                .map(|(sin, cos)| [x + radius * cos, y + radius * sin]);
            let d = radius * std::f32::consts::FRAC_1_SQRT_2;
            vec![
                line(circle.collect()),
                line(vec![[x - d, y - d], [x + d, y + d]]),
                line(vec![[x - d, y + d], [x + d, y - d]]),
            ]
        }
        "=" => [-4.0, 4.0]
            .map(|dy| line(vec![[x - 10.0, y + dy], [x + 10.0, y + dy]]))
            .to_vec(),
        _ => vec![Shape::Text {
            at: middle,
            anchor: Anchor::Middle,
            size: 24.0,
            strong: false,
            upright: false,
            ink: Ink::Text,
            text: text.to_owned(),
        }],
    }
}

fn moved(shape: Shape, [dx, dy]: [f32; 2]) -> Shape {
    match shape {
        Shape::Rect {
            mut area,
            ink,
            opacity,
        } => {
            area.left += dx;
            area.top += dy;
            Shape::Rect { area, ink, opacity }
        }
        Shape::Line {
            mut points,
            ink,
            width,
            dash,
        } => {
            for [x, y] in &mut points {
                *x += dx;
                *y += dy;
            }
            Shape::Line {
                points,
                ink,
                width,
                dash,
            }
        }
        Shape::Text {
            at: [x, y],
            anchor,
            size,
            strong,
            upright,
            ink,
            text,
        } => Shape::Text {
            at: [x + dx, y + dy],
            anchor,
            size,
            strong,
            upright,
            ink,
            text,
        },
    }
}
