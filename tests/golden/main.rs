//! The library against numbers from reference implementations; see `README.md` beside this.

#[path = "../support/mod.rs"]
mod support;

mod cross_entropy;
mod focal;
mod metrics;
mod regression;
mod sigmoid;
mod softmax;

use ghm_lab::ghm::Real;
use serde_json::{Value, json};
use support::rows::Rows;

fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("golden files are JSON");
    file["cases"].as_array().expect("cases").clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    let array = value.as_array().expect("an array");
    array
        .iter()
        .map(|v| v.as_f64().expect("a number"))
        .collect()
}

fn integer(value: &Value) -> usize {
    value.as_u64().expect("a whole number") as usize
}

fn of<T: Real>(values: &[f64]) -> Vec<T> {
    values.iter().map(|&v| T::of(v)).collect()
}

fn keep<V: Copy>(values: &[V], valid: &[f64]) -> Vec<V> {
    let pairs = values.iter().zip(valid);
    pairs
        .filter(|&(_, &valid)| valid == 1.0)
        .map(|(&value, _)| value)
        .collect()
}

fn compare<T: Real>(rows: &mut Rows, what: &str, got: &[T], want: &[f64], tolerance: f64) {
    rows.equal(format!("{what} length"), got.len(), want.len());
    for (i, (got, &want)) in got.iter().zip(want).enumerate() {
        rows.close(format!("{what}[{i}]"), got.to_f64(), want, tolerance);
    }
}

/// Changes one number by a factor.
fn perturb(value: &mut Value, factor: f64) {
    *value = json!(value.as_f64().expect("a number") * factor);
}
