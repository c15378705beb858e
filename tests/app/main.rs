//! The real app, by what assistive technology reads: on the CPU engine and on a GPU adapter.

mod answers;
mod chinese;
mod keyboard;
mod recovery;
mod sheet;
#[path = "../support/mod.rs"]
mod support;
mod tour;

use eframe::egui;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, SnapshotError, SnapshotOptions};
use ghm_lab::app::{self, App};
use ghm_lab::config::{Backend, Config, Kind, Optimizer, SETTINGS, Setting};
use ghm_lab::data::predictions::Input;
use ghm_lab::ghm::{ABOVE_HALF, ClassBalance, Loss, Task};
use ghm_lab::lab::{ArmCommand, Command, Decisions, SAMPLES};

const WIDE: [f32; 2] = [1280.0, 800.0];
const PHONE: [f32; 2] = [390.0, 844.0];

/// Small enough to be quick, on the CPU.
fn quick() -> Config {
    Config {
        examples: 2000,
        batch_size: 256,
        positive_fraction: 0.05,
        backend: Backend::Cpu,
        ..Config::default()
    }
}

fn open(size: [f32; 2], theme: egui::Theme, config: Config) -> Harness<'static, App> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_theme(theme)
        .with_max_steps(200)
        .wgpu()
        .build_eframe(move |context| {
            App::new(&context.egui_ctx, app::compute(context), &config, &[]).expect("the app opens")
        });
    // Axes that move would make pictures depend on how long things take.
    ghm_lab::ui::still(&harness.ctx);
    harness.step();
    harness
}

fn command(harness: &Harness<'_, App>, command: Command) {
    harness.state().lab().borrow_mut().command(command);
}

fn step_of(harness: &Harness<'_, App>) -> u64 {
    harness.state().lab().borrow().step()
}

/// Pauses and lets everything come to rest: fails when the app never stops repainting.
fn settle(harness: &mut Harness<'_, App>) {
    command(harness, Command::Pause);
    harness.run();
}

#[test]
fn opens_training_and_settles_when_paused() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    for _ in 0..30 {
        harness.step();
    }
    assert!(step_of(&harness) > 0, "training runs on opening");
    for name in [
        "Gradient statistics",
        "1 / density",
        "Harmonized gradients",
        "Data and decision map",
    ] {
        harness.get_by_label(name);
    }
    harness.get_by_label("Pause").click();
    harness.run();
    let step = step_of(&harness);
    harness.get_by_label("Play");
    harness.run();
    assert_eq!(step_of(&harness), step, "a paused app trains on");
    assert_eq!(harness.state().lab().borrow().snapshot().step, step);
}

#[test]
fn steps_epochs_and_restarts() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("Restart").click();
    harness.run();
    assert_eq!(step_of(&harness), 0);
    harness.get_by_label("Step").click();
    harness.run();
    assert_eq!(step_of(&harness), 1);
    harness.get_by_label("Epoch").click();
    harness.run();
    assert_eq!(
        step_of(&harness),
        6,
        "1500 training examples are 6 mini-batches of 256"
    );
    harness.get_by_label("New seed").click();
    harness.run();
    assert_eq!(step_of(&harness), 0);
    let seed = harness.state().lab().borrow().config().seed;
    assert_eq!(seed, Config::default().seed + 1);
}

/// Settings with which this one matters.
fn settings_where(setting: &Setting) -> Option<Config> {
    let losses = (Task::ALL.iter()).flat_map(|&task| Loss::of(task).iter().map(move |l| (task, l)));
    let mut all = losses.flat_map(|(task, &loss)| {
        // Each of the other choices along with another of these.
        let others = ClassBalance::ALL.iter().zip(Optimizer::ALL);
        others.map(move |(&class_balance, &optimizer)| Config {
            loss,
            class_balance,
            optimizer,
            ..quick().for_task(task)
        })
    });
    all.find(|config| (setting.matters)(config))
}

