//! Curves with noise and outliers, for regression.

use std::f64::consts::PI;

use super::Random;
use crate::ghm::choice;

/// Examples have an x within this distance of 0.
const REACH: f64 = 1.3;

choice! {
    /// A curve over x; it stays within 0.6 of 0.
    pub enum Curve {
        #[doc = "One and a half waves."]
        Sine = ("sine", "sine"),
        #[doc = "A jump at 0, which a smooth network can only round off."]
        Step = ("step", "jump"),
        #[doc = "Flat, but for a narrow bump: few examples lie on it."]
        Bump = ("bump", "bump"),
        #[doc = "Waves that become shorter to the right."]
        Chirp = ("chirp", "chirp"),
    }
}

choice! {
    /// Where outliers lie.
    pub enum Outliers {
        #[doc = "Above the curve: they pull the fit up."]
        OneSided = ("one-sided", "above the curve"),
        #[doc = "Above and below the curve alike."]
        TwoSided = ("two-sided", "on both sides"),
        #[doc = "On a second curve, the first one upside down."]
        SecondCurve = ("second-curve", "on a second curve"),
    }
}

impl Curve {
    /// The curve without noise.
    pub fn at(self, x: f64) -> f64 {
        match self {
            Self::Sine => 0.5 * libm::sin(1.15 * PI * x),
            Self::Step => {
                if x < 0.0 {
                    -0.4
                } else {
                    0.4
                }
            }
            Self::Bump => -0.4 + libm::exp(-(x / 0.2) * (x / 0.2)),
            Self::Chirp => {
                let along = x + REACH;
                0.45 * libm::sin(0.9 * PI * along * along)
            }
        }
    }

    /// Draws an x with its target, noise of standard deviation `noise` on the target.
    pub fn sample(self, noise: f64, random: &mut Random) -> [f32; 2] {
        let x = random.between(-REACH, REACH) as f32;
        let y = self.at(f64::from(x)) + noise * random.gaussian();
        [x, y as f32]
    }
}

impl Outliers {
    /// The target of an example that becomes an outlier.
    pub fn displace(self, curve: Curve, [x, y]: [f32; 2], random: &mut Random) -> f32 {
        let far = random.between(0.4, 0.9);
        let side = random.below(2);
        let y = f64::from(y);
        let moved = match self {
            Self::OneSided => y + far,
            Self::TwoSided if side == 0 => y - far,
            Self::TwoSided => y + far,
            Self::SecondCurve => y - 2.0 * curve.at(f64::from(x)),
        };
        moved as f32
    }
}
