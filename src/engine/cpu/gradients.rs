//! From outputs to gradients with respect to them, over one mini-batch of `n` examples: all that
//! knows tasks and losses.

use multiversion::multiversion;

use crate::engine::Step;
use crate::ghm::{
    IGNORED, Loss, MAX_BINS, Real, Seen, Selection, Task, asl1_norm, bin, direction, is_ignored,
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
    /// Place of the first of these examples in the mini-batch.
    pub first: usize,
    pub errors: &'a [T],
    pub gradient_norms: &'a [T],
}

/// Outputs of one example, gathered from `[K, n]`.
fn gather<T: Real>(outputs: &[T], n: usize, i: usize, row: &mut [T]) {
    for (k, value) in row.iter_mut().enumerate() {
        *value = outputs[k * n + i];
    }
}

#[multiversion(targets("x86_64+avx+avx2+avx512f", "x86_64+avx+avx2"))]
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
    let (values, ignored) = (&targets.values[..n], &targets.ignored[..n]);
    let norms = &mut gradient_norms[..n];
    match step.task() {
        Task::Binary => {
            let outputs = &outputs[..n];
            for i in 0..n {
                errors[i] = outputs[i] * direction(values[i]);
                norms[i] = sigmoid(errors[i]);
            }
        }
        Task::Classes => norms_of_classes(step, outputs, values, errors, gradient_norms),
        Task::Regression => {
            let (outputs, mu) = (&outputs[..n], step.loss_rule().mu);
            for i in 0..n {
                errors[i] = outputs[i] - values[i];
                norms[i] = asl1_norm(errors[i], mu);
            }
        }
    }
    // Mostly there is none, which is seen many at a time.
    if !ignored.iter().fold(false, |any, &ignored| any | ignored) {
        return;
    }
    for (i, _) in ignored.iter().enumerate().filter(|(_, ignored)| **ignored) {
        errors[i] = T::of(f64::from(f32::MIN));
        for e in 0..step.entries as usize {
            gradient_norms[e * n + i] = T::of(IGNORED);
        }
    }
}

fn norms_of_classes<T: Real>(
    step: &Step,
    outputs: &[T],
    targets: &[T],
    errors: &mut [T],
    gradient_norms: &mut [T],
) {
    let n = errors.len();
    let mut logits = vec![T::ZERO; step.outputs()];
    let mut p = logits.clone();
    for i in 0..n {
        let class = targets[i].whole() as usize;
        gather(outputs, n, i, &mut logits);
        errors[i] = softmax_log_odds(&logits, class);
        let g = sigmoid(errors[i]);
        gradient_norms[i] = g;
        if step.entries > 1 {
            softmax(&logits, &mut p);
            p[class] = g;
            for (e, &p) in p.iter().enumerate() {
                gradient_norms[e * n + i] = p;
            }
        }
    }
}

/// Weights of the bins, with an entry for every number of eight bits, so that no look at them can fail.
pub struct BinWeights<T> {
    table: [T; MAX_BINS],
    bins: usize,
}

impl<T: Real> BinWeights<T> {
    /// From the weight of each bin, at most [`MAX_BINS`].
    pub fn new(beta: &[T]) -> Self {
        let mut table = [T::ZERO; MAX_BINS];
        table[..beta.len()].copy_from_slice(beta);
        Self {
            table,
            bins: beta.len(),
        }
    }

    /// Weight of a gradient norm.
    #[inline(always)]
    fn of(&self, g: T) -> T {
        self.table[bin(g, self.bins) % MAX_BINS]
    }
}

/// The gradient norm of example `i` that its weight depends on: that of its own class.
#[inline(always)]
pub(super) fn own_norm<T: Real>(
    step: &Step,
    gradients: &Gradients<'_, T>,
    target: T,
    i: usize,
) -> T {
    let n = gradients.errors.len();
    let entry = if step.entries > 1 {
        target.whole() as usize
    } else {
        0
    };
    gradients.gradient_norms[entry * n + i]
}

