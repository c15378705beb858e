//! Every loss with each of its choices, and every kind of data: by link, by flag and by form; and it
//! trains on either engine.

use std::process::Command;

use eframe::egui;
use egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use ghm_lab::app::{self, App};
use ghm_lab::config::{Backend, Config, Kind, PRESETS, SETTINGS, Setting, Value, setting};
use ghm_lab::data::{Curve, Layout, Outliers, Shape};
use ghm_lab::engine::gpu::Gpu;
use ghm_lab::engine::{Compute, Request};
use ghm_lab::ghm::{ClassBalance, Convention, Loss, Task};

/// A row: settings by key, the task first. A setting before another makes it matter.
type Row = Vec<(&'static str, String)>;

/// Every row of the table of losses and data.
fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for &task in Task::ALL {
        let of = |changes: &[(&'static str, &str)]| -> Row {
            let task = ("task", task.key().to_owned());
            let changes = changes
                .iter()
                .map(|(key, value)| (*key, (*value).to_owned()));
            std::iter::once(task).chain(changes).collect()
        };
        for &loss in Loss::of(task) {
            let key = ("loss", loss.key());
            rows.push(of(&[key]));
            match loss {
                Loss::ClassBalanced => {
                    for balance in ClassBalance::KEYS {
                        rows.push(of(&[key, ("class-balance", balance)]));
                    }
                    let effective = ("class-balance", ClassBalance::Effective.key());
                    rows.push(of(&[key, effective, ("effective-beta", "0.9")]));
                }
                Loss::Focal => {
                    rows.push(of(&[key, ("focal-gamma", "1.5"), ("focal-alpha", "0.4")]));
                    rows.push(of(&[key, ("focal-balance", "off")]));
                }
                Loss::Ohem => rows.push(of(&[key, ("ohem-keep", "0.1")])),
                Loss::GhmC | Loss::GhmR => {
                    for convention in Convention::KEYS {
                        rows.push(of(&[key, ("convention", convention), ("bins", "12")]));
                    }
                    rows.push(of(&[key, ("momentum", "0.5"), ("exact", "on")]));
                }
                Loss::SmoothL1 => rows.push(of(&[key, ("delta", "0.2")])),
                Loss::Asl1 => rows.push(of(&[key, ("mu", "0.05")])),
                Loss::CrossEntropy | Loss::L1 => {}
            }
        }
        match task {
            Task::Binary => {
                rows.extend(Shape::KEYS.iter().map(|key| of(&[("dataset", key)])));
                rows.push(of(&[("ignored", "0.2"), ("flipped", "0.1")]));
            }
            Task::Classes => {
                rows.extend(Layout::KEYS.iter().map(|key| of(&[("layout", key)])));
                for classes in ["4", "5"] {
                    rows.push(of(&[("classes", classes), ("class-share", "0.8")]));
                }
                rows.push(of(&[("counting", "every-entry")]));
                rows.push(of(&[("examples-of", "class-2")]));
            }
            Task::Regression => {
                rows.extend(Curve::KEYS.iter().map(|key| of(&[("curve", key)])));
                rows.extend(
                    Outliers::KEYS
                        .iter()
                        .map(|key| of(&[("outlier-kind", key)])),
                );
                rows.push(of(&[("outliers", "0.3"), ("panel", "inverse-density")]));
            }
        }
    }
    rows
}

fn link(row: &Row) -> String {
    let pairs: Vec<String> = row
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    pairs.join("&")
}

/// The settings of a row, with data that are quick to train on.
fn config(row: &Row) -> Config {
    let (config, errors) = Config::from_changes(&format!("{}&examples=4000", link(row)));
    assert_eq!(errors, [], "{row:?}");
    config
}

#[test]
fn the_table_is_whole() {
    let rows = rows();
    let of = |key: &str| {
        rows.iter()
            .filter(|row| row.iter().any(|(of, _)| *of == key))
            .count()
    };
    assert_eq!(
        of("loss"),
        rows.iter()
            .filter(|row| row.len() > 1 && row[1].0 == "loss")
            .count()
    );
    assert!(Layout::ALL.len() >= 4 && Curve::ALL.len() >= 4 && Outliers::ALL.len() >= 3);
    // Each loss setting is in some row, but for the two that only scale what others show.
    let missing: Vec<&str> = SETTINGS
        .iter()
        .filter(|setting| setting.group == ghm_lab::config::Group::Loss && of(setting.key) == 0)
        .map(|setting| setting.key)
        .collect();
    assert_eq!(missing, [""; 0]);
}

#[test]
fn by_link_every_row_trains_on_each_engine() {
    let gpu = Gpu::headless().expect("this test needs an adapter that computes");
    let compute = Compute::Gpu(gpu);
    let mut failures = Vec::new();
    for row in rows() {
        for backend in [Backend::Cpu, Backend::Gpu] {
            let config = Config {
                backend,
                ..config(&row)
            };
            let (mut trainer, _) = compute.start(&config).expect("either engine is here");
            let is_cpu = trainer.backend().kind == "cpu";
            assert_eq!(is_cpu, backend == Backend::Cpu, "{row:?}");
            trainer.advance(8).expect("it trains");
            let update = trainer.read_now(Request {
                parameters: true,
                ..Request::default()
            });
            let update = update.expect("it answers");
            let parameters = update.parameters().expect("asked for");
            let moved = parameters
                .iter()
                .zip(trainer.initial_parameters())
                .any(|(a, b)| a != b);
            let finite =
                update.snapshot.loss.is_finite() && parameters.iter().all(|p| p.is_finite());
            if !(moved && finite && update.snapshot.step == 8) {
                failures.push(format!("{backend:?} {}", link(&row)));
            }
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

#[test]
fn by_flag_every_row_is_what_its_link_is() {
    let mut failures = Vec::new();
    for row in rows() {
        let flags = row.iter().map(|(key, value)| format!("--{key}={value}"));
        let output = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
            .args([
                "train",
                "--steps=2",
                "--backend=cpu",
                "--examples=4000",
                "--json=-",
            ])
            .args(flags)
            .output()
            .expect("the binary runs");
        let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let expected = Config {
            backend: Backend::Cpu,
            ..config(&row)
        };
        if results["config"] != expected.to_json() {
            let said = String::from_utf8_lossy(&output.stderr);
            failures.push(format!("{}: {said}", link(&row)));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

fn open(config: Config) -> Harness<'static, App> {
    let mut harness = Harness::builder()
        .with_size([1280.0, 1500.0])
        .with_max_steps(200)
        .wgpu()
        .build_eframe(move |context| {
            App::new(&context.egui_ctx, app::compute(context), &config, &[]).expect("the app opens")
        });
    harness.step();
    harness.get_by_label("Pause").click();
    harness.run();
    harness
}

fn shown(harness: &Harness<'_, App>) -> Config {
    harness.state().lab().borrow().config().clone()
}

/// Picks an option of a control by its name.
fn pick(harness: &mut Harness<'_, App>, control: &str, option: &str) {
    harness
        .get_by_role_and_label(Role::ComboBox, control)
        .click();
    harness.run();
    // The one in the open list, which lies above all else.
    let options: Vec<_> = harness.get_all_by_label(option).collect();
    options
        .last()
        .expect("get_all_by_label fails without one")
        .click();
    harness.run();
}

/// Whether the form has what a person needs to bring a setting to this value; choices are made.
fn set(harness: &mut Harness<'_, App>, setting: &'static Setting, text: &str) {
    match setting.kind {
        Kind::Choice { keys, labels, .. } => {
            let index = keys.iter().position(|key| *key == text).expect("a key");
            if setting.get(&shown(harness)) != Value::Choice(index) {
                pick(harness, setting.label, labels[index]);
            }
            assert_eq!(setting.text(&shown(harness)), text, "{}", setting.key);
        }
        // The number beside the slider: clicked and typed, as a person would for an exact value.
        _ => {
            let field = harness.get_by_role_and_label(Role::SpinButton, setting.label);
            field.click();
            harness.run();
            harness.key_press_modifiers(egui::Modifiers::COMMAND, egui::Key::A);
            harness.event(egui::Event::Text(text.to_owned()));
            harness.run();
            harness.key_press(egui::Key::Enter);
            harness.run();
            let got = setting.text(&shown(harness));
            assert_eq!(got.parse::<f64>(), text.parse::<f64>(), "{}", setting.key);
        }
    }
}

#[test]
fn by_form_every_row_can_be_set() {
    let start = Config {
        examples: 4000,
        backend: Backend::Cpu,
        ..Config::default()
    };
    let mut harness = open(start);
    for row in rows() {
        // From the defaults each time, as links and flags are.
        pick(&mut harness, "preset", "default");
        set(&mut harness, setting("task").expect("a key"), &row[0].1);
        for (key, value) in &row[1..] {
            set(&mut harness, setting(key).expect("a key"), value);
        }
        let got = shown(&harness);
        for (key, value) in &row {
            let setting = setting(key).expect("a key");
            let mut wanted = got.clone();
            setting.parse(&mut wanted, value).expect("a value");
            assert_eq!(
                setting.get(&got),
                setting.get(&wanted),
                "{key} of {}",
                link(&row)
            );
        }
        harness.get_by_label("Step").click();
        harness.run();
        let lab = harness.state().lab();
        assert!(lab.borrow().snapshot().loss.is_finite(), "{}", link(&row));
        assert!(lab.borrow().messages.list().is_empty(), "{}", link(&row));
    }
}

#[test]
fn presets_are_settings_by_name() {
    let mut harness = open(Config {
        backend: Backend::Cpu,
        ..Config::default()
    });
    for preset in &PRESETS {
        let expected = Config {
            backend: Backend::Cpu,
            ..preset.config()
        };
        assert_eq!(expected.validate(), Ok(()), "{}", preset.key);
        pick(&mut harness, "preset", preset.label);
        assert_eq!(shown(&harness), expected, "{}", preset.key);
        let output = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
            .args([
                "train",
                "--steps=1",
                "--backend=cpu",
                "--json=-",
                "--preset",
                preset.key,
            ])
            .output()
            .expect("the binary runs");
        let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        assert_eq!(results["config"], expected.to_json(), "{}", preset.key);
    }
    let paper = ghm_lab::config::preset("paper-regression").expect("a preset");
    assert_eq!(paper.config().mu, 0.04);
    let refused = Command::new(env!("CARGO_BIN_EXE_ghm-lab"))
        .args(["train", "--preset=none"])
        .output()
        .expect("the binary runs");
    assert_eq!(refused.status.code(), Some(2));
}
