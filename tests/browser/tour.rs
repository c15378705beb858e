//! The tour in the page, done as it asks: every element is found by its name in the page's mirror of the
//! screen, and clicked where it is. Names are English here, and looked up in the language that is spoken.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::{Value, json};

use super::cdp::{Browser, Graphics, PATIENCE, Page};
use super::mirror::{click_name, find, open_mirror, pause, press, tap};
use super::site::Site;
use super::{decode_base64, screenshots};
use ghm_lab::lab::{STEPS, Step};
use ghm_lab::words::{self, Language, word};

/// Sets a number by the field beside its slider, through the mirror.
fn set(page: &mut Page<'_>, name: &'static str, value: &str) {
    let name = word(name);
    let condition = format!("name(of) === {} && of.type === 'range'", json!(name));
    find(page, &condition);
    page.evaluate(&format!(
        "(() => {{
            const all = [...document.querySelectorAll('#mirror-elements > *')];
            const name = (of) => of.getAttribute('aria-label');
            const field = all.find((of) => {condition});
            field.value = {value};
            field.onchange();
        }})()"
    ));
    pause(page);
}

fn choose(page: &mut Page<'_>, setting: &'static str, option: &'static str) {
    let (setting, option) = (word(setting), word(option));
    let begins = json!(format!("{setting}: "));
    press(page, &format!("name(of).startsWith({begins})"));
    press(page, &format!("name(of) === {}", json!(option)));
}

/// Drags over the bins of a panel, by shares of its width.
fn brush(page: &mut Page<'_>, panel: &'static str, from: f64, to: f64) {
    let name = json!(word("Bins of {}").replace("{}", word(panel)));
    find(page, &format!("name(of) === {name}"));
    let script = format!(
        "[...document.querySelectorAll('#mirror-elements > *')].find((of) => of.getAttribute('aria-label') === {name}).dataset.bounds"
    );
    let bounds = page.evaluate(&script);
    let bounds = bounds.as_str().unwrap().split(' ');
    let bounds: Vec<f64> = bounds.map(|v| v.parse().unwrap()).collect();
    let at = |share: f64| {
        let x = bounds[0] + share * (bounds[2] - bounds[0]);
        (x, (bounds[1] + bounds[3]) / 2.0)
    };
    if from == to {
        tap(page, at(from));
    } else {
        page.drag(at(from), at(to));
        pause(page);
    }
}

fn tried(page: &mut Page<'_>, nth: usize) -> bool {
    page.evaluate(&format!("ghmLab.tour().tried[{nth}]")) == true
}

/// Moves over the plane until the tour notices an example.
fn point_at_examples(page: &mut Page<'_>, nth: usize) {
    let plane = json!(word("Data and decision map"));
    let (x, y) = find(page, &format!("name(of) === {plane}"));
    for dy in -14..14 {
        for dx in -14..14 {
            page.point_at((x + 8.0 * f64::from(dx), y + 8.0 * f64::from(dy)));
        }
        if tried(page, nth) {
            return;
        }
    }
}

/// Does what a step asks for.
fn attempt(page: &mut Page<'_>, step: &Step, nth: usize) {
    match (step.key, nth) {
        ("imbalance", 0) => brush(page, "Gradient statistics", 0.005, 0.005),
        ("imbalance", _) => set(page, "positive share", "0.3"),
        ("gradient-norm", _) => {
            page.evaluate("ghmLab.pause()");
            page.wait_for("ghmLab.snapshot().step > 0");
            point_at_examples(page, nth);
        }
        ("reweighting", 0) => set(page, "gamma", "5"),
        ("reweighting", _) => {
            click_name(page, word("OHEM"));
            set(page, "keep share", "0.01");
        }
        ("density", 0) => set(page, "bins", "1"),
        ("density", _) => set(page, "bins", "200"),
        ("harmonizing", 0) => choose(page, "middle panel", "reformulated norm"),
        ("harmonizing", _) => set(page, "momentum", "0"),
        ("momentum", 0) => {
            click_name(page, word("Restart"));
            page.evaluate("ghmLab.pause()");
            click_name(page, word("Restart"));
            click_name(page, word("Step"));
        }
        ("momentum", _) => choose(page, "convention", "corrected"),
        ("softmax", _) => choose(page, "counts", "every entry"),
        ("regression", 0) => click_name(page, word("Smooth L1")),
        ("regression", _) => set(page, "outliers", "0.4"),
        ("limits", 0) => click_name(page, word("Threshold")),
        ("limits", _) => {
            click_name(page, word("CE"));
            click_name(page, word("Data"));
            brush(page, "Gradient statistics", 0.8, 0.99);
        }
        ("yours", 0) => click_name(page, word("Race all losses")),
        ("yours", _) => {
            click_name(page, word("X-ray"));
            click_name(page, word("regression with outliers"));
        }
        (key, nth) => panic!("{key} asks for {nth}"),
    }
}

