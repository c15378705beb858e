//! The figures as plain data, and what draws them: one layout, which the screen, SVG and PNG paint.

mod bins;
mod curves;
mod decisions;
pub mod fonts;
pub mod formula;
mod layout;
mod marks;
mod model;
mod panels;
#[cfg(not(target_arch = "wasm32"))]
mod png;
mod profile;
mod race;
mod scale;
mod svg;
mod theme;

pub use bins::{bin_at, bin_span};
pub use curves::{losses, scores};
pub use decisions::{precision_recall, reliability};
pub use layout::{common_top, compose, place, place_below, sign};
pub use model::{
    Anchor, Area, Axis, AxisScale, Dash, Figure, Ink, Marks, Panel, Placed, Rgb, Series, Shape,
};
pub use panels::{figure, harmonized, regularization, statistics};
#[cfg(not(target_arch = "wasm32"))]
pub use png::to_png;
pub use profile::{Profile, Shown};
pub use race::{
    Look, RaceArm, RaceCurve, looks, race_losses, race_panels, race_scores, swept_scores,
};
pub use scale::{Tick, count, fixed, number, position, ticks, value_at};
pub use svg::{SCALE, SIZE, to_svg};
pub use theme::Theme;
