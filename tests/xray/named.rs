//! Names and values that people have, tried with each other.

use ghm_lab::data::predictions::{Input, Options, Outputs};
use ghm_lab::ghm::Task;

use crate::read_all;

const LABELS: [&str; 13] = [
    "label",
    "Labels",
    "y",
    "y_true",
    "Y-True",
    "true",
    "true_label",
    "target",
    "gt",
    "ground truth",
    "gold",
    "actual",
    "class_id",
];
/// Spellings of 1, 0, 1, 0.
const SPELLINGS: [[&str; 2]; 6] = [
    ["0", "1"],
    ["0.0", "1.0"],
    ["false", "true"],
    ["F", "T"],
    ["no", "yes"],
    ["-1", "1"],
];
pub const SHARES: [f64; 4] = [0.9, 0.2, 0.75, 0.4];
const BEYOND: [f64; 4] = [1.5, -2.25, 0.25, 3.0];

/// Names, and whether they are logits, probabilities or by their values.
fn outputs() -> Vec<(&'static str, Option<Outputs>)> {
    let of = |names: &[&'static str], outputs: Option<Outputs>| {
        names
            .iter()
            .map(|name| (*name, outputs))
            .collect::<Vec<_>>()
    };
    [
        of(
            &["logit", "Logits", "x", "raw_score", "decision_function"],
            Some(Outputs::Logits),
        ),
        of(
            &[
                "p",
                "prob",
                "Proba",
                "probability",
                "y_prob",
                "y-proba",
                "y probability",
                "p1",
                "prob_1",
                "proba_1",
                "p(1)",
                "probability_positive",
            ],
            Some(Outputs::Probabilities),
        ),
        of(
            &[
                "score",
                "y_score",
                "y_pred",
                "prediction",
                "predict",
                "output",
                "model_score",
                "Confidence",
            ],
            None,
        ),
    ]
    .concat()
}

/// Four examples under some names.
pub struct Case {
    pub label: &'static str,
    pub name: &'static str,
    /// How 0 and 1 are written.
    pub spelling: [&'static str; 2],
    pub values: [f64; 4],
    expected: Outputs,
}

impl Case {
    /// Labels as they are written.
    pub fn labels(&self) -> [&'static str; 4] {
        [1, 0, 1, 0].map(|class| self.spelling[class])
    }
}

/// All that have one reading.
fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for label in LABELS {
        for (name, said) in outputs() {
            for (spelling, values) in SPELLINGS.iter().flat_map(|of| [(of, SHARES), (of, BEYOND)]) {
                let shares = values == SHARES;
                let regression = ["y_pred", "prediction", "predict"].contains(&name)
                    && ["y", "y_true", "Y-True", "target", "actual"].contains(&label);
                if said == Some(Outputs::Probabilities) && !shares
                    || regression && (!shares || label == "target")
                {
                    continue;
                }
                let by_values = match shares {
                    true => Outputs::Probabilities,
                    false => Outputs::Logits,
                };
                all.push(Case {
                    label,
                    name,
                    spelling: *spelling,
                    values,
                    expected: said.unwrap_or(by_values),
                });
            }
        }
    }
    all
}

/// Reads each in all its files, which have a name for messages, and returns how many there were.
pub fn all_are_read(files: impl Fn(&Case) -> Vec<(String, Vec<Input>)>) -> usize {
    let mut tried = 0;
    for case in cases() {
        for (said, inputs) in files(&case) {
            let got = read_all(inputs, Options::default(), 3);
            let (predictions, rows) = got.unwrap_or_else(|why| panic!("{said}: {why}"));
            let header = predictions.header();
            let kind = (header.task, header.outputs);
            assert_eq!(kind, (Task::Binary, case.expected), "{said}");
            assert_eq!(rows.outputs, case.values, "{said}");
            assert_eq!(rows.targets, [1.0, 0.0, 1.0, 0.0], "{said}");
            tried += 1;
        }
    }
    tried
}
