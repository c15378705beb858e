//! The browser: starts the app on a canvas and gives scripts a handle on it.
//!
//! Whatever needs no experiment (loading, the address, `window.ghmLab`) is the page's own script in
//! `web/`; here is what it asks of the running app.

mod graphics;
mod host;
mod mirror;
mod states;
mod xray;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use eframe::egui;
use serde_json::{Map, Value as Json, json};
use wasm_bindgen::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::app::{App, SharedLab};
use crate::config::{Config, SettingError, setting};
use crate::lab::{Command, Lab, Severity, names_arms};
use crate::words::{self, Language, word};

use host::Host;
pub(crate) use host::serve;

/// A running app, seen from the page.
#[wasm_bindgen]
pub struct Page {
    runner: eframe::WebRunner,
    lab: SharedLab,
    context: egui::Context,
    /// The link that the address holds; `None` when it holds something that was refused.
    in_address: RefCell<Option<String>>,
    /// The run and the step that scripts asked for last.
    goal: Cell<(u64, u64)>,
}

/// Starts the app with the settings of a link's fragment. `no_gpu` says why the page chose this
/// bundle over WebGPU, if it did; `host` does what only the page can. `embedded` shows the panels alone.
/// `language` is a tag. `handover` is what [`Page::handover`] of an app gave that ended for the reason
/// `no_gpu`.
///
/// # Errors
/// When there is nothing to draw with.
#[wasm_bindgen]
pub async fn start(
    canvas: HtmlCanvasElement,
    fragment: String,
    no_gpu: Option<String>,
    host: Host,
    embedded: bool,
    language: &str,
    handover: Option<String>,
) -> Result<Page, JsValue> {
    words::speak(Language::of(language));
    host::install(host);
    let next = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        host::fail(&info.to_string());
        next(info);
    }));
    // eframe's own hook, which it puts before ours, writes to the console.
    let runner = eframe::WebRunner::new();

    let (config, errors) = Config::from_link(&fragment);
    let started = Rc::new(RefCell::new(None));
    let result = Rc::clone(&started);
    let options = graphics::web_options();
    runner
        .start(
            canvas,
            options,
            Box::new(move |context| {
                context.egui_ctx.add_plugin(mirror::Mirror::default());
                graphics::watch_device(context);
                let ended = no_gpu.clone().unwrap_or_default();
                let compute = graphics::compute(context, no_gpu);
                // Where its arms are refused there are the defaults.
                let first = if names_arms(&fragment) {
                    Config::default()
                } else {
                    config.clone()
                };
                let mut app = App::new(&context.egui_ctx, compute, &first, &errors)?;
                if prefers_less_motion() {
                    crate::ui::still(&context.egui_ctx);
                }
                app.view().panels_only = embedded;
                let lab = app.lab();
                // What is wrong with the settings was said above; this is about arms.
                let wrong = lab.borrow_mut().open_link(&fragment);
                for error in wrong.iter().filter(|error| !errors.contains(error)) {
                    let text = error.to_string();
                    lab.borrow_mut().messages.add(Severity::Error, text);
                }
                if let Some(handover) = handover {
                    lab.borrow_mut().receive(&handover, &ended);
                }
                let in_address = as_written(&lab.borrow(), &config, &wrong);
                result.replace(Some((lab, context.egui_ctx.clone(), in_address)));
                Ok(Box::new(app))
            }),
        )
        .await?;
    let (lab, context, in_address) = started
        .take()
        .ok_or_else(|| JsError::new(word("the app did not start")))?;
    Ok(Page {
        runner,
        lab,
        context,
        in_address: RefCell::new(in_address),
        goal: Cell::new((0, 0)),
    })
}

/// Takes over the Chinese texts and their typeface, regular and strong.
///
/// # Errors
/// When the texts cannot be read.
#[wasm_bindgen]
pub fn learn(texts: &str, regular: Vec<u8>, strong: Vec<u8>) -> Result<(), JsError> {
    words::learn(texts, [regular.into(), strong.into()]).map_err(|error| JsError::new(&error))
}

/// The version of the lab.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

#[wasm_bindgen]
impl Page {
    /// Every setting, as an object by key.
    pub fn config(&self) -> Result<JsValue, JsValue> {
        to_js(&self.lab.borrow().config().to_json())
    }

    /// Changes the settings of a JSON object.
    ///
    /// # Errors
    /// The sentences that a link with these values would show; nothing was changed then.
    #[wasm_bindgen(js_name = setConfig)]
    pub fn set_config(&self, object: &str) -> Result<(), JsError> {
        let object = object_of(object, "setConfig")?;
        let mut lab = self.lab.borrow_mut();
        let changed = lab.config().with_json(&object);
        let config = changed.map_err(|errors| refused(&errors))?;
        lab.configure(&config);
        self.context.request_repaint();
        if *lab.config() == config {
            return Ok(());
        }
        // The engine refused what is in range, and said why on the screen.
        let said = lab.messages.list().last();
        Err(JsError::new(
            said.map_or(word("the settings were refused"), |message| &message.text),
        ))
    }

    /// Takes over the settings of a changed address; what is wrong with it goes to the screen.
    #[wasm_bindgen(js_name = openLink)]
    pub fn open_link(&self, fragment: &str) {
        let mut lab = self.lab.borrow_mut();
        let errors = lab.open_link(fragment);
        for error in &errors {
            lab.messages.add(Severity::Error, error.to_string());
        }
        let (config, _) = Config::from_link(fragment);
        self.in_address.replace(as_written(&lab, &config, &errors));
        self.context.request_repaint();
    }

