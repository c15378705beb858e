//! What a message must be.

/// Longest message in characters: a file, a place, and a few names and values that were cut short.
const MOST: usize = 600;

/// # Panics
/// When a message is not one line that names the place.
pub fn sentence(text: &str, place: &str) {
    assert!(!text.trim().is_empty(), "no message about {place}");
    assert!(text.contains(place), "{text:?} does not name {place}");
    assert!(!text.contains(char::is_control), "{text:?} is not one line");
    let length = text.chars().count();
    assert!(length <= MOST, "{length} characters: {text:?}");
}
