//! Experiments as files: out and in again, and what cannot be read.

use ghm_lab::config::Config;
use ghm_lab::data::predictions::Input;
use ghm_lab::ghm::Loss;
use ghm_lab::lab::{ArmCommand, Command, Lab, bins_csv, curves_csv};
use serde_json::{Value as Json, json};

use super::support::runs::{lab, settle, small_config};
use super::{after, bits, run, texts};

/// A race of two with names, one muted, some steps on.
fn race() -> Lab {
    let mut lab = lab(&small_config());
    lab.arm(ArmCommand::Add(Loss::Focal));
    lab.arm(ArmCommand::Rename(0, "first, \"quoted\"".to_owned()));
    lab.arm(ArmCommand::Mute(0));
    run(&mut lab, Command::Step(25));
    lab
}

fn open(lab: &mut Lab, text: &str) {
    let input = Input::bytes("saved.json", text.as_bytes());
    lab.open(vec![input]);
    settle(lab);
}

#[test]
fn what_was_saved_opens_again_to_the_bit() {
    let saved = race();
    let mut other = lab(&Config {
        bins: 7,
        ..small_config()
    });
    open(&mut other, &saved.experiment());
    assert_eq!(
        texts(&other),
        ["saved.json is open: it trains again to step 25."]
    );
    assert_eq!(other.arms().len(), 2);
    assert_eq!(other.shown(), saved.shown());
    for (arm, was) in other.arms().iter().zip(saved.arms()) {
        assert_eq!(arm.config(), was.config());
        assert_eq!((arm.name(), arm.is_muted()), (was.name(), was.is_muted()));
    }
    assert_eq!(bits(&other), bits(&saved));
    // And a difference would be seen.
    let mut text: Json = serde_json::from_str(&saved.experiment()).unwrap();
    text["step"] = json!(24);
    open(&mut other, &text.to_string());
    assert_eq!(other.snapshot().step, 24);
    assert_ne!(bits(&other), bits(&saved));
}

#[test]
fn a_change_while_it_ran_is_told() {
    let mut saved = race();
    saved.configure(&Config {
        momentum: 0.1,
        ..saved.config().clone()
    });
    run(&mut saved, Command::Step(5));
    let mut other = lab(&small_config());
    open(&mut other, &saved.experiment());
    assert!(texts(&other)[0].ends_with("so it may come out differently."));
}

#[test]
fn what_the_command_line_wrote_opens_too() {
    let config = Config {
        loss: Loss::Ohem,
        ..small_config()
    };
    let document = json!({"version": "0.1.0", "config": config.to_json(), "steps": 10});
    let mut lab = lab(&small_config());
    open(&mut lab, &document.to_string());
    assert_eq!(lab.config(), &config);
    assert_eq!(lab.snapshot().step, 10);
}

