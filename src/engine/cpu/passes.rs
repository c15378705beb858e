//! Forward, reweight, backward and reduce over one mini-batch of `n` examples.
//!
//! Per-unit arrays are `[units, n]`: the inner loops run over examples, so the compiler can
//! vectorise them.

use crate::config::Activation;
use crate::engine::Network;
use crate::ghm::{Loss, LossRule, Real, Seen, Selection, bin, direction};

/// Hyperbolic tangent, written as the shader writes it.
#[inline]
fn tanh<T: Real>(x: T) -> T {
    let e = (-(x.abs() + x.abs())).exp();
    let t = (T::ONE - e) / (T::ONE + e);
    if x < T::ZERO { -t } else { t }
}

fn activate<T: Real>(activation: Activation, values: &mut [T]) {
    match activation {
        Activation::Tanh => values.iter_mut().for_each(|v| *v = tanh(*v)),
        Activation::Relu => values.iter_mut().for_each(|v| *v = v.max(T::ZERO)),
    }
}

/// `row <- row + factor * other`
#[inline]
fn add_scaled<T: Real>(row: &mut [T], factor: T, other: &[T]) {
    for (r, &o) in row.iter_mut().zip(other) {
        *r += factor * o;
    }
}

/// Activations of all hidden units `[hidden, n]` and logits `[n]` for inputs `[2, n]`.
pub fn forward<T: Real>(
    network: &Network,
    parameters: &[T],
    inputs: &[T],
    activations: &mut [T],
    logits: &mut [T],
) {
    let n = logits.len();
    for (l, layer) in network.layers.iter().enumerate() {
        let is_last = l + 1 == network.layers.len();
        let (below, here) = activations.split_at_mut(layer.units * n);
        let below: &[T] = if l == 0 {
            inputs
        } else {
            &below[(layer.units - layer.inputs) * n..]
        };
        let here = if is_last {
            &mut *logits
        } else {
            &mut here[..layer.outputs * n]
        };
        for (o, row) in here.chunks_exact_mut(n).enumerate() {
            row.fill(parameters[layer.biases + o]);
            for (i, input) in below.chunks_exact(n).enumerate() {
                add_scaled(row, parameters[layer.weights + o * layer.inputs + i], input);
            }
        }
        if !is_last {
            activate(network.activation, here);
        }
    }
}

/// Logits of points that are not trained on: [`forward`] without keeping activations.
pub fn predict<T: Real>(network: &Network, parameters: &[T], points: &[[f32; 2]]) -> Vec<T> {
    const BLOCK: usize = 256;
    let mut logits = vec![T::ZERO; points.len()];
    let mut activations = vec![T::ZERO; network.hidden_units() * BLOCK];
    let mut inputs = [T::ZERO; 2 * BLOCK];
    for (points, logits) in points.chunks(BLOCK).zip(logits.chunks_mut(BLOCK)) {
        let n = points.len();
        for (i, point) in points.iter().enumerate() {
            inputs[i] = T::of(f64::from(point[0]));
            inputs[n + i] = T::of(f64::from(point[1]));
        }
        forward(
            network,
            parameters,
            &inputs[..2 * n],
            &mut activations,
            logits,
        );
    }
    logits
}

/// What a loss looks at in an example of the mini-batch.
pub fn look<T: Real>(
    logit: T,
    target: T,
    beta: T,
    selection: &Selection<T>,
    index: usize,
) -> Seen<T> {
    let z = logit * direction(target);
    Seen {
        z,
        class: usize::from(target > T::ZERO),
        beta,
        kept: selection.keeps(index, z),
    }
}

/// The one place that knows losses: from gradient norms, the bins' weights and the hardest examples
/// to each example's `dL/dlogit = w (p - y) / N` (`residuals`) and its loss (`losses`).
#[expect(
    clippy::too_many_arguments,
    reason = "the buffers of the kernel, in its order"
)]
pub fn reweight<T: Real>(
    loss: Loss,
    rule: &LossRule<T>,
    selection: &Selection<T>,
    logits: &[T],
    targets: &[T],
    gradient_norms: &[T],
    beta: &[T],
    weights: &mut [T],
    residuals: &mut [T],
    losses: &mut [T],
) {
    let n = T::of(logits.len() as f64);
    for i in 0..logits.len() {
        let g = gradient_norms[i];
        let seen = look(
            logits[i],
            targets[i],
            beta[bin(g, beta.len())],
            selection,
            i,
        );
        let w = loss.weight(rule, &seen);
        weights[i] = w;
        residuals[i] = w * direction(targets[i]) * g / n;
        losses[i] = loss.value(rule, &seen, w);
    }
}

