//! Forward, backward and reduce: the passes through the network over one mini-batch of `n` examples.
//!
//! Per-unit arrays are `[units, n]`: the inner loops run over examples, so the compiler can
//! vectorise them.

use multiversion::multiversion;

use super::lanes::{Aligned, BLOCK, combine, dots, sums};
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
    let [mut activations, mut inputs, mut outputs] =
        [network.hidden_units(), width, k].map(|rows| {
            let mut array = Aligned::default();
            array.resize(rows * BLOCK);
            array
        });
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
    let n = residuals.len() / network.outputs();
    for (l, layer) in network.layers.iter().enumerate() {
        let below = if l == 0 {
            inputs
        } else {
            &activations[(layer.units - layer.inputs) * n..layer.units * n]
        };
        let below = &below[..layer.inputs * n];
        let deltas = if l + 1 == network.layers.len() {
            residuals
        } else {
            &deltas[layer.units * n..(layer.units + layer.outputs) * n]
        };
        let delta = |o: usize| &deltas[o * n..(o + 1) * n];
        let weights = &mut gradient[layer.weights..layer.biases];
        let pairs = layer.outputs / 2 * 2;
        for o in (0..pairs).step_by(2) {
            let weights = &mut weights[o * layer.inputs..];
            products::<T, 2, 2>([delta(o), delta(o + 1)], below, weights);
        }
        if pairs < layer.outputs {
            let weights = &mut weights[pairs * layer.inputs..];
            products::<T, 1, 4>([delta(pairs)], below, weights);
        }
        let biases = &mut gradient[layer.biases..][..layer.outputs];
        for (tile, biases) in biases.chunks_mut(4).enumerate() {
            // A tile at the edge adds up its last row more than once.
            let row = |a: usize| delta(4 * tile + a.min(biases.len() - 1));
            let sums: [T; 4] = sums(std::array::from_fn(row));
            biases.copy_from_slice(&sums[..biases.len()]);
        }
    }
}

/// Sums of the products of `A` rows with every row below, of `B` of these at a time, as `A` rows of weights.
#[inline(always)]
fn products<T: Real, const A: usize, const B: usize>(
    deltas: [&[T]; A],
    below: &[T],
    weights: &mut [T],
) {
    let n = deltas[0].len();
    let inputs = below.len() / n;
    let input = |i: usize| &below[i * n..(i + 1) * n];
    let whole = inputs / B * B;
    for i in (0..whole).step_by(B) {
        let products: [[T; B]; A] = dots(deltas, std::array::from_fn(|b| input(i + b)));
        for (a, products) in products.iter().enumerate() {
            weights[a * inputs + i..][..B].copy_from_slice(products);
        }
    }
    for i in whole..inputs {
        for (a, [product]) in dots(deltas, [input(i)]).iter().enumerate() {
            weights[a * inputs + i] = *product;
        }
    }
}
