//! The command line on the GPU. These fail where there is no adapter.

use ghm_lab::engine::gpu::Gpu;
use serde_json::Value as Json;

use crate::support::{numbers, run, run_with, small};

fn results(flags: &[&str]) -> Json {
    let ran = run(&small(&[flags, &["--json=-"]].concat()));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn both_backends_agree() {
    let cpu = results(&["--steps=100", "--backend=cpu"]);
    let gpu = results(&["--steps=100", "--backend=gpu"]);
    assert_eq!(cpu["backend"]["kind"], "cpu");
    assert_ne!(gpu["backend"]["kind"], "cpu");
    for (i, (a, b)) in cpu["history"]
        .as_array()
        .unwrap()
        .iter()
        .zip(gpu["history"].as_array().unwrap())
        .enumerate()
    {
        for key in ["train_loss", "test_loss"] {
            let (a, b) = (a[key].as_f64().unwrap(), b[key].as_f64().unwrap());
            assert!((a - b).abs() < 1e-4 * a, "point {i}, {key}: {a} and {b}");
        }
    }
    for (a, b) in cpu["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .zip(gpu["parameters"].as_array().unwrap())
    {
        let pairs = numbers(&a["values"]).into_iter().zip(numbers(&b["values"]));
        for (a, b) in pairs {
            assert!((a - b).abs() < 1e-4, "{a} and {b}");
        }
    }
}

#[test]
fn the_gpu_repeats_itself() {
    let first = results(&["--steps=30", "--backend=gpu"]);
    assert_eq!(first, results(&["--steps=30", "--backend=gpu"]));
}

#[test]
fn auto_takes_what_is_faster() {
    let in_software = Gpu::headless().expect("an adapter").in_software;
    let ran = run(&small(&["--steps=5", "--backend=auto", "--json=-"]));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["backend"]["kind"] == "cpu", in_software);
    let says_why = ran.stderr.contains("many times slower") && ran.stderr.contains("backend=gpu");
    assert_eq!(says_why, in_software, "{}", ran.stderr);
    let listed = run(&["adapters"]).stdout;
    assert_eq!(listed.contains("auto takes the CPU engine"), in_software);
}

#[test]
fn without_a_fitting_adapter_auto_falls_back_and_gpu_says_why() {
    let nobody = [("WGPU_ADAPTER_NAME", "no such adapter")];
    let ran = run_with(
        &small(&["--steps=5", "--backend=auto", "--json=-"]),
        &nobody,
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["backend"]["kind"], "cpu");
    let note = ran.stderr.lines().next().unwrap();
    assert!(note.starts_with("Training on the CPU: "), "{note}");

    let ran = run_with(&small(&["--steps=5", "--backend=gpu"]), &nobody);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("backend: gpu is not available"));
    assert!(ran.stderr.contains("use auto or cpu"));
}

#[test]
fn adapters_names_the_one_that_trains() {
    let ran = run(&["adapters"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("this one trains"), "{}", ran.stdout);
    let nobody = [("WGPU_ADAPTER_NAME", "no such adapter")];
    let ran = run_with(&["adapters"], &nobody);
    assert_eq!(ran.code, 0);
    assert!(ran.stdout.contains("CPU engine"), "{}", ran.stdout);
}

#[test]
fn what_the_device_has_no_room_for_is_said_with_a_way_out() {
    let train = |backend| {
        let network = ["--layers=3", "--width=64"];
        let data = [
            "--examples=200000",
            "--test-share=0.05",
            "--batch-size=190000",
        ];
        run(&[&["train", "--steps=1", backend][..], &network, &data].concat())
    };
    let refused = train("--backend=gpu");
    assert_eq!(refused.code, 1, "{}", refused.stdout);
    for part in ["190000 examples", "up to 172960 fit", "backend=cpu"] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
    let ran = train("--backend=auto");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.contains("on cpu"), "{}", ran.stdout);
}
