//! Every text of the lab is in the catalogue, and every character of it in the fonts.

mod sources;
#[path = "../support/mod.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use ghm_lab::code::Framework;
use ghm_lab::config::{Group, Kind, PRESETS, SETTINGS};
use ghm_lab::figure::fonts;
use ghm_lab::figure::formula::parse;
use ghm_lab::ghm::{Loss, Task};
use ghm_lab::lab::{SAMPLES, STEPS};
use ghm_lab::words::{self, Language};
use skrifa::{FontRef, MetadataProvider};

type Catalogue = BTreeMap<String, String>;

fn catalogue() -> Catalogue {
    let texts = include_str!("../../src/words/zh-CN.json");
    serde_json::from_str(texts).expect("the catalogue is an object of texts")
}

/// The texts of tables, which are said where they are shown.
fn tabled() -> BTreeSet<String> {
    let mut texts: Vec<&str> = Vec::new();
    for setting in SETTINGS {
        texts.extend([setting.label, setting.doc]);
        if let Kind::Choice { labels, docs, .. } = setting.kind {
            texts.extend(labels.iter().chain(docs));
        }
    }
    texts.extend(Group::ALL.iter().map(|group| group.label()));
    texts.extend(PRESETS.iter().flat_map(|of| [of.label, of.doc]));
    for &task in Task::ALL {
        texts.extend(Loss::of(task).iter().map(|loss| loss.short()));
    }
    texts.extend(Framework::LABELS.iter().chain(Framework::DOCS));
    texts.extend(SAMPLES.iter().map(|sample| sample.label));
    for step in STEPS {
        texts.push(step.title);
        texts.extend(step.text);
        texts.extend(step.readings.iter().map(|reading| reading.name));
        texts.extend(step.tries.iter().map(|attempt| attempt.text));
        texts.extend(step.arms.iter().map(|arm| arm.name));
        // What has words in it.
        let has_words = ["bin}", "corrected", "or}"]
            .iter()
            .any(|word| step.formula.contains(word));
        texts.extend(has_words.then_some(step.formula));
    }
    texts.retain(|text| !text.is_empty());
    texts.into_iter().map(str::to_owned).collect()
}

/// Every text that the lab says.
fn said() -> BTreeSet<String> {
    tabled().into_iter().chain(sources::marked()).collect()
}

/// Places of values in a text, sorted.
fn places(text: &str) -> Vec<&str> {
    let mut places: Vec<&str> = text
        .split('{')
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .collect();
    places.sort_unstable();
    places
}

/// What is wrong with a catalogue, one sentence each.
fn faults(catalogue: &Catalogue) -> Vec<String> {
    let said = said();
    let missing = said.iter().filter(|text| !catalogue.contains_key(*text));
    let mut faults: Vec<String> = missing.map(|text| format!("missing: {text}")).collect();
    for (text, chinese) in catalogue {
        if !said.contains(text) {
            faults.push(format!("nobody says: {text}"));
        }
        // Formulas have braces of their own.
        if !text.contains('\\') && places(text) != places(chinese) {
            faults.push(format!("other values: {text}"));
        }
        let edge = |text: &str| (text.starts_with(['\n', ' ']), text.ends_with('\n'));
        if edge(text) != edge(chinese) {
            faults.push(format!("begins or ends otherwise: {text}"));
        }
    }
    faults
}

#[test]
fn every_text_is_in_the_catalogue_and_no_other() {
    assert!(said().len() > 700, "{}", said().len());
    let faults = faults(&catalogue());
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_fault_of_the_catalogue_is_caught() {
    let changed = |change: &dyn Fn(&mut Catalogue)| {
        let mut catalogue = catalogue();
        change(&mut catalogue);
        faults(&catalogue)
    };
    let missing = changed(&|of| drop(of.remove("Play")));
    assert_eq!(missing, ["missing: Play"]);
    let more = changed(&|of| drop(of.insert("Pla".to_owned(), String::new())));
    assert_eq!(more, ["nobody says: Pla"]);
    let other = changed(&|of| drop(of.insert("{} bins".to_owned(), "区间".to_owned())));
    assert_eq!(other, ["other values: {} bins"]);
}

/// Characters of a text that a face, or the face of Latin text, has no glyph for.
fn without_glyph(text: &str, chinese: &[u8], latin: &[u8]) -> String {
    let faces = [chinese, latin].map(|bytes| FontRef::new(bytes).expect("a font"));
    let has = |c: &char| faces.iter().any(|face| face.charmap().map(*c).is_some());
    text.chars().filter(|c| *c != '\n' && !has(c)).collect()
}

#[test]
fn every_character_has_its_glyph() {
    words::speak(Language::Chinese);
    let mut missing = Vec::new();
    let latin = [fonts::REGULAR, fonts::SEMIBOLD];
    for (chinese, latin) in words::font().into_iter().zip(latin) {
        for (text, translated) in catalogue() {
            for text in [text, translated] {
                let without = without_glyph(&text, chinese, latin);
                if !without.is_empty() {
                    missing.push(format!("{without} of {text}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "run src/words/subset.sh: {missing:#?}");
    let [regular, _] = words::font();
    assert_eq!(without_glyph("样本 龘", regular, fonts::REGULAR), "龘");
}

#[test]
fn names_of_languages_are_drawn_before_anything_was_learned() {
    // The page fetches the typeface only when it is needed.
    let names = include_bytes!("../../src/words/NotoSansSC-Names.otf");
    for language in Language::ALL {
        assert_eq!(without_glyph(language.name(), names, fonts::REGULAR), "");
    }
}

/// Names of the parts of a formula.
fn parts(notation: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in parse(notation).expect(notation) {
        support::formulas::parts(&line, &mut names);
    }
    names.sort();
    names
}

#[test]
fn formulas_have_the_same_parts() {
    for step in STEPS.iter().filter(|step| !step.formula.is_empty()) {
        if let Some(chinese) = catalogue().get(step.formula) {
            assert_eq!(parts(chinese), parts(step.formula), "{}", step.key);
        }
    }
}

#[test]
fn a_tag_has_its_language() {
    for (tag, language) in [
        ("zh-CN", Language::Chinese),
        ("zh_TW.UTF-8", Language::Chinese),
        ("ZH", Language::Chinese),
        ("en-GB", Language::English),
        ("de", Language::English),
        ("", Language::English),
        ("zha", Language::English),
    ] {
        assert_eq!(Language::of(tag), language, "{tag}");
    }
    for language in Language::ALL {
        assert_eq!(Language::of(language.tag()), language);
    }
}

#[test]
fn each_thread_speaks_its_own_language() {
    words::speak(Language::Chinese);
    assert_eq!(words::word("Play"), "运行");
    let other = std::thread::spawn(|| words::word("Play")).join();
    assert_eq!(other.expect("it says it"), "Play");
    let error = ghm_lab::config::Config::from_link("bins=0").1.remove(0);
    assert!(error.to_string().contains("超出范围"), "{error}");
    words::speak(Language::English);
    let error = ghm_lab::config::Config::from_link("bins=0").1.remove(0);
    assert!(error.to_string().contains("is outside"), "{error}");
}
