//! Texts with values in them.

use std::fmt::{Display, Write};

/// A text with values in its braces: `{}` has the next one, `{0}` the one of that number, `{name}` the
/// one of that name, `{{` is a brace. A place without a value stays as it is.
pub fn fill(text: &str, values: &[(&str, &dyn Display)]) -> String {
    let mut filled = String::with_capacity(2 * text.len());
    let mut next = 0;
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        filled.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        rest = &rest[at + 1..];
        if let Some(behind) = rest.strip_prefix(brace) {
            filled.push_str(brace);
            rest = behind;
            continue;
        }
        let place = rest.split_once('}').filter(|_| brace == "{");
        let Some((place, behind)) = place else {
            filled.push_str(brace);
            continue;
        };
        let index = match place.parse() {
            Ok(index) => Some(index),
            Err(_) if place.is_empty() => {
                next += 1;
                Some(next - 1)
            }
            Err(_) => values.iter().position(|(name, _)| *name == place),
        };
        match index.and_then(|index| values.get(index)) {
            // Writing to a String cannot fail.
            Some((_, value)) => drop(write!(filled, "{value}")),
            None => drop(write!(filled, "{{{place}}}")),
        }
        rest = behind;
    }
    filled + rest
}

/// A text of the catalogue with values: `tr!("{count} of {}", all, count)`. Values without a name come
/// first; a variable is a value of its name.
macro_rules! tr {
    ($text:literal, $($values:tt)+) => {
        $crate::words::fill(
            $crate::words::word($text),
            $crate::words::values!([] $($values)+),
        )
    };
}

/// The values of `tr!` with their names.
macro_rules! values {
    ([$($done:tt)*]) => { &[$($done)*] };
    ([$($done:tt)*] $name:ident = $value:expr $(, $($rest:tt)*)?) => {
        $crate::words::values!([$($done)* (stringify!($name), &$value),] $($($rest)*)?)
    };
    ([$($done:tt)*] $name:ident $(, $($rest:tt)*)?) => {
        $crate::words::values!([$($done)* (stringify!($name), &$name),] $($($rest)*)?)
    };
    ([$($done:tt)*] $value:expr $(, $($rest:tt)*)?) => {
        $crate::words::values!([$($done)* ("", &$value),] $($($rest)*)?)
    };
}

pub(crate) use {tr, values};

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn values_take_their_places_in_any_order() {
        let (bins, name) = (30, "GHM-C");
        let of = |text: &str| fill(text, values!([] bins + 1, bins, name = name));
        assert_eq!(of("{} bins"), "31 bins");
        assert_eq!(of("{name}: {bins}, {0}"), "GHM-C: 30, 31");
        assert_eq!(of("{2} {1} {0}"), "GHM-C 30 31");
        assert_eq!(of("{} {}"), "31 30");
        assert_eq!(of("a {{bins}} and }"), "a {bins} and }");
        assert_eq!(of("{what} {9} {"), "{what} {9} {");
        assert_eq!(
            fill("{a}", &[("a", &"{b}"), ("b", &1)]),
            "{b}",
            "a value is no text"
        );
    }
}
