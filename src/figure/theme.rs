//! Colours. Losses wear the Okabe-Ito set, which stays apart under every common colour blindness.

use super::{Ink, Rgb};
use crate::ghm::Loss;

/// The colours of one appearance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Behind everything.
    pub ground: Rgb,
    /// Panels and cards.
    pub raised: Rgb,
    /// Text; contrast at least 7 to both grounds.
    pub ink: Rgb,
    /// Secondary text; contrast at least 4.5 to both grounds.
    pub faint: Rgb,
    /// Grid lines and separators.
    pub grid: Rgb,
    /// Controls and focus.
    pub accent: Rgb,
    /// By loss, in the order of `Loss::ALL`.
    pub losses: [Rgb; Loss::ALL.len()],
    /// Of arms whose loss another arm has already.
    pub arms: [Rgb; 5],
    /// Of the data plane; no loss's.
    pub classes: [Rgb; 5],
    /// Bars of counts.
    pub count: Rgb,
    /// The straight line.
    pub reference: Rgb,
}

impl Theme {
    /// Dark grey on warm white.
    pub const LIGHT: Self = Self {
        ground: Rgb(0xfb, 0xfa, 0xf7),
        raised: Rgb(0xff, 0xff, 0xff),
        ink: Rgb(0x2a, 0x2c, 0x30),
        faint: Rgb(0x63, 0x65, 0x69),
        grid: Rgb(0xe7, 0xe5, 0xdf),
        accent: Rgb(0x00, 0x6a, 0xa7),
        losses: [
            Rgb(0x00, 0x9e, 0x73),
            Rgb(0xb8, 0x5f, 0x90),
            Rgb(0x00, 0x72, 0xb2),
            Rgb(0xb0, 0x76, 0x00),
            Rgb(0xd5, 0x5e, 0x00),
            Rgb(0xb0, 0x76, 0x00),
            Rgb(0x00, 0x72, 0xb2),
            Rgb(0x00, 0x9e, 0x73),
            Rgb(0xd5, 0x5e, 0x00),
        ],
        arms: [
            Rgb(0x6a, 0x4f, 0xb0),
            Rgb(0x7a, 0x4b, 0x26),
            Rgb(0x5f, 0x7a, 0x00),
            Rgb(0xa5, 0x13, 0x3a),
            Rgb(0x3d, 0x45, 0x50),
        ],
        classes: [
            Rgb(0x3b, 0x6f, 0xb6),
            Rgb(0xb0, 0x2a, 0x6f),
            Rgb(0x8a, 0x6d, 0x00),
            Rgb(0x2f, 0x85, 0x5a),
            Rgb(0x6b, 0x4f, 0xa8),
        ],
        count: Rgb(0x8a, 0x90, 0x98),
        reference: Rgb(0x4a, 0x4d, 0x52),
    };

    /// Ink at 90 % on a near-black blue-grey.
    pub const DARK: Self = Self {
        ground: Rgb(0x12, 0x16, 0x1c),
        raised: Rgb(0x1a, 0x1f, 0x27),
        ink: Rgb(0xe6, 0xe7, 0xe9),
        faint: Rgb(0x9a, 0xa2, 0xad),
        grid: Rgb(0x2a, 0x31, 0x3b),
        accent: Rgb(0x56, 0xb4, 0xe9),
        losses: [
            Rgb(0x00, 0xb3, 0x82),
            Rgb(0xd8, 0x8d, 0xb6),
            Rgb(0x4a, 0xa3, 0xdf),
            Rgb(0xe6, 0x9f, 0x00),
            Rgb(0xe8, 0x6e, 0x0c),
            Rgb(0xe6, 0x9f, 0x00),
            Rgb(0x4a, 0xa3, 0xdf),
            Rgb(0x00, 0xb3, 0x82),
            Rgb(0xe8, 0x6e, 0x0c),
        ],
        arms: [
            Rgb(0xa9, 0x96, 0xe8),
            Rgb(0xc9, 0x97, 0x6b),
            Rgb(0xb7, 0xc2, 0x3a),
            Rgb(0xf0, 0x70, 0x8f),
            Rgb(0xc7, 0xce, 0xd8),
        ],
        classes: [
            Rgb(0x7a, 0xa6, 0xe0),
            Rgb(0xf0, 0x7a, 0xb8),
            Rgb(0xd9, 0xbf, 0x4f),
            Rgb(0x74, 0xc4, 0x9a),
            Rgb(0xb4, 0x9a, 0xec),
        ],
        count: Rgb(0x6e, 0x78, 0x86),
        reference: Rgb(0xc2, 0xc7, 0xce),
    };

    /// The colour that stands for `ink`.
    pub const fn color(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Loss(loss) => self.losses[loss as usize],
            Ink::Arm(number) => self.arms[number as usize % self.arms.len()],
            Ink::Count => self.count,
            Ink::Text => self.ink,
            Ink::Faint => self.faint,
            Ink::Grid => self.grid,
            Ink::Reference => self.reference,
            Ink::Ground => self.ground,
        }
    }
}
