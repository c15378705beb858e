//! Text as a terminal may have it: names and values come from elsewhere.

use std::borrow::Cow;
use std::fmt::Write;

/// Longest sentence, in characters; the longest of ours are a third of it.
const LONGEST: usize = 3000;

/// What a terminal would obey, or what turns the order of letters round, is shown as its number:
/// `\x1b`, `\u{202e}`. Lines and tabs stay.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        let number = u32::from(character);
        if !is_hidden(character) {
            shown.push(character);
        } else {
            // To write into a text never fails.
            let _ = match number {
                0..=0xff => write!(shown, "\\x{number:02x}"),
                _ => write!(shown, "\\u{{{number:x}}}"),
            };
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        other => other.is_control(),
    }
}

/// A sentence without its middle, where it is too long for anybody.
pub(super) fn shortened(sentence: &str) -> Cow<'_, str> {
    let length = sentence.chars().count();
    if length <= LONGEST {
        return Cow::Borrowed(sentence);
    }
    let half = LONGEST / 2;
    let head: String = sentence.chars().take(half).collect();
    let tail: String = sentence.chars().skip(length - half).collect();
    Cow::Owned(format!("{head} … {tail}"))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, shortened, visible};

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let evil = "a\u{1b}[31m\r\u{7}\u{8}\u{9b}2J\u{0}\u{202e}\n\tb 中 é";
        let shown = visible(evil);
        assert_eq!(
            shown,
            "a\\x1b[31m\\x0d\\x07\\x08\\x9b2J\\x00\\u{202e}\n\tb 中 é"
        );
        assert!(matches!(visible("plain"), std::borrow::Cow::Borrowed(_)));
    }

    #[test]
    fn a_sentence_has_a_longest_length() {
        let long = format!("a{}z", "é".repeat(1_000_000));
        let short = shortened(&long);
        assert!(short.starts_with('a') && short.ends_with('z'));
        assert!(short.chars().count() <= LONGEST + 3);
        assert_eq!(shortened("as it is"), "as it is");
    }
}
