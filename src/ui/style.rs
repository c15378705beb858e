//! Fonts, sizes and colours of the screen, from the figure's theme.

use std::sync::Arc;

use egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Stroke,
    TextStyle, Vec2, Visuals,
};

use super::egui;
use crate::figure::{Ink, Rgb, Theme, fonts};
use crate::ghm::Loss;
use crate::words::{self, Language};

/// The family of titles and large numbers.
pub(super) const STRONG: &str = "strong";

pub(super) trait IntoColor {
    fn into_color(self) -> Color32;
}

impl IntoColor for Rgb {
    fn into_color(self) -> Color32 {
        Color32::from_rgb(self.0, self.1, self.2)
    }
}

/// The figure's theme for what the screen shows now.
pub(super) fn theme(ctx: &Context) -> &'static Theme {
    of(ctx.theme())
}

fn of(theme: egui::Theme) -> &'static Theme {
    match theme {
        egui::Theme::Light => &Theme::LIGHT,
        egui::Theme::Dark => &Theme::DARK,
    }
}

/// Text in the strong face.
pub(super) fn strong(text: impl Into<String>, size: f32) -> egui::RichText {
    egui::RichText::new(text).font(FontId::new(size, FontFamily::Name(STRONG.into())))
}

/// Gives a context the lab's fonts, sizes and colours, light and dark.
pub fn install(ctx: &Context) {
    let mut definitions = FontDefinitions::empty();
    let [chinese, chinese_strong] = words::font();
    for (name, bytes) in [
        ("regular", fonts::REGULAR),
        ("strong", fonts::SEMIBOLD),
        ("chinese", chinese),
        ("chinese strong", chinese_strong),
    ] {
        let data = Arc::new(FontData::from_static(bytes));
        definitions.font_data.insert(name.to_owned(), data);
    }
    for (family, faces) in [
        (FontFamily::Proportional, ["regular", "chinese"]),
        (
            FontFamily::Name(STRONG.into()),
            ["strong", "chinese strong"],
        ),
    ] {
        let faces = faces.map(str::to_owned).into();
        definitions.families.insert(family, faces);
    }
    definitions
        .families
        .insert(FontFamily::Monospace, vec!["regular".to_owned()]);
    ctx.set_fonts(definitions);
    for theme in [egui::Theme::Light, egui::Theme::Dark] {
        ctx.style_mut_of(theme, |style| {
            let sizes = [
                (TextStyle::Small, 12.0),
                (TextStyle::Body, 14.0),
                (TextStyle::Button, 14.0),
                (TextStyle::Monospace, 14.0),
                (TextStyle::Heading, 18.0),
            ];
            style.text_styles = sizes
                .map(|(name, size)| (name, FontId::proportional(size)))
                .into();
            style.spacing.item_spacing = Vec2::new(8.0, 4.0);
            style.spacing.interact_size = Vec2::new(40.0, 24.0);
            style.spacing.tooltip_width = 340.0;
            style.spacing.slider_rail_height = 4.0;
            style.interaction.selectable_labels = false;
            style.visuals = visuals(theme);
        });
    }
}

/// Says everything in this language from now on.
pub fn speak(ctx: &Context, language: Language) {
    words::speak(language);
    install(ctx);
    ctx.request_repaint();
}

/// Leaves out motion that only decorates, for who prefers less of it; what training moves stays.
pub fn still(ctx: &Context) {
    ctx.all_styles_mut(|style| {
        style.animation_time = 0.0;
        style.scroll_animation = egui::style::ScrollAnimation::none();
    });
}

fn visuals(theme: egui::Theme) -> Visuals {
    let colors = of(theme);
    let mut visuals = match theme {
        egui::Theme::Light => Visuals::light(),
        egui::Theme::Dark => Visuals::dark(),
    };
    let ink = colors.ink.into_color();
    let raised = colors.raised.into_color();
    let grid = colors.grid.into_color();
    let accent = colors.accent.into_color();
    visuals.panel_fill = colors.ground.into_color();
    visuals.window_fill = raised;
    visuals.window_stroke = Stroke::new(1.0, grid);
    visuals.extreme_bg_color = colors.ground.into_color();
    visuals.faint_bg_color = colors.ground.into_color();
    visuals.weak_text_color = Some(colors.faint.into_color());
    visuals.hyperlink_color = accent;
    visuals.selection.bg_fill = accent.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, ink);
    visuals.slider_trailing_fill = true;
    visuals.error_fg_color = colors.color(Ink::Loss(Loss::GhmC)).into_color();
    let widgets = &mut visuals.widgets;
    for state in [
        &mut widgets.noninteractive,
        &mut widgets.inactive,
        &mut widgets.hovered,
        &mut widgets.active,
        &mut widgets.open,
    ] {
        state.corner_radius = CornerRadius::same(4);
        state.fg_stroke = Stroke::new(1.0, ink);
        state.expansion = 0.0;
    }
    widgets.noninteractive.bg_stroke = Stroke::new(1.0, grid);
    let rest = ink.gamma_multiply(0.09);
    widgets.inactive.bg_fill = ink.gamma_multiply(0.22);
    widgets.inactive.weak_bg_fill = rest;
    widgets.hovered.bg_fill = ink.gamma_multiply(0.32);
    widgets.hovered.weak_bg_fill = ink.gamma_multiply(0.16);
    widgets.hovered.bg_stroke = Stroke::new(1.0, ink.gamma_multiply(0.3));
    widgets.active.bg_fill = accent;
    widgets.active.weak_bg_fill = accent.gamma_multiply(0.4);
    widgets.open.weak_bg_fill = rest;
    visuals
}
