//! Whole runs: both engines agree after many steps, and the GPU repeats itself bit by bit.

use ghm_lab::config::{Activation, Backend, Config, Counting, FocalBalance, Optimizer};
use ghm_lab::engine::{Compute, Request, Trainer, Update};
use ghm_lab::ghm::{ClassBalance, Convention, Loss, Task};

use crate::fixture::gpu;

/// What both engines may differ by after [`STEPS`] steps, bins changed or not.
const PARAMETER_TOLERANCE: f32 = 5e-3;
const LOSS_TOLERANCE: f32 = 2e-3;
/// What their parameters may differ by while every example lies in the same bin on both.
const ROUNDING: f32 = 1e-4;
/// Steps that a run must repeat by rounding alone.
const LEAST_STEPS: u64 = 20;
const STEPS: u32 = 200;

const EVERYTHING: Request = Request {
    evaluate: true,
    map: true,
    gradient_norms: true,
    parameters: true,
};

/// Small enough for a debug build on a software device.
pub fn small() -> Config {
    Config {
        examples: 3000,
        positive_fraction: 0.1,
        width: 8,
        batch_size: 512,
        learning_rate: 0.01,
        ..Config::default()
    }
}

pub fn start(compute: &Compute, config: &Config) -> Trainer {
    let backend = match compute {
        Compute::Gpu(_) => Backend::Gpu,
        Compute::Unavailable(_) => Backend::Cpu,
    };
    let config = Config {
        backend,
        ..config.clone()
    };
    config.validate().expect("valid settings");
    compute.start(&config).expect("it starts").0
}

pub fn both() -> [Compute; 2] {
    [
        Compute::Gpu(gpu()),
        Compute::Unavailable("the CPU is wanted".to_owned()),
    ]
}

fn run(compute: &Compute, config: &Config, per_submission: u32) -> Update {
    let mut trainer = start(compute, config);
    let mut left = STEPS;
    while left > 0 {
        let count = left.min(per_submission);
        trainer.advance(count).expect("it trains");
        left -= count;
    }
    trainer.read_now(EVERYTHING).expect("a reading")
}

fn largest(theirs: &[f32], ours: &[f32]) -> f32 {
    assert_eq!(theirs.len(), ours.len());
    let differences = theirs.iter().zip(ours).map(|(a, b)| (a - b).abs());
    // A NaN must not pass for a small difference.
    differences.fold(0.0, |m, d| if d <= m { m } else { d })
}

fn parameters(update: &Update) -> &[f32] {
    update.parameters().expect("asked for")
}

/// Why two updates differ by more than rounding, if they do.
pub fn disagreement(theirs: &Update, ours: &Update) -> Option<String> {
    let (a, b) = (&theirs.snapshot, &ours.snapshot);
    assert_eq!((a.step, a.examples), (b.step, b.examples));
    assert_eq!(a.counts.len(), b.counts.len());
    let counted: u32 = a.counts.iter().sum();
    assert_eq!(counted % a.examples, 0, "every example counts alike");
    let parameter = largest(parameters(theirs), parameters(ours));
    let loss = (a.loss - b.loss).abs();
    let moved: u32 = a
        .counts
        .iter()
        .zip(&b.counts)
        .map(|(a, b)| a.abs_diff(*b))
        .sum();
    let maps = [theirs, ours].map(|update| {
        let map = update.map.as_ref().expect("asked for");
        map.values.clone()
    });
    let map = largest(&maps[0], &maps[1]);
    let evaluations = [theirs, ours].map(|update| update.evaluation.expect("asked for"));
    let evaluation = (evaluations[0].test.loss - evaluations[1].test.loss).abs() as f32;
    let bad = parameter > PARAMETER_TOLERANCE
        || !loss.is_finite()
        || loss > LOSS_TOLERANCE
        || moved > a.examples / 50
        || map.is_nan()
        || map > LOSS_TOLERANCE * 5.0
        || evaluation.is_nan()
        || evaluation > LOSS_TOLERANCE;
    println!(
        "parameters {parameter:.1e}, loss {loss:.1e}, counts {moved}, map {map:.1e}, evaluation {evaluation:.1e}"
    );
    bad.then(|| format!("parameters {parameter}, loss {loss}, counts {moved}, map {map}, evaluation {evaluation}"))
}

fn configs() -> Vec<Config> {
    let mut configs = Vec::new();
    for &convention in Convention::ALL {
        configs.push(Config {
            convention,
            ..small()
        });
    }
    for &loss in Loss::of(Task::Binary) {
        configs.push(Config { loss, ..small() });
        let classes = small().for_task(Task::Classes);
        configs.push(Config { loss, ..classes });
    }
    // Gradients that are all but signs: Adam's first steps would magnify their rounding.
    let regression = Config {
        optimizer: Optimizer::Sgd,
        learning_rate: 0.02,
        mu: 0.1,
        ..small().for_task(Task::Regression)
    };
    for &loss in Loss::of(Task::Regression) {
        let config = regression.clone();
        configs.push(Config { loss, ..config });
    }
    configs.push(Config {
        counting: Counting::EveryEntry,
        classes: 5,
        class_share: 0.6,
        ignored: 0.2,
        ..small().for_task(Task::Classes)
    });
    configs.push(Config {
        ignored: 0.4,
        ..regression
    });
    configs.push(Config {
        ignored: 0.3,
        ..small()
    });
    configs.push(Config {
        loss: Loss::ClassBalanced,
        class_balance: ClassBalance::Effective,
        ..small()
    });
    configs.push(Config {
        loss: Loss::Focal,
        focal_gamma: 0.5,
        focal_balance: FocalBalance::Off,
        ..small()
    });
    configs.push(Config { bins: 1, ..small() });
    configs.push(Config {
        warm_up_steps: 5,
        ..small()
    });
    // With so many bins many hold few examples, and many examples lie near an edge: under a convention that gives a
    // bin its full weight at the first hit, the one that lies on another side changes the run.
    configs.push(Config {
        convention: Convention::Corrected,
        bins: 256,
        momentum: 0.99,
        ..small()
    });
    for (activation, optimizer) in [
        (Activation::Relu, Optimizer::Sgd),
        (Activation::Relu, Optimizer::Adam),
        (Activation::Tanh, Optimizer::Sgd),
    ] {
        configs.push(Config {
            activation,
            optimizer,
            ..small()
        });
    }
    configs.push(Config {
        layers: 3,
        width: 16,
        momentum: 0.0,
        ..small()
    });
    configs
}

