//! Every kernel against its CPU twin of the same name, on the same inputs, and whole runs of both
//! engines against each other.
//!
//! Outputs are filled with noise first, so that a kernel that writes nothing fails; each comparison
//! also shows that it sees a perturbed value. Without an adapter these tests fail.
#![cfg(feature = "gpu")]

#[path = "kernels/empty.rs"]
mod empty;
#[path = "kernels/fixture.rs"]
mod fixture;
#[path = "kernels/harmonizer.rs"]
mod harmonizer;
#[path = "kernels/live.rs"]
mod live;
#[path = "kernels/losses.rs"]
mod losses;
mod support;
#[path = "kernels/training.rs"]
mod training;

use bytemuck::Zeroable;
use fixture::{
    BINS, Bench, NETWORKS, POINTWISE, Report, SIZES, Tolerance, benches, floats, norms, of_sum,
    step, step_of, tasks,
};
use ghm_lab::config::Optimizer;
use ghm_lab::engine::gpu::{Array, Statistics};
use ghm_lab::engine::{Step, cpu};
use ghm_lab::ghm::{self, Average, DensityRule, MAX_BINS, Normaliser, Task};

#[test]
fn forward() {
    let mut report = Report::default();
    for (name, bench) in benches() {
        for n in SIZES {
            let order = bench.order(n);
            let first = 3;
            let now = Step { first, ..step(n) };
            bench.fill_with_noise(n);
            bench
                .probe
                .write(Array::Order, &[&[0; 3], &order[..]].concat());
            bench.run("forward", &now);

            let (inputs, targets) = bench.gather(&order);
            let mut activations = vec![0.0; bench.network.hidden_units() * n];
            let mut outputs = vec![0.0; bench.network.outputs() * n];
            let parameters = &bench.parameters;
            cpu::forward(
                &bench.network,
                parameters,
                &inputs,
                &mut activations,
                &mut outputs,
            );
            let ours = [inputs, activations].concat();
            let row = format!("{name} n={n}");
            report.compare(
                &format!("activations {row}"),
                &bench.read(Array::Activations),
                &ours,
                of_sum(64),
            );
            report.compare(
                &format!("outputs {row}"),
                &bench.read(Array::Outputs),
                &outputs,
                of_sum(64),
            );
            report.compare(
                &format!("targets {row}"),
                &bench.read(Array::Targets),
                &targets,
                Tolerance::EXACT,
            );
        }
    }
    report.finish();
}

#[test]
fn gradient_norm() {
    let mut report = Report::default();
    for config in tasks() {
        let bench = Bench::of(&config, NETWORKS[0]);
        let width = bench.network.outputs();
        for n in SIZES {
            let mut outputs = floats("outputs", width * n, 20.0);
            for (output, extreme) in outputs.iter_mut().zip([0.0, -80.0, 80.0, -1e15, 1e15]) {
                *output = extreme;
            }
            let (targets, ignored, both) = bench.targets(n);
            bench.fill_with_noise(n);
            bench.probe.write(Array::Outputs, &outputs);
            bench.probe.write(Array::Targets, &both);
            let now = step_of(&config, n);
            bench.run("gradient_norm", &now);
            let mut errors = vec![0.0; n];
            let mut norms = vec![0.0; n * now.entries as usize];
            let given = cpu::Targets {
                values: &targets,
                ignored: &ignored,
            };
            cpu::gradient_norm(&now, &outputs, &given, &mut errors, &mut norms);
            let row = format!("{:?} {} n={n}", config.task, now.entries);
            report.compare(
                &format!("errors {row}"),
                &bench.read(Array::Errors),
                &errors,
                Tolerance {
                    relative: 2e-6,
                    absolute: 2e-6,
                },
            );
            // The log-odds of a softmax cancel: their absolute error is the norm's relative one.
            let tolerance = match config.task {
                Task::Classes => Tolerance {
                    relative: 5e-5,
                    ..POINTWISE
                },
                _ => POINTWISE,
            };
            let theirs = bench.read(Array::GradientNorms);
            report.compare(&format!("norms {row}"), &theirs, &norms, tolerance);
        }
    }
    report.finish();
}