#[test]
fn what_cannot_be_used_at_all_changes_nothing() {
    let whole = race().experiment();
    let mut wrong = Vec::new();
    let with = |key: &str, value: Json| {
        let mut document: Json = serde_json::from_str(&whole).unwrap();
        document[key] = value;
        document.to_string()
    };
    for (text, sentence) in [
        (
            whole[..whole.len() / 2].to_owned(),
            "the file ends in the middle of the experiment",
        ),
        ("{\"arms\": nonsense}".to_owned(), "this is not JSON"),
        (
            with("version", json!(2)),
            "the version of the file is 2; this lab reads version 1",
        ),
        (
            with("version", json!("one")),
            "the version of the file is none; this lab reads version 1",
        ),
        (
            with("arms", json!([])),
            "\"arms\" is empty; at least one arm is expected",
        ),
        (with("arms", json!(7)), "\"arms\" is missing or no list"),
        (
            "{\"format\":\"ghm-lab something\"}".to_owned(),
            "\"format\" is \"ghm-lab something\", not \"ghm-lab experiment\"",
        ),
    ] {
        let mut lab = after(&small_config(), 12);
        let before = (lab.run(), bits(&lab));
        open(&mut lab, &text);
        let said = texts(&lab);
        let fits =
            said.len() == 1 && said[0].starts_with("saved.json: ") && said[0].contains(sentence);
        if !fits || (lab.run(), bits(&lab)) != before {
            wrong.push(format!("{sentence}: {said:?}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_can_be_used_is_used_and_the_rest_is_named() {
    let mut document: Json = serde_json::from_str(&race().experiment()).unwrap();
    let config = &mut document["arms"][0]["config"];
    config["bins"] = json!(100_000);
    config["momentum"] = json!([1]);
    config["colour"] = json!("red");
    document["arms"][1]["config"] = json!(null);
    document["shown"] = json!(99);
    document["step"] = json!(-4);
    let text = document.to_string();
    let mut lab = lab(&small_config());
    open(&mut lab, &text);
    let said = texts(&lab).join("\n");
    // The oldest of more than four make room.
    for part in [
        "\"step\" is missing or no whole number; it starts at 0",
        "arm 2: \"config\" is missing or no object; it has the defaults",
        "it trains again to step 0",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(lab.arms().len(), 2);
    assert_eq!(lab.shown(), 1);
    assert_eq!(lab.arms()[0].config().bins, Config::default().bins);

    let mut document: Json = serde_json::from_str(&race().experiment()).unwrap();
    document["arms"] = (0..9).map(|_| document["arms"][0].clone()).collect();
    let text = document.to_string();
    open(&mut lab, &text);
    assert_eq!(lab.arms().len(), Lab::MOST_ARMS);
    let said = texts(&lab).join("\n");
    assert!(
        said.contains("of 9 arms only the first 6 were used"),
        "{said}"
    );
}

#[test]
fn tables_hold_what_the_lab_shows() {
    let lab = race();
    let arms = lab.arms().iter().map(|arm| (arm.name(), arm.snapshot()));
    let text = bins_csv(arms);
    let mut lines = text.lines();
    let header = lines.next().unwrap();
    assert!(header.starts_with("arm,step,bin,g_from,g_to,count,ema,density,beta,contribution_ce,"));
    let bins = lab.config().bins as usize;
    let rows: Vec<&str> = lines.collect();
    assert_eq!(rows.len(), 2 * bins);
    assert!(rows[0].starts_with("\"first, \"\"quoted\"\"\",25,1,0,"));
    let counts: Vec<u32> = rows[bins..]
        .iter()
        .map(|row| row.split(',').nth(5).unwrap().parse().unwrap())
        .collect();
    assert_eq!(counts, lab.arms()[1].snapshot().counts);
    let fields = header.split(',').count();
    assert!(
        rows[bins..]
            .iter()
            .all(|row| row.split(',').count() == fields)
    );

    let text = curves_csv(&lab);
    let points: usize = lab
        .arms()
        .iter()
        .map(|arm| arm.history().points().len())
        .sum();
    assert_eq!(text.lines().count(), 1 + points);
    let last = text.lines().last().unwrap();
    let loss: f64 = last.split(',').nth(3).unwrap().parse().unwrap();
    assert_eq!(loss, lab.arms()[1].history().last().unwrap().test.loss);
}

#[test]
fn an_experiment_of_another_engine_says_where_that_matters() {
    for (loss, engine, said) in [
        ("ghm-r", "vulkan", true),
        ("l1", "webgpu", true),
        ("l1", "cpu", false),
        ("asl1", "vulkan", false),
    ] {
        let mut lab = super::lab(&super::support::runs::small_config());
        let config = format!(r#"{{"task":"regression","loss":"{loss}","examples":500}}"#);
        let text = format!(
            r#"{{"format":"ghm-lab experiment","version":1,"engine":"{engine}","step":1,"arms":[{{"config":{config}}}]}}"#
        );
        lab.open_experiment("other.json", &text);
        let texts = super::texts(&lab);
        let other = texts.iter().any(|text| text.contains("another engine"));
        assert_eq!(other, said, "{loss}, {engine}: {texts:?}");
    }
}
