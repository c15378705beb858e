//! Pictures of fixed states.

use super::*;

/// Pictures of a fixed state.
#[test]
fn looks_as_it_did() {
    let mut failures = Vec::new();
    let (light, dark) = (egui::Theme::Light, egui::Theme::Dark);
    for (name, size, theme, task) in [
        ("wide-light", WIDE, light, Task::Binary),
        ("wide-dark", WIDE, dark, Task::Binary),
        ("phone-light", PHONE, light, Task::Binary),
        ("phone-dark", PHONE, dark, Task::Binary),
        ("classes-light", WIDE, light, Task::Classes),
        ("classes-dark", WIDE, dark, Task::Classes),
        ("regression-light", WIDE, light, Task::Regression),
        ("regression-dark", WIDE, dark, Task::Regression),
    ] {
        let mut harness = open(size, theme, quick().for_task(task));
        settle(&mut harness);
        command(&harness, Command::Restart);
        command(&harness, Command::Step(60));
        harness.run();
        failures.extend(snapshot(&mut harness, name));
    }
    for (index, (name, size, theme)) in [
        ("xray-light", WIDE, light),
        ("xray-dark", WIDE, dark),
        ("xray-phone", PHONE, light),
        ("xray-paper", WIDE, light),
    ]
    .into_iter()
    .enumerate()
    {
        let mut harness = open(size, theme, quick());
        settle(&mut harness);
        command(&harness, Command::Restart);
        harness.run();
        let lab = harness.state().lab();
        match SAMPLES.get(index) {
            Some(sample) => lab.borrow_mut().inspect_sample(sample),
            None => lab.borrow_mut().inspect_paper(),
        }
        harness.run();
        failures.extend(snapshot(&mut harness, name));
    }
    for (name, size, theme, task, view) in [
        ("race-maps-light", WIDE, light, Task::Binary, "Maps"),
        ("race-curves-dark", WIDE, dark, Task::Binary, "Curves"),
        ("race-scores-light", WIDE, light, Task::Classes, "Scores"),
        ("race-fits-dark", WIDE, dark, Task::Regression, "Fits"),
        ("race-phone", PHONE, light, Task::Binary, "Maps"),
        ("threshold-light", WIDE, light, Task::Binary, "Threshold"),
        ("threshold-dark", WIDE, dark, Task::Classes, "Threshold"),
        (
            "threshold-phone",
            [390.0, 2100.0],
            light,
            Task::Binary,
            "Threshold",
        ),
    ] {
        let mut harness = open(size, theme, quick().for_task(task));
        settle(&mut harness);
        harness.get_by_label("Race all losses").click();
        harness.run();
        // At rest after each step: how many evaluations a curve has must not depend on time.
        for _ in 0..10 {
            command(&harness, Command::Step(1));
            harness.run();
        }
        harness.get_by_label(view).click();
        harness.run();
        failures.extend(snapshot(&mut harness, name));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn seeds_look_as_they_did() {
    let mut failures = Vec::new();
    for (name, size, theme) in [
        ("race-seeds-light", WIDE, egui::Theme::Light),
        ("race-seeds-dark", WIDE, egui::Theme::Dark),
    ] {
        let mut harness = open(size, theme, quick());
        settle(&mut harness);
        repeat(&mut harness);
        failures.extend(snapshot(&mut harness, name));
    }
    assert!(failures.is_empty(), "{failures:#?}");
}
