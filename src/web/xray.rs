//! The X-ray, as scripts ask for it.

use js_sys::Uint8Array;
use serde_json::{Value as Json, json};
use wasm_bindgen::prelude::*;

use super::{Page, object_of, refused, to_js};
use crate::data::predictions::{Input, Options, Question};
use crate::words::word;

#[wasm_bindgen]
impl Page {
    /// Opens predictions by names and bytes. What is wrong with them goes to the screen. `reading` is a JSON
    /// object that says how to read them, where a script does: `map`, `positive`, `ignoreLabel`, `decimal`,
    /// `columns`, `skipBadRows`. Returns the number that their report will have; none where they are no predictions.
    ///
    /// # Errors
    /// When `reading` is no such object; nothing is opened then.
    #[wasm_bindgen(js_name = openFiles)]
    pub fn open_files(
        &self,
        names: Vec<String>,
        contents: Vec<Uint8Array>,
        reading: Option<String>,
    ) -> Result<Option<u32>, JsError> {
        let options = reading.map(|reading| options(&reading)).transpose();
        let options = options.map_err(|sentence| JsError::new(&sentence))?;
        let pairs = names.into_iter().zip(contents);
        let inputs = pairs.map(|(name, bytes)| Input::bytes(name, bytes.to_vec()));
        let inputs = inputs.collect();
        let mut lab = self.lab.borrow_mut();
        let before = lab.inspection().tickets();
        match options {
            Some(options) => lab.inspect_with(inputs, options),
            None => lab.open(inputs),
        }
        self.context.request_repaint();
        let ticket = lab.inspection().tickets();
        Ok((ticket != before).then_some(ticket))
    }

    /// What a person would be asked about the files of this number, for a script that cannot be asked: the
    /// columns, what they seem to be, and the options that would do. The question is gone then.
    #[wasm_bindgen(js_name = takeQuestion)]
    pub fn take_question(&self, ticket: u32) -> Option<String> {
        let mut lab = self.lab.borrow_mut();
        let sentence = lab.inspection().question_of(ticket).map(sentence)?;
        lab.drop_question();
        Some(sentence)
    }

    /// Changes settings of the X-ray from a JSON object.
    ///
    /// # Errors
    /// Every value that is refused; nothing changes then. Where no X-ray is open.
    #[wasm_bindgen(js_name = configureXray)]
    pub fn configure_xray(&self, object: &str) -> Result<(), JsError> {
        let changes = object_of(object, "xray")?;
        let mut lab = self.lab.borrow_mut();
        let Some(config) = lab.inspection().config().cloned() else {
            return Err(JsError::new(word("xray: no predictions are open")));
        };
        let changed = config.with_json(&changes);
        let changed = changed.map_err(|errors| refused(&errors))?;
        if changed.task != config.task {
            return Err(JsError::new(word(
                "xray: the task is that of the predictions",
            )));
        }
        lab.configure_inspection(&changed);
        self.context.request_repaint();
        Ok(())
    }

    /// Goes on reading predictions; false when all are read.
    pub fn reads(&self) -> bool {
        let mut lab = self.lab.borrow_mut();
        lab.tick();
        self.context.request_repaint();
        lab.inspection().progress().is_some()
    }

    /// The number of the files that are shown, and their report, as `ghm-lab xray --json` has it; null
    /// where predictions are not open.
    pub fn xray(&self) -> Result<JsValue, JsValue> {
        let lab = self.lab.borrow();
        let inspection = lab.inspection();
        let report = inspection.shown().map(|shown| shown.to_json());
        to_js(&json!([inspection.ticket(), report]))
    }
}

/// How a script wants files to be read.
fn options(text: &str) -> Result<Options, String> {
    let wrong = |key: &str, expected: &str| format!("xray: {key}: {expected} is expected");
    let object: serde_json::Map<String, Json> =
        serde_json::from_str(text).map_err(|_| wrong("options", "an object"))?;
    // A label may be given as the number that it is.
    let label = |key: &str, value: &Json| match value {
        Json::String(text) => Ok(text.clone()),
        Json::Number(number) => Ok(number.to_string()),
        _ => Err(wrong(key, "a label, as \"cat\" or 1")),
    };
    let mut options = Options::default();
    for (key, value) in &object {
        match key.as_str() {
            "map" => {
                let example = "an object of column names and roles, as {y_true: \"label\"},";
                let maps = value.as_object().ok_or_else(|| wrong(key, example))?;
                for (name, role) in maps {
                    let place = format!("map: {name}");
                    let role = role.as_str().ok_or_else(|| wrong(&place, "a role"))?;
                    let role = role
                        .parse()
                        .map_err(|why| format!("xray: {place}: {why}"))?;
                    options.maps.push((name.clone(), role));
                }
            }
            "positive" => options.positive = Some(label(key, value)?),
            "ignoreLabel" => {
                let labels = value
                    .as_array()
                    .map_or(std::slice::from_ref(value), Vec::as_slice);
                let labels = labels.iter().map(|value| label(key, value));
                options.ignore_labels = labels.collect::<Result<_, _>>()?;
            }
            "skipBadRows" => {
                options.skip_bad_rows =
                    value.as_bool().ok_or_else(|| wrong(key, "true or false"))?;
            }
            "decimal" => {
                options.decimal = match value.as_str() {
                    Some(",") => Some(','),
                    Some(".") => Some('.'),
                    _ => return Err(wrong(key, "\",\" or \".\"")),
                }
            }
            "columns" => {
                let names = value.as_array().map(Vec::as_slice).unwrap_or_default();
                let names: Option<Vec<String>> = (names.iter())
                    .map(|name| Some(name.as_str()?.to_owned()))
                    .collect();
                let names = names.filter(|names| !names.is_empty());
                options.columns = Some(names.ok_or_else(|| wrong(key, "a list of names"))?);
            }
            _ => return Err(format!("xray: {key}: there is no such option")),
        }
    }
    Ok(options)
}

/// A question with what a script can answer.
fn sentence(question: &Question) -> String {
    let bare = Question {
        cure: match question.cure.as_str() {
            "" => String::new(),
            _ => "{map: {NAME: ROLE}} says what a column is for".to_owned(),
        },
        candidates: Vec::new(),
        ..question.clone()
    };
    let ways = question.candidates.iter().map(|candidate| {
        let options = &candidate.options;
        let mut way = serde_json::Map::new();
        if let Some(columns) = &options.columns {
            way.insert("columns".to_owned(), json!(columns));
        }
        if let Some(mark) = options.decimal {
            way.insert("decimal".to_owned(), json!(mark.to_string()));
        }
        if !options.maps.is_empty() {
            let maps = options.maps.iter();
            let maps = maps.map(|(name, role)| (name.clone(), role.to_string().into()));
            way.insert("map".to_owned(), Json::Object(maps.collect()));
        }
        if let Some(positive) = &options.positive {
            way.insert("positive".to_owned(), json!(positive));
        }
        if !options.ignore_labels.is_empty() {
            way.insert("ignoreLabel".to_owned(), json!(options.ignore_labels));
        }
        if options.skip_bad_rows {
            way.insert("skipBadRows".to_owned(), json!(true));
        }
        format!("\n  {}   {}", Json::Object(way), candidate.says)
    });
    std::iter::once(bare.to_string()).chain(ways).collect()
}
