//! What belongs together lights up together: a part of a formula and the panel or setting that it
//! describes, whichever of the two the pointer is on.

use egui::{Context, CornerRadius, Id, Rect, Stroke, StrokeKind, Ui};

use super::egui;
use super::style::{IntoColor, theme};

/// Names of the panels, as parts of formulas have them; a setting's name is its key.
pub(super) const PANELS: [&str; 3] = ["statistics", "regularization", "harmonized"];

#[derive(Clone, Default)]
struct Lit {
    /// What the pointer was on in the last frame.
    now: Option<String>,
    next: Option<String>,
    /// Whether there is a formula, without which nothing lights up.
    on: bool,
}

fn id() -> Id {
    Id::unique("lights")
}

/// Begins a frame.
pub(super) fn begin(ctx: &Context, on: bool) {
    ctx.data_mut(|data| {
        let lit: &mut Lit = data.get_temp_mut_or_default(id());
        lit.now = lit.next.take();
        lit.on = on;
    });
}

/// Whether a thing of this name is under the pointer.
pub(super) fn is_lit(ctx: &Context, name: &str) -> bool {
    ctx.data_mut(|data| {
        let lit: &mut Lit = data.get_temp_mut_or_default(id());
        lit.on && lit.now.as_deref() == Some(name)
    })
}

/// Lights up everything of this name in the next frame.
pub(super) fn light(ctx: &Context, name: &str) {
    let changed = ctx.data_mut(|data| {
        let lit: &mut Lit = data.get_temp_mut_or_default(id());
        lit.next = Some(name.to_owned());
        lit.on && lit.now.as_deref() != Some(name)
    });
    if changed {
        ctx.request_repaint();
    }
}

/// Makes a thing in `rect` part of it: it lights up, and lights up what it belongs to.
pub(super) fn join(ui: &Ui, name: &str, rect: Rect) {
    if ui.rect_contains_pointer(rect) {
        light(ui.ctx(), name);
    }
    if is_lit(ui.ctx(), name) {
        let accent = theme(ui.ctx()).accent.into_color();
        ui.painter().rect(
            rect.expand(3.0),
            CornerRadius::same(4),
            accent.gamma_multiply(0.07),
            Stroke::new(1.5, accent),
            StrokeKind::Inside,
        );
    }
}
