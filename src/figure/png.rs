//! Figures as PNG, by way of SVG and with the embedded fonts only: the same picture everywhere.

use std::sync::Arc;

use resvg::{tiny_skia, usvg};

use super::fonts::{FAMILY, REGULAR, SEMIBOLD};
use super::{Figure, Theme, to_svg};
use crate::words::{self, tr, word};

/// Most pixels along a side.
const LARGEST: f32 = 16_384.0;

/// Paints a figure of `size` pixels as a PNG, `scale` times as large.
///
/// # Errors
/// When the picture would have no pixels or more than 16,384 along a side.
pub fn to_png(
    figure: &Figure,
    theme: &Theme,
    size: [f32; 2],
    scale: f32,
) -> Result<Vec<u8>, String> {
    let [width, height] = size.map(|side| (side * scale).round());
    let fits = |side: f32| (1.0..=LARGEST).contains(&side);
    if !fits(width) || !fits(height) {
        return Err(tr!(
            "a picture of {width} x {height} pixels; 1 to {LARGEST} along a side are possible",
            width,
            height,
            LARGEST
        ));
    }
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(REGULAR.to_vec());
    fonts.load_font_data(SEMIBOLD.to_vec());
    for chinese in words::font() {
        fonts.load_font_data(chinese.to_vec());
    }
    fonts.set_sans_serif_family(FAMILY);
    let options = usvg::Options {
        font_family: FAMILY.to_owned(),
        fontdb: Arc::new(fonts),
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(&to_svg(figure, theme, size), &options)
        .map_err(|error| error.to_string())?;
    let mut pixels = tiny_skia::Pixmap::new(width as u32, height as u32)
        .ok_or_else(|| word("not enough memory for the picture").to_owned())?;
    resvg::render(
        &tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    pixels.encode_png().map_err(|error| error.to_string())
}
