//! What the mathematics must satisfy, over random mini-batches in f64.

mod support;

use ghm_lab::config::Config;
use ghm_lab::ghm::{
    Average, Convention, DensityRule, Loss, Normaliser, bin, contribution, cross_entropy, density,
    direction, gradient_norm, histogram, hit_bins, line_deviation,
};
use proptest::prelude::*;
use support::twins::{first_step, run};

/// The state of one moving average, and what the last mini-batch made of it.
struct State {
    convention: Convention,
    counts: Vec<u32>,
    average: Average<f64>,
    density: Vec<f64>,
    beta: Vec<f64>,
}

impl State {
    fn new(convention: Convention, bins: usize) -> Self {
        Self {
            convention,
            counts: vec![0; bins],
            average: Average::new(bins),
            density: vec![0.0; bins],
            beta: vec![0.0; bins],
        }
    }

    fn feed(&mut self, counts: &[u32], momentum: f64) {
        self.counts.copy_from_slice(counts);
        let rule = DensityRule::of(self.convention, momentum);
        density(
            &self.counts,
            &rule,
            &mut self.average,
            &mut self.density,
            &mut self.beta,
        );
    }

    fn feed_norms(&mut self, norms: &[f64], momentum: f64) {
        let mut counts = vec![0; self.counts.len()];
        histogram(norms, &mut counts);
        self.feed(&counts, momentum);
    }

    fn weights(&self, norms: &[f64]) -> Vec<f64> {
        let bins = self.beta.len();
        norms.iter().map(|&g| self.beta[bin(g, bins)]).collect()
    }

    fn examples(&self) -> f64 {
        self.counts.iter().map(|&count| f64::from(count)).sum()
    }
}

fn is_close(got: f64, want: f64, relative: f64) -> bool {
    (got - want).abs() <= relative * want.abs()
}

fn mean_norms(norms: &[f64], bins: usize) -> Vec<Option<f64>> {
    (0..bins)
        .map(|j| {
            let inside: Vec<f64> = norms
                .iter()
                .copied()
                .filter(|&g| bin(g, bins) == j)
                .collect();
            (!inside.is_empty()).then(|| inside.iter().sum::<f64>() / inside.len() as f64)
        })
        .collect()
}

/// Logits and targets, imbalanced as in detection, with easy and very hard examples.
fn batches() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    let example = (-12.0..12.0f64, prop::bool::weighted(0.1));
    prop::collection::vec(example, 1..400).prop_map(|examples| {
        examples
            .into_iter()
            .map(|(logit, positive)| (logit, f64::from(u8::from(positive))))
            .unzip()
    })
}

fn norms_of(logits: &[f64], targets: &[f64]) -> Vec<f64> {
    let pairs = logits.iter().zip(targets);
    pairs.map(|(&x, &y)| gradient_norm(x, y)).collect()
}

fn norms() -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(0.0..=1.0f64, 1..400)
}

fn conventions() -> impl Strategy<Value = Convention> {
    prop::sample::select(Convention::ALL)
}

