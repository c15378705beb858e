//! GHM-C over one logit, against mmdetection and the definition.

use ghm_lab::config::Config;
use ghm_lab::engine::cpu;
use ghm_lab::ghm::{
    Average, Convention, DensityRule, Real, bin, density, gradient_norm, histogram, hit_bins,
};
use serde_json::{Value, json};

use crate::support::rows::Rows;
use crate::support::twins::{first_step, run};
use crate::{cases, compare, integer, keep, numbers, of, perturb};

fn ghm_cases() -> Vec<Value> {
    let per_bin = cases(include_str!("ghm_c_per_bin.json"));
    let all = cases(include_str!("ghm_c_sigmoid.json"));
    all.into_iter().chain(per_bin).collect()
}

/// Feeds the batches of a case in order and compares all that training would compute.
fn compare_ghm<T: Real>(case: &Value, tolerance: f64) -> Rows {
    let mut rows = Rows::default();
    let bins = integer(&case["bins"]);
    let momentum = case["momentum"].as_f64().expect("momentum");
    let convention = case["convention"].as_str().unwrap_or("mmdetection");
    let convention = Convention::ALL.iter().find(|of| of.key() == convention);
    let convention = *convention.expect("a convention");
    let rule = DensityRule::of(convention, T::of(momentum));
    let (mut counts, mut average) = (vec![0; bins], Average::new(bins));
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

        density(&counts, &rule, &mut average, &mut gd, &mut beta);
        if !batch["acc_sum"].is_null() {
            let want = numbers(&batch["acc_sum"]);
            compare(&mut rows, &name("acc_sum"), &average.ema, &want, tolerance);
        }

        let config = Config {
            bins: bins as u32,
            ..Config::default()
        };
        let outcome = run(&first_step(&config, n, n), &logits, &targets, &beta);
        let weights: Vec<T> = g.iter().map(|&g| beta[bin(g, bins)]).collect();
        let (losses, residuals) = (outcome.losses, outcome.residuals);
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

#[test]
fn ghm_c_agrees_with_references_in_f64() {
    for case in ghm_cases() {
        compare_ghm::<f64>(&case, 1e-9).assert_none();
    }
}

#[test]
fn ghm_c_agrees_with_references_in_f32() {
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
                    "acc_sum" => {
                        let hit = numbers(value).iter().position(|&sum| sum > 0.0);
                        perturb(&mut value[hit.expect("a bin is hit")], 1.0 + 1e-4);
                    }
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
