//! The data in its plane, with what is predicted there.

use egui::{Align2, FontId, Pos2, Rect, Shape, Stroke, Ui, Vec2};

use super::style::{IntoColor, STRONG, theme};
use super::triptych::Cursor;
use super::{egui, field, plot_place, selection};
use crate::data::{PLANE, Split};
use crate::figure::{Theme, count};
use crate::ghm::Task;
use crate::lab::Lab;
use crate::words::{tr, word};

/// Most examples of each class that are drawn.
const MOST: usize = 1500;
/// Flipped labels or outliers that are drawn of [`MOST`] whatever their share.
const FEW: usize = 150;
/// How near to an example the pointer is on it, in points.
const REACH: f32 = 6.0;
/// Height of the title and of the legend.
const TITLE: f32 = 24.0;
const LEGEND: f32 = 40.0;

/// What the plane remembers between frames.
#[derive(Default)]
pub struct Memory {
    field: field::Memory,
    density: field::Memory,
    chosen: Vec<u32>,
    chosen_of: Option<u64>,
    /// Training examples of each class, and flipped ones: a million of them are not counted in every frame.
    classes: Vec<usize>,
    flipped: usize,
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
pub(super) fn show(
    ui: &mut Ui,
    lab: &Lab,
    memory: &mut Memory,
    selection: &selection::Memory,
    cursor: &mut Cursor,
    size: Vec2,
) {
    let (rect, response) = plot_place(ui, size);
    let colors = theme(ui.ctx());
    let task = lab.config().task;
    let (name, help) = match task {
        Task::Binary => (
            word("Data and decision map"),
            word(
                "Training examples, as a haze where there are many; the field is the predicted probability of a positive, the line where it is one half.",
            ),
        ),
        Task::Classes => (
            word("Data and decision map"),
            word(
                "Training examples, as a haze where there are many; the field has the colour of the most probable class, paler where it is uncertain.",
            ),
        ),
        Task::Regression => (
            word("Data and fit"),
            word(
                "Training examples, as a haze where there are many, x from -1.5 to 1.5 against the target, and what the \
             network predicts. The test examples lie around the true curve, without outliers.",
            ),
        ),
    };
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, name));
    let font = FontId::new(14.0, egui::FontFamily::Name(STRONG.into()));
    let ink = colors.ink.into_color();
    let title = rect.min + Vec2::new(0.0, 8.0);
    ui.painter()
        .text(title, Align2::LEFT_CENTER, name, font, ink);

    let side = rect.width().min(rect.height() - TITLE - LEGEND);
    let square = Rect::from_min_size(rect.min + Vec2::new(0.0, TITLE), Vec2::splat(side));
    let split = &lab.data().train;
    if memory.chosen_of != Some(lab.run()) {
        memory.chosen_of = Some(lab.run());
        memory.chosen = choose(split, task, MOST);
        memory.classes = match task {
            Task::Regression => Vec::new(),
            Task::Binary | Task::Classes => split.classes(lab.config().number_of_classes()),
        };
        memory.flipped = split.flipped.iter().filter(|&&flipped| flipped).count();
    }
    if task != Task::Regression {
        field::map(ui, lab, lab.shown(), &mut memory.field, square);
    }
    if memory.chosen.len() < split.len() {
        field::density(ui, lab, &mut memory.density, square);
    }
    let painter = ui.painter().with_clip_rect(square);
    let mut shapes = Vec::with_capacity(memory.chosen.len());
    for &index in &memory.chosen {
        mark(&mut shapes, split, task, index as usize, square, colors);
    }
    painter.extend(shapes);
    if let Some(lit) = selection.lit() {
        // What is not selected fades.
        let veil = colors.ground.into_color().gamma_multiply(0.7);
        painter.rect_filled(square, 0.0, veil);
        let mut shapes = Vec::with_capacity(lit.len().min(MOST));
        for &index in lit.iter().take(MOST) {
            mark(&mut shapes, split, task, index as usize, square, colors);
        }
        painter.extend(shapes);
    }
    if task == Task::Regression {
        let color = super::race::color(ui, lab, lab.shown());
        painter.extend(field::truth(lab.config(), square, colors));
        painter.extend(field::fit(lab.map(), color, square, colors));
    }
    let border = Stroke::new(1.0, colors.grid.into_color());
    ui.painter()
        .rect_stroke(square, 0.0, border, egui::StrokeKind::Inside);
    legend(ui, lab, memory, square);
    let pointer = response.hover_pos().filter(|at| square.contains(*at));
    let shown = selection.lit().unwrap_or(&memory.chosen);
    let near = pointer.and_then(|at| nearest(split, shown, square, at));
    let gradient = near.and_then(|index| selection.example(index));
    cursor.example = gradient.map(|example| (example.index, example.norm));
    let Some(example) = gradient else {
        response.on_hover_text_at_pointer(help);
        return;
    };
    let [x, y] = split.points[example.index];
    let ring = Stroke::new(2.0, colors.ink.into_color());
    ui.painter().circle_stroke(place(square, x, y), 7.0, ring);
    response.on_hover_ui_at_pointer(|ui| selection::describe(ui, lab, selection, example));
}

