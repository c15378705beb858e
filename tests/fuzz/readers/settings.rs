//! Settings as text: the fragment of a link, and the object of the scripting interface.

use ghm_lab::config::{Config, SettingError, setting};
use serde_json::{Map, Value as Json};

use super::memory::bounded;
use super::sentence::sentence;

const MEMORY: usize = 4 << 20;

/// `Config::from_link`.
pub fn link(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let most = MEMORY + 64 * text.len();
    let (config, errors) = bounded(most, || Config::from_link(&text));
    errors.iter().for_each(refusal);
    reads_back(&config);
}

/// `Config::with_json`.
pub fn scripting(bytes: &[u8]) {
    let Ok(Json::Object(object)) = serde_json::from_slice(bytes) else {
        return;
    };
    let regression = Config::from_link("task=regression&examples=300").0;
    for base in [Config::default(), regression] {
        let most = MEMORY + 64 * bytes.len();
        match bounded(most, || base.with_json(&object)) {
            Ok(config) => reads_back(&config),
            Err(errors) => {
                assert!(!errors.is_empty(), "refused without a word");
                errors.iter().for_each(refusal);
            }
        }
    }
}

pub fn refusal(error: &SettingError) {
    assert!(
        setting(error.key).is_some() || error.key == "arm",
        "{error}"
    );
    sentence(&error.to_string(), error.key);
}

fn reads_back(config: &Config) {
    assert_eq!(config.validate(), Ok(()));
    let link = config.to_link();
    assert_eq!(
        Config::from_link(&link),
        (config.clone(), Vec::new()),
        "{link}"
    );
    let text = config.to_json().to_string();
    let object: Map<String, Json> = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!(
        Config::default().with_json(&object).as_ref(),
        Ok(config),
        "{text}"
    );
}
