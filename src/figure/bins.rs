//! Where the bins of the gradient norm lie on a panel, and back: on an axis of the gradient norm side by
//! side, on one of the distance |d| of a regression as far as each bin reaches.

use super::{Marks, Panel, Placed, Series, position, value_at};
use crate::ghm::{asl1_norm, bin};

/// Whether the x axis is that of the gradient norm.
fn is_by_norm(panel: &Panel) -> bool {
    let by_bin = |series: &Series| matches!(series.marks, Marks::Bars(_) | Marks::Steps(_));
    panel.series.iter().any(by_bin)
}

/// Left and right end of a bin, in shares of the x axis; `mu` is that of the gradient norm of a
/// regression.
pub fn bin_span(panel: &Panel, index: usize, bins: usize, mu: f64) -> [f32; 2] {
    [index, index + 1].map(|edge| {
        let g = edge as f64 / bins as f64;
        if is_by_norm(panel) {
            return g as f32;
        }
        // g = d / sqrt(d^2 + mu^2), solved for d; what lies further right ends at the edge.
        let d = mu * g / libm::sqrt(1.0 - g * g);
        position(&panel.x, d).unwrap_or(1.0)
    })
}

/// The bin at the pixel `x` of a panel; `None` outside of the plot and where there are no bins.
pub fn bin_at(panel: &Panel, placed: &Placed, x: f32, bins: usize, mu: f64) -> Option<usize> {
    let share = f64::from((x - placed.area.left) / placed.area.width);
    if !(0.0..=1.0).contains(&share) || bins == 0 {
        return None;
    }
    let g = match is_by_norm(panel) {
        true => share,
        false => asl1_norm(value_at(&panel.x, share), mu),
    };
    Some(bin(g, bins))
}
