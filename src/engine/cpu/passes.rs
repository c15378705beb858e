//! Forward, backward and reduce: the passes through the network over one mini-batch of `n` examples.
//!
//! Per-unit arrays are `[units, n]`: the inner loops run over examples, so the compiler can
//! vectorise them.

use multiversion::multiversion;

use crate::config::Activation;
use crate::engine::Network;
use crate::ghm::Real;

/// Hyperbolic tangent, written as the shader writes it.
#[inline(always)]
fn tanh<T: Real>(x: T) -> T {
    let e = (-(x.abs() + x.abs())).exp();
    let t = (T::ONE - e) / (T::ONE + e);
    if x < T::ZERO { -t } else { t }
}

#[inline(always)]
fn activate<T: Real>(activation: Activation, values: &mut [T]) {
    match activation {
        Activation::Tanh => values.iter_mut().for_each(|v| *v = tanh(*v)),
        Activation::Relu => values.iter_mut().for_each(|v| *v = v.max(T::ZERO)),
    }
}

/// `row <- row + factor * other`
#[inline(always)]
fn add_scaled<T: Real>(row: &mut [T], factor: T, other: &[T]) {
    for (r, &o) in row.iter_mut().zip(other) {
        *r += factor * o;
    }
}

#[multiversion(targets("x86_64+avx+avx2", "x86_64+avx+avx2+avx512f"))]
/// Activations of all hidden units `[hidden, n]` and outputs `[K, n]` for coordinates `[inputs, n]`.
pub fn forward<T: Real>(
    network: &Network,
    parameters: &[T],
    inputs: &[T],
    activations: &mut [T],
    outputs: &mut [T],
) {
    let n = outputs.len() / network.outputs();
    for (l, layer) in network.layers.iter().enumerate() {
        let is_last = l + 1 == network.layers.len();
        let (below, here) = activations.split_at_mut(layer.units * n);
        let below: &[T] = if l == 0 {
            inputs
        } else {
            &below[(layer.units - layer.inputs) * n..]
        };
        let here = if is_last {
            &mut *outputs
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

/// Outputs `[points, K]` for points that are not trained on: [`forward`] without keeping activations.
pub fn predict<T: Real>(network: &Network, parameters: &[T], points: &[[f32; 2]]) -> Vec<T> {
    const BLOCK: usize = 256;
    let (width, k) = (network.inputs(), network.outputs());
    let mut predictions = vec![T::ZERO; points.len() * k];
    let mut activations = vec![T::ZERO; network.hidden_units() * BLOCK];
    let mut inputs = vec![T::ZERO; width * BLOCK];
    let mut outputs = vec![T::ZERO; k * BLOCK];
    for (points, predictions) in points.chunks(BLOCK).zip(predictions.chunks_mut(k * BLOCK)) {
        let n = points.len();
        for (i, point) in points.iter().enumerate() {
            for (row, &coordinate) in point[..width].iter().enumerate() {
                inputs[row * n + i] = T::of(f64::from(coordinate));
            }
        }
        let outputs = &mut outputs[..k * n];
        forward(
            network,
            parameters,
            &inputs[..width * n],
            &mut activations,
            outputs,
        );
        for (i, row) in predictions.chunks_exact_mut(k).enumerate() {
            for (o, value) in row.iter_mut().enumerate() {
                *value = outputs[o * n + i];
            }
        }
    }
    predictions
}

#[multiversion(targets("x86_64+avx+avx2", "x86_64+avx+avx2+avx512f"))]
/// Derivative of the loss with respect to every hidden unit's sum, `deltas` `[hidden, n]`, from the
/// residuals `[K, n]`.
pub fn backward<T: Real>(
    network: &Network,
    parameters: &[T],
    activations: &[T],
    residuals: &[T],
    deltas: &mut [T],
) {
    let n = residuals.len() / network.outputs();
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

/// Values that are added side by side; the order of a sum is fixed: lanes within blocks, then blocks, which
/// keeps the rounding error of long sums small.
const LANES: usize = 16;
const BLOCK: usize = 4096;

/// Sum of the lanes, pairwise.
#[inline(always)]
fn across<T: Real>(mut lanes: [T; LANES]) -> T {
    let mut width = LANES / 2;
    while width > 0 {
        for k in 0..width {
            let other = lanes[k + width];
            lanes[k] += other;
        }
        width /= 2;
    }
    lanes[0]
}

/// Sum of the values in the fixed order of [`reduce`].
pub fn sum<T: Real>(values: &[T]) -> T {
    let mut total = T::ZERO;
    for block in values.chunks(BLOCK) {
        let mut lanes = [T::ZERO; LANES];
        for row in block.chunks(LANES) {
            for (lane, &value) in lanes.iter_mut().zip(row) {
                *lane += value;
            }
        }
        total += across(lanes);
    }
    total
}

/// Sum of the products of two rows, in the same order.
#[inline(always)]
fn dot<T: Real>(one: &[T], other: &[T]) -> T {
    let mut total = T::ZERO;
    for (one, other) in one.chunks(BLOCK).zip(other.chunks(BLOCK)) {
        let mut lanes = [T::ZERO; LANES];
        let (ones, one) = one.as_chunks::<LANES>();
        let (others, other) = other.as_chunks::<LANES>();
        for (one, other) in ones.iter().zip(others) {
            for k in 0..LANES {
                lanes[k] += one[k] * other[k];
            }
        }
        for (lane, (&one, &other)) in lanes.iter_mut().zip(one.iter().zip(other)) {
            *lane += one * other;
        }
        total += across(lanes);
    }
    total
}

#[multiversion(targets("x86_64+avx+avx2", "x86_64+avx+avx2+avx512f"))]
/// Gradient of the mean loss with respect to every parameter: sums over the mini-batch.
pub fn reduce<T: Real>(
    network: &Network,
    inputs: &[T],
    activations: &[T],
    deltas: &[T],
    residuals: &[T],
    gradient: &mut [T],
) {
    let n = residuals.len() / network.outputs();
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
                gradient[layer.weights + o * layer.inputs + i] = dot(delta, input);
            }
            gradient[layer.biases + o] = sum(delta);
        }
    }
}
