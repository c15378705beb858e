//! SGD with momentum and Adam, in PyTorch's formulation.

use crate::config::Optimizer;
use crate::engine::{ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON, Step};
use crate::ghm::Real;

/// One update of the parameters `[p]` from their gradient; `moments` is `[2, p]`, SGD uses the
/// first row only.
pub fn update<T: Real>(step: &Step, gradient: &[T], parameters: &mut [T], moments: &mut [T]) {
    let of = |value: f32| T::of(f64::from(value));
    let rate = of(step.learning_rate);
    let (first, second) = moments.split_at_mut(parameters.len());
    if step.optimizer == Optimizer::Sgd as u32 {
        let momentum = of(step.sgd_momentum);
        for i in 0..parameters.len() {
            first[i] = momentum * first[i] + gradient[i];
            parameters[i] = parameters[i] - rate * first[i];
        }
        return;
    }
    let (beta1, beta2, epsilon) = (T::of(ADAM_BETA1), T::of(ADAM_BETA2), T::of(ADAM_EPSILON));
    let rate = rate / of(step.adam_correction1);
    let correction = of(step.adam_correction2).sqrt();
    for i in 0..parameters.len() {
        let g = gradient[i];
        first[i] = beta1 * first[i] + (T::ONE - beta1) * g;
        second[i] = beta2 * second[i] + (T::ONE - beta2) * g * g;
        parameters[i] = parameters[i] - rate * first[i] / (second[i].sqrt() / correction + epsilon);
    }
}
