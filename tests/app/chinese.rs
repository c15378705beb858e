//! The lab in Chinese.

use egui_kittest::kittest::{NodeT, Queryable};
use ghm_lab::ghm::Task;
use ghm_lab::lab::{SAMPLES, STEPS};
use ghm_lab::words::{self, Language};

use super::*;

/// Opens the lab in Chinese; the language is that of this test's thread.
fn open_chinese(size: [f32; 2], theme: egui::Theme, config: Config) -> Harness<'static, App> {
    words::speak(Language::Chinese);
    let mut harness = open(size, theme, config);
    settle(&mut harness);
    command(&harness, Command::Restart);
    harness.run();
    harness
}

#[test]
fn the_language_is_changed_by_its_menu() {
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    harness.get_by_label("Language").click();
    harness.run();
    harness.get_by_label("简体中文").click();
    harness.run();
    assert_eq!(words::language(), Language::Chinese);
    for name in ["运行", "导览", "梯度统计", "动量"] {
        assert!(harness.query_all_by_label(name).count() > 0, "{name}");
    }
    harness.get_by_label("语言").click();
    harness.run();
    harness.get_by_label("English").click();
    harness.run();
    harness.get_by_label("Play");
}

/// Every text of the screen: none may be left in English but names, numbers and code.
fn english(harness: &Harness<'_, App>) -> Vec<String> {
    let mut left = Vec::new();
    for node in harness.query_all_by(|node| node.label().is_some()) {
        let text = node.accesskit_node().label().unwrap_or_default();
        let words = text.split(|c: char| !c.is_ascii_alphabetic());
        // Names of losses, keys of links and the like are the same in both languages.
        let long =
            words.filter(|word| word.len() > 2 && word.chars().all(|c| c.is_ascii_lowercase()));
        let long: Vec<&str> = long.filter(|word| !KEPT.contains(word)).collect();
        if !long.is_empty() {
            left.push(text);
        }
    }
    left
}

/// Words that Chinese texts keep as they are.
const KEPT: [&str; 18] = [
    "tanh",
    "alpha",
    "beta",
    "gamma",
    "delta",
    "logit",
    "softmax",
    "sigmoid",
    "keep",
    "epsilon",
    "mmdetection",
    "keras",
    "llvmpipe",
    "bits",
    "csv",
    "json",
    "abs",
    "ceil",
];

#[test]
fn the_lab_looks_right_in_chinese_and_leaves_no_english() {
    let (light, dark) = (egui::Theme::Light, egui::Theme::Dark);
    let mut failures = Vec::new();
    let mut left = Vec::new();
    for (name, size, theme, task) in [
        ("chinese-wide-light", WIDE, light, Task::Binary),
        ("chinese-classes-dark", WIDE, dark, Task::Classes),
        ("chinese-regression-dark", WIDE, dark, Task::Regression),
        ("chinese-phone", PHONE, light, Task::Binary),
    ] {
        let mut harness = open_chinese(size, theme, quick().for_task(task));
        command(&harness, Command::Step(60));
        harness.run();
        failures.extend(snapshot(&mut harness, name));
        left.extend(english(&harness));
    }
    for (name, view) in [
        ("chinese-race-maps", "决策图"),
        ("chinese-race-scores", "得分"),
        ("chinese-threshold", "阈值"),
    ] {
        let mut harness = open_chinese(WIDE, light, quick());
        harness.get_by_label("所有损失竞赛").click();
        harness.run();
        for _ in 0..10 {
            command(&harness, Command::Step(1));
            harness.run();
        }
        harness.get_by_label(view).click();
        harness.run();
        failures.extend(snapshot(&mut harness, name));
        left.extend(english(&harness));
    }
    let mut harness = open_chinese(WIDE, light, quick());
    let lab = harness.state().lab();
    lab.borrow_mut().inspect_sample(&SAMPLES[1]);
    harness.run();
    failures.extend(snapshot(&mut harness, "chinese-xray"));
    left.extend(english(&harness));
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn every_step_of_the_tour_is_in_chinese() {
    let mut failures = Vec::new();
    let mut left = Vec::new();
    for (size, theme, kind) in [
        (WIDE, egui::Theme::Dark, "dark"),
        (PHONE, egui::Theme::Light, "phone"),
    ] {
        let mut harness = open_chinese(size, theme, quick());
        for (index, step) in STEPS.iter().enumerate() {
            super::tour::visit(&mut harness, index);
            let name = format!("chinese-tour-{:02}-{}-{kind}", index + 1, step.key);
            failures.extend(snapshot(&mut harness, &name));
            left.extend(english(&harness));
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(left.is_empty(), "{left:#?}");
}
