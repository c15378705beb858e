//! From outputs to gradients with respect to them, over one mini-batch of `n` examples: all that
//! knows tasks and losses.

use crate::engine::Step;
use crate::ghm::{
    IGNORED, Real, Seen, Selection, Task, asl1_norm, bin, contribution, direction, is_ignored,
    sigmoid, softmax, softmax_log_odds,
};

/// What is known of the examples of a mini-batch.
pub struct Targets<'a, T> {
    /// `[n]`: the class, or the target of a regression.
    pub values: &'a [T],
    /// `[n]`
    pub ignored: &'a [bool],
}

/// What the losses look at: `errors` `[n]` and `gradient_norms` `[entries, n]`.
pub struct Gradients<'a, T> {
    pub errors: &'a [T],
    pub gradient_norms: &'a [T],
}

/// Outputs of one example, gathered from `[K, n]`.
fn gather<T: Real>(outputs: &[T], n: usize, i: usize, row: &mut [T]) {
    for (k, value) in row.iter_mut().enumerate() {
        *value = outputs[k * n + i];
    }
}

/// From outputs `[K, n]` to the error of each example `[n]`, its log-odds against the true class or
/// its difference from the target, and to its gradient norm, `[n]` or, where every entry counts,
/// `[K, n]`. Ignored examples get the least error and the norm [`IGNORED`].
pub fn gradient_norm<T: Real>(
    step: &Step,
    outputs: &[T],
    targets: &Targets<'_, T>,
    errors: &mut [T],
    gradient_norms: &mut [T],
) {
    let n = errors.len();
    let entries = step.entries as usize;
    let mu = step.loss_rule().mu;
    let mut logits = vec![T::ZERO; step.classes as usize];
    let mut p = logits.clone();
    for i in 0..n {
        let target = targets.values[i];
        if targets.ignored[i] {
            errors[i] = T::of(f64::from(f32::MIN));
            for e in 0..entries {
                gradient_norms[e * n + i] = T::of(IGNORED);
            }
            continue;
        }
        let error = match step.task() {
            Task::Binary => outputs[i] * direction(target),
            Task::Classes => {
                gather(outputs, n, i, &mut logits);
                softmax_log_odds(&logits, target.index())
            }
            Task::Regression => outputs[i] - target,
        };
        errors[i] = error;
        let g = match step.task() {
            Task::Binary | Task::Classes => sigmoid(error),
            Task::Regression => asl1_norm(error, mu),
        };
        gradient_norms[i] = g;
        if entries > 1 {
            softmax(&logits, &mut p);
            p[target.index()] = g;
            for (e, &p) in p.iter().enumerate() {
                gradient_norms[e * n + i] = p;
            }
        }
    }
}

/// What a loss looks at in example `i`.
pub fn look<T: Real>(
    step: &Step,
    gradients: &Gradients<'_, T>,
    target: T,
    beta: &[T],
    selection: &Selection<T>,
    i: usize,
) -> (Seen<T>, T) {
    let n = gradients.errors.len();
    let class = match step.task() {
        Task::Regression => 0,
        Task::Binary | Task::Classes => target.index(),
    };
    let entry = if step.entries > 1 { class } else { 0 };
    let g = gradients.gradient_norms[entry * n + i];
    let error = gradients.errors[i];
    let seen = Seen {
        error,
        class_weight: step.class_weight(class),
        alpha: step.alpha(class),
        beta: beta[bin(g, beta.len())],
        kept: selection.keeps(i, error),
    };
    (seen, g)
}

/// The one step that knows losses: from errors, gradient norms, the bins' weights and the hardest
/// examples to each example's reformulated gradient norm (`norms`, `[n]`), its loss (`losses`, `[n]`)
/// and the derivative of the mean loss with respect to its outputs (`residuals`, `[K, n]`): with the
/// weight w, `w (p_k - y_k) / N` for a logit, and `sign(d) r / N` for a prediction.
#[expect(
    clippy::too_many_arguments,
    reason = "the buffers of the kernel, in its order"
)]
pub fn reweight<T: Real>(
    step: &Step,
    selection: &Selection<T>,
    outputs: &[T],
    targets: &[T],
    gradients: &Gradients<'_, T>,
    beta: &[T],
    norms: &mut [T],
    residuals: &mut [T],
    losses: &mut [T],
) {
    let n = targets.len();
    let count = T::of(f64::from(step.valid.max(1)));
    let (loss, rule) = (step.loss(), step.loss_rule());
    let width = residuals.len() / n;
    let mut logits = vec![T::ZERO; width];
    let mut p = logits.clone();
    for i in 0..n {
        if is_ignored(gradients.gradient_norms[i]) {
            norms[i] = T::ZERO;
            losses[i] = T::ZERO;
            for k in 0..width {
                residuals[k * n + i] = T::ZERO;
            }
            continue;
        }
        let (seen, g) = look(step, gradients, targets[i], beta, selection, i);
        let norm = loss.norm(&rule, &seen, g);
        norms[i] = norm;
        losses[i] = loss.value(&rule, &seen);
        match step.task() {
            Task::Binary => residuals[i] = direction(targets[i]) * norm / count,
            Task::Classes => {
                let w = loss.weight(&rule, &seen);
                gather(outputs, n, i, &mut logits);
                softmax(&logits, &mut p);
                for (k, &p) in p.iter().enumerate() {
                    residuals[k * n + i] = w * p / count;
                }
                residuals[targets[i].index() * n + i] = -norm / count;
            }
            Task::Regression => {
                let sign = if seen.error < T::ZERO {
                    -T::ONE
                } else {
                    T::ONE
                };
                residuals[i] = sign * norm / count;
            }
        }
    }
}

/// Counts and total contributions of one class, under each loss of the task.
pub fn contributions<T: Real>(
    step: &Step,
    selection: &Selection<T>,
    targets: &[T],
    gradients: &Gradients<'_, T>,
    beta: &[T],
    class: usize,
) -> (Vec<u32>, Vec<Vec<T>>) {
    let n = targets.len();
    let bins = beta.len();
    let of_class = |i: usize| step.task() == Task::Regression || targets[i].index() == class;
    let examples: Vec<usize> = (0..n)
        .filter(|&i| !is_ignored(gradients.gradient_norms[i]) && of_class(i))
        .collect();
    let entries = step.entries as usize;
    let mut g = Vec::with_capacity(entries * examples.len());
    for e in 0..entries {
        g.extend(
            examples
                .iter()
                .map(|&i| gradients.gradient_norms[e * n + i]),
        );
    }
    let mut counts = vec![0; bins];
    crate::ghm::histogram(&g, &mut counts);
    let rule = step.loss_rule();
    let counted = step.valid as usize * entries;
    let totals = crate::ghm::Loss::of(step.task()).iter().map(|loss| {
        let seen = |&i: &usize| look(step, gradients, targets[i], beta, selection, i).0;
        let seen: Vec<Seen<T>> = examples.iter().map(seen).collect();
        let norms: Vec<T> = (g.iter().enumerate())
            .map(|(e, &g)| loss.norm(&rule, &seen[e % examples.len()], g))
            .collect();
        let mut totals = vec![T::ZERO; bins];
        contribution(&g, &norms, counted, &mut totals);
        totals
    });
    (counts, totals.collect())
}
