//! The kernels that know losses.

use bytemuck::Zeroable;
use ghm_lab::config::Config;
use ghm_lab::engine::gpu::{Array, Statistics};
use ghm_lab::engine::{MAX_CLASSES, Step, cpu};
use ghm_lab::ghm::{self, Loss, MAX_BINS, Selection, Task};

use crate::fixture::{
    Bench, NETWORKS, Report, SIZES, Tolerance, floats, norms, step, step_of, tasks,
};
use crate::{BINS, POINTWISE};

/// What both sides start from: everything that the kernels before left.
struct Given {
    outputs: Vec<f32>,
    targets: Vec<f32>,
    errors: Vec<f32>,
    norms: Vec<f32>,
    beta: Vec<f32>,
    selection: Selection<f32>,
    step: Step,
}

impl Given {
    /// Writes them to the device, too.
    fn new(bench: &Bench, config: &Config, n: usize, bins: u32) -> Self {
        let width = bench.network.outputs();
        let mut outputs = floats("outputs", width * n, 4.0);
        outputs[0] = 40.0;
        let (targets, ignored, both) = bench.targets(n);
        let valid = ignored.iter().filter(|&&ignored| !ignored).count();
        let step = Step {
            bins,
            valid: valid as u32,
            keep: valid.div_ceil(4) as u32,
            ..step_of(config, n)
        };
        let mut errors = vec![0.0; n];
        let mut computed = vec![0.0; n * step.entries as usize];
        let given = cpu::Targets {
            values: &targets,
            ignored: &ignored,
        };
        cpu::gradient_norm(&step, &outputs, &given, &mut errors, &mut computed);
        // Every bin and its edges, but for what is ignored.
        let mut norms = norms(computed.len(), bins);
        for (norm, &computed) in norms.iter_mut().zip(&computed) {
            if ghm::is_ignored(computed) {
                *norm = computed;
            }
        }
        let beta = floats("beta", bins as usize, 3.0);
        let selection = match step.keep {
            0 => Selection::everything(),
            keep => ghm::select_hardest(&errors, keep as usize),
        };
        bench.fill_with_noise(n);
        bench.probe.write(Array::Outputs, &outputs);
        bench.probe.write(Array::Targets, &both);
        bench.probe.write(Array::Errors, &errors);
        bench.probe.write(Array::GradientNorms, &norms);
        let mut statistics = Statistics::zeroed();
        statistics.beta[..bins as usize].copy_from_slice(&beta);
        statistics.contribution.fill(99.0);
        statistics.class_counts.fill(99);
        statistics.threshold = hardness(selection.threshold);
        statistics.last_kept = selection.last as u32;
        bench.probe.write(Array::Statistics, &[statistics]);
        Self {
            outputs,
            targets,
            errors,
            norms,
            beta,
            selection,
            step,
        }
    }

    fn gradients(&self) -> cpu::Gradients<'_, f32> {
        cpu::Gradients {
            first: 0,
            errors: &self.errors,
            gradient_norms: &self.norms,
        }
    }
}

#[test]
fn reweight() {
    let mut report = Report::default();
    for config in tasks() {
        let bench = Bench::of(&config, NETWORKS[0]);
        let (hidden, width) = (bench.network.hidden_units(), bench.network.outputs());
        for n in SIZES {
            let losses = Loss::of(config.task).iter();
            for (&loss, bins) in losses.flat_map(|loss| BINS.map(|bins| (loss, bins))) {
                let config = Config {
                    loss,
                    ..config.clone()
                };
                let given = Given::new(&bench, &config, n, bins);
                bench.run("reweight", &given.step);
                let [mut norms, mut losses] = [(); 2].map(|()| vec![0.0; n]);
                let mut residuals = vec![0.0; width * n];
                cpu::reweight(
                    &given.step,
                    &given.selection,
                    &given.outputs,
                    &given.targets,
                    &given.gradients(),
                    &given.beta,
                    &mut norms,
                    &mut residuals,
                    &mut losses,
                );
                let entries = given.step.entries;
                let row = format!("{:?} {entries} {loss:?} n={n} M={bins}", config.task);
                let theirs = bench.read(Array::Norms);
                report.compare(&format!("norms {row}"), &theirs, &norms, POINTWISE);
                let theirs = &bench.read(Array::Deltas)[hidden * n..];
                report.compare(&format!("residuals {row}"), theirs, &residuals, POINTWISE);
                let theirs = bench.read(Array::Losses);
                report.compare(&format!("losses {row}"), &theirs, &losses, POINTWISE);
            }
        }
    }
    report.finish();
}

/// The number that orders errors on the GPU.
fn hardness(error: f32) -> u32 {
    let bits = error.to_bits();
    if bits >> 31 == 1 {
        !bits
    } else {
        bits | 1 << 31
    }
}

#[test]
fn select_hardest() {
    let mut report = Report::default();
    let bench = Bench::new(NETWORKS[0]);
    for n in SIZES {
        // Quarters: many examples are equally hard, both zeros among them.
        let coarse = floats("errors", n, 3.0)
            .iter()
            .map(|x| (4.0 * x).round() / 4.0)
            .collect();
        let ties = vec![-0.5; n];
        for (name, errors) in [
            ("coarse", coarse),
            ("fine", floats("errors", n, 30.0)),
            ("ties", ties),
        ] {
            for keep in [1, 2, n / 4, n / 2, n - 1, n] {
                let keep = keep.clamp(1, n);
                bench.fill_with_noise(n);
                bench.probe.write(Array::Errors, &errors);
                bench.run(
                    "select_hardest",
                    &Step {
                        keep: keep as u32,
                        ..step(n)
                    },
                );
                let theirs = bench.statistics();
                let ours = ghm::select_hardest(&errors, keep);
                assert_eq!((0..n).filter(|&i| ours.keeps(i, errors[i])).count(), keep);
                report.compare_counts(
                    &format!("{name} n={n} keep={keep}"),
                    &[theirs.threshold, theirs.last_kept],
                    &[hardness(ours.threshold), ours.last as u32],
                );
            }
        }
    }
    report.finish();
}

#[test]
fn contribution() {
    let mut report = Report::default();
    for config in tasks() {
        let bench = Bench::of(&config, NETWORKS[0]);
        for (n, bins) in SIZES.into_iter().flat_map(|n| BINS.map(|bins| (n, bins))) {
            let m = bins as usize;
            let given = Given::new(&bench, &config, n, bins);
            bench.run("contribution", &given.step);
            let theirs = bench.statistics();
            for class in 0..config.number_of_classes() {
                let (counts, totals) = cpu::contributions(
                    &given.step,
                    &given.selection,
                    &given.targets,
                    &given.gradients(),
                    &given.beta,
                    class,
                );
                let row = format!("{:?} class {class} n={n} M={bins}", config.task);
                let of_class = &theirs.class_counts[class * MAX_BINS..][..m];
                report.compare_counts(&format!("counts {row}"), of_class, &counts);
                for (index, (loss, ours)) in Loss::of(config.task).iter().zip(&totals).enumerate() {
                    let first = (class * MAX_CLASSES + index) * MAX_BINS;
                    report.compare(
                        &format!("{loss:?} {row}"),
                        &theirs.contribution[first..][..m],
                        ours,
                        Tolerance {
                            relative: 1e-5,
                            absolute: 1e-6,
                        },
                    );
                }
            }
            if config.task != Task::Regression {
                let all: u32 = theirs.class_counts[..m].iter().sum();
                assert!(all <= given.step.valid * given.step.entries);
            }
        }
    }
    report.finish();
}
