//! Cross-entropy, against PyTorch.

use ghm_lab::engine::cpu;
use ghm_lab::ghm::{Real, cross_entropy, direction, gradient_norm};
use serde_json::Value;

use crate::support::rows::Rows;
use crate::{cases, compare, numbers, of, perturb};

fn sigmoid_case() -> Value {
    cases(include_str!("cross_entropy.json"))
        .into_iter()
        .find(|case| case["kind"] == "sigmoid")
        .expect("a sigmoid case")
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
