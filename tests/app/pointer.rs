//! What the pointer finds: bins that are brushed, and the example under it.

use super::*;

#[test]
fn brushed_bins_light_their_examples_and_say_what_they_are() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    command(&harness, Command::Restart);
    command(&harness, Command::Step(60));
    harness.run();
    let all = place_of(&harness, "Gradient statistics", 0.001);
    let end = place_of(&harness, "Gradient statistics", 0.999);
    drag(&mut harness, end, all);
    harness.get_by_label("Bins 1 to 30");
    harness.get_by_label("1,500 of 1,500");
    assert!(
        harness.query_by_label("Loss (GHM-C)").is_none(),
        "the card is in its place"
    );
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    let middle = place_of(&harness, "1 / density", 0.42);
    drag(&mut harness, middle, middle);
    harness.get_by_label("Bin 13");
    let looks = harness.try_snapshot_options("brush-light", &options);
    // The same bin in another panel: a second click lets go.
    let same = place_of(&harness, "Harmonized gradients", 0.42);
    drag(&mut harness, same, same);
    harness.get_by_label("Loss (GHM-C)");
    drag(&mut harness, middle, middle);
    harness.get_by_label("g > 0.9: noise or rare?").click();
    harness.run();
    harness.get_by_label("Bins 28 to 30");
    harness.get_by_label("Noise or rare?");
    harness.get_by_label("Let go of the bins").click();
    harness.run();
    harness.get_by_label("Loss (GHM-C)");
    looks.expect("it looks as it did");
}

#[test]
fn an_example_under_the_pointer_says_what_it_is() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    command(&harness, Command::Restart);
    command(&harness, Command::Step(60));
    harness.run();
    let plane = harness.get_by_label("Data and decision map").rect();
    // Somewhere along a line through the plane lies an example.
    let found = (0..200).any(|i| {
        let at = plane.left_top() + egui::vec2(4.0 + i as f32, 124.0);
        harness.event(egui::Event::PointerMoved(at));
        harness.run();
        harness.query_by_label("gradient norm g").is_some()
    });
    assert!(found, "no example shows itself");
    harness.get_by_label("weight beta");
    harness.get_by_label("of the gradient, after");
}

#[test]
fn no_tooltip_stays_over_what_a_held_slider_changes() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let slider = harness.get_by_role_and_label(Role::Slider, "bins").rect();
    let says = |harness: &Harness<'_, App>| {
        harness
            .query_all_by_label_contains("Number of unit regions M")
            .count()
    };
    harness.event(egui::Event::PointerMoved(slider.center()));
    // Until it has been still for long enough.
    let shows = (0..100).any(|_| {
        harness.step();
        says(&harness) > 0
    });
    assert!(shows, "the slider says what it is");
    harness.event(egui::Event::PointerButton {
        pos: slider.center(),
        button: egui::PointerButton::Primary,
        pressed: true,
        modifiers: egui::Modifiers::NONE,
    });
    for _ in 0..5 {
        harness.step();
        harness.event(egui::Event::PointerMoved(
            slider.center() + egui::vec2(30.0, 0.0),
        ));
    }
    harness.step();
    assert_eq!(says(&harness), 0);
}

#[test]
fn on_a_phone_bins_are_brushed_sideways_and_a_swipe_up_scrolls() {
    let mut harness = open(PHONE, egui::Theme::Light, quick());
    settle(&mut harness);
    command(&harness, Command::Restart);
    command(&harness, Command::Step(60));
    harness.run();
    let low = place_of(&harness, "Gradient statistics", 0.2);
    // Only what has fingers scrolls by them.
    harness.event(egui::Event::Touch {
        device_id: egui::TouchDeviceId(0),
        id: egui::TouchId(0),
        phase: egui::TouchPhase::Cancel,
        pos: low,
        force: None,
    });
    harness.run();
    drag(&mut harness, low, low - egui::vec2(0.0, 90.0));
    assert_eq!(
        harness.query_all_by_label_contains("Bins ").count(),
        3,
        "none is brushed"
    );
    let moved = place_of(&harness, "Gradient statistics", 0.2).y - low.y;
    assert!(moved < -50.0, "it scrolls: {moved}");
    let [low, high] = [0.2, 0.8].map(|norm| place_of(&harness, "Gradient statistics", norm));
    drag(&mut harness, low, high);
    harness.get_by_label("Bins 7 to 25");
}
