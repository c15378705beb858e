//! The network's gradient against finite differences, and the optimizers against their formulas;
//! all in f64.

mod support;

use std::rc::Rc;

use ghm_lab::config::{Activation, Config, Optimizer};
use ghm_lab::data::Dataset;
use ghm_lab::engine::cpu::{CpuEngine, look, predict, update};
use ghm_lab::engine::{ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON, Clocks, Engine, Network};
use ghm_lab::ghm::{
    Convention, Loss, LossRule, Selection, bin, direction, gradient_norm, select_hardest,
};
use support::rows::Rows;
use support::runs::small_config;

/// Everything about one step that a finite difference needs.
struct Case {
    name: String,
    network: Network,
    points: Vec<[f32; 2]>,
    targets: Vec<f64>,
    /// Parameters before the step.
    parameters: Vec<f64>,
    /// Each example's weight as the step had it, frozen.
    weights: Vec<f64>,
    loss: Loss,
    rule: LossRule<f64>,
    /// What the engine says.
    gradient: Vec<f64>,
}

impl Case {
    /// Runs the engine to its second step, where the moving average has a past.
    fn run(config: &Config, batch: usize) -> Self {
        let data: Rc<Dataset> = Rc::new(config.recipe().generate());
        let network = Network::of(config);
        // Biases of 0 put units whose inputs are all 0 on the very kink of ReLU.
        let mut initial = network.initial(config.seed);
        for layer in &network.layers {
            for (i, bias) in initial[layer.biases..][..layer.outputs]
                .iter_mut()
                .enumerate()
            {
                *bias = 0.11 - 0.07 * (i % 4) as f32;
            }
        }
        let mut engine = CpuEngine::<f64>::new(network.clone(), Rc::clone(&data), &initial);
        let mut clocks = Clocks {
            classes: data.train.classes(),
            ..Clocks::default()
        };
        let indices: Vec<u32> = (0..2 * batch as u32).collect();
        let mut step = |engine: &mut CpuEngine<f64>, first| {
            let step = clocks.step(config, first, batch);
            engine.train(&[step], &indices).expect("the CPU trains");
            step
        };
        step(&mut engine, 0);
        let parameters = engine.parameters().to_vec();
        let last = step(&mut engine, batch);
        let points = data.train.points[batch..2 * batch].to_vec();
        let labels = &data.train.labels[batch..2 * batch];
        let targets: Vec<f64> = labels.iter().map(|&l| f64::from(u8::from(l))).collect();
        let beta = engine.beta();
        let logits = predict(&network, &parameters, &points);
        let z: Vec<f64> = (logits.iter().zip(&targets))
            .map(|(&x, &y)| x * direction(y))
            .collect();
        let selection = select_hardest(&z, last.keep as usize);
        let rule = last.loss_rule();
        let weights = (0..batch)
            .map(|i| {
                let beta = beta[bin(gradient_norm(logits[i], targets[i]), beta.len())];
                let seen = look(logits[i], targets[i], beta, &selection, i);
                config.loss.weight(&rule, &seen)
            })
            .collect();
        let (loss, layers) = (config.loss.key(), config.layers);
        let activation = config.activation.key();
        Self {
            name: format!("{loss}, {layers} {activation} layers, batch {batch}"),
            gradient: engine.gradient().to_vec(),
            network,
            points,
            targets,
            parameters,
            weights,
            loss: config.loss,
            rule,
        }
    }

    /// Mean weighted loss with the weights frozen.
    fn loss(&self, parameters: &[f64]) -> f64 {
        let logits = predict(&self.network, parameters, &self.points);
        let total: f64 = (0..logits.len())
            .map(|i| {
                let weight = self.weights[i];
                let everything = Selection::everything();
                let seen = look(logits[i], self.targets[i], weight, &everything, i);
                self.loss.value(&self.rule, &seen, weight)
            })
            .sum();
        total / logits.len() as f64
    }

    /// Compares every entry of a gradient with the central difference.
    fn compare(&self, rows: &mut Rows, gradient: &[f64]) {
        const H: f64 = 1e-5;
        rows.equal(&self.name, gradient.len(), self.parameters.len());
        let largest = gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        rows.equal(
            format!("{}: has a gradient", self.name),
            largest > 1e-4,
            true,
        );
        for (i, &got) in gradient.iter().enumerate() {
            let at = |h: f64| {
                let mut moved = self.parameters.clone();
                moved[i] += h;
                self.loss(&moved)
            };
            let want = (at(H) - at(-H)) / (2.0 * H);
            rows.within(
                format!("{}: parameter {i}", self.name),
                got,
                want,
                1e-7 * largest.max(1.0),
            );
        }
    }
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for &loss in Loss::ALL {
        for &activation in Activation::ALL {
            for (layers, width, batch) in
                [(1, 5, 37), (2, 4, 64), (3, 3, 101), (2, 1, 1), (1, 17, 17)]
            {
                let config = Config {
                    loss,
                    activation,
                    layers,
                    width,
                    convention: Convention::Mmdetection,
                    positive_fraction: 0.3,
                    ..small_config()
                };
                cases.push(Case::run(&config, batch));
            }
        }
    }
    cases
}

