//! The kernels that know losses.

use bytemuck::Zeroable;
use ghm_lab::engine::gpu::{Array, Statistics};
use ghm_lab::engine::{Step, cpu};
use ghm_lab::ghm::{self, Loss, MAX_BINS};

use crate::fixture::{Bench, NETWORKS, Report, SIZES, Tolerance, floats, norms, step};
use crate::{BINS, POINTWISE};

#[test]
fn reweight() {
    let mut report = Report::default();
    let bench = Bench::new(NETWORKS[0]);
    let hidden = bench.network.hidden_units();
    for n in SIZES {
        for (&loss, bins) in Loss::ALL.iter().flat_map(|l| BINS.map(|bins| (l, bins))) {
            let mut logits = floats("logits", n, 10.0);
            logits[0] = 40.0;
            let (labels, norms) = (bench.labels(n), norms(n, bins));
            let beta = floats("beta", bins as usize, 3.0);
            bench.fill_with_noise(n);
            bench.probe.write(Array::Logits, &logits);
            bench.probe.write(Array::Labels, &labels);
            bench.probe.write(Array::GradientNorms, &norms);
            let mut statistics = Statistics::zeroed();
            statistics.beta[..bins as usize].copy_from_slice(&beta);
            let stepped = Step {
                bins,
                loss: loss as u32,
                ..step(n)
            };
            let z = log_odds(&logits, &labels);
            let selection = ghm::select_hardest(&z, stepped.keep as usize);
            statistics.threshold = hardness(selection.threshold);
            statistics.last_kept = selection.last as u32;
            bench.probe.write(Array::Statistics, &[statistics]);
            bench.run("reweight", &stepped);
            let [mut weights, mut residuals, mut losses] = [(); 3].map(|()| vec![0.0; n]);
            cpu::reweight(
                loss,
                &stepped.loss_rule(),
                &selection,
                &logits,
                &labels,
                &norms,
                &beta,
                &mut weights,
                &mut residuals,
                &mut losses,
            );
            let row = format!("{loss:?} n={n} M={bins}");
            report.compare(
                &format!("weights {row}"),
                &bench.read(Array::Weights),
                &weights,
                match loss {
                    // Goes through exponentials.
                    Loss::Focal => POINTWISE,
                    _ => Tolerance::EXACT,
                },
            );
            let theirs = &bench.read(Array::Deltas)[hidden * n..];
            report.compare(&format!("residuals {row}"), theirs, &residuals, POINTWISE);
            report.compare(
                &format!("losses {row}"),
                &bench.read(Array::Losses),
                &losses,
                POINTWISE,
            );
        }
    }
    report.finish();
}

/// The number that orders log-odds on the GPU.
fn hardness(z: f32) -> u32 {
    let bits = z.to_bits();
    if bits >> 31 == 1 {
        !bits
    } else {
        bits | 1 << 31
    }
}

fn log_odds(logits: &[f32], labels: &[f32]) -> Vec<f32> {
    let pairs = logits.iter().zip(labels);
    pairs.map(|(x, y)| x * (1.0 - 2.0 * y)).collect()
}

#[test]
fn select_hardest() {
    let mut report = Report::default();
    let bench = Bench::new(NETWORKS[0]);
    for n in SIZES {
        // Quarters: many examples are equally hard, both zeros among them.
        let coarse = floats("logits", n, 3.0)
            .iter()
            .map(|x| (4.0 * x).round() / 4.0)
            .collect();
        let ties = vec![-0.5; n];
        for (name, logits) in [
            ("coarse", coarse),
            ("fine", floats("logits", n, 30.0)),
            ("ties", ties),
        ] {
            let labels = bench.labels(n);
            let z = log_odds(&logits, &labels);
            for keep in [1, 2, n / 4, n / 2, n - 1, n] {
                let keep = keep.clamp(1, n);
                bench.fill_with_noise(n);
                bench.probe.write(Array::Logits, &logits);
                bench.probe.write(Array::Labels, &labels);
                bench.run(
                    "select_hardest",
                    &Step {
                        keep: keep as u32,
                        ..step(n)
                    },
                );
                let theirs = bench.statistics();
                let ours = ghm::select_hardest(&z, keep);
                assert_eq!((0..n).filter(|&i| ours.keeps(i, z[i])).count(), keep);
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
    let bench = Bench::new(NETWORKS[0]);
    for n in SIZES {
        for bins in BINS {
            let m = bins as usize;
            let norms = norms(n, bins);
            let beta = floats("beta", m, 3.0);
            let (logits, labels) = (floats("logits", n, 10.0), bench.labels(n));
            bench.fill_with_noise(n);
            bench.probe.write(Array::Logits, &logits);
            bench.probe.write(Array::Labels, &labels);
            bench.probe.write(Array::GradientNorms, &norms);
            let stepped = Step { bins, ..step(n) };
            let selection = ghm::select_hardest(&log_odds(&logits, &labels), stepped.keep as usize);
            let mut statistics = Statistics::zeroed();
            statistics.beta[..m].copy_from_slice(&beta);
            statistics.contribution.fill(99.0);
            statistics.threshold = hardness(selection.threshold);
            statistics.last_kept = selection.last as u32;
            bench.probe.write(Array::Statistics, &[statistics]);
            bench.run("contribution", &stepped);
            let theirs = bench.statistics().contribution;
            for &loss in Loss::ALL {
                let weights: Vec<f32> = (0..n)
                    .map(|i| {
                        let beta = beta[ghm::bin(norms[i], m)];
                        let seen = cpu::look(logits[i], labels[i], beta, &selection, i);
                        loss.weight(&stepped.loss_rule(), &seen)
                    })
                    .collect();
                let mut ours = vec![0.0; m];
                ghm::contribution(&norms, &weights, &mut ours);
                let theirs = &theirs[loss as usize * MAX_BINS..][..m];
                report.compare(
                    &format!("{loss:?} n={n} M={bins}"),
                    theirs,
                    &ours,
                    Tolerance {
                        relative: 1e-5,
                        absolute: 1e-6,
                    },
                );
            }
        }
    }
    report.finish();
}
