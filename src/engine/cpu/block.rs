//! What a training step does with one block of examples, and how blocks are shared among threads.

use super::run::Batch;
use super::{Aligned, BLOCK, Head, Scratch, backward, forward, reduce};
use crate::engine::Network;
use crate::ghm::Real;

/// Arrays of a block of at most [`BLOCK`] examples: from coordinates to a gradient.
#[derive(Default)]
pub(super) struct Block<T> {
    inputs: Aligned<T>,
    activations: Aligned<T>,
    /// Its part of the gradient with respect to every parameter.
    pub gradient: Vec<T>,
}

impl<T: Real> Block<T> {
    /// Takes the outputs of the `size` examples from `first` on, or as many as there are, to the head.
    pub fn pass(
        &mut self,
        batch: Batch<'_>,
        network: &Network,
        parameters: &[T],
        first: usize,
        size: usize,
        head: &mut Head<T>,
    ) {
        let Batch {
            step,
            indices,
            examples,
        } = batch;
        let indices = &indices[first..indices.len().min(first + size)];
        let n = indices.len();
        head.resize(step, n);
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
            head.targets[k] = of(examples.targets[index]);
            head.ignored[k] = examples.ignored[index];
        }
        forward(
            network,
            parameters,
            &self.inputs,
            &mut self.activations,
            &mut head.outputs,
        );
    }

    /// From the derivative with respect to the outputs to the gradient.
    pub fn learn(
        &mut self,
        network: &Network,
        parameters: &[T],
        head: &Head<T>,
        scratch: &mut Scratch<T>,
    ) {
        let deltas = &mut scratch.deltas;
        deltas.resize(self.activations.len());
        backward(
            network,
            parameters,
            &self.activations,
            &head.residuals,
            deltas,
        );
        reduce(
            network,
            &self.inputs,
            &self.activations,
            deltas,
            &head.residuals,
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
pub(super) fn on_workers<R: Send>(blocks: usize, work: impl FnOnce() -> R + Send) -> R {
    #[cfg(not(target_arch = "wasm32"))]
    if blocks >= WORTH_THREADS {
        return rayon::scope(|_| work());
    }
    #[cfg(target_arch = "wasm32")]
    let _ = blocks;
    work()
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
