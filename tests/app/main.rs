//! The real app, by what assistive technology reads: on the CPU engine and on a GPU adapter.

mod answers;
mod chinese;
mod files;
mod keyboard;
mod pictures;
mod pointer;
mod race;
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

/// Compares with the picture that is kept; software renderers differ in low bits between machines.
fn snapshot(harness: &mut Harness<'_, App>, name: &str) -> Option<SnapshotError> {
    let options = SnapshotOptions::new().threshold(2.0).max_failed_pixels(400);
    harness.try_snapshot_options(name, &options).err()
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
        .get_by_role_and_label(Role::Slider, "positive share")
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
