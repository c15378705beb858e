//! Whether outputs are logits, probabilities or decisions: what their values say.

use super::decided::FEW;
use super::error::brief;
use super::names::Family;
use super::outputs::Set;
use super::survey::Survey;
use crate::words::{tr, word};

/// Whether outputs are logits or probabilities.
pub(super) enum Kind {
    Logits(Option<String>),
    Probabilities,
    /// Both are possible.
    Open(String),
    /// Decisions.
    Hard,
    /// No numbers.
    None,
}

/// What goes no further is hardly percent.
pub(super) const LEAST_PERCENT: f64 = 30.0;

/// What the values of a set say it is.
pub(super) fn kind(set: &Set, names: &[String], survey: &Survey, labels: Option<&[f64]>) -> Kind {
    let numbers = set.numbers(survey);
    let several = set.columns.len() > 1;
    let shown = set.shown(names);
    let share = numbers.beyond as f64 / numbers.count.max(1) as f64;
    let percent = numbers.are_percent();
    let has_sign = set.has_sign(survey);
    match set.family {
        Family::Logit if set.is_given => Kind::Logits(None),
        Family::Probability if set.is_given || has_sign => Kind::Probabilities,
        Family::Logit if several && numbers.are_shares() && set.sums_to_one(survey) => {
            Kind::Open(tr!(
                "{shown} are called logits, and each row sums to 1 as probabilities do: which are they?",
                shown
            ))
        }
        Family::LogProbability => Kind::Logits(None),
        Family::Logit => Kind::Logits(numbers.are_shares().then(|| {
            if survey.is_whole {
                tr!(
                    "all logits {shown} lie in 0 to 1: were they probabilities, --map NAME=p says so",
                    shown
                )
            } else {
                tr!(
                    "the first logits {shown} lie in 0 to 1: were they probabilities, --map NAME=p says so",
                    shown
                )
            }
        })),
        Family::Probability if percent && share > 0.01 => Kind::Open(tr!(
            "{shown} goes up to {0} and is called a probability: percent have to be divided by 100, and \
             log-odds called a logit",
            brief(numbers.most),
            shown
        )),
        Family::Probability if share >= 0.25 && (numbers.least < -0.1 || numbers.most > 1.1) => {
            Kind::Open(tr!(
                "{shown} is called a probability and goes from {0} to {1}: is it a logit?",
                brief(numbers.least),
                brief(numbers.most),
                shown
            ))
        }
        Family::Probability => Kind::Probabilities,
        Family::Score | Family::Prediction | Family::Decision => {
            let known = labels.unwrap_or(&[]);
            let class = |value: &f64| *value == 0.0 || *value == 1.0 || known.contains(value);
            let hard = |values: &Vec<f64>| values.iter().all(class);
            if numbers.count == 0 {
                return Kind::None;
            }
            if !several && numbers.values.as_ref().is_some_and(hard) {
                return Kind::Hard;
            }
            if has_sign {
                return Kind::Probabilities;
            }
            if numbers.are_shares() && several && !set.sums_to_one(survey) {
                return Kind::Open(tr!(
                    "rows of {shown} lie in 0 to 1 and do not sum to 1: logits, or probabilities of their own?",
                    shown
                ));
            }
            if numbers.are_shares() {
                return Kind::Probabilities;
            }
            if numbers.are_shares_but_few()
                && let Some((row, value)) = numbers.first_beyond
            {
                return Kind::Open(tr!(
                    "of {all} values of {shown} {count} beyond 0 to 1, the first {value} in row {row}: \
                     probabilities with faults among them, or logits?",
                    count = numbers.beyond,
                    all = numbers.count,
                    shown,
                    value,
                    row
                ));
            }
            if percent && numbers.most > LEAST_PERCENT {
                return Kind::Open(tr!(
                    "{shown} goes from {0} to {1}: percent have to be divided by 100",
                    brief(numbers.least),
                    brief(numbers.most),
                    shown
                ));
            }
            let is_whole = numbers.fractions == 0;
            if is_whole && (several && numbers.beyond == 0 || !several && numbers.are_classes()) {
                return Kind::Hard;
            }
            if is_whole {
                return Kind::Open(tr!(
                    "{shown} holds whole numbers, from {0} to {1}: decisions have no gradient; are they logits?",
                    brief(numbers.least),
                    brief(numbers.most),
                    shown
                ));
            }
            if !several && numbers.least >= 0.0 && numbers.count >= FEW {
                return Kind::Open(tr!(
                    "{shown} goes from {0} to {1} and is nowhere negative: are they logits? Points of a scale are \
                     divided by its highest to be probabilities",
                    brief(numbers.least),
                    brief(numbers.most),
                    shown
                ));
            }
            Kind::Logits(None)
        }
    }
}

/// Why texts, lists and the like are of no use.
pub(super) fn no_numbers(set: &Set, names: &[String]) -> String {
    let shown = set.shown(names);
    tr!(
        "{shown} holds no numbers; the model's scores are needed, a column or an array element for each class",
        shown
    )
}

/// Why decisions are of no use.
pub(super) fn hard(set: &Set, names: &[String]) -> String {
    let shown = set.shown(names);
    format!(
        "{} {}",
        tr!("{shown} holds decisions, which have no gradient", shown),
        word(
            "(the model's scores are needed: predict_proba or decision_function instead of predict; --map NAME=ROLE where it is no decision)"
        )
    )
}
