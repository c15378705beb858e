//! The two floating-point types of the project behind one trait.
//!
//! Transcendental functions come from the `libm` crate or from here, and not from the platform, so that
//! native and wasm builds compute the same bits.

use std::fmt::{Debug, Display};
use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// `f32` or `f64`.
pub trait Real:
    Copy
    + Debug
    + Display
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + Send
    + Sync
    + 'static
{
    const ZERO: Self;
    const ONE: Self;

    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    fn to_f64(self) -> f64;
    /// The integer part of a value up to 2^31, 0 of a negative one.
    fn whole(self) -> u32;
    fn abs(self) -> Self;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    /// `ln(1 + x)` for x in [0, 1].
    fn ln_1p(self) -> Self;
    fn sqrt(self) -> Self;
    fn tanh(self) -> Self;

    /// The larger of two values that are not NaN.
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
}

macro_rules! real {
    ($type:ty, $exp:path, $ln:path, $ln_1p:path, $sqrt:path, $tanh:path) => {
        impl Real for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;

            #[inline]
            fn of(value: f64) -> Self {
                value as $type
            }
            #[inline]
            fn to_f64(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn whole(self) -> u32 {
                (self as i32).max(0) as u32
            }
            #[inline]
            fn abs(self) -> Self {
                <$type>::abs(self)
            }
            #[inline]
            fn exp(self) -> Self {
                $exp(self)
            }
            #[inline]
            fn ln(self) -> Self {
                $ln(self)
            }
            #[inline]
            fn ln_1p(self) -> Self {
                $ln_1p(self)
            }
            #[inline]
            fn sqrt(self) -> Self {
                $sqrt(self)
            }
            #[inline]
            fn tanh(self) -> Self {
                $tanh(self)
            }
        }
    };
}

real!(f32, exp_f32, libm::logf, ln_1p_f32, f32::sqrt, tanh_f32);
real!(
    f64,
    libm::exp,
    libm::log,
    libm::log1p,
    f64::sqrt,
    libm::tanh
);

/// `e^x` within two units in the last place, infinite and 0 where that is out of range. Without branches,
/// so that loops over it become vector code.
#[inline(always)]
fn exp_f32(x: f32) -> f32 {
    // 1.5 * 2^23: a small number that is added to it is rounded to a whole one, in the last bits.
    const SHIFT: f32 = 12_582_912.0;
    // ln 2 in two parts; the first has few enough bits for its multiples to be exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < -104.0 { -104.0 } else { x };
    let shifted = x * std::f32::consts::LOG2_E + SHIFT;
    let k = shifted - SHIFT;
    let r = (x - k * LN_2[0]) - k * LN_2[1];
    let mut series = 1.0 / 5040.0;
    for factorial in [720.0, 120.0, 24.0, 6.0, 2.0_f32] {
        series = series * r + 1.0 / factorial;
    }
    let series = series * r * r + r + 1.0;
    // In two steps, since 2^k itself may be out of range where the result is not.
    let k = shifted.to_bits() as i32 - SHIFT.to_bits() as i32;
    let half = k >> 1;
    let power = |k: i32| f32::from_bits(((k + 127) << 23) as u32);
    series * power(half) * power(k - half)
}

/// `ln(1 + x)` for x in [0, 1] within three units in the last place, as `2 atanh(x / (2 + x))`; without
/// branches.
#[inline(always)]
fn ln_1p_f32(x: f32) -> f32 {
    let s = x / (2.0 + x);
    let q = s * s;
    let mut series = 1.0 / 15.0;
    for odd in [13.0, 11.0, 9.0, 7.0, 5.0, 3.0_f32] {
        series = series * q + 1.0 / odd;
    }
    2.0 * (s + s * (series * q))
}

/// `tanh x` within six units in the last place, as a quotient of polynomials in x^2: the best of these degrees
/// in the relative error, which is 2e-9 before rounding. Without branches, and of the same terms as in
/// `shaders/math.wgsl`.
#[inline(always)]
fn tanh_f32(x: f32) -> f32 {
    // From here on it is 1 but for the last bits.
    const MOST: f32 = 7.9;
    let x = if x > MOST { MOST } else { x };
    let x = if x < -MOST { -MOST } else { x };
    let q = x * x;
    let mut above = -1.192_385_6e-13;
    for term in [
        6.482_619e-11,
        -2.252_507_2e-8,
        1.168_942_6e-5,
        3.153_638_7e-3,
        0.131_281_24,
        1.0_f32,
    ] {
        above = above * q + term;
    }
    let mut below = 2.619_318_3e-4;
    for term in [2.469_185e-2, 0.464_614_55, 1.0_f32] {
        below = below * q + term;
    }
    x * above / below
}

#[cfg(test)]
mod tests {
    use super::Real;

    #[test]
    fn the_exponential_is_that_of_libm_over_the_whole_range() {
        let mut worst = 0.0_f64;
        for i in -110_000..=95_000 {
            let x = i as f32 / 1000.0;
            let (got, want) = (f64::from(x.exp()), libm::exp(f64::from(x)));
            let normal = want > f64::from(f32::MIN_POSITIVE) && want < f64::from(f32::MAX);
            if normal {
                worst = worst.max((got - want).abs() / want);
            } else {
                assert!(
                    (got - want).abs() < 1e-44 || got.is_infinite(),
                    "{x}: {got} {want}"
                );
            }
        }
        assert!(worst < 1.5e-7, "{worst}");
        assert_eq!(
            [0.0, f32::NEG_INFINITY, f32::INFINITY].map(Real::exp),
            [1.0, 0.0, f32::INFINITY]
        );
        assert!(Real::exp(f32::NAN).is_nan());
    }

    #[test]
    fn the_hyperbolic_tangent_is_that_of_libm_everywhere() {
        let mut worst = 0.0_f64;
        for i in 1..=200_000 {
            for x in [i as f32 / 1e4, (-i as f32 / 2e3).exp()] {
                let (got, want) = (f64::from(Real::tanh(x)), libm::tanh(f64::from(x)));
                worst = worst.max((got - want).abs() / want);
                assert_eq!(Real::tanh(-x), -Real::tanh(x));
            }
        }
        assert!(worst < 4e-7, "{worst}");
        assert_eq!(Real::tanh(0.0_f32), 0.0);
        let [most, least] = [f32::INFINITY, f32::NEG_INFINITY].map(Real::tanh);
        assert!(0.999_999 < most && most <= 1.0 && least == -most);
        assert!(Real::tanh(f32::NAN).is_nan());
    }

    #[test]
    fn the_logarithm_is_that_of_libm_over_its_range() {
        let mut worst = 0.0_f64;
        for i in 0..=1_000_000 {
            for x in [i as f32 / 1e6, (-i as f32 / 1e4).exp()] {
                let (got, want) = (f64::from(Real::ln_1p(x)), libm::log1p(f64::from(x)));
                // What is smaller has fewer bits.
                worst = worst.max((got - want).abs() / want.max(f64::from(f32::MIN_POSITIVE)));
            }
        }
        assert!(worst < 2e-7, "{worst}");
        assert!(Real::ln_1p(f32::NAN).is_nan());
    }
}