/// The example that the pointer is on, of those that are drawn.
fn nearest(split: &Split, shown: &[u32], square: Rect, at: Pos2) -> Option<usize> {
    let distance = |&index: &u32| {
        let [x, y] = split.points[index as usize];
        place(square, x, y).distance_sq(at)
    };
    let most = shown.iter().take(5 * MOST);
    let near = most.min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    (distance(near) <= REACH * REACH).then_some(*near as usize)
}

fn place(square: Rect, x: f32, y: f32) -> Pos2 {
    let scale = 0.5 * square.width() / PLANE;
    square.center() + Vec2::new(x * scale, -y * scale)
}

/// Which examples are drawn: all of the rarer classes up to `most`, a sample of the rest, and of the
/// flipped ones as large a share. Splits are shuffled, so the first ones are a random sample. The rarest come last, above
/// the others.
pub(super) fn choose(split: &Split, task: Task, most: usize) -> Vec<u32> {
    let take = |wanted: &dyn Fn(usize) -> bool| -> Vec<u32> {
        (0..split.len())
            .filter(|&i| wanted(i))
            .take(most)
            .map(|i| i as u32)
            .collect()
    };
    let classes = match task {
        Task::Regression => 1,
        Task::Binary | Task::Classes => 5,
    };
    let mut chosen = Vec::new();
    for class in 0..classes {
        let of_class = |i: usize| task == Task::Regression || split.class(i) == class;
        chosen.extend(take(&|i| !split.flipped[i] && of_class(i)));
    }
    // No larger a share than they have: rings would bury what they should stand out from.
    let flipped = take(&|i| split.flipped[i]);
    let all = split.flipped.iter().filter(|&&flipped| flipped).count();
    let share = all as f64 / (split.len() - all).max(1) as f64;
    let fair = (chosen.len() as f64 * share) as usize;
    chosen.extend(flipped.iter().take(fair.max(FEW * most / MOST)));
    chosen
}

pub(super) fn mark(
    shapes: &mut Vec<Shape>,
    split: &Split,
    task: Task,
    index: usize,
    square: Rect,
    colors: &Theme,
) {
    let [x, y] = split.points[index];
    let at = place(square, x, y);
    let class = match task {
        Task::Regression => 0,
        Task::Binary | Task::Classes => split.class(index),
    };
    symbol(shapes, at, class, split.flipped[index], colors);
    if split.ignored[index] {
        let faint = Stroke::new(1.0, colors.faint.into_color());
        let d = Vec2::splat(3.0);
        shapes.push(Shape::line_segment([at - d, at + d], faint));
    }
}

