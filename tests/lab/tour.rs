//! The guided tour: that its steps can be opened, what their links hold, and that what is to be tried
//! is noticed when it was done, and not before.

use ghm_lab::config::{Backend, Config, SETTINGS, setting};
use ghm_lab::figure::formula::parse;
use ghm_lab::lab::{ArmCommand, Brush, Command, Lab, LowerView, SAMPLES, STEPS, Seen};

use super::support::formulas::parts;
use super::support::runs::{lab as open, settle as rest};

/// What panels are called in formulas.
const PANELS: [&str; 3] = ["statistics", "regularization", "harmonized"];

#[test]
fn every_step_is_written_without_a_mistake() {
    let mut wrong = Vec::new();
    for step in &STEPS {
        for arm in step.arms {
            let (config, errors) = Config::from_changes(arm.changes);
            wrong.extend(errors.iter().map(|error| format!("{}: {error}", step.key)));
            for pair in arm.changes.split('&').filter(|pair| !pair.is_empty()) {
                let key = pair.split('=').next().unwrap_or_default();
                if setting(key).is_none() {
                    wrong.push(format!("{}: {key} is no setting", step.key));
                }
            }
            // What arms share must be the same in all of them.
            let (first, _) = Config::from_changes(step.arms[0].changes);
            for setting in SETTINGS.iter().filter(|of| !ghm_lab::lab::is_of_arm(of)) {
                if setting.key != "panel" && setting.get(&config) != setting.get(&first) {
                    wrong.push(format!("{}: arms differ in {}", step.key, setting.key));
                }
            }
        }
        for key in step.settings {
            if setting(key).is_none() {
                wrong.push(format!("{}: {key} is no setting", step.key));
            }
        }
        match parse(step.formula) {
            Err(error) => wrong.push(format!("{}: {error}", step.key)),
            Ok(lines) => {
                let mut names = Vec::new();
                lines.iter().for_each(|line| parts(line, &mut names));
                for name in names {
                    let on_screen =
                        PANELS.contains(&name.as_str()) || step.settings.contains(&name.as_str());
                    if !on_screen {
                        wrong.push(format!("{}: nothing is called {name}", step.key));
                    }
                }
            }
        }
        if step.tries.is_empty() {
            wrong.push(format!("{}: nothing to try", step.key));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn small() -> Config {
    Config {
        backend: Backend::Cpu,
        ..Config::default()
    }
}

/// Opens a step, paused.
fn visit(step: usize) -> Lab {
    let mut lab = open(&small());
    lab.visit(step);
    lab.command(Command::Pause);
    lab
}

fn set(lab: &mut Lab, changes: &[(&str, &str)]) {
    let changes = changes
        .iter()
        .map(|(key, text)| (setting(key).expect("a setting"), (*text).to_owned()));
    let config = lab.config().with(changes).expect("valid settings");
    lab.configure(&config);
}

/// What each step asks for, done one after the other; what the screen sees is returned.
fn attempt(lab: &mut Lab, step: usize, nth: usize) -> Seen {
    let mut seen = Seen::default();
    match (STEPS[step].key, nth) {
        ("imbalance", 0) => seen.brushed = Some(Brush::one(0, 30)),
        ("imbalance", _) => set(lab, &[("positive-fraction", "0.25")]),
        ("gradient-norm", 0) => seen.example = lab.data().train.flipped.iter().position(|&f| !f),
        ("gradient-norm", _) => seen.example = lab.data().train.flipped.iter().position(|&f| f),
        ("reweighting", 0) => set(lab, &[("focal-gamma", "4")]),
        ("reweighting", _) => {
            lab.arm(ArmCommand::Show(3));
            set(lab, &[("ohem-keep", "0.05")]);
        }
        ("density", 0) => set(lab, &[("bins", "1")]),
        ("density", _) => set(lab, &[("bins", "128")]),
        ("harmonizing", 0) => set(lab, &[("panel", "gradient-norm")]),
        ("harmonizing", _) => set(lab, &[("momentum", "0")]),
        ("momentum", 0) => {
            lab.command(Command::Restart);
            lab.command(Command::Step(1));
            rest(lab);
        }
        ("momentum", _) => set(lab, &[("convention", "corrected")]),
        ("softmax", _) => set(lab, &[("counting", "every-entry")]),
        ("regression", 0) => lab.arm(ArmCommand::Show(2)),
        ("regression", _) => set(lab, &[("outliers", "0.3")]),
        ("limits", 0) => seen.view = LowerView::Threshold,
        ("limits", _) => {
            lab.arm(ArmCommand::Show(1));
            seen.view = LowerView::Data;
            seen.brushed = Some(Brush::between(24, 29, 30));
        }
        ("yours", 0) => lab.arm(ArmCommand::AllLosses),
        ("yours", _) => {
            lab.inspect_sample(&SAMPLES[0]);
            rest(lab);
        }
        (key, nth) => panic!("{key} asks for {nth}"),
    }
    seen
}

#[test]
fn what_is_tried_is_noticed_and_nothing_else() {
    let mut wrong = Vec::new();
    for (index, step) in STEPS.iter().enumerate() {
        let mut lab = visit(index);
        let nothing = Seen {
            view: step.view,
            ..Seen::default()
        };
        lab.notice(&nothing);
        for nth in 0..step.tries.len() {
            if lab.tour().was_tried(nth) {
                wrong.push(format!("{} {nth} counts before it was done", step.key));
            }
            let seen = attempt(&mut lab, index, nth);
            lab.notice(&seen);
            if !lab.tour().was_tried(nth) {
                wrong.push(format!("{} {nth} is not noticed", step.key));
            }
        }
        if !lab.tour().is_done(index) {
            wrong.push(format!("{} is not done", step.key));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn each_step_has_its_link() {
    for (index, step) in STEPS.iter().enumerate() {
        let mut lab = open(&small());
        let link = format!("#tour={}", step.key);
        assert!(lab.open_link(&link).is_empty());
        assert_eq!(lab.tour().index(), index);
        assert_eq!(lab.link(), link[1..], "as it was prepared");
        assert_eq!(lab.arms().len(), step.arms.len());
        let momentum = if step.key == "momentum" {
            "0.5"
        } else {
            "0.25"
        };
        set(&mut lab, &[("momentum", momentum)]);
        let link = lab.link();
        let mut other = open(&small());
        assert!(other.open_link(&link).is_empty());
        assert_eq!(other.config(), lab.config(), "{link}");
        assert_eq!(other.tour().index(), index);
        assert!(other.open_link("bins=5").is_empty());
        assert!(
            !other.tour().is_open(),
            "a link without a step leaves the tour"
        );
    }
}

#[test]
fn the_tour_can_be_left_and_resumed() {
    let mut lab = visit(3);
    set(&mut lab, &[("bins", "1")]);
    lab.notice(&Seen::default());
    lab.leave_tour();
    assert!(!lab.tour().is_open());
    assert_eq!(lab.config().bins, 1, "the experiment goes on");
    // What is done outside does not count.
    set(&mut lab, &[("bins", "200")]);
    lab.notice(&Seen::default());
    lab.resume_tour();
    assert_eq!(lab.tour().index(), 3);
    assert!(lab.tour().was_tried(0) && !lab.tour().was_tried(1));
    assert_eq!(lab.config().bins, 30, "as it was prepared");
    let visits = lab.tour().visits();
    lab.visit(STEPS.len());
    assert_eq!(lab.tour().visits(), visits, "there is no such step");
}
