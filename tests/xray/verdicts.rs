//! What the X-ray says in words: for each verdict data that have it, and data that have not.

use ghm_lab::config::Config;
use ghm_lab::data::predictions::{Header, Outputs, Rows};
use ghm_lab::ghm::Task;
use ghm_lab::xray::{Report, Xray, verdict_codes};

use crate::{report, run};

/// Predictions of two classes by gradient norm and label, each so many times, spread evenly over its range of g.
fn norms(ranges: &[(f64, f64, usize, u8)]) -> Report {
    let (mut outputs, mut targets) = (Vec::new(), Vec::new());
    for &(low, high, count, label) in ranges {
        for i in 0..count {
            let g = low + (high - low) * (i as f64 + 0.5) / count as f64;
            let odds = (g / (1.0 - g)).ln();
            outputs.push(if label == 1 { -odds } else { odds });
            targets.push(f64::from(label));
        }
    }
    of(Task::Binary, Outputs::Logits, outputs, targets, Vec::new())
}

fn of(task: Task, kind: Outputs, outputs: Vec<f64>, targets: Vec<f64>, group: Vec<u32>) -> Report {
    let header = Header {
        task,
        classes: match task {
            Task::Regression => 1,
            Task::Binary | Task::Classes => 2,
        },
        outputs: kind,
        has_valid: false,
        has_batch: false,
        has_group: !group.is_empty(),
    };
    let names: Vec<String> = ["a", "b"].map(str::to_owned).into();
    let mut xray = Xray::new(header, &Config::of_task(task));
    xray.add(&Rows {
        valid: vec![true; targets.len()],
        outputs,
        targets,
        group,
        ..Rows::default()
    });
    xray.finish(&names)
}

/// Probabilities with labels, each so many times.
fn probabilities(of_p: &[(f64, u8, usize)]) -> Report {
    let rows = of_p
        .iter()
        .flat_map(|&(p, y, count)| vec![(p, f64::from(y)); count]);
    let (outputs, targets) = rows.unzip();
    of(
        Task::Binary,
        Outputs::Probabilities,
        outputs,
        targets,
        Vec::new(),
    )
}

fn regression(of_d: &[(f64, f64, usize)]) -> Report {
    let spread = of_d.iter().flat_map(|&(low, high, count)| {
        (0..count).map(move |i| low + (high - low) * i as f64 / count as f64)
    });
    let outputs: Vec<f64> = spread.collect();
    let targets = vec![0.0; outputs.len()];
    of(
        Task::Regression,
        Outputs::Values,
        outputs,
        targets,
        Vec::new(),
    )
}

fn groups(of_b: f64) -> Report {
    let logit = |g: f64| (g / (1.0 - g)).ln();
    let outputs = [vec![logit(0.05); 950], vec![logit(of_b); 50]].concat();
    let group = [vec![0; 950], vec![1; 50]].concat();
    of(
        Task::Binary,
        Outputs::Logits,
        outputs,
        vec![0.0; 1000],
        group,
    )
}

/// A code, data that have it, and data that have not.
fn cases() -> Vec<(&'static str, Report, Report)> {
    let flat = || norms(&[(0.0, 1.0, 3000, 0)]);
    let easy = || norms(&[(0.01, 0.09, 1000, 0), (0.4, 0.6, 20, 1)]);
    let crowds = || norms(&[(0.0, 0.1, 900, 0), (0.3, 0.7, 4, 0), (0.9, 1.0, 30, 1)]);
    let thin = || norms(&[(0.0, 1.0, 100, 0)]);
    let evenly: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
    let labels: Vec<f64> = (0..1000).map(|i| f64::from(i % 2)).collect();
    let logits = |scale: f64| {
        let outputs = evenly.iter().map(|p| scale * p).collect();
        of(
            Task::Binary,
            Outputs::Logits,
            outputs,
            labels.clone(),
            Vec::new(),
        )
    };
    let right = || probabilities(&[(0.9, 1, 90), (0.9, 0, 10), (0.1, 1, 10), (0.1, 0, 90)]);
    vec![
        ("GHM001", easy(), flat()),
        ("GHM002", crowds(), easy()),
        ("GHM003", crowds(), flat()),
        ("GHM004", flat(), easy()),
        (
            "GHM005",
            probabilities(&[(0.1, 1, 50), (0.01, 0, 950)]),
            right(),
        ),
        ("GHM006", thin(), flat()),
        ("GHM007", logits(1.0), logits(4.0)),
        (
            "GHM008",
            probabilities(&[(0.9, 1, 100), (0.9, 0, 100)]),
            right(),
        ),
        ("GHM009", groups(0.95), groups(0.05)),
        (
            "GHM010",
            regression(&[(0.0, 0.01, 700), (0.9, 1.0, 300)]),
            regression(&[(0.0, 0.01, 700)]),
        ),
        ("GHM011", norms(&[(0.45, 0.55, 500, 0)]), flat()),
    ]
}

