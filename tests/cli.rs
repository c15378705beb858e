//! The command line through the real program: help, results, figures, traces, the straight line.

#[path = "cli/bad_input.rs"]
mod bad_input;
#[path = "cli/environment.rs"]
mod environment;
#[path = "cli/faults.rs"]
mod faults;
#[path = "cli/gpu.rs"]
mod gpu;
#[path = "cli/streams.rs"]
mod streams;
#[path = "cli/support.rs"]
mod support;

use ghm_lab::config::{Config, SETTINGS};
use ghm_lab::engine::{Compute, Request};
use ghm_lab::ghm::{Loss, Task};
use serde_json::Value as Json;
use support::{Folder, SMALL, bits, numbers, run, small, train};

fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn help_explains_every_setting() {
    for arguments in [&["--help"][..], &["app", "--help"], &["train", "--help"]] {
        let ran = run(arguments);
        assert_eq!(ran.code, 0, "{arguments:?}");
        let help = words(&ran.stdout);
        for setting in SETTINGS {
            assert!(help.contains(&format!("--{} <", setting.key)), "{help}");
            let explanation = words(&setting.explanation());
            assert!(help.contains(&explanation), "{}: {help}", setting.key);
            let default = setting.text(&Config::default());
            assert!(help.contains(&format!("[default: {default}]")), "{help}");
        }
    }
    let help = run(&["train", "--help"]).stdout;
    for flag in ["--steps", "--json", "--figure", "--trace"] {
        assert!(help.contains(flag), "{flag}");
    }
    assert!(help.lines().all(|line| line.len() <= 100), "{help}");
}

#[test]
fn version_is_the_packages() {
    let ran = run(&["--version"]);
    assert_eq!(
        (ran.code, ran.stdout),
        (0, format!("ghm-lab {}\n", env!("CARGO_PKG_VERSION")))
    );
}

#[test]
fn results_hold_what_the_engine_computed_to_the_bit() {
    let folder = Folder::new();
    train(&["--steps=50", "--seed=3", &folder.flag("json", "out.json")]);
    let json = folder.json("out.json");

    let flags = SMALL.iter().map(|flag| {
        let (key, value) = flag.trim_start_matches("--").split_once('=').unwrap();
        (ghm_lab::config::setting(key).unwrap(), value.to_owned())
    });
    let config = Config {
        seed: 3,
        ..Config::default().with(flags).unwrap()
    };
    let nothing = Compute::Unavailable(String::new());
    let (mut trainer, _) = nothing.start(&config).unwrap();
    trainer.advance(50).unwrap();
    let request = Request {
        evaluate: true,
        map: false,
        gradient_norms: false,
        parameters: true,
    };
    let update = trainer.read_now(request).unwrap();
    let snapshot = &update.snapshot;

    let expected = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let state = &json["snapshot"];
    assert_eq!(bits(&state["ema"]), expected(&snapshot.ema));
    assert_eq!(bits(&state["density"]), expected(&snapshot.density));
    assert_eq!(bits(&state["beta"]), expected(&snapshot.beta));
    for &loss in Loss::of(Task::Binary) {
        let contribution = snapshot.contribution_of(loss);
        assert_eq!(
            bits(&state["contribution"][loss.key()]),
            expected(contribution)
        );
    }
    let counts: Vec<f64> = snapshot.counts.iter().map(|&c| f64::from(c)).collect();
    assert_eq!(numbers(&state["counts"]), counts);
    let hit = counts.iter().filter(|&&count| count > 0.0).count();
    assert_eq!(state["n"], hit);
    assert_eq!(state["step"], 50);
    assert_eq!(
        state["loss"].as_f64().unwrap() as f32,
        snapshot.loss,
        "the loss of the last mini-batch"
    );
    assert_eq!(state["line_deviation"].as_f64(), snapshot.line_deviation());

    let named = trainer.network().named(update.parameters().unwrap());
    for (array, json) in named.iter().zip(json["parameters"].as_array().unwrap()) {
        assert_eq!(json["name"], array.name);
        assert_eq!(json["shape"], Json::from(array.shape.clone()));
        assert_eq!(bits(&json["values"]), expected(&array.values));
    }
    assert_eq!(json["parameters"].as_array().unwrap().len(), named.len());
    let last = json["history"].as_array().unwrap().last().unwrap();
    let scores = update.evaluation.unwrap();
    assert_eq!(last["train_loss"].as_f64(), Some(scores.train.loss));
    assert_eq!(last["test_loss"].as_f64(), Some(scores.test.loss));
    assert_eq!(
        last["average_precision"].as_f64(),
        scores.test.average_precision
    );
    assert_eq!(json["config"], config.to_json());
    assert_eq!(json["backend"]["kind"], "cpu");
    assert_eq!(json["steps"], 50);
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
}

