//! The code that the lab gives away: that Rust's equals the golden vectors, that every module holds the
//! present settings and what it needs, and that Rust's compile. `run.sh` beside this file runs the others.

mod loss {
    include!("../../src/code/snippets/rust/common.rs");
    include!("../../src/code/snippets/rust/binary.rs");
    include!("../../src/code/snippets/rust/classes.rs");
    include!("../../src/code/snippets/rust/regression.rs");
}

mod rules;

use std::process::Command;

use ghm_lab::code::{Framework, code};
use ghm_lab::config::{Config, FocalBalance};
use ghm_lab::ghm::{ClassBalance, Convention, Loss, Task};
use serde_json::Value;

/// What was compared; failures are collected.
#[derive(Default)]
struct Rows(Vec<String>);

impl Rows {
    fn compare(&mut self, name: &str, got: &[f64], want: &[f64], absolute: f64) {
        if got.len() != want.len() {
            let (got, want) = (got.len(), want.len());
            self.0
                .push(format!("{name}: {got} values, {want} expected"));
        }
        for (index, (got, want)) in got.iter().zip(want).enumerate() {
            let off = (got - want).abs() <= 1e-6 * want.abs() + absolute;
            if !off {
                self.0
                    .push(format!("{name}[{index}]: {got}, {want} expected"));
            }
        }
    }
}

fn cases(text: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(text).unwrap();
    document["cases"].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap().iter();
    list.map(|v| v.as_f64().unwrap()).collect()
}

fn flags(value: &Value) -> Vec<bool> {
    numbers(value).iter().map(|&v| v > 0.0).collect()
}

fn rows_of(flat: &[f64], width: usize) -> Vec<Vec<f64>> {
    flat.chunks_exact(width).map(<[f64]>::to_vec).collect()
}

/// All comparisons; `spoil` multiplies what is expected.
fn compare(spoil: f64) -> Rows {
    let mut rows = Rows::default();
    let wanted = |value: &Value| -> Vec<f64> { numbers(value).iter().map(|v| v * spoil).collect() };
    let number = |value: &Value| vec![value.as_f64().unwrap() * spoil];
    for case in cases(include_str!("../golden/cross_entropy.json")) {
        let kind = case["kind"].as_str().unwrap();
        let logits = numbers(&case["logits"]);
        let targets = numbers(&case["targets"]);
        let valid = vec![true; targets.len()];
        let (loss, gradient) = if kind == "sigmoid" {
            loss::cross_entropy(&logits, &flags(&case["targets"]), &valid)
        } else {
            let width = logits.len() / targets.len();
            let targets: Vec<usize> = targets.iter().map(|&t| t as usize).collect();
            let logits = rows_of(&logits, width);
            let (loss, gradient) = if kind.contains("balanced") {
                let mut counts = vec![0; width];
                targets.iter().for_each(|&t| counts[t] += 1);
                loss::class_balanced_softmax(&logits, &targets, &valid, &counts)
            } else {
                loss::cross_entropy_softmax(&logits, &targets, &valid)
            };
            (loss, gradient.concat())
        };
        rows.compare(kind, &[loss], &number(&case["mean_loss"]), 1e-12);
        rows.compare(kind, &gradient, &wanted(&case["dmean_dlogit"]), 1e-9);
    }
    for case in cases(include_str!("../golden/ghm_c_sigmoid.json")) {
        let bins = case["bins"].as_u64().unwrap() as usize;
        let momentum = case["momentum"].as_f64().unwrap();
        let mut density = loss::GradientDensity::new(bins, momentum, "mmdetection", 0);
        for batch in case["batches"].as_array().unwrap() {
            let (loss, gradient) = loss::ghm_c(
                &mut density,
                &numbers(&batch["logits"]),
                &flags(&batch["targets"]),
                &flags(&batch["valid"]),
            );
            rows.compare("GHM-C", &[loss], &number(&batch["loss"]), 1e-12);
            rows.compare("GHM-C", &gradient, &wanted(&batch["dloss_dlogit"]), 1e-9);
            if !batch["acc_sum"].is_null() {
                rows.compare("GHM-C", &density.average, &wanted(&batch["acc_sum"]), 1e-9);
            }
        }
    }
    for case in cases(include_str!("../golden/ghm_c_softmax.json")) {
        if !case["counts_over"].as_str().unwrap().contains("true") {
            continue;
        }
        let bins = case["bins"].as_u64().unwrap() as usize;
        let momentum = case["momentum"].as_f64().unwrap();
        let mut density = loss::GradientDensity::new(bins, momentum, "keras", 0);
        for batch in case["batches"].as_array().unwrap() {
            let width = case["classes"].as_u64().unwrap() as usize;
            let targets: Vec<usize> = numbers(&batch["targets"])
                .iter()
                .map(|&t| t as usize)
                .collect();
            let logits = rows_of(&numbers(&batch["logits"]), width);
            let valid = flags(&batch["valid"]);
            let (loss, gradient) = loss::ghm_c_softmax(&mut density, &logits, &targets, &valid);
            // The reference clips p to [1e-7, 1 - 1e-7].
            let clipped = 1e-7 * targets.len() as f64;
            rows.compare("softmax", &[loss], &number(&batch["sum_loss"]), clipped);
            rows.compare(
                "softmax",
                &gradient.concat(),
                &wanted(&batch["dsum_dlogit"]),
                1e-7,
            );
            rows.compare(
                "softmax",
                &density.average,
                &wanted(&batch["acc_sum"]),
                1e-9,
            );
        }
    }
    for case in cases(include_str!("../golden/ghm_r_asl1.json")) {
        // The module has the present mu in it: 0.02, as two of the cases.
        if case["mu"].as_f64() != Some(0.02) {
            continue;
        }
        let bins = case["bins"].as_u64().unwrap() as usize;
        let momentum = case["momentum"].as_f64().unwrap();
        let mut density = loss::GradientDensity::new(bins, momentum, "mmdetection", 0);
        for batch in case["batches"].as_array().unwrap() {
            let [predictions, targets] = ["pred", "target"].map(|key| numbers(&batch[key]));
            let valid = flags(&batch["valid"]);
            let (loss, gradient) = loss::ghm_r(&mut density, &predictions, &targets, &valid);
            rows.compare("GHM-R", &[loss], &number(&batch["loss"]), 1e-12);
            rows.compare("GHM-R", &gradient, &wanted(&batch["dloss_dpred"]), 1e-9);
        }
    }
    for case in cases(include_str!("../golden/focal_sigmoid.json")) {
        if case["gamma"].as_f64() != Some(2.0) || case["alpha"].as_f64() != Some(0.25) {
            continue;
        }
        let targets = flags(&case["targets"]);
        let valid = vec![true; targets.len()];
        let (loss, gradient) = loss::focal(&numbers(&case["logits"]), &targets, &valid);
        rows.compare("focal", &[loss], &number(&case["mean_loss"]), 1e-12);
        rows.compare("focal", &gradient, &wanted(&case["dmean_dlogit"]), 1e-9);
    }
    rows
}

