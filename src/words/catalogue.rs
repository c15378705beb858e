//! The Chinese texts and their typeface: inside the native program, fetched by the page when they are
//! needed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

use tr::{Translator, set_translator};

use super::{Language, language};

/// English to Chinese.
static TEXTS: OnceLock<HashMap<String, String>> = OnceLock::new();
/// Of weight 400 and of weight 600 or more.
static FONTS: OnceLock<[Cow<'static, [u8]>; 2]> = OnceLock::new();

/// Takes over the texts, a JSON object, and the typeface, regular and strong. A second time does
/// nothing.
///
/// # Errors
/// When the texts are no such object.
pub fn learn(texts: &str, fonts: [Cow<'static, [u8]>; 2]) -> Result<(), String> {
    let texts = serde_json::from_str(texts).map_err(|error| error.to_string())?;
    TEXTS.get_or_init(|| texts);
    FONTS.get_or_init(|| fonts);
    Ok(())
}

/// The typeface of Chinese, regular and strong; before it was learned, what the names of the languages
/// need.
pub fn font() -> [&'static [u8]; 2] {
    const NAMES: &[u8] = include_bytes!("NotoSansSC-Names.otf");
    FONTS
        .get()
        .map_or([NAMES; 2], |fonts| fonts.each_ref().map(AsRef::as_ref))
}

/// Whether there are texts beside the English ones.
pub fn is_learned() -> bool {
    TEXTS.get().is_some()
}

pub(super) fn find(text: &str) -> Option<&'static str> {
    TEXTS.get()?.get(text).map(String::as_str)
}

/// Learns what is inside the program.
#[cfg(not(target_arch = "wasm32"))]
fn learn_embedded() {
    const FONT: [&[u8]; 2] = [
        include_bytes!("NotoSansSC-Regular.otf"),
        include_bytes!("NotoSansSC-Bold.otf"),
    ];
    let learned = learn(include_str!("zh-CN.json"), FONT.map(Cow::Borrowed));
    debug_assert!(learned.is_ok(), "{learned:?}");
}

#[cfg(target_arch = "wasm32")]
fn learn_embedded() {}

/// Makes `tr!` say what the catalogue has.
pub(super) fn prepare() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| {
        learn_embedded();
        set_translator!(Catalogue);
    });
}

struct Catalogue;

impl Translator for Catalogue {
    fn translate<'a>(&'a self, text: &'a str, _context: Option<&'a str>) -> Cow<'a, str> {
        let found = match language() {
            Language::English => None,
            Language::Chinese => find(text),
        };
        Cow::Borrowed(found.unwrap_or(text))
    }

    /// Chinese has no plural, and no text here has one.
    fn ntranslate<'a>(
        &'a self,
        count: u64,
        singular: &'a str,
        plural: &'a str,
        context: Option<&'a str>,
    ) -> Cow<'a, str> {
        self.translate(if count == 1 { singular } else { plural }, context)
    }
}