    /// The fragment for the address, without `#`, when the settings are not those that it holds.
    #[wasm_bindgen(js_name = newLink)]
    pub fn new_link(&self) -> Option<String> {
        let lab = self.lab.borrow();
        let link = lab.link();
        let mut in_address = self.in_address.borrow_mut();
        if in_address.as_ref() == Some(&link) {
            return None;
        }
        in_address.replace(link.clone());
        Some(link)
    }

    /// Says everything in the language of this tag.
    pub fn speak(&self, tag: &str) {
        crate::ui::speak(&self.context, Language::of(tag));
    }

    /// Trains on.
    pub fn play(&self) {
        self.command(Command::Play);
    }

    /// Trains anew with the same settings.
    pub fn restart(&self) {
        self.command(Command::Restart);
    }

    /// Stops after what is queued.
    pub fn pause(&self) {
        self.command(Command::Pause);
    }

    /// Asks for so many more mini-batches; returns the run and the step that this leads to.
    pub fn step(&self, count: u32) -> Vec<f64> {
        let (run, step, playing) = {
            let lab = self.lab.borrow();
            (lab.run(), lab.step(), lab.is_playing())
        };
        // Steps asked for while others are under way come after them.
        let (last_run, last_goal) = self.goal.get();
        let base = if last_run == run && !playing {
            step.max(last_goal)
        } else {
            step
        };
        let goal = base + u64::from(count);
        self.goal.set((run, goal));
        self.command(Command::Step(count));
        vec![run as f64, goal as f64]
    }

    /// Works a little towards the goal of [`Page::step`]; returns how many steps are queued and
    /// the step of the latest snapshot. A hidden page draws no frames, which is why this waits for
    /// none.
    ///
    /// # Errors
    /// When the goal will not be reached.
    pub fn work(&self, run: f64, goal: f64) -> Result<Vec<f64>, JsError> {
        let mut lab = self.lab.borrow_mut();
        lab.tick();
        self.context.request_repaint();
        if lab.run() as f64 != run {
            return Err(JsError::new(word(
                "the run was started anew before these steps",
            )));
        }
        let arrived = lab.arms()[lab.shown()].present().step as f64;
        if arrived < goal && !lab.is_busy() {
            let said = lab.messages.list().last();
            return Err(JsError::new(
                said.map_or(word("paused before these steps"), |message| &message.text),
            ));
        }
        Ok(vec![lab.step() as f64, arrived])
    }

    /// Starts to measure the workloads whose names contain this.
    ///
    /// # Errors
    /// When there is none.
    #[wasm_bindgen(js_name = startBench)]
    pub fn start_bench(&self, filter: &str) -> Result<(), JsError> {
        let started = self.lab.borrow_mut().measure(filter);
        started.map_err(|error| JsError::new(&error.to_string()))
    }

    /// Goes on measuring; the results once all are there, undefined until then, and null where nothing is
    /// measured, as in an app that took the place of another.
    pub fn bench(&self) -> Result<JsValue, JsValue> {
        let mut lab = self.lab.borrow_mut();
        lab.tick();
        self.context.request_repaint();
        match lab.bench() {
            Some(bench) if bench.is_done() => to_js(&json!(bench.results())),
            Some(_) => Ok(JsValue::UNDEFINED),
            None => Ok(JsValue::NULL),
        }
    }

    /// Tells the person that something failed.
    #[wasm_bindgen(js_name = showError)]
    pub fn show_error(&self, sentence: &str) {
        self.say(Severity::Error, sentence);
    }

    /// Tells the person that something was done.
    #[wasm_bindgen(js_name = showNote)]
    pub fn show_note(&self, sentence: &str) {
        self.say(Severity::Note, sentence);
    }

    /// What the lab tells the person now, as a list of sentences.
    pub fn messages(&self) -> Vec<String> {
        let lab = self.lab.borrow();
        let list = lab.messages.list().iter();
        list.map(|message| message.text.clone()).collect()
    }

    /// All that another app needs to go on with this experiment.
    pub fn handover(&self) -> String {
        self.lab.borrow().handover()
    }

    /// Stops drawing and listening; the canvas is the page's again.
    pub fn destroy(&self) {
        // A device that goes with the app is no failure.
        host::uninstall();
        self.runner.destroy();
    }

    fn say(&self, severity: Severity, sentence: &str) {
        self.lab.borrow_mut().messages.add(severity, sentence);
        self.context.request_repaint();
    }

    fn command(&self, command: Command) {
        self.lab.borrow_mut().command(command);
        self.context.request_repaint();
    }
}

fn prefers_less_motion() -> bool {
    let window = web_sys::window();
    let query = window.and_then(|window| {
        let query = window.match_media("(prefers-reduced-motion: reduce)");
        query.ok().flatten()
    });
    query.is_some_and(|query| query.matches())
}

/// The settings that a script gave.
fn object_of(text: &str, function: &str) -> Result<Map<String, Json>, JsError> {
    let sentence = format!("{function} takes an object of settings, as {{bins: 30}}");
    let object: Map<String, Json> =
        serde_json::from_str(text).map_err(|_| JsError::new(&sentence))?;
    match object.keys().find(|key| setting(key).is_none()) {
        Some(key) => Err(JsError::new(&format!("{key}: there is no such setting"))),
        None => Ok(object),
    }
}

fn refused(errors: &[SettingError]) -> JsError {
    let sentences: Vec<String> = errors.iter().map(ToString::to_string).collect();
    JsError::new(&sentences.join("; "))
}

fn to_js(json: &Json) -> Result<JsValue, JsValue> {
    js_sys::JSON::parse(&json.to_string())
}

/// The link to what runs, when that is what the address says.
fn as_written(lab: &Lab, config: &Config, errors: &[SettingError]) -> Option<String> {
    let as_said = lab.tour().is_open() || lab.is_race() || lab.config() == config;
    (errors.is_empty() && as_said).then(|| lab.link())
}
