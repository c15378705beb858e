//! Cross-entropy, against PyTorch.

use ghm_lab::engine::cpu;
use ghm_lab::ghm::{
    ClassBalance, Loss, LossRule, Real, Seen, class_weights, cross_entropy, direction,
    gradient_norm, softmax, softmax_log_odds,
};
use serde_json::Value;

use crate::support::rows::Rows;
use crate::{cases, compare, integer, numbers, of, perturb};

fn case_of(kind: &str) -> Value {
    cases(include_str!("cross_entropy.json"))
        .into_iter()
        .find(|case| case["kind"] == kind)
        .expect("a case of that kind")
}

fn sigmoid_case() -> Value {
    case_of("sigmoid")
}

/// A softmax, plain or with the weights of its classes.
fn compare_softmax<T: Real>(case: &Value, tolerance: f64) -> Rows {
    let mut rows = Rows::default();
    let classes = integer(&case["classes"]);
    let logits: Vec<T> = of(&numbers(&case["logits"]));
    let targets: Vec<usize> = numbers(&case["targets"])
        .iter()
        .map(|&t| t as usize)
        .collect();
    let n = targets.len();
    let mut counts = vec![0_u64; classes];
    targets.iter().for_each(|&t| counts[t] += 1);
    let balanced = case["kind"] == "softmax class-balanced";
    let loss = if balanced {
        Loss::ClassBalanced
    } else {
        Loss::CrossEntropy
    };
    let weights = class_weights(ClassBalance::Inverse, 0.0, &counts);
    if balanced {
        let want = numbers(&case["class_weights"]);
        compare(
            &mut rows,
            "class_weights",
            &of::<T>(&weights),
            &want,
            tolerance,
        );
    }
    let rule = LossRule {
        gamma: T::ZERO,
        mu: T::ONE,
        delta: T::ONE,
    };
    let mut losses = Vec::new();
    let mut gradient = Vec::new();
    for (x, &t) in logits.chunks_exact(classes).zip(&targets) {
        let seen = Seen {
            error: softmax_log_odds(x, t),
            class_weight: T::of(weights[t]),
            alpha: T::ONE,
            beta: T::ONE,
            kept: true,
        };
        losses.push(loss.value(&rule, &seen));
        let mut p = vec![T::ZERO; classes];
        softmax(x, &mut p);
        let weight = loss.weight(&rule, &seen) / T::of(n as f64);
        gradient.extend(p.iter().enumerate().map(|(k, &p)| {
            let y = if k == t { T::ONE } else { T::ZERO };
            weight * (p - y)
        }));
    }
    compare(
        &mut rows,
        "loss",
        &losses,
        &numbers(&case["loss"]),
        tolerance,
    );
    let mean = cpu::sum(&losses).to_f64() / n as f64;
    let want = case["mean_loss"].as_f64().expect("mean_loss");
    rows.close("mean_loss", mean, want, tolerance);
    for (i, (got, want)) in gradient
        .iter()
        .zip(numbers(&case["dmean_dlogit"]))
        .enumerate()
    {
        // p - y cancels where p is near 1.
        let slack = tolerance * want.abs() + 1e-3 * tolerance;
        rows.within(format!("dmean_dlogit[{i}]"), got.to_f64(), want, slack);
    }
    rows
}

#[test]
fn softmax_agrees_with_pytorch_and_scikit_learn() {
    for kind in ["softmax", "softmax class-balanced"] {
        let case = case_of(kind);
        compare_softmax::<f64>(&case, 1e-9).assert_none();
        compare_softmax::<f32>(&case, 2e-5).assert_none();
        for field in ["loss", "mean_loss", "dmean_dlogit"] {
            let mut changed = case.clone();
            match field {
                "mean_loss" => perturb(&mut changed[field], 1.0 + 1e-4),
                _ => perturb(&mut changed[field][0], 1.0 + 1e-4),
            }
            for rows in [
                compare_softmax::<f64>(&changed, 1e-9),
                compare_softmax::<f32>(&changed, 2e-5),
            ] {
                assert_eq!(rows.failures().len(), 1, "{kind} {field}");
                assert!(rows.caught(field), "{kind} {field}");
            }
        }
    }
}

fn compare_cross_entropy<T: Real>(case: &Value, tolerance: f64) -> Rows {
    let mut rows = Rows::default();
    let (logits, targets) = (numbers(&case["logits"]), numbers(&case["targets"]));
    let (logits, targets): (Vec<T>, Vec<T>) = (of(&logits), of(&targets));
    let n = logits.len();
    let pairs = || logits.iter().zip(&targets);
    let losses: Vec<T> = pairs().map(|(&x, &y)| cross_entropy(x, y)).collect();
    compare(
        &mut rows,
        "loss",
        &losses,
        &numbers(&case["loss"]),
        tolerance,
    );
    let mean = cpu::sum(&losses).to_f64() / n as f64;
    let want = case["mean_loss"].as_f64().expect("mean_loss");
    rows.close("mean_loss", mean, want, tolerance);
    let gradient: Vec<T> = pairs()
        .map(|(&x, &y)| direction(y) * gradient_norm(x, y) / T::of(n as f64))
        .collect();
    let want = numbers(&case["dmean_dlogit"]);
    compare(&mut rows, "dmean_dlogit", &gradient, &want, tolerance);
    rows
}

#[test]
fn cross_entropy_agrees_with_pytorch() {
    let case = sigmoid_case();
    compare_cross_entropy::<f64>(&case, 1e-9).assert_none();
    compare_cross_entropy::<f32>(&case, 2e-5).assert_none();
}

#[test]
fn a_change_in_any_cross_entropy_number_is_caught() {
    for field in ["loss", "mean_loss", "dmean_dlogit"] {
        let mut case = sigmoid_case();
        match field {
            "mean_loss" => perturb(&mut case[field], 1.0 + 1e-4),
            _ => perturb(&mut case[field][17], 1.0 + 1e-4),
        }
        for rows in [
            compare_cross_entropy::<f64>(&case, 1e-9),
            compare_cross_entropy::<f32>(&case, 2e-5),
        ] {
            assert_eq!(rows.failures().len(), 1);
            assert!(rows.caught(field));
        }
    }
}
