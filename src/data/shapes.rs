//! Where positives and negatives lie in the plane.

use std::f64::consts::{PI, TAU};

use super::Random;
use crate::ghm::choice;

choice! {
    /// A toy dataset in the plane; both classes lie within about 1 of the origin.
    pub enum Shape {
        #[doc = "Two interleaved half circles."]
        Moons = ("moons", "moons"),
        #[doc = "A blob of positives among three blobs of negatives."]
        Blobs = ("blobs", "blobs"),
        #[doc = "A small ring of positives inside a ring of negatives."]
        Rings = ("rings", "rings"),
        #[doc = "Two spiral arms, one a class."]
        Spiral = ("spiral", "spiral"),
        #[doc = "Opposite quadrants share a class."]
        Xor = ("xor", "xor"),
        #[doc = "Two wide Gaussians that overlap: no boundary is free of errors."]
        Overlap = ("overlap", "overlap"),
    }
}

impl Shape {
    /// Draws one example of a class, with Gaussian noise of standard deviation `noise`.
    pub fn sample(self, positive: bool, noise: f64, random: &mut Random) -> [f32; 2] {
        let [x, y] = self.center(positive, random);
        let spread = if self == Self::Overlap { 0.35 } else { 0.0 } + noise;
        [
            (x + spread * random.gaussian()) as f32,
            (y + spread * random.gaussian()) as f32,
        ]
    }

    fn center(self, positive: bool, random: &mut Random) -> [f64; 2] {
        let polar =
            |radius: f64, angle: f64| [radius * libm::cos(angle), radius * libm::sin(angle)];
        match self {
            Self::Moons => {
                let [x, y] = polar(0.7, random.between(0.0, PI));
                if positive {
                    [0.35 - x, 0.15 - y]
                } else {
                    [x - 0.35, y - 0.15]
                }
            }
            Self::Blobs => {
                if positive {
                    [0.0, 0.0]
                } else {
                    polar(0.8, PI / 2.0 + TAU / 3.0 * f64::from(random.below(3)))
                }
            }
            Self::Rings => polar(if positive { 0.35 } else { 0.9 }, random.between(0.0, TAU)),
            Self::Spiral => {
                // Uniform along the arm's length, not its angle.
                let turn = libm::sqrt(random.uniform());
                let start = if positive { PI } else { 0.0 };
                polar(0.1 + 0.9 * turn, start + 1.25 * TAU * turn)
            }
            Self::Xor => {
                let (x, y) = (random.between(0.1, 0.9), random.between(0.1, 0.9));
                let side = if random.below(2) == 0 { 1.0 } else { -1.0 };
                [side * x, if positive { side * y } else { -side * y }]
            }
            Self::Overlap => [if positive { 0.35 } else { -0.35 }, 0.0],
        }
    }
}
