//! A run repeated from its trace: plain f64, written from the formulas. Uses nothing of the
//! library, so that both would have to be wrong in the same way.

use serde_json::Value as Json;

/// A dense layer; the parameters of a network are one flat list of these in turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub weights: Vec<Vec<f64>>,
    pub biases: Vec<f64>,
}

/// A trace as `ghm-lab train --trace` writes it.
#[derive(Clone, Debug)]
pub struct Trace {
    pub config: Json,
    pub points: Vec<[f64; 2]>,
    pub labels: Vec<f64>,
    pub initial: Vec<Layer>,
    pub batches: Vec<Vec<usize>>,
    pub losses: Vec<f64>,
    pub trained: Vec<Layer>,
}

fn list(json: &Json) -> Vec<f64> {
    let values = json.as_array().expect("an array");
    values
        .iter()
        .map(|v| v.as_f64().expect("a number"))
        .collect()
}

fn layers(json: &Json) -> Vec<Layer> {
    json.as_array()
        .expect("arrays")
        .chunks_exact(2)
        .map(|pair| {
            let inputs = pair[0]["shape"][1].as_u64().expect("a shape") as usize;
            Layer {
                weights: list(&pair[0]["values"])
                    .chunks_exact(inputs)
                    .map(<[f64]>::to_vec)
                    .collect(),
                biases: list(&pair[1]["values"]),
            }
        })
        .collect()
}

impl Trace {
    pub fn read(json: &Json) -> Self {
        let rows = |json: &Json| -> Vec<Vec<f64>> {
            json.as_array().expect("rows").iter().map(list).collect()
        };
        Self {
            config: json["config"].clone(),
            points: rows(&json["examples"]["train"])
                .iter()
                .map(|row| [row[0], row[1]])
                .collect(),
            labels: list(&json["examples"]["targets"]),
            initial: layers(&json["initial_parameters"]),
            batches: rows(&json["batches"])
                .iter()
                .map(|row| row.iter().map(|&index| index as usize).collect())
                .collect(),
            losses: list(&json["losses"]),
            trained: layers(&json["final_parameters"]),
        }
    }

    pub fn number(&self, key: &str) -> f64 {
        self.config[key].as_f64().expect("a number")
    }

    pub fn choice(&self, key: &str) -> &str {
        self.config[key].as_str().expect("a name")
    }
}

