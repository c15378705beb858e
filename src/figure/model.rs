//! What a figure is made of, before (panels, axes, series) and after layout (shapes).

use crate::ghm::Loss;

/// An opaque sRGB colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// What a colour stands for; the theme says which colour that is. One loss has one ink everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    Loss(Loss),
    /// An arm of a race whose loss another arm has already, by number from 0.
    Arm(u8),
    /// Counts of the mini-batch.
    Count,
    /// Text and axes.
    Text,
    /// Secondary text.
    Faint,
    Grid,
    /// What the third panel should be: the straight line.
    Reference,
    Ground,
}

/// The second cue beside colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dash {
    Solid,
    Dashed,
    DashDotted,
    LongDashed,
    DashDotDotted,
    Dotted,
}

impl Dash {
    pub const ALL: [Self; 6] = [
        Self::Solid,
        Self::Dashed,
        Self::DashDotted,
        Self::LongDashed,
        Self::DashDotDotted,
        Self::Dotted,
    ];

    /// Lengths of strokes and gaps in turn, in pixels; `None` for an unbroken line.
    pub const fn pattern(self) -> Option<&'static [f32]> {
        match self {
            Self::Solid => None,
            Self::Dashed => Some(&[6.0, 3.0]),
            Self::DashDotted => Some(&[7.0, 2.5, 1.5, 2.5]),
            Self::LongDashed => Some(&[12.0, 3.0]),
            Self::DashDotDotted => Some(&[7.0, 2.5, 1.5, 2.5, 1.5, 2.5]),
            Self::Dotted => Some(&[1.5, 2.5]),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AxisScale {
    Linear,
    Log,
}

/// An axis with its range in data units; a log range is positive.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    pub title: String,
    pub scale: AxisScale,
    pub range: [f64; 2],
}

/// What a series draws. Values that are not positive leave a gap on a log axis.
#[derive(Clone, Debug, PartialEq)]
pub enum Marks {
    /// One bar a bin over the x range.
    Bars(Vec<f64>),
    /// One level a bin over the x range, joined by steps.
    Steps(Vec<f64>),
    /// Straight lines between points `[x, y]`.
    Line(Vec<[f64; 2]>),
    /// A pale band between points `[x, low, high]`.
    Band(Vec<[f64; 3]>),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The name in the legend.
    pub name: String,
    pub ink: Ink,
    pub dash: Dash,
    pub marks: Marks,
}

/// One plot.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    pub title: String,
    pub x: Axis,
    pub y: Axis,
    pub series: Vec<Series>,
    /// What to say where there is nothing to draw yet.
    pub empty: String,
}

/// Panels side by side with signs between them, as in the paper's figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub panels: Vec<Panel>,
    /// The sign behind each panel but the last.
    pub signs: Vec<&'static str>,
    /// One line below: which run this is.
    pub caption: String,
}

/// A rectangle in pixels from the top left.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Area {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    Start,
    Middle,
    End,
}

/// Something to paint. Coordinates are pixels from the top left of the panel or figure.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    Rect {
        area: Area,
        ink: Ink,
        /// 0 to 1.
        opacity: f32,
    },
    Line {
        points: Vec<[f32; 2]>,
        ink: Ink,
        width: f32,
        dash: Dash,
    },
    Text {
        /// Where the anchor lies horizontally, and the vertical middle of the text.
        at: [f32; 2],
        anchor: Anchor,
        size: f32,
        strong: bool,
        /// Reads upwards: turned by a quarter to the left around `at`.
        upright: bool,
        ink: Ink,
        text: String,
    },
}

/// A panel after layout.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The plot itself, inside its axes.
    pub area: Area,
    pub shapes: Vec<Shape>,
}