#[test]
fn the_tour_is_walked_by_doing_what_it_asks() {
    walk(Language::English);
}

#[test]
fn the_tour_is_walked_in_chinese() {
    walk(Language::Chinese);
}

fn walk(language: Language) {
    words::speak(language);
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.resize(1280, 800);
    let tag = language.tag();
    page.go(&format!("{}?lang={tag}", site.origin));
    page.ready();
    open_mirror(&mut page);
    click_name(&mut page, word("Tour"));
    page.wait_for("ghmLab.tour().open");
    let mut failures = Vec::new();
    for (index, step) in STEPS.iter().enumerate() {
        page.wait_for(&format!("ghmLab.tour().step === '{}'", step.key));
        page.wait_for(&format!("location.hash === '#tour={}'", step.key));
        for nth in 0..step.tries.len() {
            attempt(&mut page, step, nth);
            let start = Instant::now();
            while !tried(&mut page, nth) && start.elapsed() < PATIENCE {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            if !tried(&mut page, nth) {
                failures.push(format!("{} {nth}", step.key));
            }
        }
        picture(
            &mut page,
            &format!("tour-{tag}-{:02}-{}", index + 1, step.key),
        );
        if index + 1 < STEPS.len() {
            press(&mut page, &format!("name(of) === {}", json!(word("Next"))));
        }
    }
    assert!(failures.is_empty(), "not noticed: {failures:?}");
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn each_step_opens_by_its_link_on_a_phone() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.resize(390, 844);
    for (index, step) in STEPS.iter().enumerate() {
        let tag = Language::ALL[index % 2].tag();
        page.go(&format!(
            "{}?{}&lang={tag}#tour={}",
            site.origin, step.key, step.key
        ));
        page.ready();
        let state = page.evaluate("[ghmLab.tour().open, ghmLab.tour().step].join()");
        assert_eq!(state, format!("true,{}", step.key));
        page.wait_for("ghmLab.snapshot().step > 3");
        picture(&mut page, &format!("tour-phone-{}", step.key));
    }
    assert_eq!(page.errors(), Vec::<String>::new());
}

/// What the export menu saves, read back from the disk.
#[test]
fn a_race_a_brush_and_every_export() {
    let site = Site::serve();
    let folder = tempfile::tempdir().unwrap();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.call(
        "Browser.setDownloadBehavior",
        json!({"behavior": "allow", "downloadPath": folder.path()}),
    );
    page.resize(1280, 800);
    page.go(&format!("{}#convention=per-bin", site.origin));
    page.ready();
    open_mirror(&mut page);
    click_name(&mut page, "Race all losses");
    page.wait_for("ghmLab.arms().length === 5");
    page.evaluate("ghmLab.pause()");
    page.evaluate("ghmLab.step(40)");
    page.wait_for("ghmLab.arms().every((arm) => arm.step >= 40)");
    click_name(&mut page, "Data");
    brush(&mut page, "Gradient statistics", 0.005, 0.005);
    find(
        &mut page,
        "name(of) === 'Bin 1' || name(of).startsWith('Bins 1')",
    );

    for (name, item) in [
        ("ghm-lab-figure.svg", "Figure as SVG"),
        ("ghm-lab-figure.png", "Figure as PNG"),
        ("ghm-lab-bins.csv", "Bins as CSV"),
        ("ghm-lab-curves.csv", "Curves as CSV"),
        ("ghm-lab-experiment.json", "Experiment as JSON"),
    ] {
        click_name(&mut page, "Export");
        click_name(&mut page, item);
        let content = wait_for_file(&folder.path().join(name));
        let text = String::from_utf8_lossy(&content).into_owned();
        match name {
            "ghm-lab-figure.svg" => {
                for part in ["<svg", "Gradient statistics", "OHEM", "GHM-C after "] {
                    assert!(text.contains(part), "{part}: {text}");
                }
            }
            "ghm-lab-figure.png" => {
                assert!(content.starts_with(b"\x89PNG"));
                let side = |at: usize| u32::from_be_bytes(content[at..at + 4].try_into().unwrap());
                assert_eq!([side(16), side(20)], [2100, 700]);
                let target = screenshots().join("export-figure.png");
                std::fs::write(target, &content).unwrap();
            }
            "ghm-lab-bins.csv" => {
                assert_eq!(text.lines().count(), 1 + 5 * 30);
                let snapshot = page.evaluate("ghmLab.snapshot().counts");
                let counts: Vec<Value> = text
                    .lines()
                    .filter(|line| line.starts_with("GHM-C,"))
                    .map(|line| {
                        line.split(',')
                            .nth(5)
                            .unwrap()
                            .parse::<u64>()
                            .unwrap()
                            .into()
                    })
                    .collect();
                assert_eq!(snapshot, Value::Array(counts));
            }
            "ghm-lab-curves.csv" => {
                assert!(text.starts_with("arm,step,train_loss,"));
                let step = page.evaluate("ghmLab.snapshot().step");
                let last = format!("OHEM,{step},");
                assert!(text.lines().any(|line| line.starts_with(&last)), "{text}");
            }
            _ => {
                let document: Value = serde_json::from_str(&text).unwrap();
                assert_eq!(document["arms"].as_array().unwrap().len(), 5);
                assert_eq!(document["step"], page.evaluate("ghmLab.snapshot().step"));
            }
        }
    }

    // The experiment opens again where it is dropped, and comes out as before.
    let before = page.evaluate("JSON.stringify(ghmLab.arms())");
    page.evaluate("ghmLab.setConfig({task: 'regression'})");
    page.drop_file(&folder.path().join("ghm-lab-experiment.json"));
    page.wait_for("ghmLab.arms().length === 5 && ghmLab.arms().every((arm) => arm.step >= 40)");
    page.wait_for(&format!("JSON.stringify(ghmLab.arms()) === {before}"));
    assert_eq!(page.errors(), Vec::<String>::new());
}

fn wait_for_file(path: &PathBuf) -> Vec<u8> {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        if let Ok(content) = std::fs::read(path)
            && !content.is_empty()
        {
            return content;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    panic!("{} was not saved", path.display());
}

fn picture(page: &mut Page<'_>, name: &str) {
    let picture = page.screenshot();
    let file = screenshots().join(format!("{name}.png"));
    std::fs::write(file, decode_base64(&picture)).unwrap();
}

#[test]
fn the_language_is_that_of_the_browser_changes_live_and_is_kept() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.resize(1280, 800);
    let chinese = "[...document.querySelectorAll('#mirror-elements > *')].some((of) => of.getAttribute('aria-label') === '运行' || of.getAttribute('aria-label') === '暂停')";
    page.call("Emulation.setLocaleOverride", json!({"locale": "zh-CN"}));
    page.call(
        "Emulation.setUserAgentOverride",
        json!({"userAgent": "test", "acceptLanguage": "zh-CN"}),
    );
    page.go(&site.origin);
    page.ready();
    open_mirror(&mut page);
    page.wait_for(chinese);
    assert_eq!(page.evaluate("document.documentElement.lang"), "zh-CN");
    assert_eq!(
        page.evaluate("document.getElementById('mirror-step').textContent"),
        "单步"
    );

    let steps = page.evaluate("ghmLab.snapshot().step");
    click_name(&mut page, "语言");
    press(&mut page, "name(of) === 'English'");
    find(&mut page, "name(of) === 'Language'");
    assert_eq!(page.evaluate("document.documentElement.lang"), "en");
    let later = page.evaluate("ghmLab.snapshot().step");
    assert!(
        later.as_u64() >= steps.as_u64(),
        "it trains on: {steps}, {later}"
    );
    // What was chosen counts more than what the browser prefers.
    page.go(&format!("{}?again", site.origin));
    page.ready();
    open_mirror(&mut page);
    find(&mut page, "name(of) === 'Language'");
    click_name(&mut page, "Language");
    press(&mut page, "name(of) === '简体中文'");
    page.wait_for(chinese);
    let error =
        page.evaluate("ghmLab.setConfig({bins: 0}).then(() => '', (error) => error.message)");
    assert!(error.as_str().unwrap().contains("超出范围"), "{error}");
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn without_the_language_the_page_speaks_english_and_says_so() {
    let temporary = tempfile::tempdir().unwrap();
    let folder = temporary.path().join("site");
    super::copy(&super::site::dist(), &folder);
    std::fs::remove_file(folder.join("words/zh-CN.json")).unwrap();
    let site = Site::serve_folder(&folder);
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = browser.blank();
    page.go(&format!("{}?lang=zh-CN", site.origin));
    page.ready();
    open_mirror(&mut page);
    click_name(&mut page, "Language");
    press(&mut page, "name(of) === '简体中文'");
    page.wait_for(
        "ghmLab.messages().some((text) => text.includes('The language could not be fetched'))",
    );
    assert_eq!(page.evaluate("document.documentElement.lang"), "en");
}
