//! What people call columns: what a name says.

mod known;

use super::survey::truth;
use known::{HISTOGRAM, LABELS, LONGEST, OPTIONAL, POSITIVE, RUNS, TARGETS, family, may_be_known};

/// What a name says of a column. A name may say more than one thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named {
    /// A label; with a class behind it where it is one of a one-hot row.
    pub label: bool,
    pub one_hot: Option<usize>,
    /// A target of a regression, where a prediction stands beside it.
    pub target: bool,
    pub output: Option<Output>,
    pub optional: Option<Optional>,
}

/// Outputs of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Output {
    pub family: Family,
    /// The words before the class, so that columns of one kind are known by it.
    pub stem: String,
    /// The class behind the words.
    pub class: Option<String>,
    /// Whether the words name one of several runs of the same model.
    pub is_run: bool,
}

/// What kind of outputs a name promises, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Logit,
    /// Logs of probabilities: logits where all classes are there.
    LogProbability,
    Probability,
    /// Scores, whose values tell what they are.
    Score,
    /// Scores, predictions of a regression or decisions.
    Prediction,
    /// Decisions, of which only their being beside scores is of use.
    Decision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Optional {
    Valid,
    /// 0 and 1 are a mask; anything else weighs examples.
    Weight,
    Batch,
    Group,
}

/// A name without what makes no difference.
pub(super) fn plain(name: &str) -> String {
    // Nearly all names are: a table of a thousand classes asks for thousands.
    if name.is_ascii() {
        let kept = name.bytes().filter(u8::is_ascii_alphanumeric);
        return kept
            .map(|byte| char::from(byte.to_ascii_lowercase()))
            .collect();
    }
    let kept = name.chars().filter(|c| c.is_alphanumeric());
    kept.flat_map(char::to_lowercase).collect()
}

/// Whether two names are the same but for case, spaces, `-` and `_`.
pub(super) fn same(a: &str, b: &str) -> bool {
    let clean = |text: &str| -> String {
        let kept = text.chars().filter(|c| !matches!(c, ' ' | '-' | '_'));
        kept.flat_map(char::to_lowercase).collect()
    };
    clean(a) == clean(b)
}

/// Whether a class behind a name is the positive one of two.
pub(super) fn is_positive(class: &str) -> bool {
    POSITIVE.contains(&class.to_lowercase().as_str())
}

/// Which of two classes a word names by itself: yes or no.
pub(super) fn polarity(class: &str) -> Option<bool> {
    match class.to_lowercase().as_str() {
        "positive" | "pos" => Some(true),
        "negative" | "neg" => Some(false),
        other => truth(other).map(|class| class == 1),
    }
}

/// Whether predictions or histograms have columns of this name. What stands behind a name counts where it is a
/// number: words behind `x` or `score` may be of anything.
pub(super) fn is_known(name: &str) -> bool {
    let named = named(name);
    let is_output = named
        .output
        .is_some_and(|of| of.class.is_none_or(|class| class.parse::<u32>().is_ok()));
    let is_other = named.label || named.target || named.one_hot.is_some();
    is_output || is_other || named.optional.is_some() || HISTOGRAM.contains(&plain(name).as_str())
}

/// How many of these names are known.
pub(super) fn known(names: &[String]) -> usize {
    names.iter().filter(|name| is_known(name)).count()
}

/// What a name says.
pub(super) fn named(name: &str) -> Named {
    // Says no to most names of a table of thousands of columns, and quickly.
    if name.is_ascii() && !may_be_known(name) {
        return Named::default();
    }
    let whole = plain(name);
    let has = |(_, names): &&(Optional, &[&str])| names.contains(&whole.as_str());
    let mut named = Named {
        label: LABELS.contains(&whole.as_str()),
        one_hot: None,
        target: TARGETS.contains(&whole.as_str()),
        output: None,
        optional: OPTIONAL.iter().find(has).map(|(optional, _)| *optional),
    };
    if let Some(family) = family(&whole) {
        named.output = Some(Output {
            family,
            stem: whole,
            class: None,
            is_run: false,
        });
        return named;
    }
    // Words, and a number that stands right behind one.
    let mut words: Vec<&str> = Vec::new();
    for word in name.split(|c: char| !c.is_alphanumeric()) {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        words.extend(
            [letters, &word[letters.len()..]]
                .into_iter()
                .filter(|part| !part.is_empty()),
        );
    }
    let mut length = 0;
    let may_be_known = |word: &&&str| {
        length += word.chars().count();
        length <= LONGEST
    };
    let stems = words.iter().take_while(may_be_known).count();
    for count in (1..words.len().min(stems + 1)).rev() {
        let stem = plain(&words[..count].concat());
        let rest = &words[count..];
        if LABELS.contains(&stem.as_str()) {
            named.one_hot = rest.concat().parse().ok();
            return named;
        }
        let Some(family) = family(&stem) else {
            continue;
        };
        let is_run = RUNS.contains(&plain(rest[0]).as_str());
        let (stem, class) = match rest {
            [run, number, class @ ..] if is_run => (format!("{stem}{}{number}", plain(run)), class),
            class => (stem, class),
        };
        named.output = Some(Output {
            family,
            stem,
            class: (!class.is_empty()).then(|| behind(name, class)),
            is_run,
        });
        return named;
    }
    named
}

/// The class as it is written: all of the name from its first word on.
fn behind(name: &str, class: &[&str]) -> String {
    let start = class[0].as_ptr() as usize - name.as_ptr() as usize;
    // As CatBoost and Azure write it.
    let quoted = || {
        name[start..]
            .strip_prefix("for Class \"")?
            .strip_suffix('"')
    };
    if let Some(class) = name[start..].strip_prefix("Class=").or_else(quoted) {
        return class.to_owned();
    }
    let end = |last: &str| last.as_ptr() as usize - name.as_ptr() as usize + last.len();
    let end = class.last().map_or(name.len(), |last| end(last));
    // Behind another sign a minus is one, as in "p_-1".
    let before = name[..start].strip_suffix('-').unwrap_or_default();
    let is_negative = before.ends_with(['_', ' ', '(', '[', '.'])
        && name[start..end].bytes().all(|byte| byte.is_ascii_digit());
    name[start - usize::from(is_negative)..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Family, named};

    #[test]
    fn classes_stand_behind_words() {
        let of = |name: &str| named(name).output.map(|of| (of.family, of.stem, of.class));
        let some = |family, stem: &str, class: Option<&str>| {
            Some((family, stem.to_owned(), class.map(str::to_owned)))
        };
        assert_eq!(of("P_0"), some(Family::Probability, "p", Some("0")));
        assert_eq!(of("p1"), some(Family::Probability, "p", Some("1")));
        assert_eq!(of("p(1)"), some(Family::Probability, "p", Some("1")));
        assert_eq!(
            of("proba_cat"),
            some(Family::Probability, "proba", Some("cat"))
        );
        assert_eq!(
            of("prob_wild cat"),
            some(Family::Probability, "prob", Some("wild cat"))
        );
        assert_eq!(
            of("logits_epoch_3"),
            some(Family::Logit, "logitsepoch3", None)
        );
        assert_eq!(
            of("logits_epoch_3_1"),
            some(Family::Logit, "logitsepoch3", Some("1"))
        );
        assert_eq!(of("p_-1"), some(Family::Probability, "p", Some("-1")));
        assert_eq!(of("p-1"), some(Family::Probability, "p", Some("1")));
        assert_eq!(of("Y Pred"), some(Family::Prediction, "ypred", None));
        assert_eq!(of("passenger"), None);
        assert_eq!(named("label_2").one_hot, Some(2));
    }
}
