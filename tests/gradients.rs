//! The network's gradient against finite differences, and the optimizers against their formulas;
//! all in f64.

mod support;

use std::rc::Rc;

use ghm_lab::config::{Activation, Config, Counting, FocalBalance, Optimizer};
use ghm_lab::data::Dataset;
use ghm_lab::engine::cpu::{CpuEngine, predict, update};
use ghm_lab::engine::{ADAM_BETA1, ADAM_BETA2, ADAM_EPSILON, Clocks, Engine, Network, Step};
use ghm_lab::ghm::{Convention, Loss, Seen, Task, bin, softmax_log_odds};
use support::rows::Rows;
use support::runs::small_config;
use support::twins::run_with;

/// Everything about one step that a finite difference needs.
struct Case {
    name: String,
    network: Network,
    step: Step,
    points: Vec<[f32; 2]>,
    targets: Vec<f64>,
    ignored: Vec<bool>,
    /// Parameters before the step.
    parameters: Vec<f64>,
    /// What each example's weight depends on as the step had it, frozen: its harmonizing weight and
    /// whether it is kept.
    frozen: Vec<(f64, bool)>,
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
            classes: match config.task {
                Task::Regression => Vec::new(),
                _ => data.train.classes(config.number_of_classes()),
            },
            ..Clocks::default()
        };
        let indices: Vec<u32> = (0..2 * batch as u32).collect();
        let mut step = |engine: &mut CpuEngine<f64>, first: usize| {
            let ignored = &data.train.ignored[first..first + batch];
            let valid = ignored.iter().filter(|&&ignored| !ignored).count();
            let step = clocks.step(config, first, batch, valid);
            engine.train(&[step], &indices).expect("the CPU trains");
            step
        };
        step(&mut engine, 0);
        let parameters = engine.parameters().to_vec();
        let last = step(&mut engine, batch);
        let points = data.train.points[batch..2 * batch].to_vec();
        let of_batch = &data.train.targets[batch..2 * batch];
        let targets: Vec<f64> = of_batch.iter().map(|&t| f64::from(t)).collect();
        let ignored = data.train.ignored[batch..2 * batch].to_vec();
        let beta = engine.beta();
        let outputs = by_output(&predict(&network, &parameters, &points), network.outputs());
        let outcome = run_with(&last, &outputs, &targets, &ignored, |_| beta.to_vec());
        let frozen = (0..batch)
            .map(|i| {
                let entry = if last.entries > 1 {
                    targets[i] as usize
                } else {
                    0
                };
                let g = outcome.gradient_norms[entry * batch + i];
                let kept = outcome.selection.keeps(i, outcome.errors[i]);
                (beta[bin(g, beta.len())], kept)
            })
            .collect();
        let (task, loss, layers) = (config.task.key(), config.loss.key(), config.layers);
        let activation = config.activation.key();
        Self {
            name: format!("{task}, {loss}, {layers} {activation} layers, batch {batch}"),
            gradient: engine.gradient().to_vec(),
            network,
            step: last,
            points,
            targets,
            ignored,
            parameters,
            frozen,
        }
    }

    /// Mean loss with what the weights depend on frozen; written from the definitions.
    fn loss(&self, parameters: &[f64]) -> f64 {
        let width = self.network.outputs();
        let outputs = predict(&self.network, parameters, &self.points);
        let rule = self.step.loss_rule::<f64>();
        let loss = self.step.loss();
        let valid = (0..self.points.len()).filter(|&i| !self.ignored[i]);
        let total: f64 = valid
            .map(|i| {
                let (x, target) = (&outputs[i * width..][..width], self.targets[i]);
                let (error, class) = match self.step.task() {
                    Task::Binary => (x[0] * (1.0 - 2.0 * target), target as usize),
                    Task::Classes => (softmax_log_odds(x, target as usize), target as usize),
                    Task::Regression => (x[0] - target, 0),
                };
                let (beta, kept) = self.frozen[i];
                let seen = Seen {
                    error,
                    class_weight: self.step.class_weight(class),
                    alpha: self.step.alpha(class),
                    beta,
                    kept,
                };
                loss.value(&rule, &seen)
            })
            .sum();
        total / f64::from(self.step.valid)
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

/// From `[n, K]` to `[K, n]`.
fn by_output(rows: &[f64], width: usize) -> Vec<f64> {
    (0..width)
        .flat_map(|k| rows.iter().skip(k).step_by(width).copied())
        .collect()
}

/// Every task with every loss of its own, with and without ignored examples.
fn settings() -> Vec<Config> {
    let mut settings = Vec::new();
    for &task in Task::ALL {
        for (&loss, ignored) in Loss::of(task).iter().flat_map(|l| [(l, 0.0), (l, 0.3)]) {
            settings.push(Config {
                loss,
                ignored,
                convention: Convention::Mmdetection,
                positive_fraction: 0.3,
                classes: 4,
                class_share: 0.5,
                // Wide enough that finite differences do not step over the bend at 0.
                mu: 0.2,
                delta: 0.3,
                flipped: 0.02,
                ..small_config().for_task(task)
            });
        }
    }
    settings.push(Config {
        counting: Counting::EveryEntry,
        class_share: 0.5,
        ..small_config().for_task(Task::Classes)
    });
    settings.push(Config {
        loss: Loss::Focal,
        focal_balance: FocalBalance::Off,
        focal_gamma: 0.7,
        ..small_config()
    });
    settings
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for config in settings() {
        for &activation in Activation::ALL {
            for (layers, width, batch) in
                [(1, 5, 37), (2, 4, 64), (3, 3, 101), (2, 1, 1), (1, 17, 17)]
            {
                let config = Config {
                    activation,
                    layers,
                    width,
                    ..config.clone()
                };
                cases.push(Case::run(&config, batch));
            }
        }
    }
    // A mini-batch of ignored examples only has no gradient.
    cases.retain(|case| case.step.valid > 0);
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
    case.frozen.fill((1.0, true));
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
            let step = clocks.step(config, 0, 1, 1);
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
