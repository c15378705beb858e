//! The embedded typeface: a subset of Inter with tabular figures, the same on screen and in files.
//!
//! `subset.sh` makes the files; `OFL.txt` is their licence.

/// Name of the family inside the files.
pub const FAMILY: &str = "Inter";

/// What characters are drawn with that this family does not have.
pub const CHINESE: &str = "'Noto Sans SC'";

/// Weight 400.
pub const REGULAR: &[u8] = include_bytes!("Inter-Regular.otf");

/// Weight 600, for titles.
pub const SEMIBOLD: &[u8] = include_bytes!("Inter-SemiBold.otf");

/// Height of capitals over the type size; half of it lies between the middle of a text and its
/// baseline.
pub const CAP_HEIGHT: f32 = 0.727;

/// Advance of the characters from space to `~` in thousandths of the type size, weight 400.
const ADVANCES: [u16; 95] = [
    281, 278, 403, 631, 638, 812, 639, 222, 362, 362, 500, 659, 280, 460, 276, 357, 648, 648, 648,
    648, 648, 648, 648, 648, 648, 648, 276, 280, 659, 659, 659, 507, 936, 676, 651, 727, 719, 598,
    587, 743, 740, 264, 543, 652, 562, 889, 753, 761, 635, 761, 639, 638, 642, 741, 676, 949, 642,
    665, 625, 362, 357, 362, 469, 452, 497, 564, 621, 558, 621, 582, 361, 609, 591, 237, 237, 544,
    237, 869, 585, 597, 609, 609, 372, 523, 364, 581, 557, 812, 540, 557, 541, 362, 327, 362, 659,
];

/// Width of a line of text in pixels, within a few percent: enough to keep texts apart, without a
/// font engine.
pub fn width(text: &str, size: f32, strong: bool) -> f32 {
    let thousandths: u32 = text
        .chars()
        .map(|c| match c {
            ' '..='~' => u32::from(ADVANCES[c as usize - ' ' as usize]),
            '⁰' | '¹' | '²' | '³' | '⁴'..='⁹' | '⁻' | '₀'..='₉' => 440,
            '\u{2e80}'.. => 1000,
            _ => 660,
        })
        .sum();
    thousandths as f32 / 1000.0 * size * if strong { 1.06 } else { 1.0 }
}
