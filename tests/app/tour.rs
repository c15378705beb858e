//! The guided tour as a person walks it.

use egui_kittest::kittest::NodeT;

use super::*;
use ghm_lab::lab::STEPS;

/// Opens a step and runs its experiment for a while.
pub(super) fn visit(harness: &mut Harness<'_, App>, step: usize) {
    {
        let lab = harness.state().lab();
        let mut lab = lab.borrow_mut();
        lab.visit(step);
        lab.command(Command::Pause);
    }
    harness.run();
    // At rest after each step: how many evaluations a curve has must not depend on time.
    for _ in 0..40 {
        command(harness, Command::Step(1));
        harness.run();
    }
}

#[test]
fn every_step_looks_as_it_did() {
    let mut failures = Vec::new();
    for (size, theme, name) in [
        (WIDE, egui::Theme::Light, "light"),
        (PHONE, egui::Theme::Dark, "phone"),
    ] {
        let mut harness = open(size, theme, quick());
        settle(&mut harness);
        for (index, step) in STEPS.iter().enumerate() {
            visit(&mut harness, index);
            let name = format!("tour-{:02}-{}-{name}", index + 1, step.key);
            failures.extend(snapshot(&mut harness, &name));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn the_tour_is_walked_by_its_buttons() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("Tour").click();
    harness.step();
    command(&harness, Command::Pause);
    harness.run();
    for (index, step) in STEPS.iter().enumerate() {
        harness.get_by_label(step.title);
        for attempt in step.tries {
            harness.get_by_label(attempt.text);
        }
        assert_eq!(harness.query_all_by_label("done").count(), 0);
        if index + 1 < STEPS.len() {
            harness.get_by_label("Next").click();
            harness.step();
            settle(&mut harness);
        }
    }
    // The last step ends it; it opens again where it was left.
    harness.get_by_label("Finish").click();
    harness.step();
    assert!(!harness.state().lab().borrow().tour().is_open());
    harness.get_by_label("Tour").click();
    harness.step();
    harness.get_by_label(STEPS[STEPS.len() - 1].title);
    let first = format!("Step 1: {}", STEPS[0].title);
    harness.get_by_label(&first).click();
    harness.step();
    settle(&mut harness);
    assert!(harness.get_by_label("Back").accesskit_node().is_disabled());
    command(&harness, Command::Step(60));
    harness.run();
    let left_end = place_of(&harness, "Gradient statistics", 0.001);
    drag(&mut harness, left_end, left_end);
    assert_eq!(harness.query_all_by_label("done").count(), 1);
    assert_eq!(harness.query_all_by_label("to try").count(), 1);
    // The settings of the step, and all of them on request.
    assert!(
        harness
            .query_by_role_and_label(Role::Slider, "bins")
            .is_none()
    );
    harness.get_by_label("all settings").click();
    harness.run();
    harness.get_by_role_and_label(Role::Slider, "bins");
    harness.get_by_label("Tour").click();
    harness.run();
    assert!(harness.query_by_label("Back").is_none());
    assert_eq!(step_of(&harness), 60, "the experiment goes on");
    harness.get_by_label("Tour").click();
    harness.step();
    settle(&mut harness);
    harness.get_by_label(STEPS[0].title);
    assert_eq!(
        harness.query_all_by_label("done").count(),
        1,
        "what was done is kept"
    );
}

#[test]
fn a_part_of_a_formula_lights_up_with_what_it_describes() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    visit(&mut harness, 4);
    let panel = harness.get_by_label("1 / density").rect();
    harness.hover_at(panel.left_top() + egui::vec2(60.0, 4.0));
    harness.run();
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.snapshot_options("tour-lights", &options);
}
