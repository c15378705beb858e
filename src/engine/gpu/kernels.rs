//! The table of kernels: which files make each one, which arrays it binds, how many workgroups it
//! needs. Pipelines, bind groups and the tests all come from this one list.

use super::layout::{MAX_LOSSES, NetworkTable};
use crate::engine::MAX_CLASSES;
use crate::engine::Step;
use crate::ghm::{Loss, MAX_BINS, Task};

/// Invocations of a workgroup, `LANES` in the shaders.
pub(super) const LANES: u32 = 64;

/// Workgroups in one dimension that every device has room for.
const MOST_IN_A_ROW: u32 = 65_535;

/// Examples that a workgroup of the histogram counts: enough to be worth its own counters.
const HISTOGRAM_RUN: u32 = 512;

/// An array on the device. n examples in the mini-batch, p parameters, i inputs, u hidden units, K
/// outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Array {
    /// Indices of the examples of all mini-batches of a submission.
    Order,
    /// The training data, one [`super::Example`] each.
    Examples,
    /// `[p]`
    Parameters,
    /// `[i + u, n]`: coordinates, then hidden units.
    Activations,
    /// `[K, n]`
    Outputs,
    /// `[2, n]`: the class or the target of a regression, then 1 for an ignored example.
    Targets,
    /// `[n]`: log-odds against the true class, or differences from the target.
    Errors,
    /// `[n]`, `[K, n]` where every entry counts.
    GradientNorms,
    /// Counts on their way from `histogram` to `density`; zero between steps.
    Tally,
    /// One [`super::Statistics`].
    Statistics,
    /// `[n]`: reformulated gradient norms.
    Norms,
    /// `[u + K, n]`: hidden units, then the residuals of the outputs.
    Deltas,
    /// `[n]`, weighted.
    Losses,
    /// `[slices * LANES, p + 1]`: sums over parts of the mini-batch, for the gradient and the loss.
    Sums,
    /// `[p]`
    Gradient,
    /// `[2, p]`
    Moments,
    /// Points of training, test and map to predict.
    Points,
    /// `[points, K]`
    Predictions,
}

impl Array {
    pub const ALL: [Self; 18] = [
        Self::Order,
        Self::Examples,
        Self::Parameters,
        Self::Activations,
        Self::Outputs,
        Self::Targets,
        Self::Errors,
        Self::GradientNorms,
        Self::Tally,
        Self::Statistics,
        Self::Norms,
        Self::Deltas,
        Self::Losses,
        Self::Sums,
        Self::Gradient,
        Self::Moments,
        Self::Points,
        Self::Predictions,
    ];
}

/// What the number of workgroups follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grid {
    /// An invocation for each example, or point, of the step.
    Examples,
    /// A workgroup for each run of gradient norms.
    Runs,
    One,
    /// A workgroup for each tile of weights and one for the loss, of each slice of the mini-batch.
    Tiles,
    /// An invocation for each parameter and one for the loss.
    Sums,
    /// An invocation for each parameter.
    Parameters,
    /// A workgroup for each bin and class.
    Bins,
}

impl Grid {
    /// Workgroups in x and y.
    pub fn groups(self, step: &Step, network: &NetworkTable) -> [u32; 2] {
        match self {
            Self::Examples => {
                let groups = step.examples.div_ceil(LANES);
                let rows = groups.div_ceil(MOST_IN_A_ROW).max(1);
                [groups.div_ceil(rows), rows]
            }
            // More than fit count more than a run each.
            Self::Runs => {
                let runs = (step.examples * step.entries).div_ceil(HISTOGRAM_RUN);
                [runs.min(MOST_IN_A_ROW), 1]
            }
            Self::One => [1, 1],
            Self::Tiles => [network.tiles() + 1, network.slices(step.examples)],
            Self::Sums => [(network.parameters + 1).div_ceil(LANES), 1],
            Self::Parameters => [network.parameters.div_ceil(LANES), 1],
            Self::Bins => [step.bins, step.classes],
        }
    }
}