/// What a loss looks at in the example at `index` of the mini-batch; the target of a regression stands for
/// a class that no loss of it asks for.
#[inline(always)]
pub(super) fn look<T: Real>(
    step: &Step,
    weights: &BinWeights<T>,
    selection: &Selection<T>,
    index: usize,
    target: T,
    error: T,
    g: T,
) -> Seen<T> {
    let class = target.whole() as usize;
    Seen {
        error,
        class_weight: step.class_weight(class),
        alpha: step.alpha(class),
        beta: weights.of(g),
        kept: selection.keeps(index, error),
    }
}

/// From gradient norms, in `norms`, to reformulated ones, and to losses. Where the loss is a constant, the
/// loop has no branch.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "as `reweight`")]
fn weigh<T: Real>(
    loss: Loss,
    step: &Step,
    selection: &Selection<T>,
    targets: &[T],
    gradients: &Gradients<'_, T>,
    weights: &BinWeights<T>,
    norms: &mut [T],
    losses: &mut [T],
) {
    let n = targets.len();
    let (errors, norms, losses) = (&gradients.errors[..n], &mut norms[..n], &mut losses[..n]);
    let rule = step.loss_rule();
    for i in 0..n {
        let (error, g) = (errors[i], norms[i]);
        let seen = look(
            step,
            weights,
            selection,
            gradients.first + i,
            targets[i],
            error,
            g,
        );
        let (norm, value) = (loss.norm(&rule, &seen, g), loss.value(&rule, &seen));
        let is_ignored = is_ignored(g);
        norms[i] = if is_ignored { T::ZERO } else { norm };
        losses[i] = if is_ignored { T::ZERO } else { value };
    }
}

#[multiversion(targets("x86_64+avx+avx2+avx512f", "x86_64+avx+avx2"))]
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
    let weights = &BinWeights::new(beta);
    if step.entries > 1 {
        for i in 0..n {
            norms[i] = own_norm(step, gradients, targets[i], i);
        }
    } else {
        norms.copy_from_slice(&gradients.gradient_norms[..n]);
    }
    macro_rules! by_loss {
        ($($loss:ident)+) => {
            match step.loss() {
                $(Loss::$loss => {
                    weigh(
                        Loss::$loss,
                        step,
                        selection,
                        targets,
                        gradients,
                        weights,
                        norms,
                        losses,
                    )
                })+
            }
        };
    }
    by_loss!(CrossEntropy ClassBalanced Focal Ohem GhmC L1 SmoothL1 Asl1 GhmR);
    let count = T::of(f64::from(step.valid.max(1)));
    match step.task() {
        Task::Binary => {
            let residuals = &mut residuals[..n];
            for i in 0..n {
                residuals[i] = direction(targets[i]) * norms[i] / count;
            }
        }
        Task::Classes => {
            let weight = |i: usize| {
                let g = own_norm(step, gradients, targets[i], i);
                let (index, error) = (gradients.first + i, gradients.errors[i]);
                let seen = look(step, weights, selection, index, targets[i], error, g);
                let weight = step.loss().weight(&step.loss_rule(), &seen);
                if is_ignored(g) { T::ZERO } else { weight }
            };
            residuals_of_classes(outputs, targets, weight, norms, count, residuals);
        }
        Task::Regression => {
            let residuals = &mut residuals[..n];
            for i in 0..n {
                let is_below = gradients.errors[i] < T::ZERO;
                residuals[i] = if is_below { -norms[i] } else { norms[i] } / count;
            }
        }
    }
}

fn residuals_of_classes<T: Real>(
    outputs: &[T],
    targets: &[T],
    weight: impl Fn(usize) -> T,
    norms: &[T],
    count: T,
    residuals: &mut [T],
) {
    let n = targets.len();
    let mut logits = vec![T::ZERO; outputs.len() / n];
    let mut p = logits.clone();
    for i in 0..n {
        gather(outputs, n, i, &mut logits);
        softmax(&logits, &mut p);
        let w = weight(i);
        for (k, &p) in p.iter().enumerate() {
            residuals[k * n + i] = w * p / count;
        }
        residuals[targets[i].whole() as usize * n + i] = -norms[i] / count;
    }
}
