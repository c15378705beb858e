//! Measures and weights against their definitions, written out plainly.

use ghm_lab::ghm::{
    ABOVE_HALF, Average, ClassBalance, Convention, DensityRule, Ranking, asl1, asl1_norm,
    class_weights, density, effective_sample_size, exact_density, expected_calibration_error,
    first_largest, focal_weight, interval, kept_examples, select_hardest, sigmoid, smooth_l1,
    softmax, softmax_log_odds,
};
use proptest::prelude::*;

fn norms() -> impl Strategy<Value = Vec<f64>> {
    let norm = prop_oneof![0.0..=1.0f64, Just(0.0), Just(1.0), Just(0.5)];
    prop::collection::vec(norm, 1..60)
}

/// Scores that tie, and their labels.
fn scored() -> impl Strategy<Value = (Vec<f32>, Vec<bool>)> {
    prop::collection::vec((0..8u8, any::<bool>()), 1..40).prop_map(|pairs| {
        let (scores, labels): (Vec<u8>, Vec<bool>) = pairs.into_iter().unzip();
        (scores.iter().map(|&s| f32::from(s) / 8.0).collect(), labels)
    })
}

proptest! {
    #[test]
    fn exact_density_counts_the_window_over_its_valid_length(g in norms(), m in 1..40u32) {
        let eps = 1.0 / f64::from(m);
        for (i, density) in exact_density(&g, eps).into_iter().enumerate() {
            let inside = |&&other: &&f64| g[i] - eps / 2.0 <= other && other < g[i] + eps / 2.0;
            let length = (g[i] + eps / 2.0).min(1.0) - (g[i] - eps / 2.0).max(0.0);
            prop_assert_eq!(density, g.iter().filter(inside).count() as f64 / length);
        }
    }

    #[test]
    fn roc_auc_is_the_share_of_pairs_in_order((scores, labels) in scored()) {
        let of = |wanted: bool| {
            let all = scores.iter().zip(&labels);
            all.filter(|(_, label)| **label == wanted).map(|(&s, _)| s).collect::<Vec<_>>()
        };
        let (positives, negatives) = (of(true), of(false));
        let pairs = positives.len() * negatives.len();
        let order: f64 = positives.iter()
            .flat_map(|p| negatives.iter().map(move |n| match p.total_cmp(n) {
                std::cmp::Ordering::Greater => 1.0,
                std::cmp::Ordering::Equal => 0.5,
                std::cmp::Ordering::Less => 0.0,
            }))
            .sum();
        match Ranking::of(&scores, &labels).roc_auc() {
            Some(area) => prop_assert!((area - order / pairs as f64).abs() < 1e-12),
            None => prop_assert_eq!(pairs, 0),
        }
    }

    #[test]
    fn no_threshold_has_a_better_f1((scores, labels) in scored()) {
        let f1 = |threshold: f32| {
            let called = scores.iter().zip(&labels).filter(|(s, _)| **s >= threshold);
            let (hits, all) = called.fold((0, 0), |(hits, all), (_, &label)| (hits + usize::from(label), all + 1));
            let positives = labels.iter().filter(|&&label| label).count();
            2.0 * hits as f64 / (all + positives) as f64
        };
        match Ranking::of(&scores, &labels).best_f1() {
            Some(best) => {
                prop_assert!((best.f1 - f1(best.threshold as f32)).abs() < 1e-12);
                let harmonic = 2.0 * best.precision * best.recall / (best.precision + best.recall);
                prop_assert!((best.f1 - harmonic).abs() < 1e-12);
                for &score in &scores {
                    prop_assert!(f1(score) <= best.f1 + 1e-12);
                }
            }
            None => prop_assert!(!labels.contains(&true)),
        }
    }

    #[test]
    fn the_selection_is_the_head_of_the_sorted_examples(
        z in prop::collection::vec((-8..8i8).prop_map(|z| f32::from(z) / 2.0), 1..50),
        share in 0.001..=1.0f64,
    ) {
        let keep = kept_examples(share, z.len());
        let mut order: Vec<usize> = (0..z.len()).collect();
        order.sort_by(|&a, &b| z[b].total_cmp(&z[a]).then(a.cmp(&b)));
        let mut wanted = order[..keep].to_vec();
        wanted.sort_unstable();
        let selection = select_hardest(&z, keep);
        let kept: Vec<usize> = (0..z.len()).filter(|&i| selection.keeps(i, z[i])).collect();
        prop_assert_eq!(kept, wanted);
    }

    #[test]
    fn class_weights_average_to_one(
        counts in (1..100_000u64, 1..100_000u64), beta in 0.0..=0.99999f64,
    ) {
        let counts = [counts.0, counts.1];
        let all: u64 = counts.iter().sum();
        for &balance in ClassBalance::ALL {
            let weights = class_weights(balance, beta, &counts);
            let total: f64 = weights.iter().zip(counts).map(|(w, n)| w * n as f64).sum();
            prop_assert!((total / all as f64 - 1.0).abs() < 1e-9);
        }
        let inverse = class_weights(ClassBalance::Inverse, beta, &counts);
        prop_assert!((inverse[0] - all as f64 / (2.0 * counts[0] as f64)).abs() < 1e-9);
    }

    #[test]
    fn gradient_norms_of_regression_are_the_slopes(d in -3.0..3.0f64, mu in 0.01..1.0f64) {
        let h = 1e-6;
        let slope = (asl1(d + h, mu) - asl1(d - h, mu)) / (2.0 * h);
        prop_assert!((slope.abs() - asl1_norm(d, mu)).abs() < 1e-4);
        prop_assert!((asl1(d, mu) - ((d * d + mu * mu).sqrt() - mu)).abs() < 1e-12);
        let slope = (smooth_l1(d + h, mu) - smooth_l1(d - h, mu)) / (2.0 * h);
        prop_assert!((slope.abs() - (d.abs() / mu).min(1.0)).abs() < 1e-4);
    }

    #[test]
    fn the_focal_weight_is_the_curve_of_the_paper(z in -30.0..15.0f64) {
        let g = sigmoid(z);
        let paper = g * g * (g - 2.0 * (1.0 - g) * (-g).ln_1p());
        prop_assert!((focal_weight(z, 2.0) * g - paper).abs() <= 1e-7 * paper + 1e-300);
        prop_assert!((focal_weight(z, 0.0) - 1.0).abs() < 1e-15);
    }
}

