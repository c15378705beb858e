//! A loss of one output an example over outputs that are given, without a network.

use super::block::each;
use super::run::{GradientDensity, total};
use super::{BLOCK, Head, Scratch};
use crate::engine::Step;
use crate::ghm::{Real, Selection};

/// Examples of a head. Without a network's arrays more of them fit the cache, and runs of memory that are
/// longer are fetched ahead.
const HEAD: usize = 4 * BLOCK;

/// GHM over outputs and targets that stay in place; natively on all cores.
pub struct Harmonizer<T = f32> {
    heads: Vec<Head<T>>,
    scratches: Vec<Scratch<T>>,
    density: GradientDensity<T>,
}

impl<T: Real> Harmonizer<T> {
    /// Takes outputs `[n]` and targets `[n]` for steps of one output, of the bins of `step`.
    pub fn new(step: &Step, outputs: &[T], targets: &[T]) -> Self {
        let blocks = outputs.chunks(HEAD).zip(targets.chunks(HEAD));
        let heads = blocks.map(|(outputs, targets)| {
            let mut head = Head::default();
            head.resize(step, outputs.len());
            head.outputs.copy_from_slice(outputs);
            head.targets.copy_from_slice(targets);
            head
        });
        Self {
            heads: heads.collect(),
            scratches: Vec::new(),
            density: GradientDensity::default(),
        }
    }

    /// One mini-batch of all examples: updates the moving average and the derivative of the mean loss,
    /// which is returned.
    pub fn step(&mut self, step: &Step) -> T {
        let scratches = &mut self.scratches;
        each(&mut self.heads, HEAD, scratches, |_, head, scratch| {
            head.look(step, scratch);
        });
        self.density.update(step, self.heads.iter());
        let (everything, beta) = (Selection::everything(), &self.density.beta);
        let scratches = &mut self.scratches;
        each(&mut self.heads, HEAD, scratches, |first, head, scratch| {
            head.learn(step, first, &everything, beta, scratch);
        });
        let loss = total(self.heads.iter().map(|head| head.loss));
        loss / T::of(f64::from(step.valid.max(1)))
    }

    /// Derivative of the mean loss with respect to every output, in their order.
    pub fn residuals(&self) -> impl Iterator<Item = T> {
        self.heads
            .iter()
            .flat_map(|head| head.residuals.iter())
            .copied()
    }
}
