//! What a person changes in the sheet changes that and nothing else.

use egui::Key;
use egui_kittest::kittest::NodeT;
use ghm_lab::words::{self, Language};

use super::*;

fn ask(content: &str) -> Harness<'static, App> {
    words::speak(Language::English);
    let mut harness = open(WIDE, egui::Theme::Light, quick());
    settle(&mut harness);
    command(&harness, Command::Restart);
    harness.run();
    let lab = harness.state().lab();
    let input = Input::bytes("asked.csv", content.as_bytes());
    lab.borrow_mut()
        .inspect_with(vec![input], ghm_lab::data::predictions::Options::default());
    harness.run();
    assert!(lab.borrow().inspection().question().is_some());
    harness
}

/// Takes a role for a column in its menu.
fn set(harness: &mut Harness<'_, App>, column: &str, role: &str) {
    harness
        .get_by_role_and_label(Role::ComboBox, column)
        .focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    harness.get_by_role_and_label(Role::Button, role).focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
}

/// Goes on, and says how many examples and groups there are, and the mean cross-entropy.
fn go_on(harness: &mut Harness<'_, App>) -> (f64, usize, f64) {
    harness.get_by_label("Go on").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.query_by_label("Go on").is_none());
    let lab = harness.state().lab();
    let lab = lab.borrow();
    let report = &lab.inspection().shown().expect("a report").report;
    let of = report.losses.iter().find(|of| of.loss.key() == "ce");
    (
        report.examples,
        report.groups.len(),
        of.expect("it is there").mean,
    )
}

/// Logits 2, -1, 3 and -2 of positive, negative, positive and negative.
fn expected() -> f64 {
    let losses = [2.0_f64, 1.0, 3.0, 2.0].map(|x| (-x).exp().ln_1p());
    losses.iter().sum::<f64>() / 4.0
}

#[test]
fn scores_stay_scores_when_something_else_is_changed() {
    let mut harness =
        ask("animal,y_score,label,site\na,2.5,cat,1\nb,-1.5,dog,1\nc,3.5,cat,2\nd,-2.5,dog,3\n");
    harness.get_by_label("cat is positive").click();
    harness.run();
    set(&mut harness, "site", "group");
    let (examples, groups, mean) = go_on(&mut harness);
    let losses = [2.5_f64, 1.5, 3.5, 2.5].map(|x| (-x).exp().ln_1p());
    assert_eq!((examples, groups), (4.0, 3));
    assert!(
        (mean - losses.iter().sum::<f64>() / 4.0).abs() < 1e-6,
        "{mean}"
    );
}

/// Roles lead to labels that only the next question would have shown.
#[test]
fn labels_are_asked_about_once_their_column_is_known() {
    let mut harness = ask(
        "animal,score,site\ncat,0.9,1\ndog,0.2,1\ncat,0.6,2\ndog,0.4,2\ncat,0.3,3\ndog,0.1,3\n",
    );
    harness.get_by_label("cat is positive").click();
    harness.run();
    set(&mut harness, "site", "group");
    let (examples, groups, mean) = go_on(&mut harness);
    assert_eq!((examples, groups), (6.0, 3));
    let of_true = [0.9_f64, 0.8, 0.6, 0.6, 0.3, 0.9].map(|p| -p.ln());
    let expected = of_true.iter().sum::<f64>() / 6.0;
    assert!((mean - expected).abs() < 1e-6, "{mean}");
}

/// What is positive and what is ignored was said of another column.
#[test]
fn another_column_of_labels_is_asked_about_anew() {
    let content =
        "animal,pet,score\ncat,dog,0.9\ndog,elk,0.2\ncat,dog,0.6\ncat,elk,0.4\ndog,dog,0.3\n";
    for said in ["cat is positive", "ignore dog"] {
        let mut harness = ask(content);
        harness.get_by_label(said).click();
        harness.run();
        let menu = harness.get_by_role_and_label(Role::ComboBox, "pet");
        menu.click();
        harness.run();
        harness.get_by_role_and_label(Role::Button, "label").click();
        harness.run();
        harness.get_by_label("dog is positive").click();
        harness.run();
        harness.get_by_label_contains("5 examples, two classes, probabilities");
        let (examples, _, mean) = go_on(&mut harness);
        assert_eq!(examples, 5.0);
        let of_true = [0.9_f64, 0.8, 0.6, 0.6, 0.3].map(|p| -p.ln());
        let expected = of_true.iter().sum::<f64>() / 5.0;
        assert!((mean - expected).abs() < 1e-6, "{said}: {mean}");
    }
}

#[test]
fn the_set_that_was_not_chosen_gives_way() {
    let content = "p,logit,label,site\n0.1,2,1,1\n0.9,-1,0,1\n0.2,3,1,2\n0.8,-2,0,3\n";
    // The second reading is that of logits.
    let mut harness = ask(content);
    harness.get_by_label("\"logit\" are the outputs").click();
    harness.run();
    set(&mut harness, "site", "group");
    let (examples, groups, mean) = go_on(&mut harness);
    assert_eq!((examples, groups), (4.0, 3));
    assert!((mean - expected()).abs() < 1e-6, "{mean}");
    // Or by saying so of the column itself.
    let mut harness = ask(content);
    set(&mut harness, "logit", "logit of the positive class");
    let (examples, _, mean) = go_on(&mut harness);
    assert_eq!(examples, 4.0);
    assert!((mean - expected()).abs() < 1e-6, "{mean}");
}

#[test]
fn percent_are_percent_without_a_choice() {
    let mut harness = ask("prob,label\n95.0,1\n12.5,0\n");
    let (_, _, mean) = go_on(&mut harness);
    let expected = -(0.95_f64.ln() + 0.875_f64.ln()) / 2.0;
    assert!((mean - expected).abs() < 1e-6, "{mean}");
}

/// The name of what has the keys.
fn focused(harness: &Harness<'_, App>) -> Option<String> {
    let mut all = harness.root().children_recursive();
    let node = all.find(|node| node.is_focused())?.accesskit_node();
    Some(node.label().unwrap_or_default())
}

#[test]
fn keys_go_from_the_role_that_holds_and_a_choice_closes_the_menu() {
    let mut harness = ask("first,second,third\n0.9,1,1\n0.2,0,2\n0.6,1,1\n0.4,0,2\n");
    let menu = harness.get_by_role_and_label(Role::ComboBox, "second");
    menu.focus();
    harness.run();
    let mut press = |key| {
        harness.key_press(key);
        harness.run();
        let is_open = harness.query_by_label("decided class").is_some();
        (focused(&harness).unwrap_or_default(), is_open)
    };
    let at = |name: &str, is_open| (name.to_owned(), is_open);
    assert_eq!(press(Key::Enter), at("logit of class 2", true));
    assert_eq!(press(Key::ArrowDown), at("percent of class 1", true));
    assert_eq!(press(Key::ArrowUp), at("logit of class 2", true));
    assert_eq!(press(Key::ArrowUp), at("logit of class 1", true));
    // And back at the menu, from which the next is one step away.
    assert_eq!(press(Key::Enter), at("second", false));
    assert_eq!(press(Key::Tab), at("third", false));
    assert_eq!(press(Key::Enter), at("label", true));
    let role = harness.get_by_role_and_label(Role::ComboBox, "second");
    assert_eq!(role.value().as_deref(), Some("logit of class 1"));
}
