//! A loss of one output an example over outputs that are given, without a network.

use super::block::each;
use super::engine::{GradientDensity, total};
use super::{BLOCK, Head};
use crate::engine::Step;
use crate::ghm::{Real, Selection};

/// GHM over outputs and targets that stay in place; natively on all cores.
pub struct Harmonizer<T = f32> {
    heads: Vec<Head<T>>,
    density: GradientDensity<T>,
}

impl<T: Real> Harmonizer<T> {
    /// Takes outputs `[n]` and targets `[n]` for steps of one output, of the bins of `step`.
    pub fn new(step: &Step, outputs: &[T], targets: &[T]) -> Self {
        let blocks = outputs.chunks(BLOCK).zip(targets.chunks(BLOCK));
        let heads = blocks.map(|(outputs, targets)| {
            let mut head = Head::default();
            head.resize(step, outputs.len());
            head.outputs.copy_from_slice(outputs);
            head.targets.copy_from_slice(targets);
            head
        });
        Self {
            heads: heads.collect(),
            density: GradientDensity::default(),
        }
    }

    /// One mini-batch of all examples: updates the moving average and the derivative of the mean loss,
    /// which is returned.
    pub fn step(&mut self, step: &Step) -> T {
        each(&mut self.heads, |_, head| head.look(step));
        self.density.update(step, self.heads.iter());
        let (everything, beta) = (Selection::everything(), &self.density.beta);
        each(&mut self.heads, |first, head| {
            head.learn(step, first, &everything, beta);
        });
        let loss = total(self.heads.iter().map(|head| head.loss));
        loss / T::of(f64::from(step.valid.max(1)))
    }

    /// Derivative of the mean loss with respect to every output, in their order.
    pub fn residuals(&self) -> impl Iterator<Item = T> {
        self.heads.iter().flat_map(|head| &head.residuals).copied()
    }
}
