//! Ways out of a run whose numbers are lost, and how fast this machine is.

use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use ghm_lab::app::App;
use ghm_lab::config::Config;
use ghm_lab::lab::{Command, Severity};

use eframe::egui;

use crate::support::runs::exploding;
use crate::{WIDE, command, open, quick, settle};

/// Draws until there is nothing left to do.
fn finish(harness: &mut Harness<'_, App>) {
    let lab = harness.state().lab();
    for _ in 0..20_000 {
        harness.step();
        if !lab.borrow().is_busy() {
            harness.run();
            return;
        }
    }
    panic!("still busy at step {}", lab.borrow().step());
}

#[test]
fn a_click_goes_back_to_the_last_good_step() {
    let gentle = Config {
        learning_rate: 1e-4,
        sgd_momentum: 0.0,
        ..exploding(quick())
    };
    let mut harness = open(WIDE, egui::Theme::Light, gentle);
    settle(&mut harness);
    // From the same step on every machine: where the rate is raised decides whether the units die first.
    command(&harness, Command::Restart);
    command(&harness, Command::Step(200));
    finish(&mut harness);
    let lab = harness.state().lab();
    lab.borrow_mut().configure(&exploding(quick()));
    lab.borrow_mut().command(Command::Step(20_000));
    finish(&mut harness);
    let good = lab.borrow().last_good_step().expect("it began well");
    let lost = lab.borrow().step();
    assert!(lost > good && !lab.borrow().snapshot().loss.is_finite());
    harness.get_by_label_contains("Go back to step").click();
    finish(&mut harness);
    assert_eq!(lab.borrow().step(), good);
    assert!(lab.borrow().snapshot().loss.is_finite());
    assert!(harness.query_by_label_contains("Go back to step").is_none());
    harness.get_by_label_contains("Back at step");
}

#[test]
fn this_machine_is_measured_on_request() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let lab = harness.state().lab();
    harness.get_by_label("How fast?").click();
    harness.run();
    lab.borrow_mut().command(Command::Play);
    harness.get_by_label("Measure").click();
    harness.step();
    harness.step();
    let step = lab.borrow().step();
    harness.step();
    assert_eq!(lab.borrow().step(), step, "training waits");
    assert!(lab.borrow().bench().is_some_and(|bench| !bench.is_done()));
    harness.get_by_label("Cancel").click();
    harness.step();
    harness.step();
    assert!(lab.borrow().is_playing() && lab.borrow().step() > step);
    command(&harness, Command::Pause);
    finish(&mut harness);
    assert!(lab.borrow().bench().is_some_and(|bench| bench.is_done()));

    lab.borrow_mut().measure("train/256").expect("there is one");
    finish(&mut harness);
    let row = lab.borrow().bench().expect("measured").rows()[0].clone();
    assert_eq!((row.name, row.backend), ("train/256", "cpu"));
    assert!(row.spread[0] <= row.ms && row.ms <= row.spread[1]);
    let by_ms = 256.0 / (1e-3 * row.ms);
    assert!((row.examples_per_s / by_ms - 1.0).abs() < 1e-9);
    for label in ["train/256", "examples/s", "workload"] {
        harness.get_by_label(label);
    }
    harness.get_by_label("Close").click();
    settle(&mut harness);
    assert!(
        harness
            .query_by_label("How fast is this machine?")
            .is_none()
    );
}

#[test]
fn several_messages_leave_room_for_the_rest() {
    let long = "bins: \"abc\" is not a whole number from 1 to 256, which is what a link may hold. "
        .repeat(3);
    for size in [WIDE, [390.0, 844.0]] {
        let mut harness = open(size, egui::Theme::Light, quick());
        settle(&mut harness);
        let lab = harness.state().lab();
        for (severity, text) in [
            (Severity::Note, "Training on the CPU: there is no other."),
            (Severity::Error, &long),
        ] {
            lab.borrow_mut().messages.add(severity, text);
        }
        harness.run_steps(3);
        let top = |harness: &Harness<'_, App>| {
            harness
                .get_by_label_contains("Training on the CPU")
                .rect()
                .top()
        };
        let before = top(&harness);
        harness.run_steps(60);
        assert_eq!(top(&harness), before, "{size:?}");
        assert!(before > 0.6 * size[1], "{size:?}: {before}");
        let end = harness
            .get_by_label_contains("is not a whole number")
            .rect()
            .bottom();
        assert!(end < size[1], "{size:?}: {end}");
        for _ in 0..2 {
            harness
                .get_all_by_label("Dismiss")
                .next()
                .expect("a button")
                .click();
            harness.run();
        }
        assert!(lab.borrow().messages.list().is_empty());
    }
}
