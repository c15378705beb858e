//! Forward, backward and reduce: the passes through the network over one mini-batch of `n` examples.
//!
//! Per-unit arrays are `[units, n]`: the inner loops run over examples, so the compiler can
//! vectorise them.

use multiversion::multiversion;

use super::lanes::{BLOCK, TILE, combine, dots, sum};
use crate::config::Activation;
use crate::engine::Network;
use crate::ghm::Real;

#[inline(always)]
fn activate<T: Real>(activation: Activation, values: &mut [T]) {
    match activation {
        Activation::Tanh => values.iter_mut().for_each(|v| *v = v.tanh()),
        Activation::Relu => values.iter_mut().for_each(|v| *v = v.max(T::ZERO)),
    }
}

#[multiversion(targets("x86_64+avx+avx2+avx512f", "x86_64+avx+avx2"))]
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
        let (weights, biases) = parameters[layer.weights..].split_at(layer.biases - layer.weights);
        combine(
            n,
            &below[..layer.inputs * n],
            here,
            |o| biases[o],
            |o, i| weights[o * layer.inputs + i],
        );
        if !is_last {
            activate(network.activation, here);
        }
    }
}

/// Outputs `[points, K]` for points that are not trained on: [`forward`] without keeping activations.
pub fn predict<T: Real>(network: &Network, parameters: &[T], points: &[[f32; 2]]) -> Vec<T> {
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

#[multiversion(targets("x86_64+avx+avx2+avx512f", "x86_64+avx+avx2"))]
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
        combine(
            n,
            above_deltas,
            here,
            |_| T::ZERO,
            |i, o| parameters[above.weights + o * above.inputs + i],
        );
        for (i, row) in here.chunks_exact_mut(n).enumerate() {
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

#[multiversion(targets("x86_64+avx+avx2+avx512f", "x86_64+avx+avx2"))]
/// Gradient of the mean loss with respect to every parameter: sums over the mini-batch.
pub fn reduce<T: Real>(
    network: &Network,
    inputs: &[T],
    activations: &[T],
    deltas: &[T],
    residuals: &[T],
    gradient: &mut [T],
) {
    // Rows of deltas, and of inputs, that are multiplied together.
    const A: usize = TILE[0];
    const B: usize = TILE[1];
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
        let delta = |o: usize| &deltas[o * n..(o + 1) * n];
        let input = |i: usize| &below[i * n..(i + 1) * n];
        let weights = &mut gradient[layer.weights..layer.biases];
        let (tall, wide) = (layer.outputs / A * A, layer.inputs / B * B);
        for o in (0..layer.outputs).step_by(A) {
            for i in (0..layer.inputs).step_by(B) {
                if o < tall && i < wide {
                    let rows: [_; A] = std::array::from_fn(|a| delta(o + a));
                    let columns: [_; B] = std::array::from_fn(|b| input(i + b));
                    for (a, products) in dots(rows, columns).iter().enumerate() {
                        weights[(o + a) * layer.inputs + i..][..B].copy_from_slice(products);
                    }
                    continue;
                }
                // What is left at the edges.
                for o in o..layer.outputs.min(o + A) {
                    for i in i..layer.inputs.min(i + B) {
                        [[weights[o * layer.inputs + i]]] = dots([delta(o)], [input(i)]);
                    }
                }
            }
        }
        for o in 0..layer.outputs {
            gradient[layer.biases + o] = sum(delta(o));
        }
    }
}
