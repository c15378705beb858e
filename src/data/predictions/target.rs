//! Which column holds what happened: labels, one-hot labels or the target of a regression.

use std::hash::Hasher;

use super::class_order::positive_of;
use super::columns::in_quotes;
use super::decided::ROUNDING;
use super::error::{ReadError, Refusal};
use super::kind;
use super::labels::{Classes, Labels, Trouble};
use super::names::{self, Family, named};
use super::offers::set_of;
use super::options::quoted_name;
use super::outputs::{Found, Set, doubled};
use super::question::Question;
use super::regression::are_two;
use super::resolve::Resolver;
use super::survey::{Numbers, number};
use super::{Options, RoleName, shorten};
use crate::words::{tr, word};

impl Resolver<'_> {
    /// The column of labels; `None` where there is none.
    pub fn label(&self, found: &Found) -> Result<Option<usize>, Refusal> {
        let given = |column: &usize| {
            matches!(
                self.roles[*column],
                Some(RoleName::Label | RoleName::Target)
            )
        };
        let all = || 0..self.names.len();
        let mut candidates: Vec<usize> = all().filter(given).collect();
        if candidates.is_empty() {
            let taken = |column: &usize| found.sets.iter().any(|set| set.columns.contains(column));
            // Beside a column of the opposite it is of a class, as "true" beside "false".
            let is_of_class = |column: &usize| {
                let words = self.names.iter();
                let mut words = words.filter(|other| other.parse::<f64>().is_err());
                words.any(|other| positive_of(&[&self.names[*column], other]) == Some(0))
            };
            candidates = all()
                .filter(|column| {
                    self.roles[*column].is_none()
                        && named(&self.names[*column]).label
                        && !taken(column)
                        && !is_of_class(column)
                })
                .collect();
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            [a, b, ..] if self.names[*a] == self.names[*b] => {
                Err(doubled(self.file, &self.names[*a]).into())
            }
            [first, others @ ..] => {
                let trace = |column: usize| {
                    let trace = self.survey.columns[column].trace.as_ref()?;
                    Some(trace.finish())
                };
                let is_same = others.iter().all(|&other| trace(other) == trace(*first));
                if self.survey.is_whole && trace(*first).is_some() && is_same {
                    return Ok(Some(*first));
                }
                let why = tr!(
                    "more than one column may be the label: {}",
                    in_quotes(self.names, &candidates)
                );
                let ways = candidates.iter().map(|&column| {
                    let options = self.with([(column, RoleName::Label)]);
                    (
                        tr!("\"{0}\" is the label", super::shorten(&self.names[column])),
                        options,
                    )
                });
                let ways = match self.label_or_decision(&candidates, found) {
                    decided if decided.is_empty() => ways.collect(),
                    decided => decided,
                };
                Err(self.ask(why, ways).into())
            }
        }
    }

    /// Two columns of classes beside a score that is nowhere below one half: one is what happened, the other what was
    /// decided, with such a confidence. Either way round.
    fn label_or_decision(&self, labels: &[usize], found: &Found) -> Vec<(String, Options)> {
        let (&[one, other], [set]) = (labels, found.sets.as_slice()) else {
            return Vec::new();
        };
        let &[score] = set.columns.as_slice() else {
            return Vec::new();
        };
        let seen = &self.survey.columns[score].numbers;
        let are_classes = self.is_of_classes(one) && self.is_of_classes(other);
        if !are_classes || seen.count == 0 || seen.least < 0.5 - ROUNDING || seen.beyond > 0 {
            return Vec::new();
        }
        let ways = [(other, one), (one, other)].map(|(label, decision)| {
            let options = self.with([
                (label, RoleName::Label),
                (decision, RoleName::Decision),
                (score, RoleName::Confidence),
            ]);
            let [label, decision, score] =
                [label, decision, score].map(|of| shorten(&self.names[of]));
            let says = tr!(
                "\"{label}\" is the label, and \"{score}\" the confidence in \"{decision}\"",
                label,
                score,
                decision
            );
            (says, options)
        });
        ways.into()
    }

    /// What the labels of this column mean beside these outputs.
    pub fn labels_of(&self, set: &Set, label: usize, of_logits: bool) -> Result<Labels, Refusal> {
        let classes = match set.columns.len() {
            1 => Classes::Two,
            _ => Classes::Named(&set.classes),
        };
        let texts = &self.survey.columns[label].texts;
        let named = self.named_decisions(set, texts);
        let options = match named {
            Some(_) => &Options {
                positive: None,
                ..self.options.clone()
            },
            None => self.options,
        };
        let labels = Labels::of(texts, &classes, options).map_err(|trouble| match trouble {
            Trouble::Error(what) => Refusal::from(ReadError::of(self.file, what)),
            Trouble::Ask(why, ways) => self.ask(why, ways).into(),
            Trouble::Order { why, ways, orders } => {
                let orders = orders.into_iter().map(|(says, classes)| {
                    let set = Set {
                        classes,
                        ..set.clone()
                    };
                    (says, set.options(self.names, self.options, of_logits))
                });
                self.ask(why, ways.into_iter().chain(orders).collect())
                    .into()
            }
        })?;
        let Some(decisions) = named else {
            return Ok(labels);
        };
        let note = tr!("decision \"{0}\" is of the positive class", decisions[1]);
        Ok(Labels {
            decisions: Some(decisions),
            ..labels
        }
        .said(note))
    }

    /// The negative and the positive decision beside a confidence, where --positive names one of two decisions and
    /// no label.
    fn named_decisions(&self, set: &Set, labels: &[(String, u64)]) -> Option<[String; 2]> {
        let positive = self.options.positive.as_ref()?;
        let is_confidence = |&of: &usize| self.roles[of] == Some(RoleName::Confidence);
        let is_label = |(text, _): &(String, u64)| {
            text == positive || number(text).is_some_and(|of| number(positive) == Some(of))
        };
        if !set.columns.iter().any(is_confidence) || labels.iter().any(is_label) {
            return None;
        }
        let mut all = 0..self.names.len();
        let decision = all.find(|&column| self.roles[column] == Some(RoleName::Decision))?;
        let texts = self.survey.columns[decision].texts.iter();
        let texts = texts.map(|(text, _)| text).filter(|text| !text.is_empty());
        let (of_positive, others): (Vec<&String>, Vec<&String>) =
            texts.partition(|text| *text == positive);
        match (of_positive.as_slice(), others.as_slice()) {
            ([_], [negative]) => Some([(*negative).clone(), positive.clone()]),
            _ => None,
        }
    }

    /// Asks for the label. What the model decided is none.
    pub fn no_label(&self, set: &Set, found: &Found) -> Question {
        let needed = if set.family == Family::Prediction && set.is_given {
            "target"
        } else {
            "label"
        };
        let of_set = set
            .columns
            .iter()
            .filter(|_| !set.is_given && set.family == Family::Prediction);
        let others = found
            .sets
            .iter()
            .filter(|of| of.family == Family::Prediction && !of.is_given);
        let mut decided = found
            .decisions
            .iter()
            .chain(of_set)
            .chain(others.flat_map(|of| &of.columns));
        let decided = decided.find(|&&column| {
            let numbers = &self.survey.columns[column].numbers;
            numbers.count == 0 || numbers.are_classes()
        });
        let why = match decided {
            Some(&column) => tr!(
                "there is no column \"{needed}\", and \"{0}\" is what the model decided: what happened is missing",
                shorten(&self.names[column]),
                needed
            ),
            None => tr!("there is no column \"{needed}\"", needed),
        };
        let ways = match self.splits() {
            splits if splits.is_empty() => self.offers(Some(set), None),
            splits => splits,
        };
        let question = self.ask(why, ways);
        let cure = match question.candidates.as_slice() {
            [] => tr!("--map NAME={needed} says which it is", needed),
            _ => String::new(),
        };
        Question { cure, ..question }
    }

    /// Columns of a one-hot label, one for each class.
    pub fn one_hot(&self, set: &Set) -> Vec<usize> {
        let classes = set.columns.len().max(2);
        let place = |is_of: &dyn Fn(&str) -> bool| {
            let mut columns = (0..self.names.len()).filter(|&column| is_of(&self.names[column]));
            columns.next().filter(|_| columns.next().is_none())
        };
        // Called as the columns of the outputs are, or numbered.
        let by_name = set
            .classes
            .iter()
            .map(|class| place(&|name| is_of_class(name, class)));
        let by_name: Option<Vec<usize>> = by_name.collect();
        let by_number = || {
            let places =
                (0..classes).map(|class| place(&|name| named(name).one_hot == Some(class)));
            places.collect::<Option<Vec<usize>>>()
        };
        let is_one_hot = |columns: &Vec<usize>| {
            let set = set_of(columns);
            !columns.is_empty()
                && are_two(&set.numbers(self.survey))
                && set.sums_to_one(self.survey)
        };
        let by_number = by_number();
        match by_name {
            Some(columns) if !columns.is_empty() && by_number.as_ref() != Some(&columns) => {
                Some(columns).filter(is_one_hot).unwrap_or_default()
            }
            Some(_) | None => by_number.unwrap_or_default(),
        }
    }

    /// Whether a prediction and a target are those of a regression.
    pub fn is_regression(&self, set: &Set, label: usize) -> Result<bool, Refusal> {
        if let Some(known) = self.by_target(set, label)? {
            return Ok(known);
        }
        let given = self.roles[label] == Some(RoleName::Target);
        if set.family != Family::Prediction {
            return Ok(false);
        }
        if set.is_given {
            return Ok(true);
        }
        if !given && (self.roles[label].is_some() || !named(&self.names[label]).target) {
            return Ok(false);
        }
        let seen = &self.survey.columns[label];
        let (target, pred) = (&seen.numbers, set.numbers(self.survey));
        let is_text = target.count == 0 && target.others > 0;
        let values = target.values.as_deref().unwrap_or(&[]);
        if given || target.count == 0 {
            return Ok(given || !is_text);
        }
        let binary = are_two(target);
        let shared = pred
            .values
            .iter()
            .flatten()
            .any(|value| values.contains(value));
        if target.are_classes() && pred.are_classes() && shared {
            let what = kind::hard(set, self.names);
            let [name, target] = [set.columns[0], label].map(|of| quoted_name(&self.names[of]));
            let cure = tr!(
                "for a regression say --map {name}=pred --map {target}=target",
                name,
                target
            );
            return Err(ReadError::of(self.file, format!("{what}; {cure}")).into());
        }
        // No model has logits of such a size.
        const MOST_LOGIT: f64 = 1e6;
        if binary && pred.least.abs().max(pred.most.abs()) < MOST_LOGIT {
            if pred.are_shares() && !names::same(&self.names[label], "target") {
                return Ok(false);
            }
            return Err(self.ask_of_two(set, label, &pred).into());
        }
        if target.may_be_classes() && pred.may_be_classes() {
            let why = tr!(
                "\"{target}\" and \"{pred}\" are whole numbers: decisions, which have no gradient, or a regression?",
                pred = super::shorten(&self.names[set.columns[0]]),
                target = super::shorten(&self.names[label])
            );
            return Err(self.ask(why, vec![self.as_regression(set, label)]).into());
        }
        Ok(true)
    }

    /// What scores beside two classes may be.
    fn ask_of_two(&self, set: &Set, label: usize, pred: &Numbers) -> Question {
        let why = tr!(
            "\"{target}\" is 0 or 1 and \"{pred}\" is not: scores of two classes, or a regression?",
            pred = super::shorten(&self.names[set.columns[0]]),
            target = super::shorten(&self.names[label])
        );
        let with = |role: RoleName| {
            let roles = [(set.columns[0], role), (label, RoleName::Label)];
            self.with(roles)
        };
        let mut ways = Vec::new();
        if pred.beyond == 0 {
            ways.push((word("they are probabilities").to_owned(), with(RoleName::P)));
        }
        if pred.are_percent() {
            ways.push((word("they are percent").to_owned(), with(RoleName::Percent)));
        }
        ways.push((word("they are logits").to_owned(), with(RoleName::Logit)));
        ways.push(self.as_regression(set, label));
        self.ask(why, ways)
    }

    fn as_regression(&self, set: &Set, label: usize) -> (String, Options) {
        let roles = [(set.columns[0], RoleName::Pred), (label, RoleName::Target)];
        (word("a regression").to_owned(), self.with(roles))
    }

    /// What a person said of labels, where there is a regression.
    pub fn of_regression(&self) -> Result<Labels, ReadError> {
        if self.options.positive.is_some() {
            let what = word("--positive is for two classes, and this is a regression");
            return Err(ReadError::of(self.file, what));
        }
        let ignored = self.options.ignore_labels.iter();
        let ignored = ignored.map(|label| {
            number(label).filter(|value| value.is_finite()).ok_or_else(|| {
                let label = super::shorten(label);
                let what = tr!(
                    "--ignore-label {label}: the targets of a regression are numbers, and a number is expected",
                    label
                );
                ReadError::of(self.file, what)
            })
        });
        let ignored = ignored.collect::<Result<Vec<f64>, ReadError>>()?;
        Ok(match ignored.is_empty() {
            true => Labels::default(),
            false => Labels::without(ignored),
        })
    }

    /// Refuses what is said of labels where they are one-hot.
    pub fn check_one_hot(&self) -> Result<(), ReadError> {
        let flag = match (&self.options.positive, self.options.ignore_labels.first()) {
            (Some(_), _) => "--positive",
            (None, Some(_)) => "--ignore-label",
            (None, None) => return Ok(()),
        };
        let what = tr!(
            "{flag}: the labels are one-hot and have no names; a column \"valid\" of 0 leaves out examples, \
             --map NAME=p_CLASS says which column is of which class",
            flag
        );
        Err(ReadError::of(self.file, what))
    }
}

/// Whether a column is that of a class of a one-hot label, as "true_cat" is.
fn is_of_class(name: &str, class: &str) -> bool {
    let signs = name.match_indices(|c: char| !c.is_alphanumeric());
    let mut parts = signs.map(|(at, sign)| (&name[..at], &name[at + sign.len()..]));
    parts.any(|(label, of)| named(label).label && names::same(of, class))
}
