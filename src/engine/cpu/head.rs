//! The end of the network over one block of examples: from outputs to the derivative with respect to
//! them.

use super::{Gradients, Targets, gradient_norm, reweight, sum};
use crate::engine::Step;
use crate::ghm::{Real, Selection, histogram};

/// Arrays of a block of n examples.
#[derive(Default)]
pub struct Head<T> {
    /// `[n]`: the class, or the target of a regression.
    pub targets: Vec<T>,
    /// `[n]`
    pub ignored: Vec<bool>,
    /// `[K, n]`
    pub outputs: Vec<T>,
    /// `[n]`
    pub errors: Vec<T>,
    /// `[entries, n]`
    pub gradient_norms: Vec<T>,
    /// Derivative of the mean loss with respect to the outputs, `[K, n]`.
    pub residuals: Vec<T>,
    norms: Vec<T>,
    losses: Vec<T>,
    /// Examples in each bin.
    pub counts: Vec<u32>,
    /// Sum of the losses.
    pub loss: T,
}

impl<T: Real> Head<T> {
    /// Makes room for n examples under this step.
    pub fn resize(&mut self, step: &Step, n: usize) {
        self.ignored.resize(n, false);
        self.counts.resize(step.bins as usize, 0);
        for (array, rows) in [
            (&mut self.targets, 1),
            (&mut self.outputs, step.outputs()),
            (&mut self.errors, 1),
            (&mut self.gradient_norms, step.entries as usize),
            (&mut self.residuals, step.outputs()),
            (&mut self.norms, 1),
            (&mut self.losses, 1),
        ] {
            array.resize(rows * n, T::ZERO);
        }
    }

    /// From outputs and targets to gradient norms and their counts.
    pub fn look(&mut self, step: &Step) {
        let targets = Targets {
            values: &self.targets,
            ignored: &self.ignored,
        };
        gradient_norm(
            step,
            &self.outputs,
            &targets,
            &mut self.errors,
            &mut self.gradient_norms,
        );
        histogram(&self.gradient_norms, &mut self.counts);
    }

    /// From gradient norms and weights of the bins to residuals and the loss; the block starts at the
    /// example `first` of the mini-batch.
    pub fn learn(&mut self, step: &Step, first: usize, selection: &Selection<T>, beta: &[T]) {
        let gradients = Gradients {
            first,
            errors: &self.errors,
            gradient_norms: &self.gradient_norms,
        };
        reweight(
            step,
            selection,
            &self.outputs,
            &self.targets,
            &gradients,
            beta,
            &mut self.norms,
            &mut self.residuals,
            &mut self.losses,
        );
        self.loss = sum(&self.losses);
    }
}
