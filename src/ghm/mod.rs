//! The mathematics of the Gradient Harmonizing Mechanism, generic over `f32` and `f64`.
//!
//! Li, Liu, Wang: "Gradient Harmonized Single-stage Detector", AAAI 2019 (arXiv 1811.05181).
//! Nothing here allocates during training, touches a device or knows a file format.

mod choice;
mod contribution;
mod density;
mod exact;
mod gradient;
mod loss;
mod metrics;
mod real;
mod regression;
mod selection;
mod softmax;

pub(crate) use choice::choice;
pub use contribution::{contribution, line_deviation, share_within};
pub use density::{Average, Convention, DensityRule, LEAST_DENSITY, Normaliser, density, hit_bins};
pub use exact::{Window, exact_density};
pub use gradient::{
    IGNORED, bin, cross_entropy, direction, gradient_norm, histogram, is_ignored, sigmoid, softplus,
};
pub use loss::{ClassBalance, Loss, LossRule, Seen, Task, class_weights, focal_weight};
pub use metrics::{
    ABOVE_HALF, CALIBRATION_BINS, CalibrationBin, Confusion, Operating, Ranking, Threshold,
    effective_sample_size, expected_calibration_error, first_largest, interval, reliability,
};
pub use real::Real;
pub use regression::{asl1, asl1_norm, smooth_l1};
pub use selection::{Selection, kept_examples, select_hardest, select_hardest_within};
pub use softmax::{entry_norms, softmax, softmax_log_odds};

/// Most bins a histogram may have; the GPU kernels lay their buffers out for this many.
pub const MAX_BINS: usize = 256;