/// Why the engines part while they train, if they do for another reason than this: an example at
/// the edge of a bin falls on either side of it by rounding, its weight differs from then on, and
/// training carries that on. Until then they must stay together much more closely.
fn parting(gpu: &Compute, cpu: &Compute, config: &Config) -> Option<String> {
    let mut trainers = [gpu, cpu].map(|compute| start(compute, config));
    let request = Request {
        parameters: true,
        ..Request::default()
    };
    let rounding = match config.loss {
        // An example that rounding moves to the other side of its target turns its gradient round.
        Loss::L1 => 10.0 * ROUNDING,
        _ => ROUNDING,
    };
    for step in 1..=u64::from(STEPS) {
        let [theirs, ours] = trainers.each_mut().map(|trainer| {
            trainer.advance(1).expect("it trains");
            trainer.read_now(request).expect("a reading")
        });
        let moved: Vec<i64> = theirs
            .snapshot
            .counts
            .iter()
            .zip(&ours.snapshot.counts)
            .map(|(&a, &b)| i64::from(a) - i64::from(b))
            .collect();
        // Only weights by bin carry that on.
        if config.loss.harmonizes() && moved.iter().any(|&by| by != 0) {
            // An example that crosses an edge leaves the sums up to that edge one apart.
            let mut below = 0;
            let crossed: i64 = moved
                .iter()
                .map(|by| {
                    below += by;
                    i64::abs(below)
                })
                .sum();
            println!("step {step}: edges crossed {crossed} times");
            let bad = crossed > 2 || step <= LEAST_STEPS;
            return bad.then(|| format!("step {step}: bins differ by {moved:?}"));
        }
        let parameter = largest(parameters(&theirs), parameters(&ours));
        if parameter > rounding {
            return Some(format!(
                "step {step}: parameters {parameter} apart, bins equal"
            ));
        }
    }
    None
}

#[test]
fn engines_agree() {
    let [gpu, cpu] = both();
    let mut failures = Vec::new();
    for config in configs() {
        let partial = Trainer::batches_left(&start(&cpu, &config)) as usize * 512
            > config.recipe().training_examples();
        assert!(partial, "the last batch of the epoch is a partial one");
        let (theirs, ours) = (run(&gpu, &config, 16), run(&cpu, &config, 16));
        let why = parting(&gpu, &cpu, &config).or_else(|| disagreement(&theirs, &ours));
        if let Some(why) = why {
            failures.push(format!("{why}: {config:?}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn a_different_run_is_seen_to_differ() {
    let [gpu, cpu] = both();
    let other = Config {
        learning_rate: 0.011,
        ..small()
    };
    let (theirs, ours) = (run(&gpu, &other, 16), run(&cpu, &small(), 16));
    assert!(disagreement(&theirs, &ours).is_some());
}

#[test]
fn the_gpu_repeats_itself_bit_by_bit() {
    let gpu = Compute::Gpu(gpu());
    let once = run(&gpu, &small(), 16);
    assert_eq!(once, run(&gpu, &small(), 16), "same seed");
    assert_eq!(once, run(&gpu, &small(), 1), "one step a submission");
    let other = Config { seed: 8, ..small() };
    assert_ne!(
        parameters(&once),
        parameters(&run(&gpu, &other, 16)),
        "another seed"
    );
}

#[test]
fn contributions_of_harmonized_examples_lie_on_the_line() {
    let config = Config {
        momentum: 0.0,
        convention: Convention::Paper,
        ..small()
    };
    let update = run(&Compute::Gpu(gpu()), &config, 16);
    let deviation = update.snapshot.line_deviation().expect("bins are hit");
    assert!(deviation < 1e-4, "{deviation}");
}

/// Steps a second at the default settings; `--nocapture` shows them.
#[test]
fn speed() {
    let compute = Compute::Gpu(gpu());
    let mut trainer = start(&compute, &Config::default());
    trainer.advance(5).expect("it trains");
    trainer.read_now(Request::default()).expect("a reading");
    let start = std::time::Instant::now();
    for _ in 0..20 {
        trainer.advance(10).expect("it trains");
    }
    trainer.read_now(Request::default()).expect("a reading");
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}: {:.0} steps/s",
        trainer.backend().adapter,
        200.0 / seconds
    );
    assert_eq!(trainer.in_flight(), 0);
    assert_eq!(trainer.step(), 205);
}
