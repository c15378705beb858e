//! Focal loss, against torchvision.

use ghm_lab::config::{Config, FocalBalance};
use ghm_lab::engine::cpu;
use ghm_lab::ghm::{Loss, Real};
use serde_json::Value;

use crate::support::rows::Rows;
use crate::support::twins::{first_step, run};
use crate::{cases, compare, numbers, of, perturb};

fn compare_focal<T: Real>(case: &Value, tolerance: f64) -> Rows {
    let mut rows = Rows::default();
    let number = |field: &str| case[field].as_f64();
    let config = Config {
        loss: Loss::Focal,
        focal_gamma: number("gamma").expect("gamma"),
        focal_alpha: number("alpha").unwrap_or(0.5),
        focal_balance: match number("alpha") {
            Some(_) => FocalBalance::Alpha,
            None => FocalBalance::Off,
        },
        ..Config::default()
    };
    let logits: Vec<T> = of(&numbers(&case["logits"]));
    let targets: Vec<T> = of(&numbers(&case["targets"]));
    let n = logits.len();
    let outcome = run(&first_step(&config, n, n), &logits, &targets, &[T::ONE; 30]);
    let (losses, residuals) = (outcome.losses, outcome.residuals);
    compare(
        &mut rows,
        "loss",
        &losses,
        &numbers(&case["loss"]),
        tolerance,
    );
    let mean = cpu::sum(&losses).to_f64() / n as f64;
    rows.close(
        "mean_loss",
        mean,
        number("mean_loss").expect("a mean"),
        tolerance,
    );
    let want = numbers(&case["dmean_dlogit"]);
    compare(&mut rows, "dmean_dlogit", &residuals, &want, tolerance);
    rows
}

#[test]
fn focal_loss_agrees_with_torchvision() {
    for case in cases(include_str!("focal_sigmoid.json")) {
        compare_focal::<f64>(&case, 1e-9).assert_none();
        compare_focal::<f32>(&case, 5e-5).assert_none();
        for field in ["loss", "dmean_dlogit"] {
            let mut changed = case.clone();
            perturb(&mut changed[field][17], 1.0 + 1e-3);
            assert_eq!(compare_focal::<f64>(&changed, 1e-9).failures().len(), 1);
            assert_eq!(compare_focal::<f32>(&changed, 5e-5).failures().len(), 1);
        }
    }
}