/// One kernel of `shaders/`; its entry point has its name. Bindings 0 and 1 are the uniforms
/// `Step` and `NetworkTable`, the arrays follow from [`Kernel::FIRST_ARRAY`] on.
#[derive(Debug)]
pub struct Kernel {
    pub name: &'static str,
    /// Files of `shaders/` without their ending; the kernel's own comes last.
    pub files: &'static [&'static str],
    /// Those files, one after the other.
    pub source: &'static str,
    /// Arrays by binding, and whether the kernel writes them.
    pub arrays: &'static [(Array, bool)],
    pub grid: Grid,
}

impl Kernel {
    pub const FIRST_ARRAY: u32 = 2;

    /// The kernel of this name.
    pub fn named(name: &str) -> Option<(usize, &'static Self)> {
        KERNELS
            .iter()
            .enumerate()
            .find(|(_, kernel)| kernel.name == name)
    }
}

macro_rules! kernels {
    (@writes read) => { false };
    (@writes write) => { true };
    ($($name:literal: [$($file:literal),*], [$($array:ident $access:ident),*], $grid:ident;)+) => {
        /// Every kernel: first those of a step in their order, then those of a reading.
        pub const KERNELS: &[Kernel] = &[$(Kernel {
            name: $name,
            files: &[$($file,)* $name],
            source: concat!(
                $(include_str!(concat!("../../../shaders/", $file, ".wgsl")), "\n",)*
                include_str!(concat!("../../../shaders/", $name, ".wgsl"))
            ),
            arrays: &[$((Array::$array, kernels!(@writes $access))),*],
            grid: Grid::$grid,
        }),+];
    };
}

kernels! {
    "forward": ["step", "math", "network", "tile"],
        [Order read, Examples read, Parameters read, Activations write, Outputs write,
         Targets write],
        Examples;
    "gradient_norm": ["step", "math", "regression", "softmax"],
        [Outputs read, Targets read, Errors write, GradientNorms write],
        Examples;
    "histogram": ["step", "math", "regression", "loss", "statistics"],
        [GradientNorms read, Tally write],
        Runs;
    "density": ["step", "math", "regression", "loss", "statistics"],
        [Tally write, Statistics write],
        One;
    "select_hardest": ["step", "math", "regression", "loss", "statistics"],
        [Errors read, Statistics write],
        One;
    "reweight": ["step", "math", "network", "softmax", "regression", "loss", "statistics", "seen"],
        [Outputs read, Targets read, Errors read, GradientNorms read, Statistics read,
         Norms write, Deltas write, Losses write],
        Examples;
    "backward": ["step", "math", "network", "tile"],
        [Parameters read, Activations read, Deltas write],
        Examples;
    "reduce": ["step", "math", "network"],
        [Activations read, Deltas read, Losses read, Sums write],
        Tiles;
    "total": ["step", "math", "network", "regression", "loss", "statistics"],
        [Sums read, Gradient write, Statistics write],
        Sums;
    "update": ["step", "math", "network"],
        [Gradient read, Parameters write, Moments write],
        Parameters;
    "contribution": ["step", "math", "regression", "loss", "statistics", "seen"],
        [Targets read, Errors read, GradientNorms read, Statistics write],
        Bins;
    "predict": ["step", "math", "network", "tile"],
        [Points read, Parameters read, Predictions write],
        Examples;
}

/// How many kernels of [`KERNELS`] make a training step.
pub(super) const STEP_KERNELS: usize = 10;
/// Where the kernel that only one loss needs is in [`KERNELS`].
pub(super) const SELECT_HARDEST: usize = 4;
/// Where the kernels of a reading are in [`KERNELS`].
pub(super) const CONTRIBUTION: usize = 10;
pub(super) const PREDICT: usize = 11;
/// Where the kernels are that take outputs to the derivative of the mean loss with respect to them.
pub(super) const HARMONIZING: [usize; 4] = [1, 2, 3, 5];

// The shaders' constants of the same meaning.
const _: () = assert!(MAX_BINS == 256 && MAX_CLASSES == 5 && MAX_LOSSES == 5);
const _: () = assert!(Loss::GhmR as u32 == 8 && Task::Regression as u32 == 2);