#[test]
fn the_gradient_agrees_with_finite_differences_at_frozen_weights() {
    let mut rows = Rows::default();
    for case in cases() {
        case.compare(&mut rows, &case.gradient);
    }
    rows.assert_none();
}

#[test]
fn a_change_in_any_entry_of_the_gradient_is_caught() {
    for case in cases() {
        let largest = case.gradient.iter().fold(0.0, |m: f64, g| m.max(g.abs()));
        for i in [0, case.gradient.len() / 2, case.gradient.len() - 1] {
            let mut wrong = case.gradient.clone();
            wrong[i] += 1e-4 * largest.max(1.0);
            let mut rows = Rows::default();
            case.compare(&mut rows, &wrong);
            assert_eq!(rows.failures().len(), 1, "{:?}", rows.failures());
            assert!(rows.caught(&format!("parameter {i}")));
        }
    }
}

#[test]
fn the_weights_matter_to_the_gradient() {
    let mut case = Case::run(&small_config(), 64);
    case.weights.fill(1.0);
    let mut rows = Rows::default();
    case.compare(&mut rows, &case.gradient);
    assert!(rows.failures().len() > case.gradient.len() / 2);
}

/// Gradients of five updates of three parameters.
const GRADIENTS: [[f64; 3]; 5] = [
    [0.5, -2.0, 0.0],
    [-0.25, -1.0, 1e-3],
    [0.125, 3.0, -1e-3],
    [1.0, 0.5, 0.0],
    [-4.0, 0.25, 1e-6],
];
const START: [f64; 3] = [1.0, -0.5, 0.25];

/// Runs the five updates and returns the parameters after each.
fn run_updates(config: &Config) -> Vec<Vec<f64>> {
    let mut clocks = Clocks::default();
    let (mut parameters, mut moments) = (START.to_vec(), vec![0.0; 6]);
    GRADIENTS
        .iter()
        .map(|gradient| {
            let step = clocks.step(config, 0, 1);
            update(&step, gradient, &mut parameters, &mut moments);
            parameters.clone()
        })
        .collect()
}

/// Compares with references that use the settings in full; the step carries them in f32.
fn compare_updates(config: &Config, reference: impl Fn(usize, usize) -> f64) -> Rows {
    let mut rows = Rows::default();
    for (t, parameters) in run_updates(config).iter().enumerate() {
        for (i, &got) in parameters.iter().enumerate() {
            rows.within(
                format!("update {t}, parameter {i}"),
                got,
                reference(t, i),
                1e-6,
            );
        }
    }
    rows
}

fn sgd(rate: f64, momentum: f64) -> impl Fn(usize, usize) -> f64 {
    // With v_t = sum over s <= t of momentum^(t - s) g_s, written out.
    move |t, i| {
        (0..=t).fold(START[i], |p, t| {
            let velocity: f64 = (0..=t)
                .map(|s| momentum.powi((t - s) as i32) * GRADIENTS[s][i])
                .sum();
            p - rate * velocity
        })
    }
}

fn adam(rate: f64, beta2: f64) -> impl Fn(usize, usize) -> f64 {
    move |t, i| {
        (0..=t).fold(START[i], |p, t| {
            let average = |beta: f64, power: i32| -> f64 {
                let sum: f64 = (0..=t)
                    .map(|s| beta.powi((t - s) as i32) * GRADIENTS[s][i].powi(power))
                    .sum();
                (1.0 - beta) * sum / (1.0 - beta.powi(t as i32 + 1))
            };
            let (mean, square) = (average(ADAM_BETA1, 1), average(beta2, 2));
            p - rate * mean / (square.sqrt() + ADAM_EPSILON)
        })
    }
}

fn with_optimizer(optimizer: Optimizer) -> Config {
    Config {
        optimizer,
        learning_rate: 0.05,
        sgd_momentum: 0.9,
        ..Config::default()
    }
}

#[test]
fn sgd_with_momentum_follows_its_formula() {
    let config = with_optimizer(Optimizer::Sgd);
    compare_updates(&config, sgd(0.05, 0.9)).assert_none();
    assert!(
        !compare_updates(&config, sgd(0.05, 0.89))
            .failures()
            .is_empty()
    );
}

#[test]
fn sgd_without_momentum_is_plain_descent() {
    let config = Config {
        sgd_momentum: 0.0,
        ..with_optimizer(Optimizer::Sgd)
    };
    let plain =
        |t: usize, i: usize| START[i] - 0.05 * (0..=t).map(|s| GRADIENTS[s][i]).sum::<f64>();
    compare_updates(&config, plain).assert_none();
}

#[test]
fn adam_follows_its_formula() {
    let config = with_optimizer(Optimizer::Adam);
    compare_updates(&config, adam(0.05, ADAM_BETA2)).assert_none();
    assert!(
        !compare_updates(&config, adam(0.05, 0.99))
            .failures()
            .is_empty()
    );
}

#[test]
fn adam_does_not_move_where_the_gradient_is_zero() {
    let parameters = run_updates(&with_optimizer(Optimizer::Adam));
    assert_eq!(parameters[0][2], START[2]);
}
