//! Settings as text: the link's fragment, and the JSON object of files and the scripting interface.

use serde_json::{Map, Number, Value as Json};

use super::{Config, Kind, SETTINGS, Setting, SettingError, Value, setting};
use crate::ghm::{Convention, Task};

const BATCH_SIZE: &str = "batch-size";
const TASK: &str = "task";

impl Config {
    /// A copy with these settings changed. A batch size that is not among them shrinks to the
    /// training data where it has to.
    ///
    /// # Errors
    /// Every value that is refused, or the one rule that the whole breaks.
    pub fn with<'a>(
        &self,
        changes: impl IntoIterator<Item = (&'a Setting, String)>,
    ) -> Result<Self, Vec<SettingError>> {
        let mut config = self.clone();
        let mut errors = Vec::new();
        let mut batch_given = false;
        let mut changes: Vec<_> = changes.into_iter().collect();
        // The task first: it brings defaults that other changes overrule.
        changes.sort_by_key(|(setting, _)| setting.key != TASK);
        for (setting, text) in changes {
            if setting.key == TASK {
                let mut other = config.clone();
                errors.extend(setting.parse(&mut other, &text).err());
                config = config.for_task(other.task);
                continue;
            }
            batch_given |= setting.key == BATCH_SIZE;
            errors.extend(setting.parse(&mut config, &text).err());
        }
        if !batch_given {
            config.fit_batch();
        }
        if errors.is_empty() {
            errors.extend(config.validate().err());
        }
        if errors.is_empty() {
            Ok(config)
        } else {
            Err(errors)
        }
    }

    /// Shrinks the batch size to the training data.
    pub fn fit_batch(&mut self) {
        let most = self.recipe().training_examples() as u32;
        self.batch_size = self.batch_size.min(most.max(1));
    }

    /// What a link that says something leaves unsaid: the defaults of a task, but for those that changed since there
    /// are links. Old links go on to mean what they meant, and new ones say what is the default now.
    pub fn unsaid(task: Task) -> Self {
        Self {
            convention: Convention::Corrected,
            ..Self::of_task(task)
        }
    }

    /// Reads a link's fragment, with or without `#`. Unknown keys are ignored; a bad value is
    /// reported and replaced by what a link leaves unsaid. One without settings is the opening.
    pub fn from_link(fragment: &str) -> (Self, Vec<SettingError>) {
        match pairs(fragment).next() {
            None => (Self::opening(), Vec::new()),
            Some(_) => Self::read(fragment, Self::unsaid),
        }
    }

    /// The defaults with these changes, `key=value` with `&` between them; otherwise as [`Config::from_link`].
    pub fn from_changes(changes: &str) -> (Self, Vec<SettingError>) {
        Self::read(changes, Self::of_task)
    }

    fn read(fragment: &str, usual: fn(Task) -> Self) -> (Self, Vec<SettingError>) {
        let mut config = usual(Self::default().task);
        let mut errors = Vec::new();
        let mut batch_given = false;
        for (setting, text) in pairs(fragment).filter(|(setting, _)| setting.key == TASK) {
            errors.extend(setting.parse(&mut config, text).err());
            config = usual(config.task);
        }
        for (setting, text) in pairs(fragment).filter(|(setting, _)| setting.key != TASK) {
            match setting.parse(&mut config, text) {
                Ok(()) => batch_given |= setting.key == BATCH_SIZE,
                Err(error) => errors.push(error),
            }
        }
        let fit = |config: &mut Self| {
            if !batch_given {
                config.batch_size = Self::default().batch_size;
            }
            config.fit_batch();
        };
        if !batch_given {
            fit(&mut config);
        }
        // Each round puts at least one more setting back to its default, and the defaults are valid.
        while let Err(error) = config.validate() {
            let was = config.clone();
            if let Some(setting) = setting(error.key) {
                (setting.set)(&mut config, setting.get(&usual(was.task)));
            }
            fit(&mut config);
            if config == was {
                config.examples = Self::default().examples;
                config.class_share = Self::default().class_share;
                fit(&mut config);
            }
            errors.push(error);
        }
        (config, errors)
    }

    /// The fragment (without `#`) of the settings that a link must say, in the table's order; empty for the opening.
    pub fn to_link(&self) -> String {
        if *self == Self::opening() {
            String::new()
        } else {
            self.said()
        }
    }

    /// The same, never empty: where something else of a link means that its settings are no opening.
    pub fn said(&self) -> String {
        let link = self.written(Self::unsaid);
        match link.is_empty() {
            // All is as it was once: an empty link would mean the opening.
            true => format!("convention={}", self.convention.key()),
            false => link,
        }
    }

    /// The settings that differ from the defaults, as [`Config::from_changes`] reads them; empty for the defaults.
    pub fn changes(&self) -> String {
        self.written(Self::of_task)
    }

    fn written(&self, usual: fn(Task) -> Self) -> String {
        // The batch size that a link without one means for this data.
        let mut default = Self {
            examples: self.examples,
            test_share: self.test_share,
            positive_fraction: self.positive_fraction,
            classes: self.classes,
            class_share: self.class_share,
            ..usual(self.task)
        };
        default.fit_batch();
        let usual = Self {
            batch_size: default.batch_size,
            task: Self::default().task,
            ..usual(self.task)
        };
        let pairs: Vec<String> = SETTINGS
            .iter()
            .filter(|s| s.get(self) != s.get(&usual))
            .map(|s| format!("{}={}", s.key, s.text(self)))
            .collect();
        pairs.join("&")
    }

    /// Every setting as a JSON object.
    pub fn to_json(&self) -> Json {
        let mut object = Map::new();
        for setting in SETTINGS {
            let value = match (setting.get(self), setting.kind) {
                (Value::Integer(v), _) => Json::from(v),
                (Value::Real(v), _) => Number::from_f64(v).map_or(Json::Null, Json::Number),
                (Value::Choice(i), Kind::Choice { keys, .. }) => Json::from(keys[i]),
                (Value::Choice(_), _) => Json::Null,
            };
            object.insert(setting.key.to_owned(), value);
        }
        Json::Object(object)
    }

    /// A copy with the settings of a JSON object changed; unknown keys are ignored, as in links.
    ///
    /// # Errors
    /// As [`Config::with`]; also when a value is neither a number nor a string.
    pub fn with_json(&self, object: &Map<String, Json>) -> Result<Self, Vec<SettingError>> {
        let changes = object.iter().filter_map(|(key, value)| {
            let text = match value {
                Json::String(text) => text.clone(),
                other => other.to_string(),
            };
            setting(key).map(|setting| (setting, text))
        });
        self.with(changes)
    }
}

/// The settings of a link that there are, and their values.
fn pairs(fragment: &str) -> impl Iterator<Item = (&'static Setting, &str)> {
    let pairs = fragment.trim_start_matches('#').split('&');
    pairs.filter_map(|pair| {
        let (key, text) = pair.split_once('=').unwrap_or((pair, ""));
        Some((setting(key)?, text))
    })
}
