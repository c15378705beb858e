//! A loss over given outputs, on both engines, against the twins over all examples at once.

use ghm_lab::config::Config;
use ghm_lab::data::Random;
use ghm_lab::engine::cpu::Harmonizer;
use ghm_lab::engine::gpu::GpuHarmonizer;
use ghm_lab::engine::{Clocks, Step};
use ghm_lab::ghm::{Average, DensityRule, Loss, Real, density};

use crate::fixture::{SIZES, gpu};
use crate::support::twins::run_with;

fn logits<T: Real>(n: usize) -> (Vec<T>, Vec<T>) {
    let mut random = Random::named(3, "harmonizer");
    let one = |_| {
        let is_positive = random.uniform() < 0.2;
        let target = T::of(f64::from(u8::from(is_positive)));
        // What float32 has exactly, so that both widths see the same.
        (T::of(f64::from(random.gaussian() as f32) * 4.0), target)
    };
    (0..n).map(one).unzip()
}

fn first_step(loss: Loss, n: usize) -> Step {
    let config = Config {
        loss,
        ..Config::default()
    };
    Clocks::default().step(&config, 0, n, n)
}

/// What the twins make of it: the mean loss, and the derivatives.
fn twins<T: Real>(step: &Step, outputs: &[T], targets: &[T]) -> (f64, Vec<T>) {
    let rule = DensityRule {
        momentum: T::of(f64::from(step.ema_momentum)),
        corrects_bias: step.corrects_bias == 1,
        holds_empty_bins: false,
        normaliser: step.normaliser(),
    };
    let beta = |counts: &[u32]| {
        let mut average = Average::new(counts.len());
        let [mut of_bins, mut beta] = [(); 2].map(|()| vec![T::ZERO; counts.len()]);
        density(counts, &rule, &mut average, &mut of_bins, &mut beta);
        beta
    };
    let none = vec![false; targets.len()];
    let outcome = run_with(step, outputs, targets, &none, beta);
    let total: f64 = outcome.losses.iter().map(|loss| loss.to_f64()).sum();
    (total / targets.len() as f64, outcome.residuals)
}

fn largest<T: Real>(one: &[T], other: &[T]) -> f64 {
    assert_eq!(one.len(), other.len());
    let pairs = one.iter().zip(other);
    let apart = |(a, b): (&T, &T)| (a.to_f64() - b.to_f64()).abs() / b.to_f64().abs().max(1e-12);
    pairs.map(apart).fold(0.0, f64::max)
}

#[test]
fn blocks_and_threads_come_to_the_same_as_all_at_once() {
    let mut failures = Vec::new();
    for n in SIZES.into_iter().chain([511, 512, 513, 70_000]) {
        for loss in [Loss::CrossEntropy, Loss::Focal, Loss::GhmC] {
            let step = first_step(loss, n);
            let (outputs, targets) = logits::<f64>(n);
            let (mean, residuals) = twins(&step, &outputs, &targets);
            let mut ours = Harmonizer::new(&step, &outputs, &targets);
            let loss_off = (ours.step(&step) / mean - 1.0).abs();
            let off = largest(&ours.residuals().collect::<Vec<_>>(), &residuals);
            if !(loss_off < 1e-12 && off < 1e-12) {
                failures.push(format!(
                    "{n} {loss:?}: loss {loss_off:e}, residuals {off:e}"
                ));
            }
            let (outputs, targets) = logits::<f32>(n);
            let mut ours = Harmonizer::new(&step, &outputs, &targets);
            let loss_off = (f64::from(ours.step(&step)) / mean - 1.0).abs();
            let wide: Vec<f64> = ours.residuals().map(f64::from).collect();
            let off = largest(&wide, &residuals);
            // A logit at the edge of a bin may fall on the other side of it.
            if !(loss_off < 1e-5 && (off < 1e-4 || loss == Loss::GhmC && off < 0.5)) {
                failures.push(format!("{n} {loss:?}, f32: {loss_off:e}, {off:e}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    // One logit that is another is seen.
    let step = first_step(Loss::GhmC, 600);
    let (mut outputs, targets) = logits::<f64>(600);
    let (_, residuals) = twins(&step, &outputs, &targets);
    outputs[555] += 1e-3;
    let mut ours = Harmonizer::new(&step, &outputs, &targets);
    ours.step(&step);
    assert!(largest(&ours.residuals().collect::<Vec<_>>(), &residuals) > 1e-5);
}

#[test]
fn the_gpu_comes_to_the_same() {
    let gpu = gpu();
    let mut failures = Vec::new();
    // The last one needs more workgroups than one dimension has room for.
    for n in SIZES.into_iter().chain([70_000, 64 * 65_535 + 65]) {
        let step = first_step(Loss::GhmC, n);
        let (outputs, targets) = logits::<f32>(n);
        let mut ours = Harmonizer::new(&step, &outputs, &targets);
        ours.step(&step);
        let mut theirs = GpuHarmonizer::new(&gpu, &outputs, &targets).expect("it fits");
        theirs.submit(&step, 1);
        theirs.wait();
        let timing = theirs.take_timing().expect("no error");
        assert_eq!(timing.map(|timing| timing.steps), Some(1));
        let ours: Vec<f32> = ours.residuals().collect();
        let off = largest(&theirs.residuals().expect("it answers"), &ours);
        if off > 1e-3 {
            failures.push(format!("{n}: {off:e}"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
