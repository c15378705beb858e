//! What a message must be.

/// Longest message in characters: a file, a place, and a few names and values that were cut short.
const MOST: usize = 600;
/// Longest lines to paste, and how they begin.
const MOST_LINES: usize = 600;
const INDENT: &str = "    ";

/// # Panics
/// When a message is not one line that names the place, with lines to paste behind it at most.
pub fn sentence(text: &str, place: &str) {
    let (text, lines) = text.split_once('\n').unwrap_or((text, ""));
    assert!(
        lines.lines().all(|line| line.starts_with(INDENT)),
        "{lines:?}"
    );
    assert!(lines.len() <= MOST_LINES, "{lines:?}");
    assert!(!text.trim().is_empty(), "no message about {place}");
    assert!(text.contains(place), "{text:?} does not name {place}");
    assert!(!text.contains(char::is_control), "{text:?} is not one line");
    let length = text.chars().count();
    assert!(length <= MOST, "{length} characters: {text:?}");
}