proptest! {
    #[test]
    fn the_gradient_norm_is_the_distance_of_probability_and_target(
        logit in -30.0..30.0f64, positive in any::<bool>(),
    ) {
        let target = f64::from(u8::from(positive));
        let p = 1.0 / (1.0 + (-logit).exp());
        let g = gradient_norm(logit, target);
        prop_assert!((0.0..=1.0).contains(&g));
        prop_assert!((g - (p - target).abs()).abs() < 1e-14);
        prop_assert!((direction(target) * g - (p - target)).abs() < 1e-14);
    }

    #[test]
    fn the_cross_entropy_has_the_signed_gradient_norm_as_its_derivative(
        logit in -12.0..12.0f64, positive in any::<bool>(),
    ) {
        let target = f64::from(u8::from(positive));
        let h = 1e-5;
        let slope = (cross_entropy(logit + h, target) - cross_entropy(logit - h, target)) / (2.0 * h);
        let g = direction(target) * gradient_norm(logit, target);
        prop_assert!((slope - g).abs() < 1e-8, "{slope} {g}");
    }

    #[test]
    fn every_example_falls_in_exactly_the_bin_of_its_norm(norms in norms(), bins in 1..=256usize) {
        let mut counts = vec![0; bins];
        histogram(&norms, &mut counts);
        prop_assert_eq!(counts.iter().sum::<u32>() as usize, norms.len());
        for &g in &norms {
            let j = bin(g, bins);
            prop_assert!(j < bins);
            let scaled = g * bins as f64;
            prop_assert!(j as f64 <= scaled && (scaled < (j + 1) as f64 || j + 1 == bins));
        }
    }

    #[test]
    fn one_bin_without_momentum_is_the_cross_entropy((logits, targets) in batches()) {
        let norms = norms_of(&logits, &targets);
        for convention in [Convention::Corrected, Convention::PerBin, Convention::Paper, Convention::Mmdetection] {
            let mut average = State::new(convention, 1);
            average.feed_norms(&norms, 0.0);
            prop_assert_eq!(average.beta[0], 1.0);
            let n = logits.len();
            let outcome = |loss| {
                let config = Config { loss, bins: 1, ..Config::default() };
                run(&first_step(&config, n, n), &logits, &targets, &average.beta)
            };
            prop_assert_eq!(outcome(Loss::GhmC), outcome(Loss::CrossEntropy));
        }
    }

    #[test]
    fn the_weights_sum_to_the_examples_times_hit_bins_over_the_normaliser(
        norms in norms(), bins in 1..=256usize, convention in conventions(),
    ) {
        let mut average = State::new(convention, bins);
        average.feed_norms(&norms, 0.0);
        let sum: f64 = average.weights(&norms).iter().sum();
        let (n, hit) = (norms.len() as f64, hit_bins(&average.counts) as f64);
        let want = match convention.normaliser() {
            Normaliser::Bins => n * hit / bins as f64,
            Normaliser::HitBins => n,
            Normaliser::One => n * hit,
        };
        prop_assert!(is_close(sum, want, 1e-12), "{sum} {want}");
    }

    #[test]
    fn equally_full_bins_leave_every_weight_at_one(count in 1..50u32, bins in 1..=256usize) {
        for convention in [Convention::Corrected, Convention::PerBin, Convention::Paper, Convention::Mmdetection] {
            let mut average = State::new(convention, bins);
            average.feed(&vec![count; bins], 0.0);
            prop_assert!(average.beta.iter().all(|&beta| is_close(beta, 1.0, 1e-14)));
            prop_assert!(average.density.iter().all(|&gd| is_close(gd, average.examples(), 1e-14)));
        }
    }

    #[test]
    fn the_harmonized_contribution_is_the_mean_norm_times_the_slope(
        norms in norms(), bins in 1..=256usize, convention in conventions(),
    ) {
        let mut average = State::new(convention, bins);
        average.feed_norms(&norms, 0.0);
        let slope = match convention.normaliser() {
            Normaliser::Bins => 1.0,
            Normaliser::HitBins => bins as f64 / hit_bins(&average.counts) as f64,
            Normaliser::One => bins as f64,
        };
        let (mut ghm, mut ce) = (vec![0.0; bins], vec![0.0; bins]);
        let weights = average.weights(&norms);
        let harmonized: Vec<f64> = norms.iter().zip(&weights).map(|(g, w)| g * w).collect();
        contribution(&norms, &harmonized, norms.len(), &mut ghm);
        contribution(&norms, &norms, norms.len(), &mut ce);
        for (j, mean) in mean_norms(&norms, bins).into_iter().enumerate() {
            let mean = mean.unwrap_or(0.0);
            prop_assert!(is_close(ghm[j], slope * mean, 1e-11), "{} {}", ghm[j], slope * mean);
            let share = f64::from(average.counts[j]) * bins as f64 / norms.len() as f64;
            prop_assert!(is_close(ce[j], share * mean, 1e-11));
        }
        let f32s = |values: &[f64]| values.iter().map(|&v| v as f32).collect::<Vec<f32>>();
        let off = line_deviation(&average.counts, &f32s(&ce), &f32s(&ghm), slope);
        prop_assert!(off.is_none_or(|off| off < 1e-6), "{off:?}");
        // A line of another slope is off by as much.
        let off = line_deviation(&average.counts, &f32s(&ce), &f32s(&ghm), 0.5 * slope);
        prop_assert!(off.is_none_or(|off| (off - 1.0).abs() < 1e-5), "{off:?}");
    }

    #[test]
    fn the_deviation_from_the_line_is_that_of_the_worst_bin(
        norms in norms(), bins in 1..=256usize, factor in 1.1..3.0f64, pick in any::<prop::sample::Index>(),
    ) {
        let mut average = State::new(Convention::Paper, bins);
        average.feed_norms(&norms, 0.0);
        let means = mean_norms(&norms, bins);
        let hit: Vec<usize> = (0..bins).filter(|&j| means[j].is_some_and(|m| m > 0.0)).collect();
        prop_assume!(!hit.is_empty());
        let mut ghm: Vec<f32> = means.iter().map(|m| m.unwrap_or(0.0) as f32).collect();
        let mut ce = vec![0.0; bins];
        contribution(&norms, &norms, norms.len(), &mut ce);
        let ce: Vec<f32> = ce.iter().map(|&v| v as f32).collect();
        ghm[hit[pick.index(hit.len())]] *= factor as f32;
        let off = line_deviation(&average.counts, &ce, &ghm, 1.0).expect("a hit bin");
        prop_assert!((off - (factor - 1.0)).abs() < 1e-5, "{off} {factor}");
    }

    #[test]
    fn from_a_zero_start_the_weights_are_too_large_until_the_average_has_filled(
        counts in prop::collection::vec(1..1000u32, 1..60), momentum in 0.0..0.999f64,
    ) {
        let bins = counts.len();
        let fresh = |convention| {
            let mut average = State::new(convention, bins);
            average.feed(&counts, 0.0);
            average
        };
        for &convention in Convention::ALL {
            let settled = fresh(convention);
            let mut average = State::new(convention, bins);
            for t in 1..=12 {
                average.feed(&counts, momentum);
                let start = match convention {
                    Convention::Corrected | Convention::PerBin => 1.0,
                    Convention::Paper | Convention::Mmdetection | Convention::Keras => {
                        1.0 / (1.0 - momentum.powi(t))
                    }
                };
                for j in 0..bins {
                    let factor = average.beta[j] / settled.beta[j];
                    prop_assert!(is_close(factor, start, 1e-9), "{convention:?} {t}: {factor} {start}");
                }
            }
        }
    }

    #[test]
    fn the_correction_is_exact_also_when_momentum_changes_on_the_way(
        counts in prop::collection::vec(1..1000u32, 1..60),
        momenta in prop::collection::vec(0.0..0.999f64, 1..20),
    ) {
        for convention in [Convention::Corrected, Convention::PerBin] {
            let mut average = State::new(convention, counts.len());
            for &momentum in &momenta {
                average.feed(&counts, momentum);
            }
            let n = counts.len() as f64;
            for (gd, &count) in average.density.iter().zip(&counts) {
                prop_assert!(is_close(*gd, f64::from(count) * n, 1e-9));
            }
        }
    }

    #[test]
    fn empty_bins_hold_their_average_or_decay(
        count in 1..1000u32, momentum in 0.01..0.999f64, pauses in 1..20i32,
        convention in conventions(),
    ) {
        let mut average = State::new(convention, 2);
        average.feed(&[count, count], momentum);
        let before = average.average.ema[1];
        for _ in 0..pauses {
            average.feed(&[count, 0], momentum);
        }
        let want = match convention {
            Convention::Mmdetection | Convention::PerBin => before,
            Convention::Corrected | Convention::Paper | Convention::Keras => {
                before * momentum.powi(pauses)
            }
        };
        prop_assert!(is_close(average.average.ema[1], want, 1e-11));
        // A bin that is hit for the first time starts from zero whenever that is.
        let mut late = State::new(convention, 2);
        for _ in 0..pauses {
            late.feed(&[count, 0], momentum);
        }
        prop_assert_eq!((late.density[1], late.beta[1]), (0.0, 0.0));
        late.feed(&[count, count], momentum);
        prop_assert!(is_close(late.average.ema[1], (1.0 - momentum) * f64::from(count), 1e-12));
        // Where each bin is corrected by itself, it counts in full from then on.
        if convention == Convention::PerBin {
            prop_assert!(is_close(late.density[1], 2.0 * f64::from(count), 1e-12));
            prop_assert!(is_close(average.density[1], f64::from(count), 1e-12));
        }
    }

    #[test]
    fn the_keras_weight_is_the_examples_over_the_average(
        counts in prop::collection::vec(0..1000u32, 1..60), momentum in 0.0..0.999f64,
    ) {
        let mut average = State::new(Convention::Keras, counts.len());
        average.feed(&counts, momentum);
        for (j, &count) in counts.iter().enumerate() {
            prop_assert_eq!(average.density[j], average.average.ema[j]);
            let want = if count == 0 { 0.0 } else { average.examples() / average.average.ema[j] };
            prop_assert_eq!(average.beta[j], want);
        }
    }
}

