//! Scores beside the classes that were decided: of the positive class, or of the one that was decided, which
//! only the decisions tell apart.

use super::Options;
use super::columns::{first_of, list};
use super::error::{ReadError, Refusal};
use super::labels::{IGNORED, Labels};
use super::names::{Family, is_positive, named, plain};
use super::outputs::Set;
use super::question::Question;
use super::resolve::Resolver;
use super::survey::{number, truth};
use super::{RoleName, shorten};
use crate::words::{tr, word};

/// Different decisions that are kept; what has more is none.
const MOST_DECISIONS: usize = 64;
/// Pairs that are looked at. A file with more has as many scores, of which one has to be named.
const MOST_PAIRS: usize = 256;
/// How far a score may be off by a rounding.
pub(super) const ROUNDING: f64 = 1e-6;

/// Least and largest of some scores.
#[derive(Clone, Copy, Debug)]
struct Range {
    least: f64,
    most: f64,
}

impl Range {
    const EMPTY: Self = Self {
        least: f64::INFINITY,
        most: f64::NEG_INFINITY,
    };

    fn is_empty(self) -> bool {
        self.least > self.most
    }

    fn with(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }
}

/// What was seen of a score beside a decision.
#[derive(Clone, Debug)]
pub(super) struct Pair {
    /// The score and the decision.
    pub columns: [usize; 2],
    /// Scores by decision; `None` where there are too many.
    ranges: Option<Vec<(String, Range)>>,
}

impl Pair {
    pub fn clear(&mut self) {
        self.ranges = Some(Vec::new());
    }

    /// Adds a row.
    pub fn add(&mut self, score: Option<f64>, decision: &str) {
        let Some(ranges) = &mut self.ranges else {
            return;
        };
        let Some(score) = score.filter(|score| score.is_finite()) else {
            return;
        };
        let one = Range {
            least: score,
            most: score,
        };
        let place = ranges.iter().position(|(of, _)| of == decision);
        match place {
            Some(place) => ranges[place].1 = ranges[place].1.with(one),
            None if decision.is_empty() => {}
            None if ranges.len() == MOST_DECISIONS => self.ranges = None,
            None => ranges.push((decision.to_owned(), one)),
        }
    }

    /// Scores where the negative and where the positive class was decided; `None` where decisions are not of
    /// these classes.
    fn sides(&self, labels: &Labels) -> Option<[Range; 2]> {
        let mut sides = [Range::EMPTY; 2];
        for (decision, range) in self.ranges.as_ref()? {
            let side = &mut sides[usize::from(labels.of_decision(decision)?)];
            *side = side.with(*range);
        }
        Some(sides)
    }
}

/// Scores and decisions by their names and by what a person said of them.
pub(super) fn pairs(names: &[String], roles: &[Option<RoleName>]) -> Vec<Pair> {
    let output = |column: usize| named(&names[column]).output;
    let is_score = |&column: &usize| match &roles[column] {
        Some(role) => role.is_output(),
        None => output(column).is_some_and(|of| {
            of.family != Family::Decision && of.class.is_none_or(|class| is_positive(&class))
        }),
    };
    let is_decision = |&column: &usize| match &roles[column] {
        Some(role) => *role == RoleName::Decision,
        None => {
            output(column).is_some_and(|of| of.family >= Family::Prediction && of.class.is_none())
        }
    };
    let all = || 0..names.len();
    let decisions: Vec<usize> = all().filter(is_decision).collect();
    all()
        .filter(is_score)
        .flat_map(|score| decisions.iter().map(move |&decision| [score, decision]))
        .filter(|[score, decision]| score != decision)
        .take(MOST_PAIRS)
        .map(|columns| Pair {
            columns,
            ranges: Some(Vec::new()),
        })
        .collect()
}

impl Labels {
    /// Whether a decision is for the positive class of two, where it is spelled as labels are, or as yes and no.
    pub fn of_decision(&self, text: &str) -> Option<bool> {
        let value = |text: &str| number(text).or_else(|| truth(text).map(|class| class as f64));
        let text = text.trim();
        let class = match self.texts.get(text) {
            Some(class) => *class,
            None => {
                let of = value(text)?;
                if self.texts.is_empty() {
                    let class = self.of_number(of)?;
                    // As libraries whose classes are -1 and 1 decide.
                    return [(-1.0, false), (0.0, false), (1.0, true)]
                        .into_iter()
                        .find_map(|(number, decided)| (number == class).then_some(decided));
                }
                let same = |(label, _): &(&String, &Option<usize>)| value(label) == Some(of);
                *self.texts.iter().find(same)?.1
            }
        };
        class.map(|class| class == 1)
    }
}

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
        let is_class = |text: &&String| {
            let is_ignored = number(text).is_some_and(|value| IGNORED.contains(&value));
            !is_ignored && !text.is_empty() && !self.options.ignore_labels.contains(text)
        };
        let texts = self.survey.columns[label].texts.iter();
        let texts = texts.map(|(text, _)| text).filter(is_class);
        let mut classes: Vec<String> = texts
            .map(|text| number(text).map_or(text.clone(), |value| value.to_string()))
            .collect();
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
            decided.column = Some(self.decision(score, labels)?);
            return Ok(decided);
        }
        if set.is_given {
            return Ok(decided);
        }
        let middle = if of_logits { 0.0 } else { 0.5 };
        let mut is_alone = true;
        for (decision, [negative, positive]) in self.sides(score, labels) {
            is_alone = false;
            let both = negative.with(positive);
            let is_of_decided = both.least >= middle - ROUNDING;
            if is_of_decided && negative.most > middle + ROUNDING {
                return Err(self.ask_confidence(score, decision, of_logits));
            }
            let is_reversed = positive.most <= negative.least;
            if is_reversed && !negative.is_empty() && !positive.is_empty() && both.least < both.most
            {
                let texts = label.map_or(&[][..], |label| &self.survey.columns[label].texts);
                let of = |class| {
                    let mut texts = texts.iter().map(|(text, _)| text);
                    texts.find(|text| labels.of_decision(text) == Some(class))
                };
                // The other class, where both have a label.
                let other = of(true).and(of(false));
                return Err(self.ask_reversed(score, decision, other, of_logits));
            }
            // Once refuted, neither comes back with more rows.
            decided.is_sure &= !is_of_decided && !is_reversed;
        }
        let seen = &self.survey.columns[score].numbers;
        let is_called_so = plain(&self.names[score]) == "confidence";
        if is_alone && is_called_so && !of_logits && seen.least >= 0.5 - ROUNDING {
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

    /// Decisions beside a score that are of the two classes, with the scores of each.
    fn sides(&self, score: usize, labels: &Labels) -> impl Iterator<Item = (usize, [Range; 2])> {
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

    /// The column of decisions that a confidence is of.
    fn decision(&self, score: usize, labels: &Labels) -> Result<usize, Refusal> {
        let all = || 0..self.names.len();
        let given: Vec<usize> = all()
            .filter(|&column| self.roles[column] == Some(RoleName::Decision))
            .collect();
        let found = if given.is_empty() {
            self.sides(score, labels)
                .map(|(column, _)| column)
                .collect()
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
        let role = if of_logits {
            RoleName::Logit
        } else {
            RoleName::P
        };
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
