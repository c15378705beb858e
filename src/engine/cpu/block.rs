//! What a training step does with one block of examples, and how blocks are shared among threads.

use super::{BLOCK, Head, backward, forward, reduce};
use crate::data::Split;
use crate::engine::{Network, Step};
use crate::ghm::{Real, Selection};

/// Arrays of a block of at most [`BLOCK`] examples: from coordinates to a gradient.
#[derive(Default)]
pub(super) struct Block<T> {
    inputs: Vec<T>,
    activations: Vec<T>,
    deltas: Vec<T>,
    /// Its part of the gradient with respect to every parameter.
    pub gradient: Vec<T>,
    pub head: Head<T>,
}

impl<T: Real> Block<T> {
    /// From examples to their gradient norms and their counts.
    pub fn look(
        &mut self,
        step: &Step,
        network: &Network,
        parameters: &[T],
        examples: &Split,
        indices: &[u32],
    ) {
        let n = indices.len();
        self.head.resize(step, n);
        for (array, rows) in [
            (&mut self.inputs, network.inputs()),
            (&mut self.activations, network.hidden_units()),
            (&mut self.deltas, network.hidden_units()),
        ] {
            array.resize(rows * n, T::ZERO);
        }
        self.gradient.resize(parameters.len(), T::ZERO);
        let of = |value: f32| T::of(f64::from(value));
        for (k, &index) in indices.iter().enumerate() {
            let index = index as usize;
            let point = &examples.points[index][..network.inputs()];
            for (row, &x) in point.iter().enumerate() {
                self.inputs[row * n + k] = of(x);
            }
            self.head.targets[k] = of(examples.targets[index]);
            self.head.ignored[k] = examples.ignored[index];
        }
        forward(
            network,
            parameters,
            &self.inputs,
            &mut self.activations,
            &mut self.head.outputs,
        );
        self.head.look(step);
    }

    /// From gradient norms and weights of the bins to the gradient.
    pub fn learn(
        &mut self,
        step: &Step,
        network: &Network,
        parameters: &[T],
        first: usize,
        selection: &Selection<T>,
        beta: &[T],
    ) {
        self.head.learn(step, first, selection, beta);
        backward(
            network,
            parameters,
            &self.activations,
            &self.head.residuals,
            &mut self.deltas,
        );
        reduce(
            network,
            &self.inputs,
            &self.activations,
            &self.deltas,
            &self.head.residuals,
            &mut self.gradient,
        );
    }
}

/// Threads that [`each`] can use.
pub fn threads() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    return rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    1
}

/// Calls `work` with each block and the index of its first example, on all threads where there are
/// blocks enough to be worth waking them. What comes out does not depend on their number.
pub(super) fn each<B: Send>(blocks: &mut [B], work: impl Fn(usize, &mut B) + Send + Sync) {
    let work = |(index, block): (usize, &mut B)| work(index * BLOCK, block);
    #[cfg(not(target_arch = "wasm32"))]
    {
        use rayon::prelude::*;
        const WORTH_A_THREAD: usize = 4;
        if blocks.len() >= 2 * WORTH_A_THREAD {
            let shared = blocks.par_iter_mut().enumerate();
            return shared.with_min_len(WORTH_A_THREAD).for_each(work);
        }
    }
    blocks.iter_mut().enumerate().for_each(work);
}
