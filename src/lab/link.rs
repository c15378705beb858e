//! The fragment of a link: a step of the tour, the arms of a race, settings.
//!
//! `tour=momentum&bins=20` is a step with other settings. A race has one `arm` an arm, with what is an
//! arm's own, and `shown`, the index of the one that is shown:
//! `examples=5000&shown=1&arm=loss:ce&arm=loss:focal,focal-gamma:4,name:strong`. Where a run comes to something else
//! on another engine, `engine=cpu` or `engine=gpu` says which one it is on; it asks for nothing.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{ArmCommand, Lab, STEPS, Severity, is_of_arm};
use crate::config::{Config, SETTINGS, SettingError, setting};
use crate::data::predictions::shorten;
use crate::words::{tr, word};

/// What names a step of the tour, an arm, its name within it, and the arm that is shown.
const STEP: &str = "tour";
const ARM: &str = "arm";
const NAME: &str = "name";
const SHOWN: &str = "shown";
/// What says on which engine the run was made.
const ENGINE: &str = "engine";
const ENGINES: [&str; 2] = ["cpu", "gpu"];
/// Most parts of a link that are looked at for what is unknown.
const MOST_PAIRS: usize = 100;

/// Whether a link's fragment says what arms there are: then its settings are no run of their own.
pub fn names_arms(fragment: &str) -> bool {
    pairs(fragment.trim_start_matches('#'), '&', '=').any(|(key, _)| key == ARM)
}

impl Lab {
    /// Takes over a link's fragment, with or without `#`. Returns what is wrong with it; the rest is used.
    pub fn open_link(&mut self, fragment: &str) -> Vec<SettingError> {
        let fragment = fragment.trim_start_matches('#');
        let (config, mut errors) = Config::from_link(fragment);
        let pairs: Vec<(&str, &str)> = pairs(fragment, '&', '=').collect();
        let value = |wanted: &str| pairs.iter().find(|(key, _)| *key == wanted).map(|of| of.1);
        self.note_unknown(&pairs);
        let step = value(STEP).and_then(|key| STEPS.iter().position(|step| step.key == key));
        match step {
            Some(step) => self.visit(step),
            None => self.leave_tour(),
        }
        let arms = arms(&pairs, &mut errors);
        if !arms.is_empty() {
            let shown = value(SHOWN).and_then(|text| text.parse().ok()).unwrap_or(0);
            errors.extend(self.open_arms(arms, shown).err());
        } else if step.is_none() && self.is_race() {
            self.start_race(vec![config], 0);
        } else if step.is_none() || pairs.iter().any(|(key, _)| setting(key).is_some()) {
            self.configure(&config);
        }
        match value(ENGINE) {
            Some(engine) if ENGINES.contains(&engine) => self.note_engine(word("The link"), engine),
            Some(other) => errors.push(SettingError {
                key: ENGINE,
                message: tr!(
                    "\"{other}\" is not one of {names}",
                    other = shorten(other),
                    names = ENGINES.join(", ")
                ),
            }),
            None => {}
        }
        errors
    }

    /// Says what of a link means nothing here: the rest may be another run than whoever sent it saw.
    fn note_unknown(&mut self, pairs: &[(&str, &str)]) {
        let is_known = |key: &str| {
            setting(key).is_some() || [STEP, ARM, SHOWN, ENGINE].contains(&key)
                // What mail and networks append says nothing to anybody.
                || key.starts_with("utm_")
        };
        for (key, value) in pairs.iter().take(MOST_PAIRS) {
            let is_step = STEPS.iter().any(|step| step.key == *value);
            let text = match *key {
                STEP if !is_step => tr!(
                    "The link leads to \"{step}\", which is no step of the tour.",
                    step = shorten(value)
                ),
                key if !is_known(key) => tr!(
                    "The link says \"{key}\", which is no setting of this lab.",
                    key = shorten(key)
                ),
                _ => continue,
            };
            self.messages.add(Severity::Note, text);
        }
    }

    /// Starts these arms, unless they are what runs already.
    ///
    /// # Errors
    /// Why the engine refuses them; what runs stays as it was.
    fn open_arms(&mut self, arms: Vec<(Config, String)>, shown: usize) -> Result<(), SettingError> {
        let shown = shown.min(arms.len() - 1);
        let (base, _) = arms[shown].clone();
        let configs = arms.iter().map(|(own, _)| Self::with_own(&base, own));
        let configs: Vec<Config> = configs.collect();
        let now = self.arms().iter().map(|arm| arm.config());
        if now.eq(configs.iter()) {
            self.arm(ArmCommand::Show(shown));
        } else {
            let started = self.start_arms(&configs).map_err(|error| SettingError {
                key: ARM,
                message: error.to_string(),
            })?;
            self.take_arms(started, shown);
        }
        for (index, (_, name)) in arms.into_iter().enumerate() {
            self.arm(ArmCommand::Rename(index, name));
        }
        Ok(())
    }