/// A marker for each class, a dot for the first; a ring around a flipped label or an outlier.
fn symbol(shapes: &mut Vec<Shape>, at: Pos2, class: usize, flipped: bool, colors: &Theme) {
    let hue = colors.classes[class].into_color();
    let edge = Stroke::new(0.6, colors.ground.into_color());
    let mut polygon = |corners: &[[f32; 2]]| {
        let points = corners.iter().map(|&[x, y]| at + Vec2::new(x, y)).collect();
        shapes.push(Shape::convex_polygon(points, hue, edge));
    };
    match class {
        0 => shapes.push(Shape::circle_filled(at, 1.6, hue.gamma_multiply(0.8))),
        1 => polygon(&[[0.0, -4.0], [3.6, 2.6], [-3.6, 2.6]]),
        2 => polygon(&[[-3.0, -3.0], [3.0, -3.0], [3.0, 3.0], [-3.0, 3.0]]),
        3 => polygon(&[[0.0, -4.4], [3.4, 0.0], [0.0, 4.4], [-3.4, 0.0]]),
        _ => polygon(&[[0.0, 4.0], [-3.6, -2.6], [3.6, -2.6]]),
    }
    if flipped {
        let ring = Stroke::new(1.0, colors.ink.into_color());
        shapes.push(Shape::circle_stroke(at, 5.0, ring));
    }
}

fn legend(ui: &Ui, lab: &Lab, memory: &Memory, square: Rect) {
    let colors = theme(ui.ctx());
    let config = lab.config();
    let painter = ui.painter();
    let font = FontId::proportional(12.0);
    let color = colors.faint.into_color();
    // Paints a sample with its name and returns where the next one goes.
    let entry = |at: Pos2, shapes: Vec<Shape>, text: &str| {
        painter.extend(shapes);
        let start = at + Vec2::new(10.0, 0.0);
        let end = painter.text(start, Align2::LEFT_CENTER, text, font.clone(), color);
        Pos2::new(end.right() + 16.0, at.y)
    };
    let sample = |at: Pos2, class: usize, flipped: bool| {
        let mut shapes = Vec::new();
        symbol(&mut shapes, at, class, flipped, colors);
        shapes
    };
    let line = |at: Pos2, color: egui::Color32, width: f32| {
        let ends = [at - Vec2::new(6.0, 0.0), at + Vec2::new(6.0, 0.0)];
        vec![Shape::line_segment(ends, Stroke::new(width, color))]
    };
    let mut next = Pos2::new(square.left() + 6.0, square.bottom() + 14.0);
    let mut names: Vec<String> = Vec::new();
    match config.task {
        Task::Binary => {
            next = entry(next, sample(next, 0, false), word("negative"));
            next = entry(next, sample(next, 1, false), word("positive"));
            entry(next, sample(next, 1, true), word("flipped label"));
        }
        Task::Classes => {
            let classes = config.number_of_classes();
            for class in 0..classes {
                next = entry(next, sample(next, class, false), &class.to_string());
            }
            entry(next, sample(next, 0, true), word("flipped label"));
        }
        Task::Regression => {
            next = entry(next, sample(next, 0, true), word("outlier"));
            next = entry(
                next,
                line(next, super::race::color(ui, lab, lab.shown()), 2.5),
                word("fit"),
            );
            entry(
                next,
                line(next, colors.ink.into_color(), 1.0),
                word("true curve"),
            );
        }
    }
    let (total, shown) = (lab.data().train.len(), memory.chosen.len());
    let number = |n: usize| count(n as u64);
    names.push(tr!("{} examples", number(total)));
    match config.task {
        Task::Binary => names.push(tr!("{} positive", number(memory.classes[1]))),
        Task::Classes => {
            let counts: Vec<String> = memory.classes.iter().map(|&of| number(of)).collect();
            names.push(counts.join(" / "));
        }
        Task::Regression => names.push(tr!("{} outliers", number(memory.flipped))),
    }
    if shown < total {
        names.push(tr!("{} drawn", number(shown)));
    }
    let at = Pos2::new(square.left(), square.bottom() + 32.0);
    painter.text(
        at,
        Align2::LEFT_CENTER,
        names.join(word(", ")),
        font.clone(),
        color,
    );
}