/// Evaluations are fewer where they would take longer than the training.
#[test]
fn a_short_run_on_much_data_has_a_short_history() {
    let ran = train(&[
        "--steps=40",
        "--examples=20000",
        "--batch-size=16",
        "--json=-",
    ]);
    let json: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["history"].as_array().unwrap().len(), 21);
}

/// Printed as `f64`, 0.1 would be 0.10000000149011612.
#[test]
fn single_precision_prints_short() {
    let folder = Folder::new();
    train(&["--steps=3", &folder.flag("trace", "trace.json")]);
    let text = std::fs::read_to_string(folder.file("trace.json")).unwrap();
    let digits = |number: &str| number.chars().filter(char::is_ascii_digit).count();
    let points = text.split("\"train\":").nth(1).unwrap();
    let numbers = points.split(['[', ',', ']']).filter(|n| n.contains('.'));
    let longest = numbers.take(1000).map(digits).max().unwrap();
    assert!(longest <= 11, "{longest} digits");
}

#[test]
fn history_starts_at_zero_and_ends_at_the_last_step() {
    let folder = Folder::new();
    for (steps, points, second) in [(1, 2, 1), (7, 8, 1), (450, 201, 2)] {
        let count = format!("--steps={steps}");
        train(&[&count, &folder.flag("json", "out.json")]);
        let json = folder.json("out.json");
        let history = json["history"].as_array().unwrap();
        assert_eq!(history.len(), points);
        assert_eq!(history[0]["step"], 0);
        assert_eq!(history[1]["step"], second);
        assert_eq!(history[points - 1]["step"], steps);
        assert!(history.iter().all(|point| {
            ["train_loss", "test_loss", "average_precision"]
                .iter()
                .all(|key| point[key].is_f64())
        }));
    }
}

#[test]
fn training_learns() {
    // GHM-C's own loss jumps as bins empty and fill, so the loss is judged under cross-entropy.
    for loss in ["--loss=ce", "--loss=ghm-c"] {
        let ran = train(&["--steps=300", loss, "--json=-"]);
        let json: Json = serde_json::from_str(&ran.stdout).unwrap();
        let history = json["history"].as_array().unwrap();
        let of = |i: usize, key: &str| history[i][key].as_f64().unwrap();
        let last = history.len() - 1;
        let precision = of(last, "average_precision");
        assert!(precision > 0.8, "{loss}: {precision}");
        let [first, last] = [0, last].map(|i| of(i, "test_loss"));
        assert!(
            loss == "--loss=ghm-c" || last < 0.5 * first,
            "{first} {last}"
        );
    }
}

