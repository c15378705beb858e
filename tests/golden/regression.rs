//! GHM-R, against mmdetection.

use ghm_lab::config::Config;
use ghm_lab::engine::cpu;
use ghm_lab::ghm::{
    Average, Convention, DensityRule, Loss, Real, Seen, Task, asl1, asl1_norm, bin, density,
    histogram,
};
use serde_json::Value;

use crate::support::rows::Rows;
use crate::{cases, compare, integer, keep, numbers, perturb};

/// Feeds the batches of a regression case through mmdetection's convention.
fn compare_regression<T: Real>(case: &Value, tolerance: f64) -> Rows {
    let mut rows = Rows::default();
    let bins = integer(&case["bins"]);
    let number = |field: &str| case[field].as_f64().expect("a number");
    let config = Config {
        mu: number("mu"),
        bins: bins as u32,
        ..Config::of_task(Task::Regression)
    };
    // In f64 mu must not pass through the float32 of a step.
    let rule = config.loss_rule::<T>();
    let density_rule = DensityRule::of(Convention::Mmdetection, T::of(number("momentum")));
    let (mut counts, mut average) = (vec![0; bins], Average::new(bins));
    let (mut gd, mut beta) = (vec![T::ZERO; bins], vec![T::ZERO; bins]);
    for (b, batch) in case["batches"]
        .as_array()
        .expect("batches")
        .iter()
        .enumerate()
    {
        let name = |field: &str| format!("{}, batch {b}, {field}", case["name"]);
        let valid = numbers(&batch["valid"]);
        let wanted = |field: &str| keep(&numbers(&batch[field]), &valid);
        let d: Vec<T> = (wanted("pred").iter().zip(wanted("target")))
            .map(|(pred, target)| T::of(pred - target))
            .collect();
        let norms: Vec<T> = d.iter().map(|&d| asl1_norm(d, rule.mu)).collect();
        compare(&mut rows, &name("g"), &norms, &wanted("g"), tolerance);
        histogram(&norms, &mut counts);
        let as_numbers: Vec<f64> = counts.iter().map(|&c| f64::from(c)).collect();
        rows.equal(name("counts"), as_numbers, numbers(&batch["counts"]));
        density(&counts, &density_rule, &mut average, &mut gd, &mut beta);
        let weights: Vec<T> = norms.iter().map(|&g| beta[bin(g, bins)]).collect();
        compare(
            &mut rows,
            &name("weights"),
            &weights,
            &wanted("weights"),
            tolerance,
        );
        let plain: Vec<T> = d.iter().map(|&d| asl1(d, rule.mu)).collect();
        compare(&mut rows, &name("asl1"), &plain, &wanted("asl1"), tolerance);
        let n = T::of(d.len() as f64);
        let loss = Loss::GhmR;
        let seen = |error: T, beta: T| Seen {
            error,
            class_weight: T::ONE,
            alpha: T::ONE,
            beta,
            kept: true,
        };
        let values: Vec<T> = (d.iter().zip(&weights))
            .map(|(&d, &w)| loss.value(&rule, &seen(d, w)))
            .collect();
        let mean = cpu::sum(&values).to_f64() / d.len() as f64;
        rows.close(
            name("loss"),
            mean,
            batch["loss"].as_f64().expect("loss"),
            tolerance,
        );
        let gradient: Vec<T> = (d.iter().zip(&weights))
            .map(|(&d, &w)| {
                let sign = if d < T::ZERO { -T::ONE } else { T::ONE };
                sign * loss.norm(&rule, &seen(d, w), asl1_norm(d, rule.mu)) / n
            })
            .collect();
        compare(
            &mut rows,
            &name("dloss_dpred"),
            &gradient,
            &wanted("dloss_dpred"),
            tolerance,
        );
    }
    rows
}

#[test]
fn ghm_r_agrees_with_mmdetection() {
    for case in cases(include_str!("ghm_r_asl1.json")) {
        compare_regression::<f64>(&case, 1e-9).assert_none();
        for field in ["g", "weights", "asl1", "dloss_dpred"] {
            let mut changed = case.clone();
            let valid = numbers(&case["batches"][0]["valid"]);
            let seen = valid.iter().position(|&v| v == 1.0).expect("an example");
            perturb(&mut changed["batches"][0][field][seen], 1.0 + 1e-4);
            assert_eq!(
                compare_regression::<f64>(&changed, 1e-9).failures().len(),
                1,
                "{field}"
            );
        }
    }
}
