//! From series to shapes inside the plot: bars, steps and lines, cut off at its edges.

use super::scale::share;
use super::{Area, Dash, Ink, Marks, Panel, Series, Shape};

/// Width of a data line in pixels.
const LINE_WIDTH: f32 = 2.0;
/// Bars narrower than this touch each other.
const NARROW: f32 = 4.0;

/// Pixels of a slice of a band.
const BAND_SLICE: f64 = 2.0;
/// Several bands may lie above one another.
const BAND_OPACITY: f32 = 0.16;

/// A point in shares of the plot, x from the left and y from the bottom.
type Point = [f64; 2];

/// Whether the series has anything that its axes can show.
pub(super) fn is_visible(panel: &Panel, series: &Series) -> bool {
    let place = |value: f64| share(&panel.y, value).is_some();
    match &series.marks {
        Marks::Bars(values) => values.iter().any(|&value| value > 0.0 && place(value)),
        Marks::Steps(values) => values.iter().any(|&value| place(value)),
        Marks::Line(points) => points.iter().any(|point| place(point[1])),
        // It belongs to a line, which the legend names.
        Marks::Band(_) => false,
    }
}

/// Shapes of all series: bars lie below lines, and the first line above the others.
pub(super) fn draw(panel: &Panel, area: Area, shapes: &mut Vec<Shape>) {
    for series in &panel.series {
        if let Marks::Bars(values) = &series.marks {
            bars(panel, values, series.ink, area, shapes);
        }
        if let Marks::Band(points) = &series.marks {
            band(panel, points, series.ink, area, shapes);
        }
    }
    for series in panel.series.iter().rev() {
        let lines = match &series.marks {
            Marks::Bars(_) | Marks::Band(_) => continue,
            Marks::Steps(values) => steps(panel, values),
            Marks::Line(points) => line(panel, points),
        };
        for points in lines.iter().flat_map(|line| clipped(line)) {
            shapes.push(Shape::Line {
                points: points.iter().map(|&point| pixel(area, point)).collect(),
                ink: series.ink,
                width: width(series.dash),
                dash: series.dash,
            });
        }
    }
}

/// Width of a line in pixels.
pub(super) fn width(dash: Dash) -> f32 {
    match dash {
        Dash::Dotted => LINE_WIDTH * 0.75,
        _ => LINE_WIDTH,
    }
}

fn pixel(area: Area, [x, y]: Point) -> [f32; 2] {
    [
        area.left + x as f32 * area.width,
        area.top + (1.0 - y as f32) * area.height,
    ]
}

fn bars(panel: &Panel, values: &[f64], ink: Ink, area: Area, shapes: &mut Vec<Shape>) {
    let pitch = area.width / values.len() as f32;
    let gap = if pitch < NARROW { 0.0 } else { 1.0 };
    for (i, &value) in values.iter().enumerate() {
        let Some(top) = share(&panel.y, value).filter(|top| value > 0.0 && *top > 0.0) else {
            continue;
        };
        let height = top.min(1.0) as f32 * area.height;
        shapes.push(Shape::Rect {
            area: Area {
                left: area.left + i as f32 * pitch + gap / 2.0,
                top: area.top + area.height - height,
                width: pitch - gap,
                height,
            },
            ink,
            opacity: 1.0,
        });
    }
}

/// Slices of whole pixels, which meet without a seam.
fn band(panel: &Panel, points: &[[f64; 3]], ink: Ink, area: Area, shapes: &mut Vec<Shape>) {
    for pair in points.windows(2) {
        let [from, to] = [pair[0], pair[1]];
        let ends = [from[0], to[0]].map(|x| share(&panel.x, x));
        let [Some(left), Some(right)] = ends else {
            continue;
        };
        let at = |x: f64| (x.clamp(0.0, 1.0) * f64::from(area.width)).round();
        let (first, last) = (at(left), at(right));
        let mut pixel = first;
        while pixel < last {
            let width = BAND_SLICE.min(last - pixel);
            let t = (pixel + width / 2.0 - first) / (last - first);
            let value = |column: usize| from[column] + t * (to[column] - from[column]);
            let [low, high] = [1, 2].map(|column| share(&panel.y, value(column)));
            // What is too low for a log axis reaches to its bottom.
            let low = low.unwrap_or(0.0).clamp(0.0, 1.0) as f32;
            if let Some(high) = high.map(|high| high.clamp(0.0, 1.0) as f32) {
                shapes.push(Shape::Rect {
                    area: Area {
                        left: area.left.round() + pixel as f32,
                        top: area.top + (1.0 - high) * area.height,
                        width: width as f32,
                        height: (high - low).max(0.0) * area.height,
                    },
                    ink,
                    opacity: BAND_OPACITY,
                });
            }
            pixel += width;
        }
    }
}

/// Unbroken stretches of a step line.
fn steps(panel: &Panel, values: &[f64]) -> Vec<Vec<Point>> {
    let edge = |i: usize| i as f64 / values.len() as f64;
    let mut lines = Vec::new();
    let mut line = Vec::new();
    for (i, &value) in values.iter().enumerate() {
        match share(&panel.y, value) {
            Some(y) => line.extend([[edge(i), y], [edge(i + 1), y]]),
            None => lines.push(std::mem::take(&mut line)),
        }
    }
    lines.push(line);
    lines
}

/// Unbroken stretches of a line.
fn line(panel: &Panel, points: &[[f64; 2]]) -> Vec<Vec<Point>> {
    let mut lines = Vec::new();
    let mut line = Vec::new();
    for &[x, y] in points {
        match (share(&panel.x, x), share(&panel.y, y)) {
            (Some(x), Some(y)) => line.push([x, y]),
            _ => lines.push(std::mem::take(&mut line)),
        }
    }
    lines.push(line);
    lines
}

/// The parts of a line inside the unit square.
fn clipped(line: &[Point]) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = Vec::new();
    for pair in line.windows(2) {
        let Some([from, to]) = inside(pair[0], pair[1]) else {
            continue;
        };
        match parts.last_mut() {
            Some(part) if part.last() == Some(&from) => part.push(to),
            _ => parts.push(vec![from, to]),
        }
    }
    parts
}

/// The part of a segment inside the unit square (Liang and Barsky).
fn inside(from: Point, to: Point) -> Option<[Point; 2]> {
    let (mut enter, mut leave) = (0.0f64, 1.0f64);
    for axis in 0..2 {
        let delta = to[axis] - from[axis];
        if delta == 0.0 {
            if !(0.0..=1.0).contains(&from[axis]) {
                return None;
            }
            continue;
        }
        let [a, b] = [(0.0 - from[axis]) / delta, (1.0 - from[axis]) / delta];
        enter = enter.max(a.min(b));
        leave = leave.min(a.max(b));
    }
    let at = |t: f64| -> Point {
        // The ends themselves keep their bits, so that neighbours still meet.
        match t {
            0.0 => from,
            1.0 => to,
            _ => std::array::from_fn(|axis| {
                (from[axis] + t * (to[axis] - from[axis])).clamp(0.0, 1.0)
            }),
        }
    };
    (enter <= leave).then(|| [at(enter), at(leave)])
}
