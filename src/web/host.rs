//! What the page does for the app, since only it can: failing, files and the clipboard.

use std::cell::RefCell;

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::figure::{SCALE, SIZE, Theme, fonts, to_svg};
use crate::ui::{Content, Wish};
use crate::words;

#[wasm_bindgen]
extern "C" {
    /// The page's side, as `web/boot.js` has it.
    #[derive(Clone)]
    pub type Host;

    /// Takes over with a sentence when the app dies.
    #[wasm_bindgen(method, catch)]
    fn fail(this: &Host, reason: &str) -> Result<(), JsValue>;

    /// Goes on with another bundle or device when what draws was lost.
    #[wasm_bindgen(method, catch)]
    fn lost(this: &Host, reason: &str) -> Result<(), JsValue>;

    /// Opens a sample of its site by name, or, without one, what the person chooses.
    #[wasm_bindgen(method, catch)]
    fn open(this: &Host, sample: Option<String>) -> Result<(), JsValue>;

    /// Saves a text.
    #[wasm_bindgen(method, catch)]
    fn save(this: &Host, name: &str, text: &str) -> Result<(), JsValue>;

    /// Saves a picture in SVG as PNG, so many pixels wide and high, with these faces: Inter's, then those
    /// of Chinese, each regular and strong.
    #[wasm_bindgen(method, catch, js_name = savePicture)]
    fn save_picture(
        this: &Host,
        name: &str,
        svg: &str,
        pixels: &[f32],
        faces: Vec<Uint8Array>,
    ) -> Result<(), JsValue>;

    /// Fetches what this language needs, and speaks it.
    #[wasm_bindgen(method, catch)]
    fn speak(this: &Host, tag: &str) -> Result<(), JsValue>;

    /// Copies a text; `what` says in a word what it is.
    #[wasm_bindgen(method, catch)]
    fn copy(this: &Host, text: &str, what: &str) -> Result<(), JsValue>;

    /// Copies the address with this fragment.
    #[wasm_bindgen(method, catch, js_name = copyLink)]
    fn copy_link(this: &Host, fragment: &str) -> Result<(), JsValue>;
}

thread_local! {
    /// Panic hooks and device callbacks must be `Send`, and what belongs to JavaScript is not.
    static HOST: RefCell<Option<Host>> = const { RefCell::new(None) };
}

pub(super) fn install(host: Host) {
    HOST.set(Some(host));
}

/// Nothing is asked of the page any more.
pub(super) fn uninstall() {
    HOST.set(None);
}

/// Tells the page that the app cannot go on; only the first reason counts.
pub(super) fn fail(reason: &str) {
    let host = HOST.with(|host| host.try_borrow_mut().ok()?.take());
    if let Some(host) = host {
        // The page's own handler failing leaves nobody to tell.
        let _ = host.fail(reason);
    }
}

/// Tells the page that what draws was lost.
#[cfg(feature = "gpu")]
pub(super) fn lost(reason: &str) {
    let host = HOST.with(|host| host.try_borrow().ok()?.clone());
    if let Some(host) = host {
        // The page's own handler failing leaves nobody to tell.
        let _ = host.lost(reason);
    }
}

/// Has the page do what a person asked for; what goes wrong there it says itself.
pub(crate) fn serve(wish: Wish) {
    // Not borrowed while the page's code runs, which may fail in turn.
    let Some(host) = HOST.with(|host| host.try_borrow().ok()?.clone()) else {
        return;
    };
    let _ = match wish {
        Wish::Open => host.open(None),
        Wish::Sample(sample) => host.open(Some(sample.file.to_owned())),
        Wish::Save {
            name,
            content: Content::Text(text),
        } => host.save(&name, &text),
        Wish::Save {
            name,
            content: Content::Picture(figure),
        } => {
            let svg = to_svg(&figure, &Theme::LIGHT, SIZE);
            let pixels = SIZE.map(|side| side * SCALE);
            let faces = [fonts::REGULAR, fonts::SEMIBOLD].into_iter();
            let faces = faces.chain(words::font()).map(Uint8Array::from);
            host.save_picture(&name, &svg, &pixels, faces.collect())
        }
        Wish::Copy { what, text } => host.copy(&text, what),
        Wish::CopyLink(fragment) => host.copy_link(&fragment),
        Wish::Speak(language) => host.speak(language.tag()),
    };
}
