//! Metrics, against scikit-learn.

use ghm_lab::ghm::Ranking;
use serde_json::{Value, json};

use crate::support::rows::Rows;
use crate::{cases, numbers, perturb};

fn compare_average_precision(case: &Value) -> Rows {
    let mut rows = Rows::default();
    let scores = numbers(&case["scores"]);
    let scores: Vec<f32> = scores.iter().map(|&score| score as f32).collect();
    let targets = numbers(&case["targets"]);
    let labels: Vec<bool> = targets.iter().map(|&target| target == 1.0).collect();
    let got = Ranking::of(&scores, &labels)
        .average_precision()
        .expect("positives");
    let want = case["average_precision"].as_f64().expect("a number");
    rows.close("average_precision", got, want, 1e-12);
    rows
}

#[test]
fn average_precision_agrees_with_scikit_learn_where_scores_tie() {
    for case in cases(include_str!("metrics.json")) {
        let mut scores = numbers(&case["scores"]);
        let all = scores.len();
        scores.sort_by(f64::total_cmp);
        scores.dedup();
        assert!(scores.len() < all, "a case without ties shows little");
        compare_average_precision(&case).assert_none();
    }
}

#[test]
fn a_changed_average_precision_or_label_is_caught() {
    for case in cases(include_str!("metrics.json")) {
        let mut changed = case.clone();
        perturb(&mut changed["average_precision"], 1.0 + 1e-9);
        assert!(compare_average_precision(&changed).caught("average_precision"));
        let mut changed = case.clone();
        let targets = changed["targets"].as_array_mut().expect("targets");
        let positive = targets.iter().position(|t| t == 1).expect("a positive");
        targets[positive] = json!(0);
        assert!(compare_average_precision(&changed).caught("average_precision"));
    }
}

#[test]
fn average_precision_does_not_depend_on_the_order_of_tied_examples() {
    let labels = [true, false, false, true];
    let swapped = [false, true, true, false];
    let got = Ranking::of(&[0.0, -0.0, 1.0, 1.0], &labels).average_precision();
    assert_eq!(
        got,
        Ranking::of(&[-0.0, 0.0, 1.0, 1.0], &swapped).average_precision()
    );
    // At score 1: recall 1/2, precision 1/2; at score 0: recall 1, precision 1/2.
    assert_eq!(got, Some(0.5));
}

#[test]
fn average_precision_is_absent_without_a_positive_or_with_a_score_that_is_no_number() {
    assert_eq!(
        Ranking::of(&[0.5, 0.1], &[false, false]).average_precision(),
        None
    );
    assert_eq!(Ranking::of::<f32>(&[], &[]).average_precision(), None);
    assert_eq!(
        Ranking::of(&[f32::NAN, 0.1], &[true, false]).average_precision(),
        None
    );
    let infinite = [f32::INFINITY, f32::NEG_INFINITY];
    assert_eq!(
        Ranking::of(&infinite, &[true, false]).average_precision(),
        Some(1.0)
    );
}

#[test]
fn roc_auc_agrees_with_scikit_learn() {
    for case in cases(include_str!("metrics.json")) {
        let scores: Vec<f32> = numbers(&case["scores"]).iter().map(|&s| s as f32).collect();
        let labels: Vec<bool> = numbers(&case["targets"])
            .iter()
            .map(|&t| t == 1.0)
            .collect();
        let got = Ranking::of(&scores, &labels)
            .roc_auc()
            .expect("both classes");
        let want = case["roc_auc"].as_f64().expect("a number");
        assert!((got - want).abs() < 1e-12, "{got} {want}");
        assert!((got - want * (1.0 + 1e-9)).abs() > 1e-12);
    }
}
