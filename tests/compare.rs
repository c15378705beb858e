//! `ghm-lab compare`: the table, and where its numbers come from.

#[path = "cli/support.rs"]
#[expect(dead_code, reason = "shared with the tests of the other commands")]
mod support;

use ghm_lab::ghm::{Loss, Task};
use serde_json::Value as Json;
use support::{Folder, run};

/// A comparison that takes a moment; the engine is always the CPU's.
const SMALL: [&str; 6] = [
    "compare",
    "--seeds=2",
    "--steps=40",
    "--examples=1000",
    "--batch-size=256",
    "--positive-fraction=0.1",
];

fn compare(flags: &[&str]) -> support::Ran {
    run(&[&SMALL, flags].concat())
}

#[test]
fn every_loss_of_a_task_has_a_row() {
    for &task in Task::ALL {
        let flag = format!("--task={}", task.key());
        let ran = compare(&[&flag, "--class-share=0.5"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let lines: Vec<&str> = ran.stdout.lines().collect();
        assert_eq!(lines.len(), 2 + Loss::of(task).len(), "{}", ran.stdout);
        for (line, loss) in lines[2..].iter().zip(Loss::of(task)) {
            assert!(line.starts_with(&format!("| {}", loss.label())), "{line}");
            assert!(line.contains(" ± "), "{line}");
        }
        let widths: Vec<usize> = lines.iter().map(|line| line.chars().count()).collect();
        assert!(
            widths.iter().all(|&width| width == widths[0]),
            "{}",
            ran.stdout
        );
        let repeated = compare(&[&flag, "--class-share=0.5"]);
        assert_eq!(
            repeated.stdout, ran.stdout,
            "the same seeds are the same table"
        );
    }
}

/// The second seed of a comparison is a run that anyone can repeat by other means.
#[test]
fn its_numbers_are_those_of_a_run_and_its_xray() {
    let folder = Folder::new();
    let ran = compare(&["--json=-", "--losses=ce,ghm-c"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains("| Cross-entropy"), "{}", ran.stderr);
    let compared: Json = serde_json::from_str(&ran.stdout).expect("--json=- is JSON");
    assert_eq!(compared["seeds"], serde_json::json!([7, 8]));
    for loss in ["ce", "ghm-c"] {
        let predictions = folder.flag("predictions", "test.csv");
        let loss_flag = format!("--loss={loss}");
        let flags = [
            "train",
            "--backend=cpu",
            "--seed=8",
            &loss_flag,
            &predictions,
        ];
        let ran = run(&[&flags[..], &SMALL[2..]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let file = predictions.trim_start_matches("--predictions=");
        let ran = run(&["xray", file, "--json=-"]);
        let xray: Json = serde_json::from_str(&ran.stdout).expect("--json=- is JSON");
        let metrics = &xray["metrics"];
        let of = |key: &str| compared["losses"][loss][key][1].as_f64().expect("a number");
        for (key, expected) in [
            ("average_precision", &metrics["average_precision"]["value"]),
            ("best_f1", &metrics["best_f1"]["value"]),
            (
                "expected_calibration_error",
                &metrics["expected_calibration_error"],
            ),
        ] {
            let expected = expected.as_f64().expect("a number");
            // The file has each logit as the shortest decimal that reads back to its f32.
            let near = (of(key) - expected).abs() <= 1e-6 * expected;
            assert!(near, "{loss} {key}: {} {expected}", of(key));
        }
        assert!(of("f1_at_half") <= of("best_f1") && of("f1_moved") <= of("best_f1"));
    }
    let other = compared["losses"]["ce"]["average_precision"]
        .as_array()
        .expect("a list");
    assert_ne!(other[0], other[1], "seeds differ");
}

#[test]
fn what_cannot_be_compared_is_said() {
    for (flag, code, said) in [
        (
            "--losses=ce,asl1",
            2,
            "--losses: \"asl1\" is not a loss of task=binary: all, or some of ce, class-balanced, focal, ohem, ghm-c",
        ),
        (
            "--seeds=0",
            2,
            "--seeds: \"0\" is not a whole number from 1 to 1000",
        ),
        (
            "--steps=x",
            2,
            "--steps: \"x\" is not a whole number from 1 to 10000000",
        ),
        ("--bins=0", 2, "bins: 0 is outside 1 to 256"),
        (
            "--json=/no/such/folder/out.json",
            2,
            "its folder does not exist",
        ),
        ("--loss=ce", 2, "unexpected argument '--loss"),
    ] {
        let ran = compare(&[flag]);
        assert_eq!(ran.code, code, "{flag}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{flag}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "{flag}");
    }
    let ran = compare(&[
        "--optimizer=sgd",
        "--activation=relu",
        "--layers=3",
        "--width=8",
        "--learning-rate=10",
        "--momentum=0.999",
        "--convention=paper",
        "--steps=400",
        "--losses=ce,ghm-c",
    ]);
    assert_eq!(ran.code, 1, "{}", ran.stdout);
    let said = "GHM-C with seed 7: the loss is no longer a number";
    assert!(ran.stderr.contains(said), "{}", ran.stderr);
}

#[test]
fn the_figure_has_a_line_for_every_loss() {
    let folder = Folder::new();
    let figure = folder.flag("figure", "rates.svg");
    let ran = compare(&["--sweep=learning-rate=0.03,0.001,0.01", &figure]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let svg = std::fs::read_to_string(folder.file("rates.svg")).expect("it was written");
    for name in [
        "CE",
        "Class-balanced",
        "Focal",
        "OHEM",
        "GHM-C",
        "learning rate",
        "Average precision",
    ] {
        assert!(svg.contains(&format!(">{name}<")), "{name}");
    }
    assert!(ran.stdout.contains("Wrote "), "{}", ran.stdout);
}