#[test]
fn the_effective_number_lies_between_equal_weights_and_the_inverse_frequency() {
    let counts = [19_800, 200];
    let weights = |beta| class_weights(ClassBalance::Effective, beta, &counts);
    assert_eq!(weights(0.0), [1.0, 1.0]);
    let inverse = class_weights(ClassBalance::Inverse, 0.0, &counts);
    let near = weights(1.0 - 1e-12);
    assert!(
        near.iter()
            .zip(&inverse)
            .all(|(a, b)| (a / b - 1.0).abs() < 1e-6)
    );
    assert!(weights(0.999)[1] > 1.0 && weights(0.999)[1] < inverse[1]);
    assert_eq!(
        class_weights(ClassBalance::Inverse, 0.0, &[0, 5]),
        [0.0, 1.0]
    );
}

#[test]
fn whole_products_keep_what_they_say() {
    assert_eq!(kept_examples(0.07, 100), 7);
    assert_eq!(kept_examples(0.25, 1024), 256);
    assert_eq!(kept_examples(0.25, 1025), 257);
    assert_eq!(kept_examples(0.001, 3), 1);
    assert_eq!(kept_examples(1.0, 3), 3);
    assert_eq!(kept_examples(0.5, 0), 0);
}

#[test]
fn calibration_is_the_gap_between_probability_and_frequency() {
    let probabilities = [0.05, 0.05, 0.95, 0.95, 1.0];
    let labels = [false, true, true, true, false];
    // Gaps: |0.1 - 1| over two examples, |2.9 - 2| over three.
    let error = expected_calibration_error(&probabilities, &labels, 10).expect("examples");
    assert!((error - (0.9 + 0.9) / 5.0).abs() < 1e-12, "{error}");
    assert_eq!(expected_calibration_error(&[], &[], 10), None);
    assert_eq!(expected_calibration_error(&[f64::NAN], &[true], 10), None);
}

