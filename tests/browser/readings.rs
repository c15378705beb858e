//! Files that have to be asked about, and one that does harm, in the page.

use serde_json::{Value, json};

use super::cdp::{Browser, Graphics, Page};
use super::mirror::{find, open_mirror};
use super::site::Site;
use super::support::bomb::overlapping;

/// Two class names: which is positive, only a person knows.
const ANIMALS: &str = "animal,score,site\n\
    cat,0.9,1\ndog,0.2,1\ncat,0.6,2\ndog,0.4,2\ncat,0.3,3\ndog,0.1,3\n";

fn drop(page: &mut Page<'_>, name: &str, content: impl AsRef<[u8]>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("it is written");
    page.drop_file(&path);
    // The browser reads it while the folder is there.
    page.wait_for("files > 0");
    page.evaluate("files = 0");
}

/// Counts the files whose bytes the page has.
const COUNT_FILES: &str = "window.files = 0;
    const { arrayBuffer } = Blob.prototype;
    Blob.prototype.arrayBuffer = async function () {
        const bytes = await arrayBuffer.call(this);
        files++;
        return bytes;
    };";

fn open<'a>(browser: &'a mut Browser, site: &Site) -> Page<'a> {
    let mut page = browser.blank();
    page.before_load(COUNT_FILES);
    page.resize(1280, 800);
    page.go(&site.origin);
    page.ready();
    page
}

/// Gives an element's mirror the focus and presses Enter there, as who reads the page by keys does.
fn enter(page: &mut Page<'_>, condition: &str) {
    find(page, condition);
    page.evaluate(&format!(
        "(() => {{
            const all = [...document.querySelectorAll('#mirror-elements > *')];
            const name = (of) => of.getAttribute('aria-label') ?? of.textContent;
            all.find((of) => {condition}).focus();
        }})()"
    ));
    page.key("Enter");
}

#[test]
fn the_sheet_is_answered_by_keys() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = open(&mut browser, &site);
    page.evaluate("ghmLab.pause()");
    open_mirror(&mut page);
    drop(&mut page, "animals.csv", ANIMALS);
    find(&mut page, "name(of) === 'How is animals.csv to be read?'");
    assert_eq!(page.evaluate("ghmLab.xray()"), Value::Null);
    enter(&mut page, "name(of) === 'cat is positive'");
    find(&mut page, "name(of).includes('average precision 0.917')");
    enter(
        &mut page,
        "of.role === 'combobox' && name(of).startsWith('site')",
    );
    enter(
        &mut page,
        "of.localName === 'button' && name(of) === 'group'",
    );
    find(
        &mut page,
        "of.role === 'combobox' && name(of) === 'site: group'",
    );
    enter(
        &mut page,
        "of.localName === 'button' && name(of) === 'Go on' && !of.disabled",
    );
    page.wait_for("ghmLab.xray().then((report) => report !== null)");
    let report = page.evaluate("ghmLab.xray()");
    let precision = report["metrics"]["average_precision"]["value"].as_f64();
    assert!(
        (precision.expect("a number") - 0.9167).abs() < 1e-3,
        "{report}"
    );
    assert_eq!(
        report["by_group"].as_array().map(Vec::len),
        Some(3),
        "{report}"
    );
    let said = page.evaluate("ghmLab.messages().join()").to_string();
    assert!(!said.contains("animals"), "{said}");
    assert_eq!(page.errors(), Vec::<String>::new());
}

/// The first of the options that a refusal lists.
fn options(asked: &str) -> &str {
    let lines = asked.lines().map(str::trim);
    let mut ways = lines.filter(|line| line.starts_with('{'));
    let way = ways.find_map(|line| Some(&line[..=line.rfind('}')?]));
    way.unwrap_or_else(|| panic!("no options to paste: {asked}"))
}

#[test]
fn a_script_says_how_to_read_or_is_told_how_it_could() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = open(&mut browser, &site);
    let text = json!(ANIMALS);
    let mut asked = page
        .try_evaluate(&format!("ghmLab.xray({text})"))
        .expect_err("which column is the label");
    for part in ["animal", "score", "site"] {
        assert!(asked.contains(part), "{asked}");
    }
    // What is pasted leads to the next question, and then to the report.
    let way = options(&asked);
    asked = page
        .try_evaluate(&format!("ghmLab.xray({text}, {way})"))
        .expect_err("which label is positive");
    assert!(asked.contains("positive"), "{asked}");
    let way = options(&asked);
    let report = page.evaluate(&format!("ghmLab.xray({text}, {way})"));
    assert_eq!(report["examples"], 6, "{way}: {report}");
    let mapped = "{map: {animal: 'label', score: 'p', site: 'group'}, positive: 'cat'}";
    let report = page.evaluate(&format!("ghmLab.xray({text}, {mapped})"));
    assert_eq!(
        report["by_group"].as_array().map(Vec::len),
        Some(3),
        "{report}"
    );
    // Nobody was asked on the screen.
    let step = page.evaluate("ghmLab.snapshot().step");
    page.wait_for(&format!("ghmLab.snapshot().step > {step}"));
    assert_eq!(page.errors(), Vec::<String>::new());
}

#[test]
fn a_file_that_asks_for_too_much_is_one_sentence_and_training_goes_on() {
    let site = Site::serve();
    let mut browser = Browser::launch(Graphics::WebGl);
    let mut page = open(&mut browser, &site);
    drop(&mut page, "bomb.npz", overlapping());
    page.wait_for("ghmLab.messages().some((text) => text.includes('bomb.npz'))");
    let said = page.evaluate("ghmLab.messages()");
    let said = said.as_array().expect("messages");
    let told = said
        .iter()
        .filter_map(Value::as_str)
        .filter(|text| text.contains("bomb.npz"));
    let told: Vec<&str> = told.collect();
    assert!(
        matches!(told.as_slice(), [one] if one.contains("overlap")),
        "{said:?}"
    );
    assert_eq!(
        page.evaluate("document.getElementById('failure').hidden"),
        true
    );
    let step = page.evaluate("ghmLab.snapshot().step");
    page.wait_for(&format!("ghmLab.snapshot().step > {step}"));
    assert_eq!(page.errors(), Vec::<String>::new());
}
