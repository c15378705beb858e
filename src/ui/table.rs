//! Tables of numbers.

use egui::{Align, Layout, RichText, Sense, Ui, Vec2};

use super::{egui, style};

/// Height of a row.
pub(super) const ROW: f32 = 22.0;

/// A table as one piece: text to the left in the first column, numbers to the right in the others; some
/// cells (row, column) in the strong face.
pub(super) fn table(
    ui: &mut Ui,
    header: &[&str],
    rows: &[Vec<String>],
    is_strong: &dyn Fn(usize, usize) -> bool,
) {
    const GAP: f32 = 20.0;
    let font = egui::TextStyle::Body.resolve(ui.style());
    let width_of = |ui: &Ui, text: &str| {
        // As wide as in the strong face.
        let strong = egui::FontId::new(font.size, egui::FontFamily::Name(style::STRONG.into()));
        let galley = ui
            .painter()
            .layout_no_wrap(text.to_owned(), strong, egui::Color32::WHITE);
        galley.size().x.ceil()
    };
    let widths: Vec<f32> = (0..header.len())
        .map(|column| {
            let cells = rows.iter().map(|row| row[column].as_str());
            let cells = cells.chain(std::iter::once(header[column]));
            cells.map(|cell| width_of(ui, cell)).fold(0.0, f32::max) + 1.0
        })
        .collect();
    let whole = widths.iter().sum::<f32>() + GAP * (widths.len() - 1) as f32;
    let size = Vec2::new(whole, ROW * (1 + rows.len()) as f32);
    let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
    let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
    for (line, row) in std::iter::once(&header).chain(rows).enumerate() {
        let mut left = rect.left();
        for (column, (text, &width)) in row.iter().zip(&widths).enumerate() {
            let at = egui::pos2(left, rect.top() + ROW * line as f32);
            let cell = egui::Rect::from_min_size(at, Vec2::new(width, ROW));
            let layout = match column {
                0 => Layout::left_to_right(Align::Center),
                _ => Layout::right_to_left(Align::Center),
            };
            let builder = egui::UiBuilder::new().max_rect(cell).layout(layout);
            let text = if line > 0 && is_strong(line - 1, column) {
                style::strong(text, font.size)
            } else {
                RichText::new(text)
            };
            // A child of its own: the place is allocated already.
            ui.new_child(builder)
                .label(if line == 0 { text.weak() } else { text });
            left += width + GAP;
        }
    }
}