#[test]
fn every_setting_has_a_control_of_its_name() {
    let mut missing = Vec::new();
    for setting in SETTINGS {
        let Some(config) = settings_where(setting) else {
            missing.push((setting.label, Role::Form));
            continue;
        };
        let harness = open([1280.0, 1400.0], egui::Theme::Light, config);
        let role = match setting.kind {
            Kind::Choice { .. } => Role::ComboBox,
            _ if setting.key == "seed" => Role::SpinButton,
            _ => Role::Slider,
        };
        if harness
            .query_all_by_role_and_label(role, setting.label)
            .next()
            .is_none()
        {
            missing.push((setting.label, role));
        }
    }
    assert!(missing.is_empty(), "controls without a name: {missing:?}");
}

#[test]
fn bins_change_live_and_examples_restart() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    command(&harness, Command::Step(5));
    harness.run();
    let step = step_of(&harness);
    harness.get_by_role_and_label(Role::Slider, "bins").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    let bins = harness.state().lab().borrow().config().bins;
    assert!(bins > 30, "the slider moved to {bins}");
    assert_eq!(step_of(&harness), step, "bins act without a restart");

    harness.get_by_role_and_label(Role::Slider, "noise").focus();
    harness.run();
    harness.key_press(egui::Key::ArrowRight);
    harness.run();
    assert_eq!(step_of(&harness), 0, "new data start anew");
}

#[test]
fn a_slider_moves_by_mouse_and_restarts_once_let_go() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let step = step_of(&harness);
    let rect = harness.get_by_role_and_label(Role::Slider, "noise").rect();
    harness.drag_at(rect.center());
    harness.step();
    harness.hover_at(rect.center() + egui::vec2(20.0, 0.0));
    harness.step();
    assert_eq!(step_of(&harness), step, "nothing happens while it is held");
    harness.drop_at(rect.center() + egui::vec2(20.0, 0.0));
    harness.run();
    assert_eq!(step_of(&harness), 0);
    assert!(harness.state().lab().borrow().config().noise > 0.25);
}

#[test]
fn a_refused_setting_says_why_and_changes_nothing() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let step = step_of(&harness);
    let rect = harness
        .get_by_role_and_label(Role::Slider, "positives")
        .rect();
    harness.drag_at(rect.left_center() + egui::vec2(6.0, 0.0));
    harness.step();
    harness.drop_at(rect.left_center() + egui::vec2(2.0, 0.0));
    harness.run();
    harness.get_by_label_contains("positive-fraction: 0.0001 of 2000 examples");
    assert_eq!(step_of(&harness), step);
    assert_eq!(
        harness.state().lab().borrow().config().positive_fraction,
        0.05
    );
    harness.get_by_label("Dismiss").click();
    harness.run();
    assert!(harness.query_by_label("Dismiss").is_none());
}

#[test]
fn a_narrow_screen_reaches_everything_by_touch() {
    let mut harness = open(PHONE, egui::Theme::Dark, quick());
    settle(&mut harness);
    for name in ["Play", "Step", "Epoch", "Restart", "Settings"] {
        let rect = harness.get_by_label(name).rect();
        assert!(
            rect.width() >= 40.0 && rect.height() >= 40.0,
            "{name} is {rect}"
        );
        assert!(
            rect.right() <= PHONE[0] && rect.bottom() <= PHONE[1],
            "{name} is at {rect}"
        );
    }
    harness.get_by_label("Settings").click();
    harness.run();
    for setting in SETTINGS {
        let mut other;
        let shown = if (setting.matters)(&quick()) {
            &harness
        } else {
            let config = settings_where(setting).expect("it matters somewhere");
            other = open(PHONE, egui::Theme::Dark, config);
            settle(&mut other);
            other.get_by_label("Settings").click();
            other.run();
            &other
        };
        let controls = shown.query_all_by_label(setting.label);
        let widest = controls.map(|node| node.rect().right()).fold(0.0, f32::max);
        assert!(
            widest > 0.0 && widest <= PHONE[0],
            "{}: right edge at {widest}",
            setting.label
        );
    }
    harness.get_by_label("Close settings").click();
    harness.run();
    assert!(
        harness
            .query_by_role_and_label(Role::Slider, "bins")
            .is_none()
    );
}