#[test]
fn the_first_factors_are_those_that_people_report() {
    let factors = |momentum, steps| {
        let mut average = State::new(Convention::Paper, 2);
        (0..steps)
            .map(|_| {
                average.feed(&[60, 60], momentum);
                average.beta[0]
            })
            .collect::<Vec<f64>>()
    };
    let rounded = |values: Vec<f64>| -> Vec<f64> {
        values.iter().map(|v| (v * 100.0).round() / 100.0).collect()
    };
    let of_75 = rounded(factors(0.75, 10));
    assert_eq!(of_75[..3], [4.0, 2.29, 1.73]);
    assert_eq!(of_75[9], 1.06);
    assert_eq!(rounded(factors(0.9, 3)), [10.0, 5.26, 3.69]);
    assert_eq!(rounded(factors(0.99, 1)), [100.0]);
}

#[test]
fn the_hardest_and_the_easiest_example_fall_in_the_outer_bins() {
    assert_eq!((bin(0.0f32, 30), bin(1.0f32, 30)), (0, 29));
    assert_eq!((bin(0.0f64, 1), bin(1.0f64, 1)), (0, 0));
    // An edge belongs to the bin above it.
    assert_eq!((bin(0.5f64, 2), bin(0.25f64, 4)), (1, 1));
    assert_eq!(gradient_norm(f32::MAX, 0.0), 1.0);
    assert_eq!(gradient_norm(f32::MAX, 1.0), 0.0);
    assert!(gradient_norm(-80.0f32, 0.0) > 0.0, "easy is not zero");
}

#[test]
fn cross_entropy_stays_finite_and_exact_on_both_tails() {
    assert_eq!(cross_entropy(1000.0f32, 0.0), 1000.0);
    assert_eq!(cross_entropy(1000.0f32, 1.0), 0.0);
    let easy = cross_entropy(-50.0f64, 0.0);
    assert!(is_close(easy, (-50.0f64).exp(), 1e-12), "{easy}");
}

#[test]
fn no_hit_bin_means_no_deviation_from_the_line() {
    assert_eq!(line_deviation(&[0, 0], &[0.0, 0.0], &[0.0, 0.0], 1.0), None);
    assert_eq!(line_deviation(&[], &[], &[], 1.0), None);
}
