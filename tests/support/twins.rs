//! The twins that know tasks and losses, in the order of a step.

use ghm_lab::config::Config;
use ghm_lab::engine::cpu::{Gradients, Targets, gradient_norm, reweight};
use ghm_lab::engine::{Clocks, Step};
use ghm_lab::ghm::{Loss, Real, Selection, histogram, select_hardest};

/// What one step leaves, `[n]` each but for `gradient_norms` `[entries, n]` and `residuals` `[K, n]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome<T> {
    pub errors: Vec<T>,
    pub gradient_norms: Vec<T>,
    pub selection: Selection<T>,
    pub norms: Vec<T>,
    pub residuals: Vec<T>,
    pub losses: Vec<T>,
}

/// A first step of these settings over n examples of which `valid` are not ignored.
pub fn first_step(config: &Config, n: usize, valid: usize) -> Step {
    Clocks::default().step(config, 0, n, valid)
}

/// Runs the twins; `beta` is made from the counts of the gradient norms.
pub fn run_with<T: Real>(
    step: &Step,
    outputs: &[T],
    targets: &[T],
    ignored: &[bool],
    beta: impl FnOnce(&[u32]) -> Vec<T>,
) -> Outcome<T> {
    let n = targets.len();
    let mut errors = vec![T::ZERO; n];
    let mut gradient_norms = vec![T::ZERO; n * step.entries as usize];
    let given = Targets {
        values: targets,
        ignored,
    };
    gradient_norm(step, outputs, &given, &mut errors, &mut gradient_norms);
    let mut counts = vec![0; step.bins as usize];
    histogram(&gradient_norms, &mut counts);
    let beta = beta(&counts);
    let selection = match step.loss() {
        Loss::Ohem => select_hardest(&errors, step.keep as usize),
        _ => Selection::everything(),
    };
    let [mut norms, mut losses] = [(); 2].map(|()| vec![T::ZERO; n]);
    let mut residuals = vec![T::ZERO; outputs.len()];
    let gradients = Gradients {
        first: 0,
        errors: &errors,
        gradient_norms: &gradient_norms,
    };
    reweight(
        step,
        &selection,
        outputs,
        targets,
        &gradients,
        &beta,
        &mut norms,
        &mut residuals,
        &mut losses,
    );
    Outcome {
        errors,
        gradient_norms,
        selection,
        norms,
        residuals,
        losses,
    }
}

/// Runs the twins with given weights of the bins and no ignored example.
pub fn run<T: Real>(step: &Step, outputs: &[T], targets: &[T], beta: &[T]) -> Outcome<T> {
    let beta = beta.to_vec();
    run_with(step, outputs, targets, &vec![false; targets.len()], |_| {
        beta
    })
}
