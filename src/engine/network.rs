//! The shape of the network and where its parameters lie in one flat array.

use crate::config::{Activation, Config};
use crate::data::Random;

/// One dense layer's place in the flat arrays: weights row-major `[outputs, inputs]`, then biases
/// `[outputs]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layer {
    pub inputs: usize,
    pub outputs: usize,
    /// Index of the first weight among the parameters.
    pub weights: usize,
    /// Index of the first bias among the parameters.
    pub biases: usize,
    /// Index of the first unit among the hidden units of all layers.
    pub units: usize,
}

/// A multi-layer perceptron from coordinates to logits or a prediction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Network {
    pub layers: Vec<Layer>,
    pub activation: Activation,
}

/// A named array of parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct NamedArray {
    pub name: String,
    pub shape: Vec<usize>,
    pub values: Vec<f32>,
}

impl Network {
    pub fn of(config: &Config) -> Self {
        let mut layers = Vec::new();
        let (mut parameters, mut units) = (0, 0);
        for pair in config.layer_sizes().windows(2) {
            let (inputs, outputs) = (pair[0], pair[1]);
            layers.push(Layer {
                inputs,
                outputs,
                weights: parameters,
                biases: parameters + inputs * outputs,
                units,
            });
            parameters += (inputs + 1) * outputs;
            units += outputs;
        }
        Self {
            layers,
            activation: config.activation,
        }
    }

    /// Number of parameters.
    pub fn parameters(&self) -> usize {
        let last = self.layers[self.layers.len() - 1];
        last.biases + last.outputs
    }

    /// Numbers that describe an example.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs
    }

    /// Numbers that are predicted for an example, K.
    pub fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1].outputs
    }

    /// Number of hidden units, which is also the index of the outputs behind them.
    pub fn hidden_units(&self) -> usize {
        self.layers[self.layers.len() - 1].units
    }

    /// Initial parameters from the stream "init": uniform, after Glorot for tanh and after He for
    /// ReLU; biases 0.
    pub fn initial(&self, seed: u32) -> Vec<f32> {
        let mut random = Random::named(seed, "init");
        let mut values = vec![0.0; self.parameters()];
        for layer in &self.layers {
            let fan = match self.activation {
                Activation::Tanh => layer.inputs + layer.outputs,
                Activation::Relu => layer.inputs,
            };
            let bound = libm::sqrt(6.0 / fan as f64);
            for value in &mut values[layer.weights..layer.biases] {
                *value = random.between(-bound, bound) as f32;
            }
        }
        values
    }

    /// The flat parameters under their names, `layer0.weight` `[out, in]`, `layer0.bias` `[out]`, ...
    pub fn named(&self, parameters: &[f32]) -> Vec<NamedArray> {
        let mut arrays = Vec::new();
        for (i, layer) in self.layers.iter().enumerate() {
            arrays.push(NamedArray {
                name: format!("layer{i}.weight"),
                shape: vec![layer.outputs, layer.inputs],
                values: parameters[layer.weights..layer.biases].to_vec(),
            });
            arrays.push(NamedArray {
                name: format!("layer{i}.bias"),
                shape: vec![layer.outputs],
                values: parameters[layer.biases..layer.biases + layer.outputs].to_vec(),
            });
        }
        arrays
    }
}