#[test]
fn histogram() {
    let mut report = Report::default();
    let bench = Bench::new(NETWORKS[0]);
    for n in SIZES {
        for bins in BINS {
            let mut norms = norms(n, bins);
            // Every seventh example is ignored.
            norms.iter_mut().skip(3).step_by(7).for_each(|g| *g = -1.0);
            bench.fill_with_noise(n);
            bench.probe.write(Array::GradientNorms, &norms);
            bench.probe.write(Array::Tally, &[0_u32; MAX_BINS]);
            bench.run("histogram", &Step { bins, ..step(n) });
            let mut ours = vec![0; MAX_BINS];
            ghm::histogram(&norms, &mut ours[..bins as usize]);
            report.compare_counts(
                &format!("n={n} M={bins}"),
                &bench.read_counts(Array::Tally),
                &ours,
            );
        }
    }
    report.finish();
}

#[test]
fn density() {
    let mut report = Report::default();
    let bench = Bench::new(NETWORKS[0]);
    let normalisers = [Normaliser::One, Normaliser::Bins, Normaliser::HitBins];
    for n in SIZES {
        for bins in BINS {
            for (c, (normaliser, holds)) in normalisers
                .into_iter()
                .flat_map(|normaliser| [(normaliser, false), (normaliser, true)])
                .enumerate()
            {
                let m = bins as usize;
                let mut counts = vec![0; MAX_BINS];
                ghm::histogram(&norms(n, bins), &mut counts[..m]);
                let rule = DensityRule {
                    momentum: [0.0, 0.75, 0.9][c % 3],
                    corrects_bias: c % 2 == 1,
                    holds_empty_bins: holds,
                    normaliser,
                };
                let mut ema: Vec<f32> = floats("ema", m, 5.0).iter().map(|v| v.abs()).collect();
                ema[m / 2] = 0.0;
                if m > 2 {
                    // Empty for hundreds of mini-batches.
                    ema[1] = 1e-33;
                }
                bench.fill_with_noise(n);
                bench.probe.write(Array::Tally, &counts);
                let mut statistics = Statistics {
                    ema: [7.0; MAX_BINS],
                    filled: [0.5; MAX_BINS],
                    ..Statistics::zeroed()
                };
                statistics.ema[..m].copy_from_slice(&ema);
                // Bins that were hit more or less often, one of them never.
                let filled: Vec<f32> = (0..m).map(|j| 1.0 - 0.75_f32.powi(j as i32 % 7)).collect();
                statistics.filled[..m].copy_from_slice(&filled);
                bench.probe.write(Array::Statistics, &[statistics]);
                bench.run(
                    "density",
                    &Step {
                        bins,
                        ema_momentum: rule.momentum,
                        corrects_bias: u32::from(rule.corrects_bias),
                        holds_empty_bins: u32::from(holds),
                        normaliser: normaliser as u32,
                        ..step(n)
                    },
                );
                let (mut density, mut beta) = (vec![0.0; m], vec![0.0; m]);
                let mut average = Average { ema, filled };
                ghm::density(&counts[..m], &rule, &mut average, &mut density, &mut beta);
                let theirs = bench.statistics();
                let row = format!("n={n} M={bins} {normaliser:?} holds={holds}");
                report.compare_counts(&format!("counts {row}"), &theirs.counts, &counts);
                for (name, theirs, mut ours) in [
                    ("ema", theirs.ema, average.ema),
                    ("filled", theirs.filled, average.filled),
                    ("density", theirs.density, density),
                    ("beta", theirs.beta, beta),
                ] {
                    // Bins that are not in use are zero.
                    ours.resize(MAX_BINS, 0.0);
                    report.compare(
                        &format!("{name} {row}"),
                        &theirs,
                        &ours,
                        Tolerance {
                            relative: 1e-6,
                            absolute: 0.0,
                        },
                    );
                }
                report.compare_counts(
                    &format!("tally {row}"),
                    &bench.read_counts(Array::Tally),
                    &[0; MAX_BINS],
                );
            }
        }
    }
    report.finish();
}

#[test]
fn backward() {
    let mut report = Report::default();
    for (name, bench) in benches() {
        let hidden = bench.network.hidden_units();
        for n in SIZES {
            let activations = bench.activations(n);
            let inputs = bench.network.inputs();
            let residuals = floats("residuals", bench.network.outputs() * n, 1.0);
            bench.fill_with_noise(n);
            bench.probe.write(Array::Activations, &activations);
            let noise = floats("noise", hidden * n, 100.0);
            bench
                .probe
                .write(Array::Deltas, &[noise, residuals.clone()].concat());
            bench.run("backward", &step(n));
            let mut ours = vec![0.0; hidden * n];
            let (network_, parameters) = (&bench.network, &bench.parameters);
            cpu::backward(
                network_,
                parameters,
                &activations[inputs * n..],
                &residuals,
                &mut ours,
            );
            ours.extend(residuals);
            report.compare(
                &format!("{name} n={n}"),
                &bench.read(Array::Deltas),
                &ours,
                of_sum(64),
            );
        }
    }
    report.finish();
}

