//! The Chinese texts and their typeface: inside the native program, fetched by the page when they are
//! needed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::OnceLock;

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

pub(super) fn find(text: &str) -> Option<&'static str> {
    TEXTS.get()?.get(text).map(String::as_str)
}

/// Learns what is inside the program.
#[cfg(not(target_arch = "wasm32"))]
pub(super) fn learn_embedded() {
    if TEXTS.get().is_some() {
        return;
    }
    const FONT: [&[u8]; 2] = [
        include_bytes!("NotoSansSC-Regular.otf"),
        include_bytes!("NotoSansSC-Bold.otf"),
    ];
    let learned = learn(include_str!("zh-CN.json"), FONT.map(Cow::Borrowed));
    debug_assert!(learned.is_ok(), "{learned:?}");
}

/// The page learns what it has fetched.
#[cfg(target_arch = "wasm32")]
pub(super) fn learn_embedded() {}
