//! The two floating-point types of the project behind one trait.
//!
//! Transcendental functions come from the `libm` crate and not from the platform, so that native
//! and wasm builds compute the same bits.

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
    + 'static
{
    const ZERO: Self;
    const ONE: Self;

    /// The nearest value of this type.
    fn of(value: f64) -> Self;
    fn to_f64(self) -> f64;
    /// The integer part of a value that is not negative.
    fn index(self) -> usize;
    fn abs(self) -> Self;
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn ln_1p(self) -> Self;
    fn sqrt(self) -> Self;

    /// The larger of two values that are not NaN.
    fn max(self, other: Self) -> Self {
        if self > other { self } else { other }
    }
}

macro_rules! real {
    ($type:ty, $exp:ident, $ln:ident, $ln_1p:ident, $sqrt:ident) => {
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
            fn index(self) -> usize {
                self as usize
            }
            #[inline]
            fn abs(self) -> Self {
                <$type>::abs(self)
            }
            #[inline]
            fn exp(self) -> Self {
                libm::$exp(self)
            }
            #[inline]
            fn ln(self) -> Self {
                libm::$ln(self)
            }
            #[inline]
            fn ln_1p(self) -> Self {
                libm::$ln_1p(self)
            }
            #[inline]
            fn sqrt(self) -> Self {
                libm::$sqrt(self)
            }
        }
    };
}

real!(f32, expf, logf, log1pf, sqrtf);
real!(f64, exp, log, log1p, sqrt);
