//! Names that say something else beside their like: `prob_a` is `proba` and `score_s` is `scores`, but not beside
//! `prob_b` and `score_r`.

use super::names::{Output, named, plain};

/// What a name among others says of outputs.
pub(super) fn output(names: &[String], name: &str) -> Option<Output> {
    let alone = named(name).output?;
    let last = name.rsplit_once(|c: char| !c.is_alphanumeric());
    let Some((before, class)) = last.filter(|(_, class)| class.chars().count() == 1) else {
        return Some(alone);
    };
    let stem = plain(before);
    let is_sibling = |name: &String| {
        let other = named(name).output;
        other.is_some_and(|of| of.stem == stem && of.class.is_some())
    };
    if alone.class.is_some() || !names.iter().any(is_sibling) {
        return Some(alone);
    }
    Some(Output {
        stem,
        class: Some(class.to_owned()),
        ..alone
    })
}
