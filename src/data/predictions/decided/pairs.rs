//! Scores beside decisions, row by row.

use super::super::RoleName;
use super::super::labels::Labels;
use super::super::names::{Family, named, polarity};
use super::super::survey::number;

/// Different decisions that are kept; what has more is none.
const MOST_DECISIONS: usize = 64;
/// Pairs that are looked at. A file with more has as many scores, of which one has to be named.
const MOST_PAIRS: usize = 256;

/// Least and largest of some scores.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Range {
    pub least: f64,
    pub most: f64,
}

impl Range {
    const EMPTY: Self = Self {
        least: f64::INFINITY,
        most: f64::NEG_INFINITY,
    };

    pub fn is_empty(self) -> bool {
        self.least > self.most
    }

    pub fn with(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            most: self.most.max(other.most),
        }
    }
}

/// What was seen of a score beside a decision.
#[derive(Clone, Debug)]
pub(in super::super) struct Pair {
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

    /// Scores by what was decided; `None` where there are too many decisions, or they are not of two classes.
    pub fn sides(&self, labels: &Labels) -> Option<Sides> {
        let ranges = self.ranges.as_ref()?;
        let mut sides = [Range::EMPTY; 2];
        for (decision, range) in ranges {
            let Some(is_positive) = labels.of_decision(decision) else {
                return self.others(labels);
            };
            let side = &mut sides[usize::from(is_positive)];
            *side = side.with(*range);
        }
        Some(Sides::Classes(sides))
    }

    /// One or two texts, none of which is spelled as a label.
    fn others(&self, labels: &Labels) -> Option<Sides> {
        let ranges = self.ranges.as_ref().filter(|ranges| ranges.len() <= 2)?;
        let is_other = |(text, _): &(String, Range)| {
            number(text).is_none() && labels.of_decision(text).is_none()
        };
        ranges
            .iter()
            .all(is_other)
            .then(|| Sides::Others(ranges.clone()))
    }
}

/// Scores beside decisions.
pub(in super::super) enum Sides {
    /// Where the negative and where the positive class was decided.
    Classes([Range; 2]),
    /// Where each of at most two texts stands, which are not spelled as labels are.
    Others(Vec<(String, Range)>),
}

/// Scores and decisions by their names and by what a person said of them.
pub(in super::super) fn pairs(names: &[String], roles: &[Option<RoleName>]) -> Vec<Pair> {
    let output = |column: usize| named(&names[column]).output;
    let is_score = |&column: &usize| match &roles[column] {
        Some(role) => role.is_output(),
        None => output(column).is_some_and(|of| {
            of.family != Family::Decision
                && of.class.is_none_or(|class| polarity(&class) == Some(true))
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
        let value = |text: &str| number(text).or_else(|| polarity(text).map(f64::from));
        let text = text.trim();
        if let Some([negative, positive]) = &self.decisions {
            return (text == positive)
                .then_some(true)
                .or((text == negative).then_some(false));
        }
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
