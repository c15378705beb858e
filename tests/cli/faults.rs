//! Files appear whole or not at all, whatever happens while they are written; and the bench.

use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value as Json;

use crate::support::{Folder, run, small, train};

/// A trace of some hundred kilobytes, of a run that takes a moment.
const TRACE: &[&str] = &["--steps=20", "--examples=20000"];

fn traced(folder: &Folder) -> Vec<String> {
    let trace = folder.flag("trace", "trace.json");
    small(&[TRACE, &[trace.as_str()]].concat())
}

#[cfg(unix)]
#[test]
fn a_disk_that_fills_up_leaves_what_was_there() {
    let folder = Folder::new();
    std::fs::write(folder.file("trace.json"), "before").unwrap();
    // No file may grow beyond 64 blocks; the signal for that is ignored, so that writing fails as on a
    // full disk.
    let limited = Command::new("bash")
        .args(["-c", "ulimit -f 64; trap '' XFSZ; exec \"$@\"", "bash"])
        .arg(env!("CARGO_BIN_EXE_ghm-lab"))
        .args(traced(&folder))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&limited.stderr);
    assert_eq!(limited.status.code(), Some(1), "{said}");
    assert!(
        said.contains("--trace") && said.contains("trace.json"),
        "{said}"
    );
    assert_eq!(folder.names(), ["trace.json"], "nothing is left beside it");
    let left = std::fs::read_to_string(folder.file("trace.json")).unwrap();
    assert_eq!(left, "before");
}

#[cfg(target_os = "linux")]
#[test]
fn what_does_not_reach_standard_output_is_told() {
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    for arguments in [
        &["code", "--as=pytorch"][..],
        &["bench", "--backend=cpu", "--filter=map"],
        &["train", "--backend=cpu", "--steps=3", "--examples=500"],
    ] {
        let ran = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
            .args(arguments)
            .stdout(full())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(
            said.contains("standard output could not be written: no space"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_process_that_is_killed_leaves_a_whole_file() {
    let folder = Folder::new();
    let arguments = traced(&folder);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    train(&[TRACE, &[folder.flag("trace", "whole.json").as_str()]].concat());
    let whole = std::fs::read(folder.file("whole.json")).unwrap();
    assert!(whole.len() > 200_000, "{}", whole.len());
    let mut killed = 0;
    for milliseconds in (0..200).step_by(8) {
        std::fs::write(folder.file("trace.json"), "before").unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
            .args(&arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(milliseconds));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let left = std::fs::read(folder.file("trace.json")).unwrap();
        assert!(
            left == b"before" || left == whole,
            "{} bytes after {milliseconds} ms",
            left.len()
        );
    }
    assert!(killed > 3, "{killed}");
}

#[test]
fn the_bench_measures_what_the_filter_leaves() {
    let ran = run(&["bench", "--json", "--backend=cpu", "--filter=train/256"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let json: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["schema"], "ghm-lab-bench/1");
    assert_eq!(json["failures"], Json::Array(Vec::new()));
    let [row] = json["rows"].as_array().unwrap().as_slice() else {
        panic!("{json}");
    };
    assert_eq!(
        (&row["name"], &row["backend"]),
        (&"train/256".into(), &"cpu".into())
    );
    let [ms, low, high] =
        [&row["ms"], &row["spread"][0], &row["spread"][1]].map(|value| value.as_f64().unwrap());
    assert!(0.0 < low && low <= ms && ms <= high, "{row}");
    let rate = row["examples_per_s"].as_f64().unwrap();
    assert!((rate * ms / 256e3 - 1.0).abs() < 1e-9, "{row}");
    assert!(row["runs"].as_u64().unwrap() >= 5);

    let table = run(&["bench", "--backend=cpu", "--filter=train/256"]);
    assert!(table.stdout.contains("train/256") && table.stdout.starts_with("workload"));

    let ran = run(&["bench", "--filter=trian"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    for part in ["filter", "trian", "train/4096", "xray"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
}