#[test]
fn a_threshold_calls_positive_what_reaches_it() {
    let scores = [0.1f64, 0.4, 0.4, 0.8, 0.9];
    let labels = [false, true, false, true, false];
    let ranking = Ranking::of(&scores, &labels);
    for (threshold, want) in [
        (0.0, (2, 3, 0, 0)),
        (0.4, (2, 2, 0, 1)),
        (0.41, (1, 1, 1, 2)),
        (0.9, (0, 1, 2, 2)),
        (1.0, (0, 0, 2, 3)),
    ] {
        let at = ranking.at(threshold);
        let got = (
            at.true_positives,
            at.false_positives,
            at.false_negatives,
            at.true_negatives,
        );
        assert_eq!(got, want, "from {threshold} on");
    }
    let at = ranking.at(0.4);
    assert_eq!((at.precision(), at.recall()), (Some(0.5), Some(1.0)));
    let (precision, recall) = (0.5, 1.0);
    assert!((at.f1() - 2.0 * precision * recall / (precision + recall)).abs() < 1e-15);
    assert_eq!(ranking.at(1.0).precision(), None);
    let steps: Vec<[f64; 2]> = ranking.steps().collect();
    assert_eq!(steps, [[0.5, 0.5], [1.0, 0.5]]);
}

#[test]
fn equal_weights_make_every_example_count() {
    assert_eq!(effective_sample_size(10.0, 10.0), 10.0);
    assert_eq!(effective_sample_size(3.0, 9.0), 1.0);
    assert_eq!(effective_sample_size(0.0, 0.0), 0.0);
}

#[test]
fn an_interval_holds_its_lower_end_and_the_last_holds_one() {
    // numpy: np.minimum(np.floor(p * 15), 14).
    let of = [
        (0.0, 0),
        (1.0 / 15.0, 1),
        (0.2, 3),
        (0.8, 12),
        (0.999, 14),
        (1.0, 14),
    ];
    for (p, want) in of {
        assert_eq!(interval(p, 15), want, "{p}");
    }
    // What 1 - (1 - p) would have made of it.
    assert_eq!(interval(1.0 - (1.0 - 0.2), 15), 2);
}

#[test]
fn of_equal_classes_the_first_is_said() {
    assert_eq!(first_largest(&[0.25, 0.25, 0.25, 0.25]), 0);
    assert_eq!(first_largest(&[0.1_f32, 0.45, 0.45]), 1);
    assert_eq!(first_largest::<f64>(&[]), 0);
    assert!(ABOVE_HALF > 0.5 && f64::midpoint(0.5, ABOVE_HALF) == 0.5);
}

#[test]
fn errors_of_any_size_have_a_gradient_norm_and_a_loss() {
    for d in [1e6, 1e9, 1e19, 1e160, 1e200, f64::MAX] {
        for d in [d, -d] {
            assert!((asl1_norm(d, 0.02) - 1.0).abs() < 1e-9, "{d}");
            let off = asl1(d, 0.02) / (d.abs() - 0.02) - 1.0;
            assert!(off.abs() < 1e-12, "{d}: {off}");
        }
    }
    for d in [1e15_f32, 3e19, -1e30, f32::MAX] {
        assert_eq!(asl1_norm(d, 0.02), 1.0, "{d}");
        assert!((asl1(d, 0.02) / d.abs() - 1.0).abs() < 1e-6, "{d}");
    }
    // At the seam both formulas say the same.
    for d in [0.999_999e9_f64 * 0.02, 1.000_001e9 * 0.02] {
        assert_eq!(asl1_norm(d, 0.02), 1.0);
        assert!((asl1(d, 0.02) - (d - 0.02)).abs() < 1e-8);
    }
}

#[test]
fn a_logit_of_minus_infinity_is_a_class_that_cannot_be() {
    let never = f64::NEG_INFINITY;
    assert_eq!(softmax_log_odds(&[0.0, never], 0), never);
    assert_eq!(softmax_log_odds(&[0.0, never], 1), f64::INFINITY);
    assert_eq!(softmax_log_odds(&[0.0, never, never], 2), f64::INFINITY);
    let want = libm::log(2.0) + 0.5 - 1.0;
    assert!((softmax_log_odds(&[1.0, 0.5, never, 0.5], 0) - want).abs() < 1e-15);
    let mut p = [0.0; 3];
    softmax(&[1.0, never, 1.0], &mut p);
    assert_eq!(p, [0.5, 0.0, 0.5]);
}

#[test]
fn counts_of_none_leave_average_density_and_weights_as_they_are() {
    let before = Average {
        ema: vec![4.0, 0.0],
        filled: vec![0.25, 0.25],
    };
    for &convention in Convention::ALL {
        let rule = DensityRule::of(convention, 0.75);
        let (mut average, mut of_bins, mut beta) = (before.clone(), [8.0, 0.0], [0.5, 0.0]);
        density(&[0_u32, 0], &rule, &mut average, &mut of_bins, &mut beta);
        assert_eq!((&average, of_bins, beta), (&before, [8.0, 0.0], [0.5, 0.0]));
    }
}
