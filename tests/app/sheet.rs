//! The sheet that asks how a file is to be read.

use egui::Key;
use ghm_lab::data::predictions::RoleName;
use ghm_lab::words::{self, Language};

use super::*;

/// Two class names: which is positive, only a person knows.
const NAMED: &str = "name,animal,score,site\n\
    a,cat,0.9,1\nb,dog,0.2,1\nc,cat,0.6,2\nd,dog,0.4,2\ne,cat,0.3,3\nf,dog,0.1,3\n";

fn ask(size: [f32; 2], theme: egui::Theme) -> Harness<'static, App> {
    let mut harness = open(size, theme, quick());
    settle(&mut harness);
    command(&harness, Command::Restart);
    harness.run();
    let lab = harness.state().lab();
    let options = ghm_lab::data::predictions::Options {
        maps: vec![
            ("animal".to_owned(), RoleName::Label),
            ("score".to_owned(), RoleName::P),
        ],
        ..Default::default()
    };
    let input = Input::bytes("animals.csv", NAMED.as_bytes());
    lab.borrow_mut().inspect_with(vec![input], options);
    harness.run();
    assert!(lab.borrow().inspection().question().is_some());
    harness
}

/// The average precision that is shown.
fn precision(harness: &Harness<'_, App>) -> f64 {
    let lab = harness.state().lab();
    let lab = lab.borrow();
    let shown = lab.inspection().shown().expect("a report");
    let precision = shown.report.metrics.average_precision;
    precision.expect("there are positives").value
}

#[test]
fn a_file_with_two_readings_is_asked_about_and_read_as_the_answer_says() {
    let mut harness = ask(WIDE, egui::Theme::Light);
    harness.get_by_label("How is animals.csv to be read?");
    harness.get_by_label("animal");
    harness.get_by_label("cat is positive").click();
    harness.run();
    // What the numbers would be: 0.9, 0.6 and 0.3 of cats, 0.4 of a dog between.
    harness.get_by_label_contains("6 examples, two classes, probabilities");
    harness.get_by_label_contains("average precision 0.917");

    // Sites become groups, by keys alone.
    let menu = harness.get_by_role_and_label(Role::ComboBox, "site");
    menu.focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness.get_by_role_and_label(Role::Button, "group").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness.get_by_label("Go on").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.query_by_label("Go on").is_none());
    assert!((precision(&harness) - 0.9167).abs() < 1e-3);
    let lab = harness.state().lab();
    let groups =
        |lab: &ghm_lab::lab::Lab| lab.inspection().shown().map(|of| of.report.groups.len());
    assert_eq!(groups(&lab.borrow()), Some(3));
    harness.get_by_label_contains("animal as label");
}

#[test]
fn the_window_goes_on_drawing_while_it_looks_at_a_file() {
    words::speak(Language::English);
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    let rows = "0.75,1\n0.25,0\n".repeat(1 << 20);
    let input = Input::bytes("scores.csv", format!("score,label\n{rows}").into_bytes());
    let lab = harness.state().lab();
    lab.borrow_mut().inspect(vec![input]);
    harness.step();
    harness.step();
    harness.get_by_label_contains("looking at predictions");
    while lab.borrow().inspection().progress().is_some() {
        harness.step();
    }
    assert!(lab.borrow().messages.list().is_empty());
    let examples = |of: &ghm_lab::xray::Inspected| of.report.examples;
    let shown = lab.borrow().inspection().shown().map(examples);
    assert_eq!(shown, Some(2.0 * f64::from(1 << 20)));
}

#[test]
fn escape_and_cancel_leave_what_is_on_the_screen() {
    for by_key in [true, false] {
        let mut harness = ask(WIDE, egui::Theme::Light);
        let step = step_of(&harness);
        // Keys of the experiment are the sheet's while it is open.
        harness.key_press(Key::S);
        harness.run();
        assert_eq!(step_of(&harness), step);
        if by_key {
            harness.key_press(Key::Escape);
        } else {
            harness.get_by_label("Cancel").click();
        }
        harness.run();
        assert!(harness.query_by_label("Go on").is_none());
        let lab = harness.state().lab();
        assert!(lab.borrow().inspection().shown().is_none());
        assert!(lab.borrow().messages.list().is_empty());
        harness.get_by_label("Data and decision map");
        harness.key_press(Key::S);
        harness.run();
        assert_eq!(step_of(&harness), step + 1);
    }
}

#[test]
fn the_sheet_fits_every_screen_and_fingers() {
    for (size, language) in [
        (WIDE, Language::English),
        (PHONE, Language::English),
        ([844.0, 390.0], Language::English),
        (PHONE, Language::Chinese),
    ] {
        words::speak(language);
        let theme = if size == WIDE {
            egui::Theme::Light
        } else {
            egui::Theme::Dark
        };
        let mut harness = ask(size, theme);
        let [go_on, cancel] = ["Go on", "Cancel"].map(words::word);
        for name in [go_on, cancel] {
            let rect = harness.get_by_label(name).rect();
            assert!(
                rect.right() <= size[0] && rect.bottom() <= size[1],
                "{name}: {rect}"
            );
            if size != WIDE {
                assert!(rect.height() >= 44.0, "{name}: {rect}");
            }
        }
        if size != WIDE {
            for column in ["animal", "score", "site"] {
                let menu = harness.get_by_role_and_label(Role::ComboBox, column);
                let height = menu.rect().height();
                assert!(height >= 44.0, "{column}: {height}");
            }
        }
        if let Some(folder) = std::env::var_os("GHM_LAB_PICTURES") {
            let name = format!("sheet-{}-{}.png", size[0], language.tag());
            let image = harness.render().expect("a picture");
            let path = std::path::Path::new(&folder).join(name);
            image.save(path).expect("it is written");
        }
    }
    words::speak(Language::English);
}