    /// The fragment that leads here, without `#`: the step of the tour, if that is open, and what is not
    /// as the step prepared it; all arms of a race.
    pub fn link(&self) -> String {
        let settings = || {
            let of_step = self.tour().is_open() && self.tour().step().arms.len() > 1;
            let mut link = if self.is_race() || of_step {
                self.arms_link()
            } else {
                match self.tour().is_open() {
                    true => self.config().said(),
                    false => self.config().to_link(),
                }
            };
            if let Some(engine) = self.engine_that_matters() {
                // Under settings other than the defaults only, so that something stands before it.
                link += &format!("&{ENGINE}={engine}");
            }
            link
        };
        if !self.tour().is_open() {
            return settings();
        }
        let step = self.tour().step();
        let backend = self.config().backend;
        let prepared = step.arms.iter().map(|arm| Config {
            backend,
            ..Config::from_changes(arm.changes).0
        });
        let key = format!("{STEP}={}", step.key);
        if self.shown() == 0
            && self
                .arms()
                .iter()
                .map(|arm| arm.config().clone())
                .eq(prepared)
        {
            return key;
        }
        format!("{key}&{}", settings())
    }

    /// What the arms share, and each arm's own.
    fn arms_link(&self) -> String {
        let usual = Config::unsaid(self.config().task);
        let shared = Self::with_own(self.config(), &usual);
        let mut link = shared.to_link();
        if !link.is_empty() {
            link.push('&');
        }
        link += &format!("{SHOWN}={}", self.shown());
        for arm in self.arms() {
            let of_arm = SETTINGS.iter().filter(|of| is_of_arm(of));
            // The loss always: an arm without anything would be none.
            let own =
                of_arm.filter(|of| of.key == "loss" || of.get(arm.config()) != of.get(&shared));
            let own = own.map(|of| format!("{}:{}", of.key, of.text(arm.config())));
            let name = arm.given_name().map(|name| {
                let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
                format!("{NAME}:{name}")
            });
            let own: Vec<String> = own.chain(name).collect();
            link += &format!("&{ARM}={}", own.join(","));
        }
        link
    }
}

fn pairs(text: &str, between: char, within: char) -> impl Iterator<Item = (&str, &str)> {
    let pairs = text.split(between).filter(|pair| !pair.is_empty());
    pairs.map(move |pair| pair.split_once(within).unwrap_or((pair, "")))
}

/// Settings and names of the arms of a link.
fn arms(of_link: &[(&str, &str)], errors: &mut Vec<SettingError>) -> Vec<(Config, String)> {
    let wrong = |message: String| SettingError { key: ARM, message };
    let shared: Vec<String> = (of_link.iter())
        .filter(|(key, _)| setting(key).is_some())
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let texts: Vec<&str> = (of_link.iter())
        .filter(|(key, _)| *key == ARM)
        .map(|of| of.1)
        .collect();
    if texts.len() > Lab::MOST_ARMS {
        let (count, most) = (texts.len(), Lab::MOST_ARMS);
        errors.push(wrong(tr!(
            "of {count} arms only the first {most} are used",
            count,
            most
        )));
    }
    let mut arms = Vec::new();
    for text in texts.into_iter().take(Lab::MOST_ARMS) {
        let mut link = shared.clone();
        let mut name = String::new();
        for (key, value) in pairs(text, ',', ':') {
            match setting(key) {
                _ if key == NAME => {
                    name = percent_decode_str(value).decode_utf8_lossy().into_owned()
                }
                Some(of) if is_of_arm(of) => link.push(format!("{key}={value}")),
                Some(_) => errors.push(wrong(tr!("{key} is the same for all arms of a race", key))),
                None => {}
            }
        }
        let (config, wrong) = match link.is_empty() {
            true => (Config::unsaid(Config::default().task), Vec::new()),
            false => Config::from_link(&link.join("&")),
        };
        // What is wrong with the shared settings was said already.
        let new: Vec<SettingError> = wrong
            .into_iter()
            .filter(|of| !errors.contains(of))
            .collect();
        errors.extend(new);
        arms.push((config, name));
    }
    arms
}
