//! The CPU engine: one twin a kernel, the fallback where nothing else computes, and the oracle of
//! the tests. Generic over the float type; training uses `f32`, checks of the mathematics `f64`.

mod block;
mod contributions;
mod engine;
mod gradients;
mod harmonizer;
mod head;
mod lanes;
mod passes;
mod run;
mod update;

pub use block::threads;
pub use contributions::contributions;
pub use engine::{CpuEngine, info};
pub use gradients::{Gradients, Targets, gradient_norm, reweight};
pub use harmonizer::Harmonizer;
pub use head::{Head, Scratch};
pub use lanes::{Aligned, BLOCK, sum};
pub use passes::{backward, forward, predict, reduce};
pub(in crate::engine) use run::MOST_KEPT;
pub use update::update;
