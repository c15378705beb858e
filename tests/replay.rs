//! The trace is enough to repeat a run elsewhere, and a run that is repeated wrongly is caught.

#[path = "replay/repeat.rs"]
mod repeat;

use std::process::Command;

use repeat::{Trace, distance, gradient_norms, repeat};
use serde_json::Value as Json;

/// For parameters absolutely, for losses in relation to them.
const TOLERANCE: f64 = 1e-4;

/// Runs in which a gradient norm comes nearer than this to an edge between bins are not compared:
/// single precision may count that example in the other bin, which is another run and as right.
/// Few and small mini-batches and few bins leave enough runs that keep clear of all edges.
const MARGIN: f64 = 1e-5;

/// Trains with these flags and reads trace and results.
fn train(flags: &[&str]) -> (Trace, Json) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("trace.json");
    let output = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
        .args(["train", "--examples=2000", "--width=8", "--json=-"])
        .args(["--positive-fraction=0.1", "--batch-size=64", "--trace"])
        .arg(&file)
        .args(flags)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{flags:?}: {errors}");
    let trace = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let results = serde_json::from_slice(&output.stdout).unwrap();
    (Trace::read(&trace), results)
}

/// The trace of 100 steps with these flags.
fn trace(flags: &[&str]) -> Trace {
    let (trace, _) = train(&[&["--steps=100"], flags].concat());
    assert_eq!(trace.losses.len(), 100);
    trace
}

/// The first seed whose run on the CPU keeps clear of the edges, judged by the repetition alone.
fn clear_run(flags: &[&str]) -> (String, Trace) {
    for seed in 1..50 {
        let seed = format!("--seed={seed}");
        let trace = trace(&[flags, &["--bins=10", "--backend=cpu", &seed]].concat());
        if repeat(&trace).margin > MARGIN {
            return (seed, trace);
        }
    }
    panic!("{flags:?}: no seed keeps clear of the edges");
}

fn distance_of(trace: &Trace) -> [f64; 2] {
    distance(trace, &repeat(trace))
}

const LOSSES: [&[&str]; 7] = [
    &["--loss=ce"],
    &["--loss=ghm-c", "--convention=corrected"],
    &["--loss=ghm-c", "--convention=paper"],
    &["--loss=ghm-c", "--convention=mmdetection"],
    &["--loss=ghm-c", "--convention=keras"],
    &["--loss=ghm-c", "--convention=per-bin"],
    &["--loss=ghm-c", "--warm-up-steps=90"],
];
const OPTIMIZERS: [&str; 2] = ["--optimizer=sgd", "--optimizer=adam"];
const ACTIVATIONS: [&str; 2] = ["--activation=tanh", "--activation=relu"];

/// Every loss with both optimizers and activations; reports all that are off.
fn all_repeat(traced: impl Fn(&[&str]) -> Trace) {
    let mut failures = Vec::new();
    for loss in LOSSES {
        for optimizer in OPTIMIZERS {
            for activation in ACTIVATIONS {
                let flags = [loss, &[optimizer, activation]].concat();
                let [parameters, losses] = distance_of(&traced(&flags));
                let row = format!("{flags:?}: parameters {parameters:.1e}, losses {losses:.1e}");
                println!("{row}");
                let close = parameters < TOLERANCE && losses < TOLERANCE;
                if !close {
                    failures.push(row);
                }
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn plain_f64_repeats_the_cpu() {
    all_repeat(|flags| clear_run(flags).1);
}

/// Fails where there is no adapter.
#[test]
fn plain_f64_repeats_the_gpu() {
    all_repeat(|flags| {
        let (seed, _) = clear_run(flags);
        trace(&[flags, &["--bins=10", "--backend=gpu", &seed]].concat())
    });
}

#[test]
fn a_wrong_repetition_is_caught() {
    let (_, right) = clear_run(&["--loss=ghm-c", "--momentum=0.75"]);
    assert!(distance_of(&right).iter().all(|&d| d < TOLERANCE));

    let mut momentum = right.clone();
    momentum.config["momentum"] = 0.74.into();
    let mut index = right.clone();
    index.batches[50][7] = (index.batches[50][7] + 1) % index.points.len();
    let mut bins = right.clone();
    bins.config["bins"] = 11.into();
    let mut convention = right.clone();
    convention.config["convention"] = "paper".into();
    let mut warm_up = right.clone();
    warm_up.config["warm-up-steps"] = 3.into();
    let mut rate = right.clone();
    rate.config["learning-rate"] = 0.0101.into();
    let mut weight = right.clone();
    weight.initial[1].weights[2][3] += 0.001;
    for (name, wrong) in [
        ("momentum", momentum),
        ("index", index),
        ("bins", bins),
        ("convention", convention),
        ("warm-up", warm_up),
        ("rate", rate),
        ("weight", weight),
    ] {
        let [parameters, losses] = distance_of(&wrong);
        println!("{name}: parameters {parameters:.1e}, losses {losses:.1e}");
        assert!(parameters > TOLERANCE || losses > TOLERANCE, "{name}");
    }
}

/// Identity 3 of the paper's mathematics, from the definition: without averaging and under the
/// paper's convention, GHM-C's contribution of a bin is its mean gradient norm.
#[test]
fn the_first_contribution_is_the_mean_gradient_norm() {
    let flags = [
        "--steps=1",
        "--momentum=0",
        "--convention=paper",
        "--backend=cpu",
    ];
    let (trace, results) = train(&flags);
    let mut bins = vec![Vec::new(); 30];
    for g in gradient_norms(&trace, &trace.initial, &trace.batches[0]) {
        bins[(30.0 * g) as usize].push(g);
    }
    let line = &results["snapshot"]["contribution"]["ghm-c"];
    let mut hit = 0;
    for (j, norms) in bins.iter().enumerate() {
        let value = line[j].as_f64().unwrap();
        if norms.is_empty() {
            assert_eq!(value, 0.0, "bin {j}");
        } else {
            let mean = norms.iter().sum::<f64>() / norms.len() as f64;
            assert!((value - mean).abs() < 1e-6, "bin {j}: {value} and {mean}");
            hit += 1;
        }
    }
    assert!(hit > 3 && results["snapshot"]["n"] == hit, "{hit} bins");
}