#[test]
fn each_verdict_holds_where_it_should_and_not_elsewhere() {
    let codes =
        |report: &Report| -> Vec<&str> { report.verdicts().iter().map(|of| of.code).collect() };
    let cases = cases();
    let tested: Vec<&str> = cases.iter().map(|(code, ..)| *code).collect();
    assert_eq!(tested, verdict_codes().collect::<Vec<_>>());
    let mut wrong = Vec::new();
    for (code, with, without) in &cases {
        if !codes(with).contains(code) {
            wrong.push(format!("{code} is not among {:?}", codes(with)));
        }
        if codes(without).contains(code) {
            wrong.push(format!("{code} holds: {:?}", without.verdicts()));
        }
        let found = with.verdicts();
        for verdict in found.iter().filter(|of| of.code == *code) {
            let finite = verdict.numbers.iter().all(|(_, number)| number.is_finite());
            assert!(finite && !verdict.numbers.is_empty() && verdict.advice.ends_with('.'));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_numbers_are_those_of_the_panels() {
    let (_, report, _) = cases().swap_remove(0);
    let found = report.verdicts();
    let verdict = found
        .iter()
        .find(|of| of.code == "GHM001")
        .expect("it holds");
    let number = |name: &str| {
        let found = verdict.numbers.iter().find(|(of, _)| *of == name);
        found.expect("it has it").1
    };
    // 1,000 examples at 0.05 on average, 20 at 0.5.
    assert!((number("share_of_gradient") - 50.0 / 60.0).abs() < 1e-6);
    assert!((number("share_of_examples") - 1000.0 / 1020.0).abs() < 1e-9);
    assert!(
        verdict.text.contains("83.3 %") && verdict.text.contains("98.0 %"),
        "{}",
        verdict.text
    );
}

#[test]
fn a_script_may_fail_on_a_verdict() {
    let rows: String = (0..1000)
        .map(|i| format!("{},0\n", -3.0 - f64::from(i) / 1000.0))
        .chain((0..20).map(|_| "0,1\n".to_owned()))
        .collect();
    let csv = format!("logit,label\n{rows}");
    for (flags, code) in [
        (&[][..], 0),
        (&["--fail-on=GHM010"], 0),
        (&["--fail-on=GHM001"], 1),
        (&["--fail-on=GHM010,GHM001"], 1),
        (&["--fail-on=GHM999"], 2),
    ] {
        let ran = run("easy.csv", &csv, flags);
        assert_eq!(ran.code, code, "{flags:?}: {}", ran.stderr);
        assert_eq!(
            ran.stdout.contains("GHM001 Easy examples dominate: "),
            code < 2,
            "{}",
            ran.stdout
        );
        assert_eq!(
            ran.stderr.contains("--fail-on: GHM001 holds"),
            code == 1,
            "{}",
            ran.stderr
        );
    }
    // The paper's own distribution is the one that GHM was made for.
    let paper = report(&["--preset", "paper"]);
    let codes: Vec<&str> = paper["verdicts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|of| of["code"].as_str().expect("a code"))
        .collect();
    assert!(
        codes.contains(&"GHM001") && codes.contains(&"GHM003"),
        "{codes:?}"
    );
}
