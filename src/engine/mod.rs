//! Training: two engines of the same kernels, and the trainer that drives either.
//!
//! A batch goes `forward -> gradient_norm -> histogram -> density -> reweight -> backward ->
//! reduce -> update`. Each of these is a WGSL kernel in `shaders/` and a Rust twin of the same name; behind the
//! kernel `reduce` the kernel `total` adds up what its lanes left, which the twin does by itself.

mod arrived;
mod checkpoint;
mod compute;
pub mod cpu;
mod exact;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod memory;
mod network;
mod scores;
mod snapshot;
mod step;
mod trainer;

use std::fmt;

pub use checkpoint::{Checkpoint, Forgotten, Place};
pub use compute::Compute;
pub use exact::ExactDensity;
pub use network::{Layer, NamedArray, Network};
pub use scores::{Evaluation, ExampleGradient, Outputs, Scores};
pub use snapshot::{DecisionMap, Snapshot, Update};
pub use step::{ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON, Clocks, MAX_CLASSES, Step};
pub use trainer::Trainer;

use crate::data::Dataset;
use crate::ghm::Average;

/// Examples of a split that loss and average precision are computed on, at most: the first ones,
/// which are a random sample, since splits are shuffled.
pub const EVALUATION_LIMIT: usize = 100_000;

/// Examples from which on a look at all of them is worth a look at the clock.
const LARGE: usize = 1 << 14;

/// Rows and columns of the decision map.
pub const MAP_SIZE: usize = 96;

/// Points of a regression's fit.
pub const FIT_POINTS: usize = 256;

/// What a reading should hold beside the statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Outputs for the training and test examples.
    pub evaluate: bool,
    /// Outputs on the grid of the data plane.
    pub map: bool,
    /// Gradient norms of the last mini-batch.
    pub gradient_norms: bool,
    /// Parameters and the optimizer's moments.
    pub parameters: bool,
}

/// The state after the last step that was submitted before the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    /// Mean loss of the last mini-batch, as its weights had it.
    pub loss: f32,
    /// One entry a bin.
    pub counts: Vec<u32>,
    pub average: Average<f32>,
    pub density: Vec<f32>,
    pub beta: Vec<f32>,
    /// Of each class, over the last mini-batch; of one in a regression.
    pub classes: Vec<ClassStatistics>,
    /// Outputs `[n, K]` for the training and for the test examples, up to [`EVALUATION_LIMIT`] each.
    pub outputs: Option<[Vec<f32>; 2]>,
    /// Outputs `[points, K]` for [`map_points`].
    pub map: Option<Vec<f32>>,
    /// Gradient norms of the last mini-batch, as the histogram counts them, `[K, n]` where every entry
    /// counts; below 0 for ignored examples.
    pub gradient_norms: Option<Vec<f32>>,
    /// Flat parameters `[p]` and moments `[2, p]`.
    pub parameters: Option<[Vec<f32>; 2]>,
}

/// What the examples of one class bring to the panels; vectors have one entry a bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ClassStatistics {
    /// Gradient norms in each bin.
    pub counts: Vec<u32>,
    /// Total contribution under each loss of the task, as `Loss::of` lists them.
    pub contribution: Vec<Vec<f32>>,
}

/// Why an engine cannot do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError(pub String);

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for EngineError {}

/// Which engine runs, and on what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendInfo {
    /// "cpu", "vulkan", "metal", "dx12" or "webgpu".
    pub kind: &'static str,
    /// The adapter's own name, or what the CPU engine is.
    pub adapter: String,
}

/// What a submission took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Timing {
    pub steps: u32,
    /// Seconds of the device, as closely as they can be told.
    pub seconds: f64,
}

/// Something that trains. Work is queued; results come back through [`Engine::poll`].
pub trait Engine {
    fn info(&self) -> &BackendInfo;

    /// From now on all that is queued waits for [`Engine::work`], of which a call works so many seconds at most, or a
    /// piece. For engines that work in the calls.
    fn work_in_slices(&mut self, _seconds: f64) {}

    /// Works on what is queued, where nothing does that by itself.
    fn work(&mut self) {}

    /// Queues training steps, in one submission. `indices` are the examples of all their
    /// mini-batches; each step says where its own begin.
    ///
    /// # Errors
    /// When a mini-batch does not fit the device; nothing was queued then.
    fn train(&mut self, steps: &[Step], indices: &[u32]) -> Result<(), EngineError>;

    /// Overwrites parameters `[p]`, the optimizer's moments `[2, p]` and the moving average.
    fn restore(&mut self, parameters: &[f32], moments: &[f32], average: &Average<f32>);

    /// Starts the moving average from zero.
    fn reset_density(&mut self);

    /// Forgets the optimizer's moments.
    fn reset_optimizer(&mut self);

    /// Queues a reading of the present state. Readings arrive in the order of their requests.
    fn request(&mut self, request: Request);

    /// The next finished reading, without waiting.
    ///
    /// # Errors
    /// When the device failed; the message says how.
    fn poll(&mut self) -> Result<Option<Reading>, EngineError>;

    /// Submissions that the device has not finished.
    fn in_flight(&mut self) -> usize;

    /// What the next finished submission took.
    fn take_timing(&mut self) -> Option<Timing>;

    /// Waits for any submission in flight, at most so many seconds; not at all where the platform
    /// cannot wait.
    fn wait_for_room(&mut self, seconds: f64);

    /// Waits for the device, where the platform can wait.
    fn wait(&mut self);
}

/// The points whose outputs make the decision map, row by row from the bottom left; of a regression
/// those of the fit, from the left.
pub fn map_points(inputs: usize) -> Vec<[f32; 2]> {
    let at = |i: usize, of: usize| {
        let share = (i as f32 + 0.5) / of as f32;
        (2.0 * share - 1.0) * crate::data::PLANE
    };
    match inputs {
        1 => (0..FIT_POINTS).map(|i| [at(i, FIT_POINTS), 0.0]).collect(),
        _ => (0..MAP_SIZE * MAP_SIZE)
            .map(|i| [at(i % MAP_SIZE, MAP_SIZE), at(i / MAP_SIZE, MAP_SIZE)])
            .collect(),
    }
}

/// The points that an evaluation asks for: training, then test.
pub fn evaluation_points(data: &Dataset) -> [&[[f32; 2]]; 2] {
    [&data.train, &data.test].map(|split| &split.points[..split.len().min(EVALUATION_LIMIT)])
}
