//! The reference implementations' numbers, from a file through the binary to a file.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::support::rows::Rows;
use crate::{numbers, per_example, text, write};

fn cases(file: &str) -> Vec<Value> {
    let file: Value = serde_json::from_str(file).expect("golden files are JSON");
    file["cases"].as_array().expect("cases").clone()
}

/// A reference and how its files and columns are called here.
struct Reference {
    convention: &'static str,
    loss: &'static str,
    /// Columns of the file, and fields of a batch that fill them.
    columns: &'static str,
    output: &'static str,
    target: &'static str,
    g: &'static str,
    gradient: &'static str,
}

const SIGMOID: Reference = Reference {
    convention: "mmdetection",
    loss: "ghm-c",
    columns: "logit,label,valid,batch",
    output: "logits",
    target: "targets",
    g: "g",
    gradient: "dloss_dlogit",
};

const REGRESSION: Reference = Reference {
    convention: "mmdetection",
    loss: "ghm-r",
    columns: "pred,target,valid,batch",
    output: "pred",
    target: "target",
    g: "g",
    gradient: "dloss_dpred",
};

fn batches(case: &Value) -> &[Value] {
    case["batches"].as_array().expect("batches")
}

fn compare(reference: &Reference, case: &Value) -> Rows {
    let mut rows = Rows::default();
    let mut csv = reference.columns.to_owned() + "\n";
    for (b, batch) in batches(case).iter().enumerate() {
        let of = |field: &str| numbers(&batch[field]);
        let (outputs, targets) = (of(reference.output), of(reference.target));
        for ((x, y), valid) in outputs.iter().zip(targets).zip(of("valid")) {
            writeln!(csv, "{x},{y},{valid},{b}").expect("text");
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "golden.csv", csv);
    let flag = |name: &str, value: &Value| format!("--{name}={value}");
    let mut flags = vec![
        flag("bins", &case["bins"]),
        flag("momentum", &case["momentum"]),
        format!("--convention={}", reference.convention),
        format!("--loss={}", reference.loss),
    ];
    if !case["mu"].is_null() {
        flags.push(flag("mu", &case["mu"]));
    }
    let mut arguments = vec![text(&path)];
    arguments.extend(flags.iter().map(String::as_str));
    let mut got = per_example(&arguments).into_iter();
    for (b, batch) in batches(case).iter().enumerate() {
        let of = |field: &str| numbers(&batch[field]);
        let valid = of("valid");
        let weights = of("weights");
        let (g, gradient) = (of(reference.g), of(reference.gradient));
        let mut total = 0.0;
        for i in 0..valid.len() {
            let name = |field: &str| format!("{} {b} {field}[{i}]", case["name"]);
            let row = got.next().expect("a line for each row");
            rows.equal(name("valid"), row.is_some(), valid[i] == 1.0);
            let Some(row) = row else { continue };
            rows.close(name(reference.g), row[0], g[i], 1e-9);
            rows.close(name("weights"), row[2], weights[i], 1e-9);
            rows.close(name(reference.gradient), row[4], gradient[i], 1e-9);
            total += row[3];
        }
        let mean = total / valid.iter().sum::<f64>();
        let want = batch["loss"].as_f64().expect("loss");
        rows.close(format!("{} {b} loss", case["name"]), mean, want, 1e-9);
    }
    rows.equal("lines", got.next().is_none(), true);
    rows
}

fn check(reference: &Reference, cases: &[Value]) {
    for case in cases {
        compare(reference, case).assert_none();
    }
    let mut changed = cases[0].clone();
    let valid = numbers(&changed["batches"][0]["valid"]);
    let seen = valid.iter().position(|&v| v == 1.0).expect("an example");
    for field in [reference.g, "weights", reference.gradient] {
        let mut changed = changed.clone();
        let value = &mut changed["batches"][0][field][seen];
        *value = json!(value.as_f64().expect("a number") * (1.0 + 1e-6) + 1e-12);
        assert_eq!(compare(reference, &changed).failures().len(), 1, "{field}");
    }
    let loss = &mut changed["batches"][0]["loss"];
    *loss = json!(loss.as_f64().expect("a number") * (1.0 + 1e-6));
    assert_eq!(compare(reference, &changed).failures().len(), 1, "loss");
}

#[test]
fn ghm_c_of_mmdetection() {
    check(
        &SIGMOID,
        &cases(include_str!("../golden/ghm_c_sigmoid.json")),
    );
}

#[test]
fn ghm_r_of_mmdetection() {
    check(
        &REGRESSION,
        &cases(include_str!("../golden/ghm_r_asl1.json")),
    );
}

/// The port sums CE / S where we take the mean of beta CE with beta = (examples counted) / S.
fn compare_softmax(case: &Value) -> Rows {
    let mut rows = Rows::default();
    let classes = case["classes"].as_u64().expect("classes") as usize;
    let every = case["counts_over"] == "every class entry";
    let names: Vec<String> = (0..classes).map(|k| format!("logit_{k}")).collect();
    let mut csv = names.join(",") + ",label,valid,batch\n";
    for (b, batch) in batches(case).iter().enumerate() {
        let of = |field: &str| numbers(&batch[field]);
        let (logits, targets, valid) = (of("logits"), of("targets"), of("valid"));
        for (i, x) in logits.chunks_exact(classes).enumerate() {
            let x: Vec<String> = x.iter().map(f64::to_string).collect();
            writeln!(csv, "{},{},{},{b}", x.join(","), targets[i], valid[i]).expect("text");
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = write(&folder, "golden.csv", csv);
    let (bins, momentum) = (
        format!("--bins={}", case["bins"]),
        format!("--momentum={}", case["momentum"]),
    );
    let counting = format!(
        "--counting={}",
        if every { "every-entry" } else { "true-class" }
    );
    let mut got = per_example(&[
        text(&path),
        &bins,
        &momentum,
        &counting,
        "--convention=keras",
        "--loss=ghm-c",
    ])
    .into_iter();
    for (b, batch) in batches(case).iter().enumerate() {
        let of = |field: &str| numbers(&batch[field]);
        let valid = of("valid");
        let examples: f64 = valid.iter().sum();
        let counted = if every {
            examples * classes as f64
        } else {
            examples
        };
        let gradients = of("dsum_dlogit");
        for i in 0..valid.len() {
            let name = |field: &str| format!("{} {b} {field}[{i}]", case["name"]);
            let row = got.next().expect("a line for each row");
            rows.equal(name("valid"), row.is_some(), valid[i] == 1.0);
            let Some(row) = row else { continue };
            rows.close(name("g_true_class"), row[0], of("g_true_class")[i], 1e-9);
            rows.close(name("density"), counted / row[2], of("density")[i], 1e-9);
            // The port clips p to [1e-7, 1 - 1e-7].
            rows.within(name("loss"), row[3] / counted, of("loss")[i], 2e-7);
            for k in 0..classes {
                let got = row[4 + k] * examples / counted;
                rows.within(
                    name(&format!("gradient {k}")),
                    got,
                    gradients[i * classes + k],
                    2e-7,
                );
            }
        }
    }
    rows
}

#[test]
fn ghm_c_of_the_keras_port() {
    for case in cases(include_str!("../golden/ghm_c_softmax.json")) {
        compare_softmax(&case).assert_none();
        let mut changed = case.clone();
        let valid = numbers(&changed["batches"][0]["valid"]);
        let seen = valid.iter().position(|&v| v == 1.0).expect("an example");
        let value = &mut changed["batches"][0]["density"][seen];
        *value = json!(value.as_f64().expect("a number") * (1.0 + 1e-6));
        assert_eq!(compare_softmax(&changed).failures().len(), 1);
    }
}
