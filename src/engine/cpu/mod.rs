//! The CPU engine: one twin a kernel, the fallback where nothing else computes, and the oracle of
//! the tests. Generic over the float type; training uses `f32`, checks of the mathematics `f64`.

mod engine;
mod gradients;
mod passes;
mod update;

pub use engine::CpuEngine;
pub use gradients::{Gradients, Targets, contributions, gradient_norm, look, reweight};
pub use passes::{backward, forward, predict, reduce, sum};
pub use update::update;
