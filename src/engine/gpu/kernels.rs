//! The table of kernels: which files make each one, which arrays it binds, how many workgroups it
//! needs. Pipelines, bind groups and the tests all come from this one list.

use crate::engine::Step;
use crate::ghm::{Loss, MAX_BINS};

/// Invocations of a workgroup, `LANES` in the shaders.
pub(super) const LANES: u32 = 64;

/// Examples that a workgroup of the histogram counts: enough to be worth its own counters.
const HISTOGRAM_RUN: u32 = 512;

/// An array on the device. n examples in the mini-batch, p parameters, u hidden units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Array {
    /// Indices of the examples of all mini-batches of a submission.
    Order,
    /// The training data, one [`super::Example`] each.
    Examples,
    /// `[p]`
    Parameters,
    /// `[2 + u, n]`: coordinates, then hidden units.
    Activations,
    /// `[n]`
    Logits,
    /// `[n]`, 1 for a positive.
    Labels,
    /// `[n]`
    GradientNorms,
    /// Counts on their way from `histogram` to `density`; zero between steps.
    Tally,
    /// One [`super::Statistics`].
    Statistics,
    /// `[n]`
    Weights,
    /// `[u + 1, n]`: hidden units, then the logit's residuals.
    Deltas,
    /// `[n]`, weighted.
    Losses,
    /// `[p]`
    Gradient,
    /// `[2, p]`
    Moments,
    /// Points of training, test and map to predict.
    Points,
    /// A logit for each point.
    Predictions,
}

impl Array {
    pub const ALL: [Self; 16] = [
        Self::Order,
        Self::Examples,
        Self::Parameters,
        Self::Activations,
        Self::Logits,
        Self::Labels,
        Self::GradientNorms,
        Self::Tally,
        Self::Statistics,
        Self::Weights,
        Self::Deltas,
        Self::Losses,
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
    /// A workgroup for each run of examples.
    Runs,
    One,
    /// A workgroup for each parameter and one for the loss.
    Sums,
    /// An invocation for each parameter.
    Parameters,
    /// A workgroup for each bin.
    Bins,
}

impl Grid {
    /// Workgroups in x and y.
    pub fn groups(self, step: &Step, parameters: u32) -> [u32; 2] {
        match self {
            Self::Examples => [step.examples.div_ceil(LANES), 1],
            Self::Runs => [step.examples.div_ceil(HISTOGRAM_RUN), 1],
            Self::One => [1, 1],
            Self::Sums => [parameters + 1, 1],
            Self::Parameters => [parameters.div_ceil(LANES), 1],
            Self::Bins => [step.bins, 1],
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
    "forward": ["step", "math", "network"],
        [Order read, Examples read, Parameters read, Activations write, Logits write, Labels write],
        Examples;
    "gradient_norm": ["step", "math"],
        [Logits read, Labels read, GradientNorms write],
        Examples;
    "histogram": ["step", "math", "loss", "statistics"],
        [GradientNorms read, Tally write],
        Runs;
    "density": ["step", "math", "loss", "statistics"],
        [Tally write, Statistics write],
        One;
    "select_hardest": ["step", "math", "loss", "statistics"],
        [Logits read, Labels read, Statistics write],
        One;
    "reweight": ["step", "math", "network", "loss", "statistics", "seen"],
        [Logits read, Labels read, GradientNorms read, Statistics read, Weights write,
         Deltas write, Losses write],
        Examples;
    "backward": ["step", "math", "network"],
        [Parameters read, Activations read, Deltas write],
        Examples;
    "reduce": ["step", "math", "network", "loss", "statistics", "sum"],
        [Activations read, Deltas read, Losses read, Gradient write, Statistics write],
        Sums;
    "update": ["step", "math", "network"],
        [Gradient read, Parameters write, Moments write],
        Parameters;
    "contribution": ["step", "math", "loss", "statistics", "seen", "sum"],
        [Logits read, Labels read, GradientNorms read, Statistics write],
        Bins;
    "predict": ["step", "math", "network"],
        [Points read, Parameters read, Predictions write],
        Examples;
}

/// How many kernels of [`KERNELS`] make a training step.
pub(super) const STEP_KERNELS: usize = 9;
/// Where the kernel that only one loss needs is in [`KERNELS`].
pub(super) const SELECT_HARDEST: usize = 4;
/// Where the kernels of a reading are in [`KERNELS`].
pub(super) const CONTRIBUTION: usize = 9;
pub(super) const PREDICT: usize = 10;

// The shaders' constants of the same meaning.
const _: () = assert!(MAX_BINS == 256 && Loss::ALL.len() == 5);
