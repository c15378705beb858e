//! A column of one class of two, as "prob_no" beside labels "yes" and "no": right where that class is the positive one.

use super::error::Refusal;
use super::labels::{Classes, IGNORED, Labels};
use super::names::{Family, Named, named, polarity, same};
use super::ordered::wrong_count;
use super::outputs::{Found, Set};
use super::resolve::Resolver;
use super::survey::number;
use super::{Options, RoleName, shorten};
use crate::words::tr;

/// The label that a class means.
struct Meant {
    label: String,
    /// Whether it is the positive one of two.
    is_positive: bool,
}

impl Resolver<'_> {
    /// The output where its only column is of one class, the positive one of two, and what is said of it; `None`
    /// where that is not so.
    ///
    /// # Errors
    /// Asks where it is of the other class, or where no name says which column is the label. Refuses a numbered
    /// class that is none of two.
    pub fn of_one_class(
        &self,
        found: &Found,
        label: &Result<Option<usize>, Refusal>,
    ) -> Result<Option<(Set, String)>, Refusal> {
        let is_sure = |set: &Set| set.family <= Family::Probability || set.is_given;
        let Some(first) = found.lone.first() else {
            return Ok(None);
        };
        if found.sets.iter().any(is_sure) {
            return Ok(None);
        }
        let label = label.clone()?;
        let may_be_label = |&column: &usize| {
            let is_unknown = named(&self.names[column]) == Named::default();
            self.roles[column].is_none() && is_unknown && self.is_of_classes(column)
        };
        let labels: Vec<usize> = match label {
            Some(label) => vec![label],
            None => (0..self.names.len()).filter(may_be_label).collect(),
        };
        let mut ways = Vec::new();
        for of_class in &found.lone {
            let class = &of_class.classes[0];
            let set = Set {
                classes: Vec::new(),
                ..of_class.clone()
            };
            for &column in &labels {
                let Some(meant) = self.meant(class, column) else {
                    continue;
                };
                if label.is_some() && meant.is_positive && found.lone.len() == 1 {
                    let shown = set.shown(self.names);
                    let note = tr!(
                        "{shown} is of \"{0}\", the positive class",
                        shorten(&meant.label),
                        shown
                    );
                    return Ok(Some((set, note)));
                }
                let is_known = label.is_some();
                ways.extend(self.ways_of(&set, &meant, Some(column).filter(|_| !is_known)));
            }
        }
        if !ways.is_empty() {
            let scores = found.sets.iter().filter(|set| set.family == Family::Score);
            let lone = || found.lone.iter().flat_map(|set| &set.columns);
            ways.extend(scores.map(|set| {
                let ignored = lone().map(|&column| (column, RoleName::Ignore));
                let says = tr!("{} are the outputs", set.shown(self.names));
                (says, self.with(ignored))
            }));
        }
        let is_surely_of_class = first.is_given || first.classes[0].parse::<i64>().is_ok();
        match (ways.is_empty(), label) {
            (true, _) if is_surely_of_class => Err(wrong_count(self.file, &first.stem, 1).into()),
            (true, _) => Ok(None),
            (false, None) => {
                let why = tr!("there is no column \"{needed}\"", needed = "label");
                Err(self.ask(why, ways).into())
            }
            (false, Some(_)) => {
                let why = tr!(
                    "{shown} is of one class of two, \"{0}\": is that the positive one?",
                    shorten(&first.classes[0]),
                    shown = first.shown(self.names)
                );
                Err(self.ask(why, ways).into())
            }
        }
    }

    /// What its values may be, with its class as the positive one; and with this column as the label.
    fn ways_of(&self, set: &Set, meant: &Meant, label: Option<usize>) -> Vec<(String, Options)> {
        let mut kinds = self.kinds(set);
        // Logits come last: a name that says probability has said that they are none.
        if set.family == Family::Probability && kinds.len() > 1 {
            kinds.pop();
        }
        let ways = kinds.into_iter().map(|(says, mut options)| {
            let is_label = label.map(|of| tr!("\"{0}\" is the label", shorten(&self.names[of])));
            let positive = (!meant.is_positive).then(|| meant.label.clone());
            let is_positive = positive
                .as_ref()
                .map(|label| tr!("\"{label}\" is positive", label));
            if let Some(label) = label {
                let role = (self.names[label].clone(), RoleName::Label);
                options.maps.insert(0, role);
            }
            options.positive = positive.or(options.positive);
            let parts: Vec<String> = [is_label, Some(says), is_positive]
                .into_iter()
                .flatten()
                .collect();
            (parts.join(", "), options)
        });
        ways.collect()
    }

    /// The label of two in this column that a class is called as, or that says yes or no as it does.
    fn meant(&self, class: &str, column: usize) -> Option<Meant> {
        let texts = &self.survey.columns[column].texts;
        let (left, _) = Labels::left(texts, &Classes::Two, self.options).ok()?;
        let is_same = |one: &str, other: &str| match (number(one), number(other)) {
            (Some(one), Some(other)) => one == other,
            (None, None) => same(one, other),
            (Some(_), None) | (None, Some(_)) => false,
        };
        let mut there: Vec<&str> = Vec::new();
        for text in left {
            if there.iter().all(|one| !is_same(one, text)) {
                there.push(text);
            }
            if there.len() > 2 + IGNORED.len() {
                return None;
            }
        }
        if there.len() > 2 {
            there.retain(|text| number(text).is_none_or(|value| !IGNORED.contains(&value)));
        }
        let signs: Option<Vec<bool>> = there.iter().map(|text| sign(text)).collect();
        let signs = signs.filter(|signs| !matches!(signs.as_slice(), [one, other] if one == other));
        let at = there.iter().position(|text| is_same(text, class));
        let by_sign = || {
            signs
                .as_ref()?
                .iter()
                .position(|of| Some(*of) == sign(class))
        };
        let at = at.or_else(by_sign).filter(|_| there.len() <= 2)?;
        let is_positive = match &self.options.positive {
            Some(positive) => is_same(positive, there[at]),
            None => signs.is_some_and(|signs| signs[at]),
        };
        Some(Meant {
            label: there[at].to_owned(),
            is_positive,
        })
    }
}

/// Which of two classes a label says: of -1 and 1, 1 is the positive one.
fn sign(text: &str) -> Option<bool> {
    match number(text) {
        Some(value) => [(1.0, true), (0.0, false), (-1.0, false)]
            .into_iter()
            .find_map(|(of, sign)| (of == value).then_some(sign)),
        None => polarity(text),
    }
}
