//! Draws a typeset formula.

use egui::{CornerRadius, FontId, Galley, Rect, Sense, Shape, Stroke, Ui, Vec2, text::LayoutJob};
use egui::{TextFormat, WidgetInfo, pos2};
use std::sync::Arc;

use super::style::{IntoColor, theme};
use super::{egui, lights};
use crate::figure::formula::{Glyphs, parse, typeset};
use crate::words::word;

const SIZE: f32 = 18.0;
/// Type size below which a formula is not shrunk to fit.
const SMALLEST: f32 = 13.0;
const MARGIN: f32 = 8.0;

/// A formula as wide as the column at most; `spoken` is what assistive technology reads.
pub(super) fn show(ui: &mut Ui, notation: &str) {
    let lines = match parse(notation) {
        Ok(lines) => lines,
        Err(error) => {
            ui.label(format!("{notation} ({error})"));
            return;
        }
    };
    let room = ui.available_width() - 2.0 * MARGIN;
    let color = theme(ui.ctx()).ink.into_color();
    let painter = ui.painter().clone();
    let measure = |text: &str, size: f32| {
        let font = FontId::proportional(size);
        painter
            .layout_no_wrap(text.to_owned(), font, color)
            .size()
            .x
    };
    let mut size = SIZE;
    let mut formula = typeset(&lines, size, &measure);
    while formula.width > room && size > SMALLEST {
        size -= 1.0;
        formula = typeset(&lines, size, &measure);
    }
    let place = Vec2::new(ui.available_width(), formula.height + 2.0 * MARGIN);
    let (rect, response) = ui.allocate_exact_size(place, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Image, true, spoken(notation)));
    let origin = rect.min + Vec2::new(((place.x - formula.width) / 2.0).max(0.0), MARGIN);
    let accent = theme(ui.ctx()).accent.into_color();
    for (name, area) in &formula.parts {
        let part = Rect::from_min_size(
            origin + Vec2::new(area.left, area.top),
            Vec2::new(area.width, area.height),
        );
        let part = part.expand2(Vec2::new(2.0, 1.0));
        if ui.rect_contains_pointer(part) {
            lights::light(ui.ctx(), name);
        }
        let lit = lights::is_lit(ui.ctx(), name);
        let fill = accent.gamma_multiply(if lit { 0.3 } else { 0.1 });
        painter.rect_filled(part, CornerRadius::same(3), fill);
    }
    for glyphs in &formula.glyphs {
        let galley = galley(ui, glyphs);
        // Rows begin above the baseline by the ascent of the face.
        let row = galley.rows.first();
        let ascent = row
            .and_then(|row| row.glyphs.first())
            .map_or(0.0, |glyph| glyph.pos.y);
        let at = origin + Vec2::new(glyphs.at[0], glyphs.at[1] - ascent);
        painter.galley(pos2(at.x, at.y), galley, color);
    }
    for rule in &formula.rules {
        let points = rule.points.iter().map(|&[x, y]| origin + Vec2::new(x, y));
        painter.add(Shape::line(
            points.collect(),
            Stroke::new(rule.width, color),
        ));
    }
}

fn galley(ui: &Ui, glyphs: &Glyphs) -> Arc<Galley> {
    let format = TextFormat {
        font_id: FontId::proportional(glyphs.size),
        color: theme(ui.ctx()).ink.into_color(),
        italics: glyphs.slanted,
        ..TextFormat::default()
    };
    let job = LayoutJob::single_section(glyphs.text.clone(), format);
    ui.painter().layout_job(job)
}

/// The notation without what only typesetting needs.
fn spoken(notation: &str) -> String {
    let mut text = String::new();
    let mut rest = notation;
    while let Some(at) = rest.find("\\part{") {
        text += &rest[..at];
        rest = rest[at..].split_once('}').map_or("", |(_, behind)| behind);
    }
    text += rest;
    for (notation, spoken) in [
        ("}{", "} / {"),
        ("\\frac", word("fraction ")),
        ("\\sqrt", word("root of ")),
        ("\\sum", word("sum ")),
        ("\\text", ""),
        ("\\quad", "; "),
        ("\\,", " "),
    ] {
        text = text.replace(notation, spoken);
    }
    let text: String = text.chars().filter(|c| !"\\{}".contains(*c)).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
