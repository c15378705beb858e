//! A whole experiment: from a link with arms and the tour, and from a file.

use ghm_lab::config::{Backend, Config};
use ghm_lab::data::predictions::Input;
use ghm_lab::engine::Compute;
use ghm_lab::ghm::Loss;
use ghm_lab::lab::{ArmCommand, Lab};
use serde_json::{Value as Json, json};

use super::memory::bounded;
use super::sentence::sentence;
use super::settings::refusal;

/// Settings may ask for a million examples.
const MEMORY: usize = 512 << 20;
const FILE: &str = "fuzzed.json";
/// Data that are generated in no time, whatever else is asked for.
const SMALL: [(&str, f64); 3] = [
    ("examples", 200.0),
    ("positive-fraction", 0.1),
    ("class-share", 0.5),
];

fn lab() -> Lab {
    let config = Config {
        examples: 100,
        positive_fraction: 0.1,
        batch_size: 50,
        width: 2,
        backend: Backend::Cpu,
        ..Config::default()
    };
    let none = Compute::Unavailable("there is none here".to_owned());
    Lab::new(&config, none).expect("the CPU is always there")
}

/// Settings and name of each arm, and whether it is muted. Names tell arms of a race apart; a link of one
/// arm has none.
fn arms(lab: &Lab) -> Vec<(&Config, Option<&str>, bool)> {
    let arms = lab.arms().iter();
    arms.map(|arm| {
        let name = lab.is_race().then(|| arm.name());
        (arm.config(), name, arm.is_muted())
    })
    .collect()
}

fn sound(lab: &Lab) {
    assert!((1..=Lab::MOST_ARMS).contains(&lab.arms().len()));
    assert!(lab.shown() < lab.arms().len());
    assert!(lab.heard().next().is_some(), "all arms are muted");
    for arm in lab.arms() {
        assert_eq!(arm.config().validate(), Ok(()));
        let name = arm.name();
        assert!(
            !name.is_empty() && !name.contains(char::is_control),
            "{name:?}"
        );
    }
}

/// `Lab::open_link`.
pub fn race(bytes: &[u8]) {
    let mut text = String::from_utf8_lossy(bytes).into_owned();
    // A step of the tour has its own data.
    if !text.contains("tour") {
        text.extend(SMALL.map(|(key, value)| format!("&{key}={value}")));
    }
    let mut first = lab();
    let errors = bounded(MEMORY, || first.open_link(&text));
    errors.iter().for_each(refusal);
    for message in first.messages.list() {
        sentence(&message.text, "");
    }
    sound(&first);
    let link = first.link();
    // Where it is opened makes no difference.
    let mut second = lab();
    second.arm(ArmCommand::Add(Loss::Focal));
    assert_eq!(second.open_link(&link), [], "{link}");
    assert_eq!(arms(&second), arms(&first), "{link}");
    assert_eq!(second.shown(), first.shown(), "{link}");
    assert_eq!(second.tour().is_open(), first.tour().is_open(), "{link}");
    assert_eq!(second.link(), link);
}

/// A file whose settings ask for little.
fn small(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut document: Json = serde_json::from_slice(bytes).ok()?;
    let shrink = |holder: &mut Json| {
        let config = holder.get_mut("config").and_then(Json::as_object_mut);
        let config = config.into_iter();
        config.for_each(|of| of.extend(SMALL.map(|(key, value)| (key.to_owned(), json!(value)))));
    };
    shrink(&mut document);
    let arms = document.get_mut("arms").and_then(Json::as_array_mut);
    arms.into_iter().flatten().for_each(shrink);
    serde_json::to_vec(&document).ok()
}

/// `Lab::open` of an experiment.
pub fn experiment(bytes: &[u8]) {
    let mut first = lab();
    let run = first.run();
    let bytes = small(bytes).unwrap_or(bytes.to_vec());
    bounded(MEMORY, || first.open(vec![Input::bytes(FILE, bytes)]));
    for message in first.messages.list() {
        sentence(&message.text, FILE);
    }
    sound(&first);
    if first.run() == run {
        return;
    }
    assert!(
        !first.messages.list().is_empty(),
        "it opened without a word"
    );
    let text = first.experiment();
    let mut second = lab();
    second.open(vec![Input::bytes(FILE, text.as_bytes())]);
    let [message] = second.messages.list() else {
        panic!("{:?}", second.messages);
    };
    sentence(&message.text, FILE);
    assert_eq!(arms(&second), arms(&first), "{text}");
    assert_eq!(second.experiment(), text);
}
