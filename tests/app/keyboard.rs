//! Everything by keys.

use egui::{Key, Modifiers};

use super::*;

fn press(harness: &mut Harness<'_, App>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.step();
}

#[test]
fn keys_run_the_experiment_and_take_settings_back() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    press(&mut harness, Modifiers::NONE, Key::R);
    harness.run();
    assert_eq!(step_of(&harness), 0);
    press(&mut harness, Modifiers::NONE, Key::S);
    harness.run();
    assert_eq!(step_of(&harness), 1);
    press(&mut harness, Modifiers::NONE, Key::E);
    harness.run();
    assert_eq!(step_of(&harness), 6);
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert!(harness.state().lab().borrow().is_playing());
    press(&mut harness, Modifiers::NONE, Key::Space);
    assert!(!harness.state().lab().borrow().is_playing());
    harness.run();

    let bins = |harness: &Harness<'_, App>| harness.state().lab().borrow().config().bins;
    for value in [10, 50] {
        let lab = harness.state().lab();
        let config = Config {
            bins: value,
            // Two settings at once and then one: two changes, however quick.
            momentum: f64::from(value) / 100.0,
            ..lab.borrow().config().clone()
        };
        let only_bins = Config {
            bins: value + 1,
            ..config.clone()
        };
        lab.borrow_mut().configure(&config);
        lab.borrow_mut().configure(&only_bins);
    }
    harness.run();
    assert_eq!(bins(&harness), 51);
    for expected in [50, 11, 10, 30, 30] {
        press(&mut harness, Modifiers::COMMAND, Key::Z);
        assert_eq!(bins(&harness), expected);
    }
    press(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(bins(&harness), 10);
    press(&mut harness, Modifiers::COMMAND, Key::Y);
    assert_eq!(bins(&harness), 11);
    harness.get_by_label("Undo").click();
    harness.run();
    assert_eq!(bins(&harness), 10);
    harness.get_by_label("Redo").click();
    harness.run();
    assert_eq!(bins(&harness), 11);

    press(&mut harness, Modifiers::NONE, Key::T);
    assert!(harness.state().lab().borrow().tour().is_open());
    press(&mut harness, Modifiers::NONE, Key::PageDown);
    assert_eq!(harness.state().lab().borrow().tour().index(), 1);
    settle(&mut harness);
    command(&harness, Command::Restart);
    harness.run();
    press(&mut harness, Modifiers::NONE, Key::Questionmark);
    harness.run();
    harness.get_by_label("to the end of the epoch");
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.snapshot_options("keys", &options);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    harness.run();
    assert!(harness.query_by_label("to the end of the epoch").is_none());
}

#[test]
fn a_slider_that_is_held_is_one_change() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let lab = harness.state().lab();
    for bins in 31..40 {
        let config = Config {
            bins,
            ..lab.borrow().config().clone()
        };
        lab.borrow_mut().configure(&config);
    }
    lab.borrow_mut().undo();
    assert_eq!(lab.borrow().config().bins, 30);
    assert!(!lab.borrow().can_undo());
}

#[test]
fn keys_that_are_written_into_a_field_do_nothing_else() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let step = step_of(&harness);
    harness
        .get_by_role_and_label(Role::SpinButton, "seed")
        .click();
    harness.run();
    press(&mut harness, Modifiers::NONE, Key::S);
    harness.run();
    assert_eq!(step_of(&harness), step);
}

#[test]
fn text_grows_to_twice_its_size_and_nothing_is_lost() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    command(&harness, Command::Restart);
    command(&harness, Command::Step(1));
    harness.run();
    for _ in 0..10 {
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Plus);
        harness.run();
    }
    let zoom = harness.ctx.zoom_factor();
    assert!((1.9..2.1).contains(&zoom), "{zoom}");
    // One column, as on a phone, with everything in it.
    for name in [
        "Play",
        "Tour",
        "Export",
        "Theme",
        "Settings",
        "Gradient statistics",
        "time",
    ] {
        assert!(harness.query_all_by_label(name).count() > 0, "{name}");
    }
    harness.get_by_label("Settings").click();
    harness.run();
    harness.get_by_role_and_label(egui::accesskit::Role::Slider, "bins");
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.snapshot_options("zoom", &options);
    for _ in 0..10 {
        harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::Minus);
        harness.run();
    }
    assert!((harness.ctx.zoom_factor() - 1.0).abs() < 0.01);
}

#[test]
fn a_deed_that_is_chosen_by_keys_closes_its_menu() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("Export").focus();
    harness.run();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run();
    harness.get_by_label("Command").focus();
    harness.run();
    press(&mut harness, Modifiers::NONE, Key::Enter);
    harness.run();
    assert!(harness.query_by_label("Command").is_none());
    harness.get_by_label("The command is on the clipboard.");
}
