//! Races of losses: their repeats, their time, their thresholds and their arms.

use super::*;

#[test]
fn repeats_start_and_end_by_their_buttons() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("Race all losses").click();
    harness.run();
    harness.get_by_label("Seeds").click();
    harness.run();
    harness.get_by_label("Repeat the race").click();
    for _ in 0..5 {
        harness.step();
    }
    let running = |harness: &Harness<'_, App>| {
        let lab = harness.state().lab();
        lab.borrow().repeats().map(|of| of.is_running())
    };
    assert_eq!(running(&harness), Some(true));
    harness.get_by_label("0 of 10 seeds");
    harness.get_by_label("Cancel").click();
    harness.run();
    assert_eq!(running(&harness), Some(false));
    harness.get_by_label("Repeat the race");
}

#[test]
fn one_looks_back_by_the_slider_of_time() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    command(&harness, Command::Restart);
    for _ in 0..4 {
        command(&harness, Command::Step(1));
        harness.run();
    }
    harness.get_by_label("present");
    let slider = harness.get_by_role_and_label(Role::Slider, "time").rect();
    let at = |share: f32| egui::pos2(slider.left() + share * slider.width(), slider.center().y);
    drag(&mut harness, at(0.98), at(0.5));
    let looks_back = |harness: &Harness<'_, App>| harness.state().lab().borrow().looks_back();
    let step = looks_back(&harness).expect("it looks back");
    assert!((1..4).contains(&step), "{step}");
    harness.get_by_label(&format!("at step {step}"));
    let label = format!("paused · step {step} · epoch 1");
    harness.get_by_label(&label);
    harness.get_by_label("now").click();
    harness.run();
    assert_eq!(looks_back(&harness), None);
    harness.get_by_label("paused · step 4 · epoch 1");
}

#[test]
fn the_threshold_is_moved_and_counts() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    command(&harness, Command::Restart);
    command(&harness, Command::Step(60));
    harness.run();
    harness.get_by_label("Threshold").click();
    harness.run();
    harness.get_by_label("Precision over recall");
    harness.get_by_label("Reliability");
    let threshold = |harness: &Harness<'_, App>| {
        let slider = harness.get_by_role_and_label(Role::Slider, "threshold");
        slider.accesskit_node().numeric_value()
    };
    assert_eq!(threshold(&harness), Some(ABOVE_HALF));
    harness.get_by_label("best F1").click();
    harness.run();
    let moved = threshold(&harness).expect("a value");
    let lab = harness.state().lab();
    let best = {
        let lab = lab.borrow();
        let decisions = Decisions::of(&lab.arms()[0], lab.data(), 1).expect("it was evaluated");
        decisions.best.expect("there are positives")
    };
    assert!(
        moved != ABOVE_HALF && moved == best.threshold,
        "{moved}, {best:?}"
    );
    harness.run();
    assert_eq!(threshold(&harness), Some(best.threshold), "it stays there");
    let label = format!("{:.3}", best.f1);
    assert!(harness.query_all_by_label(&label).count() > 0, "{label}");
    // Of 25 positives among 500 test examples.
    harness.get_by_label("prevalence");
    harness.get_by_label("0.05");
    harness.get_by_label("0.5").click();
    harness.run();
    assert_eq!(threshold(&harness), Some(ABOVE_HALF));
}

#[test]
fn a_link_with_fewer_arms_leaves_no_place_without_one() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("Race all losses").click();
    harness.run();
    harness.get_by_label("Map of GHM-C − CE");
    let lab = harness.state().lab();
    let wrong = lab.borrow_mut().open_link("arm=loss:ce&arm=loss:focal");
    assert_eq!(wrong, []);
    harness.run();
    harness.get_by_label("Map of Focal − CE");
}

#[test]
fn the_threshold_is_that_of_the_arm_when_another_goes() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("Race all losses").click();
    harness.run();
    command(&harness, Command::Step(10));
    harness.run();
    harness.get_by_label("Threshold").click();
    harness.run();
    // Every place but the first has an arm that was elsewhere before.
    harness
        .state()
        .lab()
        .borrow_mut()
        .arm(ArmCommand::Remove(0));
    harness.run();
    let mut counts = Vec::new();
    for index in 0..4 {
        let lab = harness.state().lab();
        lab.borrow_mut().arm(ArmCommand::Show(index));
        harness.run();
        let lab = lab.borrow();
        let decisions = Decisions::of(&lab.arms()[index], lab.data(), 1).expect("it was evaluated");
        let hits = decisions.at(0.5).true_positives;
        let shown = harness.query_all_by_label(&hits.to_string()).count();
        assert!(shown > 0, "arm {index}: {hits}");
        counts.push(hits);
    }
    counts.dedup();
    assert!(
        counts.len() > 2,
        "arms that say the same show nothing: {counts:?}"
    );
}

#[test]
fn a_race_is_run_by_its_chips_and_views() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("Race all losses").click();
    harness.run();
    let names = |harness: &Harness<'_, App>| -> Vec<String> {
        let lab = harness.state().lab();
        let lab = lab.borrow();
        lab.arms().iter().map(|arm| arm.name().to_owned()).collect()
    };
    let losses = ["CE", "Class-balanced", "Focal", "OHEM", "GHM-C"];
    assert_eq!(names(&harness), losses);
    for name in losses {
        harness.get_by_label(&format!("Map of {name}"));
    }
    harness.get_by_label("Map of GHM-C − CE");
    harness.get_by_label("Step").click();
    harness.run();
    assert_eq!(step_of(&harness), 1);

    // A map is a way to choose its arm.
    harness.get_by_label("Map of Focal").click();
    harness.run();
    assert_eq!(harness.state().lab().borrow().shown(), 2);
    harness.get_by_label("Focal: more").click();
    harness.run();
    harness.get_by_label("Mute").click();
    harness.run();
    assert!(harness.query_by_label("Map of Focal").is_none());
    harness.get_by_label("Curves").click();
    harness.run();
    harness.get_by_label("Test loss, each on its own scale");
    harness.get_by_label("Average precision");
    harness.get_by_label("Scores").click();
    harness.run();
    harness.get_by_label("calibration error");
    harness.get_by_label("OHEM: more").click();
    harness.run();
    harness.get_by_label("Remove").click();
    harness.run();
    assert_eq!(names(&harness), ["CE", "Class-balanced", "Focal", "GHM-C"]);
    harness.get_by_label("Add an arm").click();
    harness.run();
    harness.get_by_role_and_label(Role::Button, "OHEM").click();
    harness.run();
    assert_eq!(names(&harness)[4], "OHEM");
    harness.get_by_role_and_label(Role::Button, "Data").click();
    harness.run();
    harness.get_by_label("Data and decision map");

    harness.get_by_label("CE: more").click();
    harness.run();
    harness.get_by_label("Rename").click();
    harness.run();
    harness.get_by_role(Role::TextInput).type_text(" again");
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    assert_eq!(names(&harness)[0], "CE again");
}