#[test]
fn rust_equals_the_golden_vectors() {
    let rows = compare(1.0);
    assert!(rows.0.is_empty(), "{:#?}", rows.0);
    let names = ["sigmoid", "softmax", "GHM-C", "GHM-R", "focal"];
    let spoiled = compare(1.00001).0;
    for name in names {
        let caught = spoiled.iter().any(|row| row.starts_with(name));
        assert!(caught, "{name}: a wrong expectation is not caught");
    }
}

/// Every loss of every task, under settings that are not the defaults.
fn configs() -> Vec<Config> {
    let of_task = |&task: &Task| Loss::of(task).iter().map(move |&loss| (task, loss));
    let all = Task::ALL.iter().flat_map(of_task);
    all.map(|(task, loss)| Config {
        loss,
        bins: 17,
        momentum: 0.625,
        convention: Convention::Paper,
        mu: 0.375,
        delta: 0.875,
        class_balance: ClassBalance::Effective,
        effective_beta: 0.96875,
        focal_gamma: 3.5,
        focal_alpha: 0.4375,
        ohem_keep: 0.1875,
        ..Config::default().for_task(task)
    })
    .collect()
}

#[test]
fn every_module_holds_the_present_settings() {
    let mut wrong = Vec::new();
    for config in configs() {
        let expected: &[&str] = match config.loss {
            Loss::CrossEntropy | Loss::L1 => &[],
            Loss::ClassBalanced => &["\"effective\"", "0.96875"],
            Loss::Focal => &["3.5", "0.4375"],
            Loss::Ohem => &["0.1875"],
            Loss::GhmC => &["17", "0.625", "\"paper\""],
            Loss::SmoothL1 => &["0.875"],
            Loss::Asl1 => &["0.375"],
            Loss::GhmR => &["17", "0.625", "\"paper\"", "0.375"],
        };
        for framework in Framework::ALL {
            let text = code(*framework, &config);
            let name = format!("{framework:?}, {:?}, {:?}", config.task, config.loss);
            for value in expected {
                // As a default: before a comma, bracket or semicolon.
                let ends = [",", ")", ";"];
                if !ends
                    .iter()
                    .any(|end| text.contains(&format!("{value}{end}")))
                {
                    wrong.push(format!("{name}: no {value}"));
                }
            }
            if text.contains("---") {
                wrong.push(format!("{name}: a marker is left"));
            }
        }
    }
    let without = Config {
        loss: Loss::Focal,
        focal_balance: FocalBalance::Off,
        ..Config::default()
    };
    assert!(code(Framework::Jax, &without).contains("alpha=None"));
    assert!(code(Framework::Rust, &without).contains("let alpha: Option<f64> = None;"));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_module_of_rust_compiles_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for config in configs() {
        let file = folder.path().join("module.rs");
        std::fs::write(&file, code(Framework::Rust, &config)).unwrap();
        let compiled = Command::new("rustc")
            .args([
                "--edition=2024",
                "--crate-type=lib",
                "--emit=metadata",
                "-Dwarnings",
            ])
            .arg("--out-dir")
            .arg(folder.path())
            .arg(&file)
            .output()
            .expect("rustc runs");
        if !compiled.status.success() {
            let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
            wrong.push(format!("{:?}, {:?}: {said}", config.task, config.loss));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