#[test]
fn figures_are_svg_and_png() {
    let folder = Folder::new();
    train(&["--steps=20", &folder.flag("figure", "out.svg")]);
    let svg = std::fs::read_to_string(folder.file("out.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.ends_with("</svg>"), "{svg}");
    assert!(svg.contains("after 20 steps: moons"), "the caption");
    // Endings are not case-sensitive.
    train(&["--steps=20", &folder.flag("figure", "out.PNG")]);
    let png = std::fs::read(folder.file("out.PNG")).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!([side(16), side(20)], [2100, 700]);
    assert_eq!(folder.names(), ["out.PNG", "out.svg"]);
}

#[test]
fn traces_hold_the_whole_run() {
    let folder = Folder::new();
    train(&["--steps=9", &folder.flag("trace", "trace.json")]);
    let trace = folder.json("trace.json");
    let length = |json: &Json| json.as_array().unwrap().len();
    let examples = length(&trace["examples"]["train"]);
    assert_eq!(examples, 750);
    assert_eq!(length(&trace["examples"]["targets"]), examples);
    assert_eq!(length(&trace["batches"]), 9);
    assert_eq!(length(&trace["losses"]), 9);
    assert_eq!(trace["config"]["bins"], 30);
    // Three mini-batches are an epoch: every example once, the last mini-batch smaller.
    let epoch: Vec<f64> = (0..3).flat_map(|i| numbers(&trace["batches"][i])).collect();
    let mut sorted = epoch.clone();
    sorted.sort_by(f64::total_cmp);
    assert!(sorted.iter().zip(0..750).all(|(&a, b)| a == f64::from(b)));
    assert_eq!(length(&trace["batches"][2]), 750 - 2 * 256);
    for arrays in [&trace["initial_parameters"], &trace["final_parameters"]] {
        assert_eq!(length(arrays), 6);
        assert_eq!(arrays[2]["name"], "layer1.weight");
        assert_eq!(arrays[2]["shape"], Json::from(vec![8, 8]));
        assert_eq!(length(&arrays[2]["values"]), 64);
    }
    assert_ne!(trace["initial_parameters"], trace["final_parameters"]);
}

#[test]
fn traces_of_long_runs_hold_their_beginning() {
    let folder = Folder::new();
    let trace_of = |steps: &str| {
        let ran = train(&[steps, &folder.flag("trace", "trace.json")]);
        (
            ran.stderr,
            std::fs::read(folder.file("trace.json")).unwrap(),
        )
    };
    let (said, long) = trace_of("--steps=1010");
    assert!(said.contains("first 1000 of 1010 steps"), "{said}");
    let (said, whole) = trace_of("--steps=1000");
    assert_eq!(said, "");
    assert!(long == whole, "the parameters are those after step 1,000");
}

#[test]
fn a_run_ends_early_where_it_is_told_to() {
    let steps = |flags: &[&str]| {
        let ran = train(&[flags, &["--json=-"]].concat());
        let json: Json = serde_json::from_str(&ran.stdout).unwrap();
        (json["steps"].as_u64().unwrap(), ran.stderr)
    };
    let (step, said) = steps(&["--steps=100", "--stop-step=30"]);
    assert!(step == 30 && said.contains("at step 30"), "{step}: {said}");
    // Three mini-batches are an epoch.
    let (step, said) = steps(&["--steps=100", "--stop-step=30", "--stop-epoch=4"]);
    assert!(step == 12 && said.contains("epoch 4"), "{step}: {said}");
    let (step, said) = steps(&["--steps=400", "--stop-score=0.5"]);
    assert!((1..400).contains(&step), "{step}");
    assert!(said.contains("has reached 0."), "{said}");
    let (step, said) = steps(&["--steps=400", "--stop-plateau=50", "--learning-rate=1e-5"]);
    assert!((50..400).contains(&step), "{step}");
    assert!(said.contains("no better score over 50 steps"), "{said}");
    // A stop that lies behind the end says nothing.
    let (step, said) = steps(&["--steps=20", "--stop-step=20"]);
    assert!(step == 20 && !said.contains("Stopped"), "{step}: {said}");

    let folder = Folder::new();
    train(&[
        "--steps=400",
        "--stop-score=0.5",
        &folder.flag("trace", "trace.json"),
    ]);
    let trace = folder.json("trace.json");
    let losses = trace["losses"].as_array().unwrap().len();
    assert!(losses < 400, "{losses}");
    let trained = &trace["final_parameters"];
    assert_eq!(trained[0]["values"].as_array().unwrap().len(), 16);
    assert_ne!(trained, &trace["initial_parameters"]);
}

#[test]
fn a_seed_is_a_run() {
    let files = |seed: &str| {
        let folder = Folder::new();
        let flags =
            ["json", "figure", "trace"].map(|flag| folder.flag(flag, &format!("{flag}.svg")));
        train(&["--steps=40", seed, &flags[0], &flags[1], &flags[2]]);
        ["json.svg", "figure.svg", "trace.svg"]
            .map(|name| std::fs::read(folder.file(name)).unwrap())
    };
    let first = files("--seed=5");
    assert_eq!(first, files("--seed=5"));
    let other = files("--seed=6");
    assert!((0..3).all(|i| first[i] != other[i]));
}

#[test]
fn a_repeated_flag_counts_the_last_time() {
    let ran = train(&["--steps=5", "--bins=10", "--bins=12", "--json=-"]);
    let json: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["config"]["bins"], 12);
}

/// Identity 3 of the paper's mathematics: under the paper's convention without averaging, GHM-C's
/// contribution of a bin is its mean gradient norm.
#[test]
fn without_momentum_ghm_c_is_the_straight_line() {
    let run = |momentum: &str| {
        let ran = train(&["--steps=200", momentum, "--convention=paper", "--json=-"]);
        let json: Json = serde_json::from_str(&ran.stdout).unwrap();
        json["snapshot"].clone()
    };
    // The mean, from the contribution under cross-entropy, (M/N) R mean(g).
    let state = run("--momentum=0");
    let line = numbers(&state["contribution"]["ghm-c"]);
    let cross_entropy = numbers(&state["contribution"]["ce"]);
    let counts = numbers(&state["counts"]);
    let examples: f64 = counts.iter().sum();
    for j in (0..30).filter(|&j| counts[j] > 0.0) {
        let mean = cross_entropy[j] * examples / (30.0 * counts[j]);
        assert!((line[j] - mean).abs() < 1e-6, "bin {j}: {} {mean}", line[j]);
        assert!((j as f64 / 30.0..=(j + 1) as f64 / 30.0).contains(&mean));
    }
    assert!(state["line_deviation"].as_f64().unwrap() < 1e-6);

    // With averaging the line bends, and the deviation says so.
    let state = run("--momentum=0.75");
    assert!(state["line_deviation"].as_f64().unwrap() > 1e-3);
}

#[test]
fn without_a_display_one_line_names_the_other_ways() {
    if !cfg!(target_os = "linux") {
        return;
    }
    for arguments in [&[][..], &["app"], &["--bins=10"], &["app", "--seed=3"]] {
        let ran = run(arguments);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{arguments:?}");
        assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
        for way in ["no display", "web/serve.sh", "ghm-lab train"] {
            assert!(ran.stderr.contains(way), "{}", ran.stderr);
        }
    }
    // A display that does not answer.
    let ran = support::run_with(&["app"], &[("DISPLAY", ":987")]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("ghm-lab train"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(".rs"), "{}", ran.stderr);
}

#[test]
fn a_loss_that_is_no_number_stops_and_says_why() {
    let folder = Folder::new();
    let blow_up = [
        "--steps=400",
        "--optimizer=sgd",
        "--activation=relu",
        "--layers=3",
        "--learning-rate=10",
        "--momentum=0.999",
        "--convention=paper",
    ];
    let json = folder.flag("json", "out.json");
    let ran = run(&small(&[&blow_up[..], &[json.as_str()]].concat()));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    for part in ["no longer a number", "momentum 0.999", "convention=per-bin"] {
        assert!(ran.stderr.contains(part), "{}", ran.stderr);
    }
    assert!(folder.names().is_empty(), "{:?}", folder.names());
}
