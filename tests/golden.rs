//! The library against numbers from reference implementations; see `tests/golden/README.md`.

mod support;

use ghm_lab::engine::cpu;
use ghm_lab::ghm::{
    Convention, DensityRule, EmaClock, Loss, Real, average_precision, cross_entropy, density,
    direction, gradient_norm, histogram, hit_bins,
};
use serde_json::{Value, json};
use support::rows::Rows;

fn cases(text: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(text).expect("golden files are JSON");
    file["cases"].as_array().expect("cases").clone()
}

fn ghm_cases() -> Vec<Value> {
    cases(include_str!("golden/ghm_c_sigmoid.json"))
}

fn sigmoid_case() -> Value {
    cases(include_str!("golden/cross_entropy.json"))
        .into_iter()
        .find(|case| case["kind"] == "sigmoid")
        .expect("a sigmoid case")
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

/// Feeds the batches of a case in order and compares all that training would compute.
fn compare_ghm<T: Real>(case: &Value, tolerance: f64) -> Rows {
    let mut rows = Rows::default();
    let bins = integer(&case["bins"]);
    let momentum = case["momentum"].as_f64().expect("momentum");
    let mut clock = EmaClock::default();
    let (mut counts, mut ema) = (vec![0; bins], vec![T::ZERO; bins]);
    let (mut gd, mut beta) = (vec![T::ZERO; bins], vec![T::ZERO; bins]);
    for (b, batch) in case["batches"]
        .as_array()
        .expect("batches")
        .iter()
        .enumerate()
    {
        let name = |field: &str| format!("{}, batch {b}, {field}", case["name"]);
        // What is ignored enters neither the histogram nor N.
        let valid = numbers(&batch["valid"]);
        let wanted = |field: &str| keep(&numbers(&batch[field]), &valid);
        let logits: Vec<T> = of(&wanted("logits"));
        let targets: Vec<T> = of(&wanted("targets"));
        let n = logits.len();

        let pairs = logits.iter().zip(&targets);
        let g: Vec<T> = pairs.map(|(&x, &y)| gradient_norm(x, y)).collect();
        compare(&mut rows, &name("g"), &g, &wanted("g"), tolerance);

        histogram(&g, &mut counts);
        let as_numbers: Vec<f64> = counts.iter().map(|&c| f64::from(c)).collect();
        rows.equal(name("counts"), as_numbers, numbers(&batch["counts"]));
        let hit = hit_bins(&counts);
        rows.equal(name("valid_bins"), hit, integer(&batch["valid_bins"]));

        let rule = clock.tick(momentum, Convention::Mmdetection);
        let rule = DensityRule {
            momentum: T::of(rule.momentum),
            correction: T::of(rule.correction),
            holds_empty_bins: rule.holds_empty_bins,
            normaliser: rule.normaliser,
        };
        density(&counts, &rule, &mut ema, &mut gd, &mut beta);
        if !batch["acc_sum"].is_null() {
            let want = numbers(&batch["acc_sum"]);
            compare(&mut rows, &name("acc_sum"), &ema, &want, tolerance);
        }

        let (mut weights, mut residuals) = (vec![T::ZERO; n], vec![T::ZERO; n]);
        let mut losses = vec![T::ZERO; n];
        cpu::reweight(
            Loss::GhmC,
            &logits,
            &targets,
            &g,
            &beta,
            &mut weights,
            &mut residuals,
            &mut losses,
        );
        compare(
            &mut rows,
            &name("weights"),
            &weights,
            &wanted("weights"),
            tolerance,
        );
        let want = wanted("dloss_dlogit");
        compare(
            &mut rows,
            &name("dloss_dlogit"),
            &residuals,
            &want,
            tolerance,
        );
        let loss = cpu::sum(&losses).to_f64() / n as f64;
        let want = batch["loss"].as_f64().expect("loss");
        rows.close(name("loss"), loss, want, tolerance);
    }
    rows
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

fn compare_average_precision(case: &Value) -> Rows {
    let mut rows = Rows::default();
    let scores = numbers(&case["scores"]);
    let scores: Vec<f32> = scores.iter().map(|&score| score as f32).collect();
    let targets = numbers(&case["targets"]);
    let labels: Vec<bool> = targets.iter().map(|&target| target == 1.0).collect();
    let got = average_precision(&scores, &labels).expect("positives");
    let want = case["average_precision"].as_f64().expect("a number");
    rows.close("average_precision", got, want, 1e-12);
    rows
}

/// Changes one number by a factor.
fn perturb(value: &mut Value, factor: f64) {
    *value = json!(value.as_f64().expect("a number") * factor);
}

#[test]
fn ghm_c_agrees_with_mmdetection_in_f64() {
    for case in ghm_cases() {
        compare_ghm::<f64>(&case, 1e-9).assert_none();
    }
}

#[test]
fn ghm_c_agrees_with_mmdetection_in_f32() {
    for case in ghm_cases() {
        compare_ghm::<f32>(&case, 2e-5).assert_none();
    }
}

#[test]
fn a_change_in_any_ghm_c_number_is_caught() {
    for case in ghm_cases() {
        let batches = case["batches"].as_array().expect("batches").len();
        for batch in 0..batches {
            let valid = numbers(&case["batches"][batch]["valid"]);
            let seen = valid.iter().rposition(|&v| v == 1.0).expect("an example");
            for field in [
                "g",
                "weights",
                "dloss_dlogit",
                "counts",
                "acc_sum",
                "valid_bins",
                "loss",
            ] {
                let mut changed = case.clone();
                let value = &mut changed["batches"][batch][field];
                match field {
                    "acc_sum" if value.is_null() => continue,
                    "acc_sum" => perturb(&mut value[0], 1.0 + 1e-4),
                    "counts" => value[0] = json!(value[0].as_u64().expect("a count") + 1),
                    "valid_bins" => *value = json!(value.as_u64().expect("a count") + 1),
                    "loss" => perturb(value, 1.0 + 1e-4),
                    _ => perturb(&mut value[seen], 1.0 + 1e-4),
                }
                for rows in [
                    compare_ghm::<f64>(&changed, 1e-9),
                    compare_ghm::<f32>(&changed, 2e-5),
                ] {
                    assert_eq!(rows.failures().len(), 1, "{field}: {:?}", rows.failures());
                    assert!(rows.caught(&format!("batch {batch}, {field}")));
                }
            }
        }
    }
}

#[test]
fn ignored_examples_would_be_noticed_in_the_histogram_and_in_n() {
    let mut case = ghm_cases().pop().expect("the case with ignored entries");
    let valid = case["batches"][0]["valid"].as_array_mut().expect("valid");
    let ignored = valid.iter().position(|v| v == 0).expect("an ignored entry");
    valid[ignored] = json!(1);
    let rows = compare_ghm::<f64>(&case, 1e-9);
    for field in ["counts", "acc_sum", "weights", "loss"] {
        assert!(rows.caught(&format!("batch 0, {field}")), "{field}");
    }
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

#[test]
fn average_precision_agrees_with_scikit_learn_where_scores_tie() {
    for case in cases(include_str!("golden/metrics.json")) {
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
    for case in cases(include_str!("golden/metrics.json")) {
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
    let got = average_precision(&[0.0, -0.0, 1.0, 1.0], &labels);
    assert_eq!(got, average_precision(&[-0.0, 0.0, 1.0, 1.0], &swapped));
    // At score 1: recall 1/2, precision 1/2; at score 0: recall 1, precision 1/2.
    assert_eq!(got, Some(0.5));
}

#[test]
fn average_precision_is_absent_without_a_positive_or_with_a_score_that_is_no_number() {
    assert_eq!(average_precision(&[0.5, 0.1], &[false, false]), None);
    assert_eq!(average_precision(&[], &[]), None);
    assert_eq!(average_precision(&[f32::NAN, 0.1], &[true, false]), None);
    let infinite = [f32::INFINITY, f32::NEG_INFINITY];
    assert_eq!(average_precision(&infinite, &[true, false]), Some(1.0));
}
