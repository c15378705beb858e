//! The one table of names.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::{Family, Optional};

pub(super) const LABELS: [&str; 25] = [
    "label",
    "labels",
    "y",
    "ytrue",
    "true",
    "truelabel",
    "target",
    "targets",
    "gt",
    "groundtruth",
    "gold",
    "goldlabel",
    "actual",
    "truth",
    "class",
    "classid",
    "actualclass",
    "actuallabel",
    "trueclass",
    "labelids",
    "observed",
    "obs",
    "reference",
    "references",
    "ytest",
];
pub(super) const TARGETS: [&str; 11] = [
    "target",
    "targets",
    "ytrue",
    "y",
    "actual",
    "truth",
    "observed",
    "obs",
    "reference",
    "references",
    "ytest",
];
pub(super) const OUTPUTS: [(Family, &[&str]); 6] = [
    (
        Family::Logit,
        &["logit", "logits", "x", "rawscore", "decisionfunction"],
    ),
    (
        Family::LogProbability,
        &[
            "logp",
            "logprob",
            "logprobs",
            "logproba",
            "logprobas",
            "logprobability",
            "logprobabilities",
            "logsoftmax",
            "predictlogproba",
        ],
    ),
    (
        Family::Probability,
        &[
            "p",
            "prob",
            "probs",
            "proba",
            "probability",
            "probabilities",
            "yprob",
            "yproba",
            "yprobability",
            "probabilitypositive",
            "probpositive",
            "predprob",
            "predproba",
            "predictedprob",
            "predictedproba",
            "predictedprobability",
            "predictionprobability",
            "ypredprob",
            "ypredproba",
            "ypredprobability",
            "ypredprobs",
            "yhatprob",
            "yhatproba",
            "phat",
            "scoredprobabilities",
        ],
    ),
    (
        Family::Score,
        &[
            "score",
            "scores",
            "yscore",
            "output",
            "outputs",
            "modelscore",
            "predictionscore",
            "ypredscore",
            "predscore",
            "confidence",
        ],
    ),
    (
        Family::Prediction,
        &[
            "pred",
            "preds",
            "prediction",
            "predictions",
            "ypred",
            "predict",
            "predicted",
            "predictedvalue",
            "fitted",
            "yhat",
        ],
    ),
    (
        Family::Decision,
        &[
            "predlabel",
            "predictedlabel",
            "predictionlabel",
            "predictedclass",
            "predclass",
            "decision",
            "scoredlabels",
        ],
    ),
];
pub(super) const OPTIONAL: [(Optional, &[&str]); 4] = [
    (Optional::Valid, &["valid", "mask"]),
    (Optional::Weight, &["weight"]),
    (Optional::Batch, &["batch"]),
    (Optional::Group, &["group"]),
];
/// Columns of a distribution that was counted elsewhere.
pub(super) const HISTOGRAM: [&str; 3] = ["gradientnorm", "count", "log10count"];
/// What stands behind a name where one column alone is of the positive class of two.
pub(super) const POSITIVE: [&str; 4] = ["1", "positive", "pos", "true"];
/// Words that number runs of a model, not classes.
pub(super) const RUNS: [&str; 6] = ["epoch", "step", "fold", "run", "seed", "iter"];

/// No known name has more characters: what is longer, such as a header that is taken for one name, is none.
pub(super) const LONGEST: usize = 32;

/// What outputs of this name are.
pub(super) fn family(plain: &str) -> Option<Family> {
    static FAMILIES: LazyLock<HashMap<&str, Family>> = LazyLock::new(|| {
        let all = OUTPUTS.iter();
        all.flat_map(|&(family, names)| names.iter().map(move |&name| (name, family)))
            .collect()
    });
    FAMILIES.get(plain).copied()
}

fn all() -> impl Iterator<Item = &'static str> {
    let outputs = OUTPUTS.iter().flat_map(|(_, names)| *names);
    let optional = OPTIONAL.iter().flat_map(|(_, names)| *names);
    let all = LABELS.iter().chain(&TARGETS).chain(outputs).chain(optional);
    all.copied()
}

/// Whether a known name begins as this one does: with its first letters.
pub(super) fn may_be_known(name: &str) -> bool {
    static SORTED: LazyLock<Vec<&str>> = LazyLock::new(|| {
        let mut all: Vec<&str> = all().collect();
        all.sort_unstable();
        all
    });
    let start = name.trim_start_matches(|c: char| !c.is_alphanumeric());
    let letters = start.split(|c: char| !c.is_ascii_alphabetic()).next();
    let first = letters.unwrap_or_default().to_ascii_lowercase();
    let at = SORTED.partition_point(|known| *known < first.as_str());
    SORTED
        .get(at)
        .is_some_and(|known| known.starts_with(&first))
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, all};

    #[test]
    fn no_known_name_is_longer_than_the_longest() {
        assert!(all().all(|name| name.len() <= LONGEST));
    }
}
