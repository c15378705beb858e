//! The mathematics of the Gradient Harmonizing Mechanism, generic over `f32` and `f64`.
//!
//! Li, Liu, Wang: "Gradient Harmonized Single-stage Detector", AAAI 2019 (arXiv 1811.05181).
//! Nothing here allocates during training, touches a device or knows a file format.

mod choice;
mod contribution;
mod density;
mod gradient;
mod loss;
mod metrics;
mod real;

pub(crate) use choice::choice;
pub use contribution::{contribution, line_deviation};
pub use density::{
    Convention, DensityRule, EmaClock, LEAST_DENSITY, Normaliser, density, hit_bins,
};
pub use gradient::{bin, cross_entropy, direction, gradient_norm, histogram, sigmoid};
pub use loss::Loss;
pub use metrics::average_precision;
pub use real::Real;

/// Most bins a histogram may have; the GPU kernels lay their buffers out for this many.
pub const MAX_BINS: usize = 256;
