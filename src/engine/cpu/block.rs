//! What a training step does with one block of examples, and how blocks are shared among threads.

use super::{Aligned, BLOCK, Head, Scratch, backward, forward, reduce};
use crate::data::Split;
use crate::engine::{Network, Step};
use crate::ghm::{Real, Selection};

/// Arrays of a block of at most [`BLOCK`] examples: from coordinates to a gradient.
#[derive(Default)]
pub(super) struct Block<T> {
    inputs: Aligned<T>,
    activations: Aligned<T>,
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
        scratch: &mut Scratch<T>,
    ) {
        let n = indices.len();
        self.head.resize(step, n);
        for (array, rows) in [
            (&mut self.inputs, network.inputs()),
            (&mut self.activations, network.hidden_units()),
        ] {
            array.resize(rows * n);
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
        self.head.look(step, scratch);
    }

    /// From gradient norms and weights of the bins to the gradient.
    #[expect(clippy::too_many_arguments, reason = "all that a step has come to")]
    pub fn learn(
        &mut self,
        step: &Step,
        network: &Network,
        parameters: &[T],
        first: usize,
        selection: &Selection<T>,
        beta: &[T],
        scratch: &mut Scratch<T>,
    ) {
        self.head.learn(step, first, selection, beta, scratch);
        let deltas = &mut scratch.deltas;
        deltas.resize(self.activations.len());
        backward(
            network,
            parameters,
            &self.activations,
            &self.head.residuals,
            deltas,
        );
        reduce(
            network,
            &self.inputs,
            &self.activations,
            deltas,
            &self.head.residuals,
            &mut self.gradient,
        );
    }
}

/// Examples of the blocks of a mini-batch: many, since each block takes its time, but not so many that a
/// mini-batch has too few for the threads. It must not depend on how many threads there are.
pub(super) fn block_size(examples: usize) -> usize {
    if examples >= 16 * BLOCK {
        BLOCK
    } else {
        BLOCK / 2
    }
}

/// Threads that [`each`] can use.
pub fn threads() -> usize {
    #[cfg(not(target_arch = "wasm32"))]
    return rayon::current_num_threads();
    #[cfg(target_arch = "wasm32")]
    1
}

/// Blocks from which on other threads are worth waking.
#[cfg(not(target_arch = "wasm32"))]
const WORTH_THREADS: usize = 8;

/// Calls `work` where calls of [`each`] over so many blocks find threads awake: a thread that sleeps takes
/// longer to wake than a step may take.
pub(super) fn on_workers(blocks: usize, work: impl FnOnce() + Send) {
    #[cfg(not(target_arch = "wasm32"))]
    if blocks >= WORTH_THREADS {
        return rayon::scope(|_| work());
    }
    #[cfg(target_arch = "wasm32")]
    let _ = blocks;
    work();
}

/// Calls `work` with each block, of so many examples, the index of its first one and a scratch, on all threads
/// where there are blocks enough. What comes out does not depend on the number of threads.
pub(super) fn each<B: Send, T: Real>(
    blocks: &mut [B],
    examples: usize,
    scratches: &mut Vec<Scratch<T>>,
    work: impl Fn(usize, &mut B, &mut Scratch<T>) + Send + Sync,
) {
    #[cfg(not(target_arch = "wasm32"))]
    if blocks.len() >= WORTH_THREADS {
        use rayon::prelude::*;
        // More groups than threads: one that is held up leaves its share to the others.
        let groups = (4 * threads()).min(blocks.len());
        let size = blocks.len().div_ceil(groups);
        scratches.resize_with(groups.max(scratches.len()), Scratch::default);
        let groups = blocks.par_chunks_mut(size).zip(scratches).enumerate();
        return groups.for_each(|(group, (blocks, scratch))| {
            for (index, block) in blocks.iter_mut().enumerate() {
                work((group * size + index) * examples, block, scratch);
            }
        });
    }
    scratches.resize_with(scratches.len().max(1), Scratch::default);
    for (index, block) in blocks.iter_mut().enumerate() {
        work(index * examples, block, &mut scratches[0]);
    }
}
