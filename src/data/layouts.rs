//! Where several classes lie in the plane.

use std::f64::consts::{PI, TAU};

use super::Random;
use crate::ghm::choice;

choice! {
    /// A toy dataset of 3 to 5 classes in the plane; all lie within about 1 of the origin.
    pub enum Layout {
        #[doc = "The first class in the middle, the others in blobs around it."]
        Blobs = ("blobs", "blobs"),
        #[doc = "Rings around each other, the first class outermost."]
        Rings = ("rings", "rings"),
        #[doc = "Spiral arms, one a class."]
        Spiral = ("spiral", "spiral"),
        #[doc = "Sectors of a disc: every two neighbours share a boundary."]
        Sectors = ("sectors", "sectors"),
        #[doc = "Wide Gaussians on a circle: no boundary is free of errors."]
        Overlap = ("overlap", "overlap"),
    }
}

impl Layout {
    /// Draws one example of class 0 to `classes - 1`, with Gaussian noise of standard deviation
    /// `noise`.
    pub fn sample(self, class: usize, classes: usize, noise: f64, random: &mut Random) -> [f32; 2] {
        let [x, y] = self.center(class as f64, classes as f64, random);
        let spread = if self == Self::Overlap { 0.3 } else { 0.0 } + noise;
        [
            (x + spread * random.gaussian()) as f32,
            (y + spread * random.gaussian()) as f32,
        ]
    }

    fn center(self, class: f64, classes: f64, random: &mut Random) -> [f64; 2] {
        let polar =
            |radius: f64, angle: f64| [radius * libm::cos(angle), radius * libm::sin(angle)];
        let turn = class / classes;
        match self {
            Self::Blobs if class == 0.0 => [0.0, 0.0],
            Self::Blobs => polar(0.75, PI / 2.0 + TAU * (class - 1.0) / (classes - 1.0)),
            Self::Rings => polar(0.95 * (1.0 - turn), random.between(0.0, TAU)),
            Self::Spiral => {
                // Uniform along the arm's length, not its angle.
                let along = libm::sqrt(random.uniform());
                polar(0.1 + 0.9 * along, TAU * turn + 0.8 * TAU * along)
            }
            Self::Sectors => {
                let radius = libm::sqrt(random.uniform());
                polar(radius, PI / 2.0 + TAU * (turn + random.uniform() / classes))
            }
            Self::Overlap => polar(0.45, PI / 2.0 + TAU * turn),
        }
    }
}
