//! Predictions of files in the window: opened, refused, mended and dropped.

use super::*;

#[test]
fn an_xray_opens_from_the_menu_follows_the_settings_and_closes() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("X-ray").click();
    harness.run();
    harness.get_by_label("two classes, 1 % positive").click();
    harness.run();
    let bins = |harness: &Harness<'_, App>| {
        let lab = harness.state().lab();
        let lab = lab.borrow();
        lab.inspection()
            .shown()
            .map(|shown| shown.report.counts.len())
    };
    assert_eq!(bins(&harness), Some(30));
    harness.get_by_label_contains("4,000 examples");
    harness.get_by_role_and_label(Role::Slider, "bins").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    let more = bins(&harness).expect("still open");
    assert!(more > 30, "{more} bins");
    let of_experiment = harness.state().lab().borrow().config().bins;
    assert_eq!(of_experiment, 30, "the experiment keeps its own settings");
    // Settings of every loss, and none of data that are not there.
    for name in ["gamma", "keep share", "balance", "middle panel"] {
        assert!(harness.query_all_by_label(name).next().is_some(), "{name}");
    }
    for name in ["examples", "hidden layers", "optimizer", "preset"] {
        let role = [Role::Slider, Role::ComboBox];
        let found = |role| harness.query_by_role_and_label(role, name).is_some();
        assert!(!role.into_iter().any(found), "{name} does nothing here");
    }
    harness.get_by_label("Back to the experiment").click();
    harness.run();
    assert_eq!(bins(&harness), None);
    harness.get_by_label("Data and decision map");
}

#[test]
fn predictions_that_cannot_be_read_leave_the_experiment_alone() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let step = step_of(&harness);
    let bad = Input::bytes("bad.csv", b"logit,label\n1,7\n".to_vec());
    harness.state().lab().borrow_mut().inspect(vec![bad]);
    harness.run();
    harness.get_by_label_contains("bad.csv, line 2, column \"label\": 7 is not 0 or 1");
    assert_eq!(step_of(&harness), step);
    harness.get_by_label("Dismiss").click();
    harness.run();
}

#[test]
fn rows_that_cannot_be_used_are_left_out_where_that_is_wanted() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("X-ray").click();
    harness.run();
    harness
        .get_by_label("Leave out rows that cannot be used")
        .click();
    harness.run();
    let some = Input::bytes("some.csv", b"logit,label\n1,7\n2,1\n-1,0\n".to_vec());
    harness.state().lab().borrow_mut().inspect(vec![some]);
    harness.run();
    harness.get_by_label_contains("2 examples · 1 left out");
    harness.get_by_label_contains("some.csv, line 2, column \"label\": 7 is not 0 or 1");
}

#[test]
fn a_histogram_can_be_dropped_too() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let counted = b"gradient_norm,count\n0.125,80\n0.375,10\n0.625,4\n0.875,6\n".to_vec();
    let lab = harness.state().lab();
    lab.borrow_mut()
        .inspect(vec![Input::bytes("counted.csv", counted)]);
    harness.run();
    harness.get_by_label_contains("100 examples · 4 bins");
    assert!(
        harness
            .query_by_role_and_label(Role::Slider, "bins")
            .is_none()
    );
}