/// Derivative of the loss with respect to every hidden unit's sum, `deltas` `[hidden, n]`, from the
/// residuals `[n]`.
pub fn backward<T: Real>(
    network: &Network,
    parameters: &[T],
    activations: &[T],
    residuals: &[T],
    deltas: &mut [T],
) {
    let n = residuals.len();
    for l in (1..network.layers.len()).rev() {
        let above = network.layers[l];
        let (here, rest) = deltas.split_at_mut(above.units * n);
        let here = &mut here[(above.units - above.inputs) * n..];
        let above_deltas = if l + 1 == network.layers.len() {
            residuals
        } else {
            &rest[..above.outputs * n]
        };
        let outputs = &activations[(above.units - above.inputs) * n..];
        for (i, row) in here.chunks_exact_mut(n).enumerate() {
            row.fill(T::ZERO);
            for (o, delta) in above_deltas.chunks_exact(n).enumerate() {
                add_scaled(row, parameters[above.weights + o * above.inputs + i], delta);
            }
            let output = &outputs[i * n..(i + 1) * n];
            match network.activation {
                Activation::Tanh => row
                    .iter_mut()
                    .zip(output)
                    .for_each(|(d, &a)| *d = *d * (T::ONE - a * a)),
                Activation::Relu => row
                    .iter_mut()
                    .zip(output)
                    .filter(|(_, a)| **a <= T::ZERO)
                    .for_each(|(d, _)| *d = T::ZERO),
            }
        }
    }
}

/// Sum of `term(i)` over `0..n` in a fixed order: lanes within blocks, then blocks, which keeps the
/// rounding error of long sums small.
#[inline]
fn ordered_sum<T: Real>(n: usize, term: impl Fn(usize) -> T) -> T {
    const LANES: usize = 16;
    const BLOCK: usize = 4096;
    let mut total = T::ZERO;
    for start in (0..n).step_by(BLOCK) {
        let end = (start + BLOCK).min(n);
        let mut lanes = [T::ZERO; LANES];
        let whole = start + (end - start) / LANES * LANES;
        for i in (start..whole).step_by(LANES) {
            for (k, lane) in lanes.iter_mut().enumerate() {
                *lane += term(i + k);
            }
        }
        for i in whole..end {
            lanes[i - whole] += term(i);
        }
        let mut width = LANES / 2;
        while width > 0 {
            for k in 0..width {
                let other = lanes[k + width];
                lanes[k] += other;
            }
            width /= 2;
        }
        total += lanes[0];
    }
    total
}

/// Sum of the values in the fixed order of [`reduce`].
pub fn sum<T: Real>(values: &[T]) -> T {
    ordered_sum(values.len(), |i| values[i])
}

/// Gradient of the mean loss with respect to every parameter: sums over the mini-batch.
pub fn reduce<T: Real>(
    network: &Network,
    inputs: &[T],
    activations: &[T],
    deltas: &[T],
    residuals: &[T],
    gradient: &mut [T],
) {
    let n = residuals.len();
    for (l, layer) in network.layers.iter().enumerate() {
        let below = if l == 0 {
            inputs
        } else {
            &activations[(layer.units - layer.inputs) * n..layer.units * n]
        };
        let deltas = if l + 1 == network.layers.len() {
            residuals
        } else {
            &deltas[layer.units * n..(layer.units + layer.outputs) * n]
        };
        for (o, delta) in deltas.chunks_exact(n).enumerate() {
            for (i, input) in below.chunks_exact(n).enumerate() {
                let (delta, input) = (&delta[..n], &input[..n]);
                gradient[layer.weights + o * layer.inputs + i] =
                    ordered_sum(n, |k| delta[k] * input[k]);
            }
            gradient[layer.biases + o] = sum(delta);
        }
    }
}
