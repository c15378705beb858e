//! What the Rust code must hold where it is used: what is ignored changes nothing, NaN is seen, and a
//! mini-batch that says nothing moves nothing.

use super::loss::{self, GradientDensity};

/// The states of the losses that have one: GHM-C, GHM-C over a softmax, GHM-R.
type States = [GradientDensity; 3];
/// A loss, by the values and which of them are valid.
type Of = fn(&mut States, &[f64], &[bool]) -> (f64, Vec<f64>);

const TARGETS: [bool; 6] = [true, false, true, false, true, false];
/// The last is ignored: it is no class, and no number.
const CLASSES: [usize; 6] = [1, 0, 2, 0, 1, 255];
const MEASURED: [f64; 6] = [0.5, -1.0, 0.0, 3.0, 0.25, f64::NAN];
const VALID: [bool; 6] = [true, true, true, true, true, false];
const VALUES: [f64; 6] = [2.0, -1.5, 0.3, 4.0, -0.2, 0.0];

fn states() -> States {
    [loss::density(), loss::density(), loss::regression_density()]
}

/// Three logits around each value.
fn rows(x: &[f64]) -> Vec<Vec<f64>> {
    x.iter().map(|&x| vec![x, 0.5 - x, 0.25 * x]).collect()
}

fn flat((loss, gradient): (f64, Vec<Vec<f64>>)) -> (f64, Vec<f64>) {
    (loss, gradient.concat())
}

const LOSSES: [(&str, Of); 14] = [
    ("ce", |_, x, valid| loss::cross_entropy(x, &TARGETS, valid)),
    ("class-balanced", |_, x, valid| {
        loss::class_balanced(x, &TARGETS, valid, &[4, 2])
    }),
    ("focal", |_, x, valid| loss::focal(x, &TARGETS, valid)),
    ("ohem", |_, x, valid| loss::ohem(x, &TARGETS, valid)),
    ("ghm-c", |states, x, valid| {
        loss::ghm_c(&mut states[0], x, &TARGETS, valid)
    }),
    ("ce, softmax", |_, x, valid| {
        flat(loss::cross_entropy_softmax(&rows(x), &CLASSES, valid))
    }),
    ("class-balanced, softmax", |_, x, valid| {
        flat(loss::class_balanced_softmax(
            &rows(x),
            &CLASSES,
            valid,
            &[3, 2, 1],
        ))
    }),
    ("focal, softmax", |_, x, valid| {
        flat(loss::focal_softmax(&rows(x), &CLASSES, valid))
    }),
    ("ohem, softmax", |_, x, valid| {
        flat(loss::ohem_softmax(&rows(x), &CLASSES, valid))
    }),
    ("ghm-c, softmax", |states, x, valid| {
        flat(loss::ghm_c_softmax(
            &mut states[1],
            &rows(x),
            &CLASSES,
            valid,
        ))
    }),
    ("l1", |_, x, valid| loss::l1(x, &MEASURED, valid)),
    ("smooth-l1", |_, x, valid| {
        loss::smooth_l1(x, &MEASURED, valid)
    }),
    ("asl1", |_, x, valid| loss::asl1(x, &MEASURED, valid)),
    ("ghm-r", |states, x, valid| {
        loss::ghm_r(&mut states[2], x, &MEASURED, valid)
    }),
];

#[test]
fn what_is_ignored_changes_nothing() {
    for (name, of) in LOSSES {
        let expected = of(&mut states(), &VALUES, &VALID);
        assert!(expected.0.is_finite() && expected.0 > 0.0, "{name}");
        for ignored in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut values = VALUES;
            values[5] = ignored;
            let found = of(&mut states(), &values, &VALID);
            assert_eq!(found, expected, "{name}, {ignored}");
            let width = found.1.len() / values.len();
            assert!(found.1[5 * width..].iter().all(|&g| g == 0.0), "{name}");
        }
    }
}

#[test]
fn nan_in_a_valid_example_makes_the_loss_nan_and_is_in_no_bin() {
    for (name, of) in LOSSES {
        // Of both signs: sorted by bits, one of them would be the smallest.
        for nan in [f64::NAN, -f64::NAN] {
            let (mut values, mut states) = (VALUES, states());
            values[2] = nan;
            assert!(of(&mut states, &values, &VALID).0.is_nan(), "{name}");
            let finite = states.iter().flat_map(|state| &state.average);
            assert!(finite.clone().all(|of| of.is_finite()), "{name}");
        }
    }
    let mut density = GradientDensity::new(4, 0.5, "paper", 0);
    density.update([0.1, f64::NAN, 0.9].into_iter());
    assert_eq!(density.average, [0.5, 0.0, 0.0, 0.5]);
}

#[test]
fn a_mini_batch_without_valid_examples_is_zero_and_moves_nothing() {
    for (name, of) in LOSSES {
        for moved in [false, true] {
            let mut states = states();
            if moved {
                of(&mut states, &VALUES, &VALID);
            }
            let before = format!("{states:?}");
            let (loss, gradient) = of(&mut states, &[f64::NAN; 6], &[false; 6]);
            assert_eq!(loss, 0.0, "{name}");
            assert!(gradient.iter().all(|&g| g == 0.0), "{name}");
            assert_eq!(format!("{states:?}"), before, "{name}");
        }
    }
}

#[test]
fn a_class_without_examples_weighs_nothing() {
    assert_eq!(loss::class_weights(&[4, 2, 0]), [0.75, 1.5, 0.0]);
    assert_eq!(loss::class_weights(&[0, 0]), [0.0, 0.0]);
    let (loss, _) = loss::class_balanced_softmax(
        &vec![vec![0.0; 3]; 6],
        &[0, 0, 0, 1, 1, 0],
        &[true; 6],
        &[4, 2, 0],
    );
    assert!((loss - 3_f64.ln()).abs() < 1e-12, "{loss}");
}

#[test]
fn counts_are_whole_numbers() {
    let mut density = GradientDensity::new(2, 0.0, "paper", 0);
    density.update(std::iter::repeat_n(0.75, 30_000_001));
    assert_eq!(density.average, [0.0, 30_000_001.0]);
}

#[test]
fn a_warm_up_weighs_nothing_while_the_density_is_counted() {
    let mut cold = GradientDensity::new(2, 0.5, "per-bin", 0);
    let mut warm = GradientDensity::new(2, 0.5, "per-bin", 2);
    let norms = [[0.1, 0.2, 0.9], [0.1, 0.8, 0.9], [0.3, 0.2, 0.9]];
    for (step, norms) in norms.into_iter().enumerate() {
        let harmonized = cold.update(norms.into_iter());
        let weights = warm.update(norms.into_iter());
        assert_eq!(warm.average, cold.average);
        assert_eq!(weights == [1.0; 2], step < 2, "{weights:?}");
        assert_eq!(weights == harmonized, step == 2, "{weights:?}");
    }
}