#[test]
fn reduce() {
    let mut report = Report::default();
    for (name, bench) in benches() {
        let hidden = bench.network.hidden_units();
        for n in SIZES {
            let activations = bench.activations(n);
            let deltas = floats("deltas", (hidden + bench.network.outputs()) * n, 1.0);
            let losses = floats("losses", n, 1.0);
            bench.fill_with_noise(n);
            bench.probe.write(Array::Activations, &activations);
            bench.probe.write(Array::Deltas, &deltas);
            bench.probe.write(Array::Losses, &losses);
            bench.run("reduce", &step(n));
            bench.run("total", &step(n));
            let mut ours = vec![0.0; bench.parameters.len()];
            let (inputs, units) = activations.split_at(bench.network.inputs() * n);
            let (below, residuals) = deltas.split_at(hidden * n);
            cpu::reduce(&bench.network, inputs, units, below, residuals, &mut ours);
            let row = format!("{name} n={n}");
            report.compare(
                &format!("gradient {row}"),
                &bench.read(Array::Gradient),
                &ours,
                of_sum(n),
            );
            let loss = cpu::sum(&losses) / n as f32;
            let tolerance = Tolerance {
                relative: 1e-5,
                absolute: 1e-6,
            };
            report.compare(
                &format!("loss {row}"),
                &[bench.statistics().loss],
                &[loss],
                tolerance,
            );
        }
    }
    report.finish();
}

#[test]
fn update() {
    let mut report = Report::default();
    for &network in NETWORKS {
        let bench = Bench::new(network);
        let p = bench.parameters.len();
        for (&optimizer, t) in Optimizer::ALL.iter().flat_map(|o| [(o, 1), (o, 1000)]) {
            let now = Step {
                optimizer: optimizer as u32,
                learning_rate: 0.03,
                sgd_momentum: 0.9,
                adam_correction1: 1.0 - 0.9_f32.powi(t),
                adam_correction2: 1.0 - 0.999_f32.powi(t),
                ..step(1)
            };
            let mut gradient = floats("gradient", p, 1.0);
            gradient[0] = 0.0;
            let mut parameters = bench.parameters.clone();
            let mut moments = floats("moments", 2 * p, 1.0);
            moments.iter_mut().skip(p).for_each(|m| *m = m.abs());
            bench.fill_with_noise(1);
            bench.probe.write(Array::Gradient, &gradient);
            bench.probe.write(Array::Parameters, &parameters);
            bench.probe.write(Array::Moments, &moments);
            bench.run("update", &now);
            cpu::update(&now, &gradient, &mut parameters, &mut moments);
            let row = format!("{network:?} {optimizer:?} t={t}");
            let tolerance = Tolerance {
                relative: 1e-5,
                absolute: 1e-6,
            };
            report.compare(
                &format!("parameters {row}"),
                &bench.read(Array::Parameters),
                &parameters,
                tolerance,
            );
            report.compare(
                &format!("moments {row}"),
                &bench.read(Array::Moments),
                &moments,
                tolerance,
            );
        }
    }
    report.finish();
}

#[test]
fn predict() {
    let mut report = Report::default();
    for (name, bench) in benches() {
        let total = bench.probe.points();
        let points: Vec<[f32; 2]> = floats("points", 2 * total, 1.5)
            .chunks_exact(2)
            .map(|p| [p[0], p[1]])
            .collect();
        for n in SIZES {
            let first = 5;
            bench.fill_with_noise(n);
            bench.probe.write(Array::Points, &points);
            bench.run(
                "predict",
                &Step {
                    first: first as u32,
                    ..step(n)
                },
            );
            let ours = cpu::predict(&bench.network, &bench.parameters, &points[first..first + n]);
            let theirs = &bench.read(Array::Predictions)[first * bench.network.outputs()..];
            report.compare(&format!("{name} n={n}"), theirs, &ours, of_sum(64));
        }
    }
    report.finish();
}