/// Outputs of every layer for one point: hidden units after their activation, then the logit.
fn forward(network: &[Layer], relu: bool, point: [f64; 2]) -> Vec<Vec<f64>> {
    let mut outputs = vec![point.to_vec()];
    for (l, layer) in network.iter().enumerate() {
        let below = &outputs[l];
        let sums = layer.weights.iter().zip(&layer.biases).map(|(row, bias)| {
            let products = row.iter().zip(below).map(|(w, x)| w * x);
            bias + products.sum::<f64>()
        });
        let hidden = l + 1 < network.len();
        let activate = |sum: f64| match (hidden, relu) {
            (false, _) => sum,
            (true, true) => sum.max(0.0),
            (true, false) => sum.tanh(),
        };
        let layer_outputs = sums.map(activate).collect();
        outputs.push(layer_outputs);
    }
    outputs
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// `g = |p - y|` of the examples of a mini-batch.
pub fn gradient_norms(trace: &Trace, network: &[Layer], batch: &[usize]) -> Vec<f64> {
    let relu = trace.choice("activation") == "relu";
    batch
        .iter()
        .map(|&i| {
            let logit = forward(network, relu, trace.points[i])[network.len()][0];
            (sigmoid(logit) - trace.labels[i]).abs()
        })
        .collect()
}

/// The moving average of the histogram, and the weights that follow from it.
struct Harmonizer {
    average: Vec<f64>,
    /// Of each bin.
    updates: Vec<i32>,
}

impl Harmonizer {
    /// `N / GD` for every bin, after these gradient norms.
    fn weights(&mut self, trace: &Trace, norms: &[f64]) -> Vec<f64> {
        let convention = trace.choice("convention");
        let momentum = trace.number("momentum");
        let bins = self.average.len();
        let mut counts = vec![0.0; bins];
        for &g in norms {
            counts[bin_of(g, bins)] += 1.0;
        }
        let holds = ["mmdetection", "per-bin"].contains(&convention);
        for (bin, &count) in counts.iter().enumerate() {
            if !holds || count > 0.0 {
                let average = &mut self.average[bin];
                *average = momentum * *average + (1.0 - momentum) * count;
                self.updates[bin] += 1;
            }
        }
        let hit = counts.iter().filter(|&&count| count > 0.0).count() as f64;
        let factor = match convention {
            "paper" => bins as f64,
            "corrected" | "mmdetection" | "per-bin" => hit,
            "keras" => 1.0,
            other => panic!("an unknown convention, {other}"),
        };
        let examples = norms.len() as f64;
        let weight = |(s, &updates): (&f64, &i32)| match convention {
            "corrected" | "per-bin" => examples * (1.0 - momentum.powi(updates)) / (s * factor),
            _ => examples / (s * factor),
        };
        self.average.iter().zip(&self.updates).map(weight).collect()
    }
}

fn bin_of(g: f64, bins: usize) -> usize {
    ((g * bins as f64) as usize).min(bins - 1)
}

/// Every number of a network, in one order.
fn flat(network: &[Layer]) -> Vec<f64> {
    let numbers = |layer: &Layer| [layer.weights.concat(), layer.biases.clone()].concat();
    network.iter().flat_map(numbers).collect()
}

fn flat_mut(network: &mut [Layer]) -> impl Iterator<Item = &mut f64> {
    network
        .iter_mut()
        .flat_map(|layer| layer.weights.iter_mut().flatten().chain(&mut layer.biases))
}

/// SGD with momentum, or Adam, as PyTorch has them.
struct Optimizer {
    first: Vec<f64>,
    second: Vec<f64>,
    updates: i32,
}

impl Optimizer {
    fn update(&mut self, trace: &Trace, gradient: &[f64], network: &mut [Layer]) {
        let rate = trace.number("learning-rate");
        self.updates += 1;
        let adam = trace.choice("optimizer") == "adam";
        for (i, parameter) in flat_mut(network).enumerate() {
            let g = gradient[i];
            if adam {
                self.first[i] = 0.9 * self.first[i] + 0.1 * g;
                self.second[i] = 0.999 * self.second[i] + 0.001 * g * g;
                let mean = self.first[i] / (1.0 - 0.9f64.powi(self.updates));
                let square = self.second[i] / (1.0 - 0.999f64.powi(self.updates));
                *parameter -= rate * mean / (square.sqrt() + 1e-8);
            } else {
                self.first[i] = trace.number("sgd-momentum") * self.first[i] + g;
                *parameter -= rate * self.first[i];
            }
        }
    }
}

/// Adds one example's gradient, given `dL/dlogit`.
fn backward(network: &[Layer], relu: bool, outputs: &[Vec<f64>], slope: f64, sum: &mut [Layer]) {
    let mut deltas = vec![slope];
    for l in (0..network.len()).rev() {
        for (o, delta) in deltas.iter().enumerate() {
            sum[l].biases[o] += delta;
            for (i, input) in outputs[l].iter().enumerate() {
                sum[l].weights[o][i] += delta * input;
            }
        }
        deltas = (0..outputs[l].len())
            .map(|i| {
                let rows = network[l].weights.iter().zip(&deltas);
                let above: f64 = rows.map(|(row, delta)| row[i] * delta).sum();
                let output = outputs[l][i];
                match relu {
                    true if output > 0.0 => above,
                    true => 0.0,
                    false => above * (1.0 - output * output),
                }
            })
            .collect();
    }
}

/// What the repetition came to.
pub struct Repeated {
    /// Of each step.
    pub losses: Vec<f64>,
    pub network: Vec<Layer>,
    /// Least distance that a gradient norm had from an edge between two bins. Within rounding
    /// error of an edge, single precision may count it on the other side, and both are right.
    pub margin: f64,
}

fn margin(norms: &[f64], bins: usize) -> f64 {
    let bins = bins as f64;
    let distances = norms.iter().map(|&g| {
        let edge = (g * bins).round();
        let inner = edge > 0.0 && edge < bins;
        if inner { (g - edge / bins).abs() } else { 1.0 }
    });
    distances.fold(1.0, f64::min)
}

/// Repeats the run.
pub fn repeat(trace: &Trace) -> Repeated {
    let relu = trace.choice("activation") == "relu";
    let harmonizes = trace.choice("loss") == "ghm-c";
    let bins = trace.number("bins") as usize;
    let warm_up = trace.number("warm-up-steps") as usize;
    let mut network = trace.initial.clone();
    let size = flat(&network).len();
    let mut harmonizer = Harmonizer {
        average: vec![0.0; bins],
        updates: vec![0; bins],
    };
    let mut optimizer = Optimizer {
        first: vec![0.0; size],
        second: vec![0.0; size],
        updates: 0,
    };
    let mut losses = Vec::new();
    let mut least_margin = 1.0f64;
    for (step, batch) in trace.batches.iter().enumerate() {
        let n = batch.len() as f64;
        let norms = gradient_norms(trace, &network, batch);
        let weights = harmonizer.weights(trace, &norms);
        least_margin = least_margin.min(margin(&norms, bins));
        let mut gradient = network.clone();
        flat_mut(&mut gradient).for_each(|value| *value = 0.0);
        let mut total = 0.0;
        for (&i, &g) in batch.iter().zip(&norms) {
            let outputs = forward(&network, relu, trace.points[i]);
            let (logit, y) = (outputs[network.len()][0], trace.labels[i]);
            let weight = if harmonizes && step >= warm_up {
                weights[bin_of(g, bins)]
            } else {
                1.0
            };
            total += weight * ((-logit.abs()).exp().ln_1p() + logit.max(0.0) - logit * y);
            let slope = weight * (sigmoid(logit) - y) / n;
            backward(&network, relu, &outputs, slope, &mut gradient);
        }
        losses.push(total / n);
        optimizer.update(trace, &flat(&gradient), &mut network);
    }
    Repeated {
        losses,
        network,
        margin: least_margin,
    }
}

/// Largest distances between a trace and its repetition: of a parameter, and of a step's loss in
/// relation to it. Both lists must have one length.
pub fn distance(trace: &Trace, repeated: &Repeated) -> [f64; 2] {
    let losses = &repeated.losses;
    assert_eq!(losses.len(), trace.losses.len());
    let (ours, theirs) = (flat(&repeated.network), flat(&trace.trained));
    assert_eq!(ours.len(), theirs.len());
    let worst = |pairs: &mut dyn Iterator<Item = f64>| {
        // Unlike f64::max, keeps what is not a number.
        pairs.fold(0.0, |a: f64, b| if b <= a { a } else { b })
    };
    [
        worst(&mut ours.iter().zip(&theirs).map(|(a, b)| (a - b).abs())),
        worst(
            &mut losses
                .iter()
                .zip(&trace.losses)
                .map(|(a, b)| (a / b - 1.0).abs()),
        ),
    ]
}
