//! The end of the network over one block of examples: from outputs to the derivative with respect to
//! them.

use super::{Aligned, Gradients, Targets, gradient_norm, reweight, sum};
use crate::engine::Step;
use crate::ghm::{Real, Selection, histogram};

/// Arrays of a block of n examples.
#[derive(Default)]
pub struct Head<T> {
    /// `[n]`: the class, or the target of a regression.
    pub targets: Aligned<T>,
    /// `[n]`
    pub ignored: Vec<bool>,
    /// `[K, n]`
    pub outputs: Aligned<T>,
    /// Derivative of the mean loss with respect to the outputs, `[K, n]`.
    pub residuals: Aligned<T>,
    /// Examples in each bin.
    pub counts: Vec<u32>,
    /// Sum of the losses.
    pub loss: T,
    /// What is made of the outputs of several classes; of a single output it is made anew, which takes less
    /// time than to fetch it from memory.
    kept: Looked<T>,
}

/// What the losses look at.
#[derive(Default)]
pub(super) struct Looked<T> {
    /// `[n]`
    pub errors: Aligned<T>,
    /// `[entries, n]`
    pub gradient_norms: Aligned<T>,
}

/// Arrays that nobody asks for once a block is done: one block after the other uses them while they lie in
/// the cache.
#[derive(Default)]
pub struct Scratch<T> {
    pub(super) looked: Looked<T>,
    norms: Aligned<T>,
    losses: Aligned<T>,
    /// `[hidden, n]`
    pub(super) deltas: Aligned<T>,
}

impl<T: Real> Head<T> {
    /// Makes room for n examples under this step.
    pub fn resize(&mut self, step: &Step, n: usize) {
        self.ignored.resize(n, false);
        self.counts.resize(step.bins as usize, 0);
        for (array, rows) in [
            (&mut self.targets, 1),
            (&mut self.outputs, step.outputs()),
            (&mut self.residuals, step.outputs()),
        ] {
            array.resize(rows * n);
        }
    }

    fn see(&self, step: &Step, looked: &mut Looked<T>) {
        let n = self.targets.len();
        looked.errors.resize(n);
        let entries = step.entries as usize;
        looked.gradient_norms.resize(entries * n);
        let targets = Targets {
            values: &self.targets,
            ignored: &self.ignored,
        };
        let (errors, norms) = (&mut looked.errors, &mut looked.gradient_norms);
        gradient_norm(step, &self.outputs, &targets, errors, norms);
    }

    /// What the losses look at, after [`Head::look`] under the same step.
    pub(super) fn looked<'a>(&'a self, step: &Step, scratch: &'a mut Looked<T>) -> &'a Looked<T> {
        if step.outputs() > 1 {
            return &self.kept;
        }
        self.see(step, scratch);
        scratch
    }

    /// From outputs and targets to gradient norms and their counts.
    pub fn look(&mut self, step: &Step, scratch: &mut Scratch<T>) {
        let mut kept = std::mem::take(&mut self.kept);
        let looked = match step.outputs() {
            1 => &mut scratch.looked,
            _ => &mut kept,
        };
        self.see(step, looked);
        histogram(&looked.gradient_norms, &mut self.counts);
        self.kept = kept;
    }

    /// From gradient norms and weights of the bins to residuals and the loss; the block starts at the
    /// example `first` of the mini-batch.
    pub fn learn(
        &mut self,
        step: &Step,
        first: usize,
        selection: &Selection<T>,
        beta: &[T],
        scratch: &mut Scratch<T>,
    ) {
        let mut residuals = std::mem::take(&mut self.residuals);
        let looked = self.looked(step, &mut scratch.looked);
        let gradients = Gradients {
            first,
            errors: &looked.errors,
            gradient_norms: &looked.gradient_norms,
        };
        let n = self.targets.len();
        scratch.norms.resize(n);
        scratch.losses.resize(n);
        reweight(
            step,
            selection,
            &self.outputs,
            &self.targets,
            &gradients,
            beta,
            &mut scratch.norms,
            &mut residuals,
            &mut scratch.losses,
        );
        self.residuals = residuals;
        self.loss = sum(&scratch.losses);
    }
}