#[test]
fn menus_on_a_narrow_screen_have_rows_for_fingers() {
    let mut low = Vec::new();
    for (menu, item) in [
        ("Export", "Figure as SVG"),
        ("X-ray", "four classes"),
        ("Language", "English"),
        ("Add an arm", "Focal"),
        ("task", "several classes"),
    ] {
        let mut harness = open(PHONE, egui::Theme::Light, quick());
        settle(&mut harness);
        if menu == "task" {
            harness.get_by_label("Settings").click();
            harness.run();
            let task = harness.get_by_role_and_label(Role::ComboBox, "task");
            task.click();
        } else {
            harness.get_by_label(menu).click();
        }
        harness.run();
        let rows = harness
            .query_all_by_label(item)
            .map(|node| node.rect().height());
        let highest = rows.fold(0.0, f32::max);
        if highest < 40.0 {
            low.push(format!("{item} of {menu}: {highest}"));
        }
    }
    assert!(low.is_empty(), "{low:?}");
}

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

#[test]
fn trains_on_the_device_that_draws_the_window() {
    let config = Config {
        backend: Backend::Gpu,
        ..quick()
    };
    let mut harness = open(WIDE, egui::Theme::Light, config);
    settle(&mut harness);
    assert_ne!(harness.state().lab().borrow().backend().kind, "cpu");
    let before = step_of(&harness);
    command(&harness, Command::Step(20));
    let start = std::time::Instant::now();
    loop {
        harness.step();
        if !harness.state().lab().borrow().is_busy() {
            break;
        }
        // Only so that it ends at all.
        assert!(start.elapsed().as_secs() < 900, "still busy");
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    let lab = harness.state().lab();
    assert_eq!(lab.borrow().snapshot().step, before + 20);
    assert!(lab.borrow().snapshot().loss.is_finite());
}

/// Compares with the picture that is kept; software renderers differ in low bits between machines.
fn snapshot(harness: &mut Harness<'_, App>, name: &str) -> Option<SnapshotError> {
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.try_snapshot_options(name, &options).err()
}

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

/// Presses the mouse at one place, moves it and lets go at another.
fn drag(harness: &mut Harness<'_, App>, from: egui::Pos2, to: egui::Pos2) {
    let button = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    harness.event(egui::Event::PointerMoved(from));
    harness.run();
    harness.event(button(from, true));
    harness.run();
    if from != to {
        harness.event(egui::Event::PointerMoved(to));
        harness.run();
    }
    harness.event(button(to, false));
    harness.run();
}

/// Where a gradient norm lies on a panel, at its middle.
fn place_of(harness: &Harness<'_, App>, panel: &str, norm: f32) -> egui::Pos2 {
    let area = harness.get_by_label(&format!("Bins of {panel}")).rect();
    egui::pos2(area.left() + norm * area.width(), area.center().y)
}

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

/// Repeats over seeds, to their end.
fn repeat(harness: &mut Harness<'_, App>) {
    harness.get_by_label("Race all losses").click();
    harness.run();
    harness.get_by_label("Seeds").click();
    harness.run();
    harness.state().lab().borrow_mut().repeat(3, 48);
    for _ in 0..5000 {
        harness.step();
        let lab = harness.state().lab();
        if !lab.borrow().repeats().is_some_and(|of| of.is_running()) {
            break;
        }
    }
    harness.run();
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
    assert!(moved > 0.5 && moved == best.threshold, "{moved}, {best:?}");
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
