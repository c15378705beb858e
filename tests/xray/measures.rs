//! Measures and their conventions, against numbers worked out plainly in the test.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{report_of, run};

fn said(csv: &str, more: &[&str]) -> String {
    let ran = run("a.csv", csv, more);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

fn measure(report: &Value, name: &str) -> f64 {
    let value = &report["metrics"][name];
    value
        .as_f64()
        .or(value["value"].as_f64())
        .unwrap_or(f64::NAN)
}

#[track_caller]
pub fn near(got: f64, want: f64) {
    assert!((got - want).abs() < 1e-9, "{got}, not {want}");
}

fn rows_of(pairs: &[(&str, &str, usize)], header: &str) -> String {
    let mut csv = header.to_owned() + "\n";
    for (output, label, times) in pairs {
        csv += &format!("{output},{label}\n").repeat(*times);
    }
    csv
}

/// Expected calibration error as numpy says it: `floor(p * 15)`, 1 in the last.
fn calibration_error(pairs: &[(f64, f64)]) -> f64 {
    let mut gaps = [0.0; 15];
    for (p, y) in pairs {
        gaps[((p * 15.0).floor() as usize).min(14)] += p - y;
    }
    gaps.iter().map(|gap| gap.abs()).sum::<f64>() / pairs.len() as f64
}

#[test]
fn the_probability_decides_the_interval_and_not_what_is_left_of_it() {
    let knn = [
        ("0.2", "1", 2),
        ("0.2", "0", 8),
        ("0.8", "1", 8),
        ("0.8", "0", 2),
    ];
    near(
        measure(
            &report_of(&rows_of(&knn, "p,label"), &[]),
            "expected_calibration_error",
        ),
        0.0,
    );
    // The same as logits, and as two columns of a softmax.
    let logits = [
        ("-1.3862943611198906", "1", 2),
        ("-1.3862943611198906", "0", 8),
        ("1.3862943611198906", "1", 8),
        ("1.3862943611198906", "0", 2),
    ];
    near(
        measure(
            &report_of(&rows_of(&logits, "logit,label"), &[]),
            "expected_calibration_error",
        ),
        0.0,
    );
    // Every edge k / 15 and its like, with both labels, against numpy's rule.
    let mut csv = "p,label\n".to_owned();
    let mut pairs = Vec::new();
    for k in 0..=30 {
        for d in [5.0, 10.0, 15.0, 30.0] {
            let p = f64::from(k) / d;
            if p <= 1.0 {
                for y in [1.0, 0.0].into_iter().take(1 + (k as usize % 2)) {
                    writeln!(csv, "{p},{y}").expect("text");
                    pairs.push((p, y));
                }
            }
        }
    }
    near(
        measure(&report_of(&csv, &[]), "expected_calibration_error"),
        calibration_error(&pairs),
    );
}

#[test]
fn of_equal_classes_the_first_is_said() {
    let csv = rows_of(
        &[("0,0,0", "0", 7), ("0,0,0", "1", 2), ("0,0,0", "2", 1)],
        "logit_0,logit_1,logit_2,label",
    );
    let got = report_of(&csv, &[]);
    near(measure(&got, "accuracy"), 0.7);
    near(measure(&got, "expected_calibration_error"), 0.7 - 1.0 / 3.0);
    let csv = rows_of(
        &[("0.2,0.4,0.4", "1", 3), ("0.2,0.4,0.4", "2", 1)],
        "p_0,p_1,p_2,label",
    );
    near(measure(&report_of(&csv, &[]), "accuracy"), 0.75);
}

#[test]
fn one_half_is_negative_and_the_convention_is_said() {
    for (value, name) in [("0", "logit"), ("0.5", "p")] {
        let csv = rows_of(
            &[(value, "0", 99), (value, "1", 1)],
            &format!("{name},label"),
        );
        let got = report_of(&csv, &[]);
        near(measure(&got, "accuracy"), 0.99);
        let half = if name == "p" { "p > 0.5" } else { "logit > 0" };
        assert_eq!(got["metrics"]["decided_by"]["accuracy"], half);
        assert_eq!(
            got["metrics"]["decided_by"]["best_f1"],
            format!("{name} >= threshold")
        );
        let words = said(&csv, &[]);
        assert!(
            words.contains(&format!("accuracy 0.9900 (positive where {half})")),
            "{words}"
        );
        assert!(words.contains("on (precision"), "{words}");
    }
    let csv = rows_of(&[("1e-300", "1", 3), ("-1e-300", "0", 1)], "logit,label");
    near(measure(&report_of(&csv, &[]), "accuracy"), 1.0);
}

#[test]
fn the_mean_goes_over_the_classes_that_occur() {
    let csv = rows_of(
        &[
            ("2,1,0,9", "0", 2),
            ("1,2,0,0", "1", 2),
            ("2,1,0,0", "1", 1),
        ],
        "logit_0,logit_1,logit_2,logit_3,label",
    );
    let got = report_of(&csv, &[]);
    assert_eq!(
        got["metrics"]["classes_without_examples"],
        serde_json::json!([2, 3])
    );
    let of_class: Vec<f64> = (0..2)
        .map(|k| {
            got["metrics"]["average_precision_by_class"][k]
                .as_f64()
                .expect("a number")
        })
        .collect();
    near(
        measure(&got, "average_precision"),
        (of_class[0] + of_class[1]) / 2.0,
    );
    assert!(measure(&got, "roc_auc").is_finite());
    let note = "Of 4 classes 2 without an example (2, 3): means go over the others.";
    assert_eq!(got["notes"], serde_json::json!([note]));
    assert!(said(&csv, &[]).contains(note));
    let none = report_of(&rows_of(&[("0.3", "0", 4)], "p,label"), &[]);
    assert!(
        none["notes"][0]
            .as_str()
            .is_some_and(|note| note.starts_with("No example is positive"))
    );
}

#[test]
fn a_mini_batch_that_is_ignored_as_a_whole_is_skipped() {
    let batch = |b: usize, valid: u8| {
        let rows = ["-2,0", "0.5,1", "3,0", "-1,1"];
        rows.map(|row| format!("{row},{valid},{b}\n")).concat() + &format!("{b}.5,0,{valid},{b}\n")
    };
    let header = "logit,label,valid,batch\n";
    let with = [
        header,
        &batch(0, 1),
        &batch(1, 0),
        &batch(2, 1),
        &batch(3, 0),
    ]
    .concat();
    let without = [header, &batch(0, 1), &batch(2, 1)].concat();
    for convention in ["corrected", "paper", "mmdetection", "keras", "per-bin"] {
        let flag = format!("--convention={convention}");
        let [with, without] = [&with, &without].map(|csv| report_of(csv, &[&flag]));
        for key in ["batches", "ema", "density", "beta", "losses"] {
            assert_eq!(with[key], without[key], "{convention} {key}");
        }
        assert_eq!(with["ignored"], 10);
    }
}

#[test]
fn one_bin_is_the_cross_entropy_with_momentum_0_and_no_zero_has_a_sign() {
    let csv = "logit,label,batch\n-2,0,0\n-1,0,0\n1,1,0\n0.5,0,0\n-1.5,1,1\n";
    let mean =
        |report: &Value, loss: &str| report["losses"][loss]["mean"].as_f64().expect("a mean");
    let got = report_of(csv, &["--bins", "1", "--momentum", "0"]);
    near(mean(&got, "ghm-c"), mean(&got, "ce"));
    let got = report_of(csv, &["--bins", "1"]);
    assert!((mean(&got, "ghm-c") - mean(&got, "ce")).abs() > 0.05);
    for more in [
        &["--bins", "1"][..],
        &["--bins", "1", "--momentum", "0"],
        &[],
    ] {
        let words = said(csv, more);
        assert!(!words.contains("-0.0") && !words.contains("−0 "), "{words}");
    }
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
        .args(["xray", "--help"])
        .output()
        .expect("it runs");
    let help = String::from_utf8_lossy(&help.stdout)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(
        help.contains("With momentum 0 (or mini-batches of equal size"),
        "{help}"
    );
}

#[test]
fn differences_whose_square_is_out_of_range_are_the_hardest() {
    let got = report_of("pred,target\n1e200,0\n-1e200,0\n1e160,0\n1,0.5\n", &[]);
    let counts = crate::numbers(&got["counts"]);
    assert_eq!(counts[counts.len() - 1], 4.0, "{counts:?}");
    let near = |got: f64, want: f64| assert!((got / want - 1.0).abs() < 1e-12, "{got} {want}");
    near(
        measure(&got, "root_mean_square_error"),
        1e200 * 0.5_f64.sqrt(),
    );
    near(measure(&got, "mean_absolute_error"), 5e199);
    for loss in ["l1", "smooth-l1", "asl1"] {
        near(got["losses"][loss]["mean"].as_f64().expect("finite"), 5e199);
    }
    assert!(
        got["losses"]["ghm-r"]["mean"]
            .as_f64()
            .is_some_and(f64::is_finite)
    );
    // Sums that are out of range are left out and said.
    let csv = "pred,target\n1.7e308,-1.7e308\n1.7e308,0\n1.7e308,0\n";
    let got = report_of(csv, &[]);
    assert!(got["losses"]["asl1"].is_null() && got["left_out"]["asl1"].is_string());
    assert!(got["metrics"]["mean_absolute_error"].is_null());
    assert!(
        got["notes"][0]
            .as_str()
            .is_some_and(|note| note.contains("float64"))
    );
    let words = said(csv, &[]);
    for part in ["NaN", "inf", "null"] {
        assert!(!words.contains(part), "{words}");
    }
    assert!(
        words.lines().all(|line| line.chars().count() < 200),
        "{words}"
    );
}
