//! Scores beside the classes that were decided: of the positive class, or of the one that was decided, which
//! only the decisions tell apart.

mod pairs;

use super::columns::{all_of, first_of, list};
use super::contradiction::RARE;
use super::error::{ReadError, Refusal};
use super::labels::{Classes, IGNORED, Labels};
use super::names::plain;
use super::outputs::Set;
use super::question::Question;
use super::resolve::Resolver;
use super::survey::{number, truth};
use super::{Options, RoleName, shorten};
use crate::words::{tr, word};
pub(super) use pairs::{Pair, pairs};
use pairs::{Range, Sides};

/// How far a score may be off by a rounding.
pub(super) const ROUNDING: f64 = 1e-6;
/// With fewer rows that all are alike is chance.
pub(super) const FEW: u64 = 10;

/// What the decisions say of a score.
pub(super) struct Decided {
    /// The column by which a confidence becomes p.
    pub column: Option<usize>,
    /// Whether rows that were not looked at can change nothing.
    pub is_sure: bool,
}

impl Resolver<'_> {
    /// Refuses a confidence where labels are of more than two classes: it says nothing of those not decided.
    pub fn check_confidence(&self, set: &Set, label: Option<usize>) -> Result<(), ReadError> {
        let (&[score], Some(label)) = (set.columns.as_slice(), label) else {
            return Ok(());
        };
        let is_confidence = match &self.roles[score] {
            Some(role) => *role == RoleName::Confidence,
            None => plain(&self.names[score]) == "confidence",
        };
        let texts = &self.survey.columns[label].texts;
        let Ok((left, _)) = Labels::left(texts, &Classes::Two, self.options) else {
            return Ok(());
        };
        let is_ignored = |text: &&str| number(text).is_some_and(|value| IGNORED.contains(&value));
        let classes = left.into_iter().filter(|text| !is_ignored(text));
        let class = |text: &str| match number(text).or_else(|| truth(text).map(|of| of as f64)) {
            Some(number) => number.to_string(),
            None => text.to_owned(),
        };
        let mut classes: Vec<String> = classes.map(class).collect();
        classes.sort();
        classes.dedup();
        if !is_confidence || classes.len() <= 2 {
            return Ok(());
        }
        let what = tr!(
            "\"{name}\" is the confidence in one class, and labels are {labels}: of more than two classes a probability of \
             each is expected, p_0, p_1, … (all that softmax gives; --map NAME=p_CLASS says which column is of which class)",
            name = shorten(&self.names[score]),
            labels = first_of(&classes)
        );
        Err(ReadError::of(self.file, what))
    }

    /// Looks at the decisions beside the only output of two classes.
    ///
    /// # Errors
    /// Asks where the score may be of the class that was decided, or of the other one.
    pub fn decided(
        &self,
        set: &Set,
        label: Option<usize>,
        labels: &Labels,
        of_logits: bool,
    ) -> Result<Decided, Refusal> {
        let mut decided = Decided {
            column: None,
            is_sure: true,
        };
        let &[score] = set.columns.as_slice() else {
            return Ok(decided);
        };
        if self.roles[score] == Some(RoleName::Confidence) {
            let column = self.decision(score, labels)?;
            let pairs = &mut self.sides(score, labels);
            match pairs.find(|(of, _)| *of == column) {
                Some((_, Sides::Others(ranges))) if !ranges.is_empty() => {
                    return Err(self.ask_spelled(score, column, &ranges));
                }
                Some(_) | None => decided.column = Some(column),
            }
            return Ok(decided);
        }
        if set.is_given {
            return Ok(decided);
        }
        let middle = if of_logits { 0.0 } else { 0.5 };
        let texts = label.map_or(&[][..], |label| &self.survey.columns[label].texts);
        let text_of = |class| {
            let mut texts = texts.iter().map(|(text, _)| text);
            texts.find(|text| labels.of_decision(text) == Some(class))
        };
        let mut is_alone = true;
        for (decision, sides) in self.sides(score, labels) {
            is_alone = false;
            let [negative, positive] = match sides {
                Sides::Classes(sides) => sides,
                Sides::Others(ranges) => {
                    let is_within = |range: &Range| range.least >= middle - ROUNDING;
                    let is_above = |range: &Range| range.most > middle + ROUNDING;
                    let is_of_decided = ranges.iter().all(|(_, range)| is_within(range));
                    if is_of_decided
                        && ranges.len() == 2
                        && ranges.iter().all(|(_, of)| is_above(of))
                    {
                        return Err(match of_logits {
                            true => self.ask_confidence(score, decision, true),
                            false => self.ask_spelled(score, decision, &ranges),
                        });
                    }
                    decided.is_sure &= !is_of_decided;
                    continue;
                }
            };
            let both = negative.with(positive);
            let is_of_decided = both.least >= middle - ROUNDING;
            if is_of_decided && negative.most > middle + ROUNDING {
                return Err(self.ask_confidence(score, decision, of_logits));
            }
            let is_reversed = positive.most <= negative.least;
            if is_reversed && !negative.is_empty() && !positive.is_empty() && both.least < both.most
            {
                // The other class, where both have a label.
                let other = text_of(true).and(text_of(false));
                return Err(self.ask_reversed(score, decision, other, of_logits));
            }
            self.check_threshold(score, decision, labels, of_logits)?;
            // Once refuted, neither comes back with more rows.
            decided.is_sure &= !is_of_decided && !is_reversed;
        }
        let seen = &self.survey.columns[score].numbers;
        let is_called_so = plain(&self.names[score]) == "confidence";
        let is_within = seen.least >= middle - ROUNDING && seen.most > middle + ROUNDING;
        let is_doubtful = is_alone && !of_logits && is_within;
        let are_both = text_of(true).and(text_of(false)).is_some();
        decided.is_sure &= !is_doubtful;
        if is_doubtful && (is_called_so || are_both && seen.count >= FEW) {
            let name = shorten(&self.names[score]);
            let why = tr!(
                "\"{name}\" is 0.5 or more in every row: if it is the confidence in the class that was decided, a column \
                 of these decisions is needed; or is it the probability of the positive class?",
                name
            );
            let way = (self.says_p(), set.options(self.names, self.options, false));
            let cure = tr!("--map NAME={needed} says which it is", needed = "decision");
            return Err(Question {
                cure,
                ..self.ask(why, vec![way])
            }
            .into());
        }
        Ok(decided)
    }

    /// Decisions beside a score that are of two classes, with the scores of each.
    fn sides(&self, score: usize, labels: &Labels) -> impl Iterator<Item = (usize, Sides)> {
        let pairs = self.survey.pairs.iter();
        pairs.filter_map(move |pair| {
            let [of, decision] = pair.columns;
            let is_taken = self.roles[decision]
                .as_ref()
                .is_some_and(|role| *role != RoleName::Decision);
            let sides = pair.sides(labels).filter(|_| of == score && !is_taken)?;
            Some((decision, sides))
        })
    }

    /// Asks where no threshold of a score tells what was decided.
    fn check_threshold(
        &self,
        score: usize,
        decision: usize,
        labels: &Labels,
        of_logits: bool,
    ) -> Result<(), Refusal> {
        let rows = self.survey.rows.iter().enumerate();
        let rows = rows.filter(|(row, _)| !self.survey.is_ignored(*row));
        let rows = rows.filter_map(|(row, cells)| {
            let score = self.survey.cell(row, score).filter(|of| !of.is_nan())?;
            Some((score, labels.of_decision(&cells[decision])?))
        });
        let mut rows: Vec<(f64, bool)> = rows.collect();
        rows.sort_by(|one, other| one.0.total_cmp(&other.0));
        // Below all, so that all would be positive; then above each of the scores.
        let mut wrong = rows.iter().filter(|(_, is_positive)| !is_positive).count();
        let mut apart = wrong;
        for of_one in rows.chunk_by(|one, other| one.0 == other.0) {
            let positive = of_one
                .iter()
                .filter(|(_, is_positive)| *is_positive)
                .count();
            wrong = wrong + positive - (of_one.len() - positive);
            apart = apart.min(wrong);
        }
        if (rows.len() as u64) < FEW || apart * RARE <= rows.len() {
            return Ok(());
        }
        let [name, decided] = [score, decision].map(|column| shorten(&self.names[column]));
        let why = tr!(
            "no threshold of \"{name}\" gives \"{decided}\", with {apart} of {all} rows on the wrong side of the best: \
             is it of the positive class?",
            name,
            decided,
            apart,
            all = rows.len()
        );
        let role = RoleName::of_one(of_logits);
        let says = word("it is of the positive class").to_owned();
        Err(self
            .ask(why, vec![(says, self.with([(score, role)]))])
            .into())
    }

    /// The column of decisions that a confidence is of.
    fn decision(&self, score: usize, labels: &Labels) -> Result<usize, Refusal> {
        let all = || 0..self.names.len();
        let given: Vec<usize> = all()
            .filter(|&column| self.roles[column] == Some(RoleName::Decision))
            .collect();
        let found = if given.is_empty() {
            let sides = self.sides(score, labels);
            sides.map(|(column, _)| column).collect()
        } else {
            given
        };
        let name = shorten(&self.names[score]);
        match found.as_slice() {
            [one] => Ok(*one),
            [] => {
                let listed = list(self.names);
                let what = tr!(
                    "\"{name}\" is a confidence, and there is no column of decisions that it is of; it has {listed} \
                     (--map NAME=decision says which it is)",
                    name,
                    listed
                );
                Err(ReadError::of(self.file, what).into())
            }
            several => {
                let why = tr!(
                    "\"{name}\" is a confidence, and there is more than one column of decisions",
                    name
                );
                let ways = several.iter().map(|&column| {
                    let decision = &self.names[column];
                    let says = tr!("of \"{0}\"", shorten(decision));
                    (says, self.with([(column, RoleName::Decision)]))
                });
                Err(self.ask(why, ways.collect()).into())
            }
        }
    }

    fn says_p(&self) -> String {
        word("it is the probability of the positive class").to_owned()
    }

    /// A score that is nowhere below the middle, though the negative class was decided, too.
    fn ask_confidence(&self, score: usize, decision: usize, of_logits: bool) -> Refusal {
        let [name, decided] = [score, decision].map(|column| shorten(&self.names[column]));
        if of_logits {
            let why = tr!(
                "\"{name}\" is nowhere below 0, also where \"{decided}\" is the negative class: is it the logit of the \
                 positive class?",
                name,
                decided
            );
            let says = word("it is the logit of the positive class").to_owned();
            let way = (says, self.with([(score, RoleName::Logit)]));
            return self.ask(why, vec![way]).into();
        }
        let why = tr!(
            "\"{name}\" is nowhere below 0.5, also where \"{decided}\" is the negative class: is it the confidence in \
             the class that was decided, or the probability of the positive class?",
            name,
            decided
        );
        let says = tr!(
            "it is the confidence in the class of \"{decided}\"",
            decided
        );
        let roles = [
            (score, RoleName::Confidence),
            (decision, RoleName::Decision),
        ];
        let ways = vec![
            (says, self.with(roles)),
            (self.says_p(), self.with([(score, RoleName::P)])),
        ];
        self.ask(why, ways).into()
    }

    /// A score that is nowhere below 0.5, beside decisions that are not spelled as labels are.
    fn ask_spelled(&self, score: usize, decision: usize, texts: &[(String, Range)]) -> Refusal {
        let [name, decided] = [score, decision].map(|column| shorten(&self.names[column]));
        let why = tr!(
            "\"{name}\" is nowhere below 0.5, and \"{decided}\" says {texts}, which no label is called: is it the \
             confidence in the class that was decided, and which is positive?",
            name,
            decided,
            texts = all_of(texts.iter().map(|(text, _)| text))
        );
        let confidence = self.with([
            (score, RoleName::Confidence),
            (decision, RoleName::Decision),
        ]);
        let mut ways = Vec::new();
        // Where --positive is of labels, decisions have to be spelled as they are.
        let texts = texts.iter().filter(|_| self.options.positive.is_none());
        for (text, _) in texts {
            let says = tr!(
                "it is the confidence in the class of \"{decided}\", and \"{0}\" is positive",
                shorten(text),
                decided
            );
            let options = Options {
                positive: Some(text.clone()),
                ..confidence.clone()
            };
            ways.push((says, options));
        }
        if self.roles[score] != Some(RoleName::Confidence) {
            ways.push((self.says_p(), self.with([(score, RoleName::P)])));
        }
        let cure = word("or write decisions as labels are, such as 0 and 1").to_owned();
        Question {
            cure,
            ..self.ask(why, ways)
        }
        .into()
    }

    /// A score that is higher where the negative class was decided.
    fn ask_reversed(
        &self,
        score: usize,
        decision: usize,
        other: Option<&String>,
        of_logits: bool,
    ) -> Refusal {
        let [name, decided] = [score, decision].map(|column| shorten(&self.names[column]));
        let why = tr!(
            "\"{name}\" is higher wherever \"{decided}\" is the negative class: is it of that class, or of the positive \
             one?",
            name,
            decided
        );
        let role = RoleName::of_one(of_logits);
        let mut ways = Vec::new();
        if let Some(negative) = other {
            let says = tr!(
                "it is of label \"{0}\", which is then the positive one",
                shorten(negative)
            );
            let options = Options {
                positive: Some(negative.clone()),
                ..self.with([(score, role.clone())])
            };
            ways.push((says, options));
        }
        let says = word("it is of the positive class").to_owned();
        ways.push((says, self.with([(score, role)])));
        self.ask(why, ways).into()
    }
}
