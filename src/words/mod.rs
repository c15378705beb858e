//! What the lab says, in the language of who reads it.
//!
//! Texts stand in the code in English, and are the keys of the catalogue `zh-CN.json`. [`word`] says one
//! that stands alone, [`tr!`] one with values in it. On the command line all is English.

mod catalogue;
mod fill;

use std::cell::Cell;

pub use catalogue::{font, learn};
pub use fill::fill;
pub(crate) use fill::{tr, values};

/// A language of the lab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    #[default]
    English,
    Chinese,
}

impl Language {
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// Its tag, as browsers and systems have it (BCP 47).
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "简体中文",
        }
    }

    /// The language of a tag, English where the lab does not have it.
    pub fn of(tag: &str) -> Self {
        let of = tag.split(['-', '_', '.']).next().unwrap_or_default();
        if of.eq_ignore_ascii_case("zh") {
            Self::Chinese
        } else {
            Self::English
        }
    }
}

thread_local! {
    /// Of the thread that draws the screen; tests that run side by side have their own.
    static NOW: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language that this thread speaks.
pub fn language() -> Language {
    NOW.get()
}

/// Speaks a language from now on, on this thread.
pub fn speak(language: Language) {
    catalogue::learn_embedded();
    NOW.set(language);
}

/// Marks a text of a table, which [`word`] says later.
pub const fn text(text: &'static str) -> &'static str {
    text
}

/// A text in the language of this thread; one that the catalogue does not have stays English.
pub fn word(text: &'static str) -> &'static str {
    match language() {
        Language::English => text,
        Language::Chinese => catalogue::find(text).unwrap_or(text),
    }
}
