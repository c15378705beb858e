//! Which column holds what happened: labels, one-hot labels or the target of a regression.

use super::RoleName;
use super::error::{ReadError, Refusal};
use super::kind;
use super::names::{self, Family, named};
use super::options::quoted;
use super::outputs::{Found, Set, doubled};
use super::resolve::Resolver;
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
            candidates = all()
                .filter(|column| {
                    self.roles[*column].is_none()
                        && named(&self.names[*column]).label
                        && !taken(column)
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
                let same = |row: &Vec<String>| {
                    let cell =
                        |column: usize| super::survey::number(&row[column]).ok_or(&row[column]);
                    others.iter().all(|&other| cell(other) == cell(*first))
                };
                if self.survey.is_whole
                    && !self.survey.rows.is_empty()
                    && self.survey.rows.iter().all(same)
                {
                    return Ok(Some(*first));
                }
                let names: Vec<String> = candidates
                    .iter()
                    .map(|&column| format!("\"{}\"", super::shorten(&self.names[column])))
                    .collect();
                let why = tr!(
                    "more than one column may be the label: {}",
                    names.join(", ")
                );
                let ways = candidates.iter().map(|&column| {
                    let mut options = self.options.clone();
                    options
                        .maps
                        .push((self.names[column].clone(), RoleName::Label));
                    (
                        tr!("\"{0}\" is the label", super::shorten(&self.names[column])),
                        options,
                    )
                });
                Err(self.ask(why, ways.collect()).into())
            }
        }
    }

    /// Columns of a one-hot label, one for each class.
    pub fn one_hot(&self, set: &Set) -> Vec<usize> {
        let classes = set.columns.len().max(2);
        let place = |class| {
            let mut columns = (0..self.names.len())
                .filter(|&column| named(&self.names[column]).one_hot == Some(class));
            columns.next().filter(|_| columns.next().is_none())
        };
        (0..classes)
            .map(place)
            .collect::<Option<Vec<_>>>()
            .unwrap_or_default()
    }

    /// Columns whose names are those of the labels.
    pub fn named_by_labels(&self, label: usize) -> Option<Set> {
        let seen = &self.survey.columns[label];
        if self
            .options
            .maps
            .iter()
            .any(|(_, role)| !matches!(role, RoleName::Label | RoleName::Ignore))
        {
            return None;
        }
        let place = |text: &str| self.names.iter().position(|name| name == text);
        let mut columns: Vec<usize> = Vec::new();
        for (text, _) in seen.texts.iter().filter(|(text, _)| !text.is_empty()) {
            columns.push(place(text)?);
        }
        // Classes without examples have a column, too: numbers from 0 tell how many.
        let mut numbered = (0..).map_while(|class: usize| place(&class.to_string()));
        if columns
            .iter()
            .all(|&column| self.names[column].parse::<usize>().is_ok())
        {
            columns.extend(numbered.by_ref());
        }
        columns.sort_unstable();
        columns.dedup();
        let set = Set {
            family: Family::Score,
            stem: String::new(),
            classes: columns
                .iter()
                .map(|&column| self.names[column].clone())
                .collect(),
            columns,
            is_run: false,
            is_given: false,
        };
        (set.columns.len() >= 2).then_some(set)
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
        let pair =
            |pair: [f64; 2]| values.len() == 2 && values.iter().all(|value| pair.contains(value));
        let binary = pair([0.0, 1.0]) || pair([-1.0, 1.0]);
        if given || target.count == 0 {
            return Ok(given || !is_text);
        }
        let shared = pred
            .values
            .iter()
            .flatten()
            .any(|value| values.contains(value));
        if target.are_classes() && pred.are_classes() && shared {
            let what = kind::hard(set, self.names);
            let [name, target] = [set.columns[0], label].map(|of| quoted(&self.names[of]));
            let cure = tr!(
                "for a regression say --map {name}=pred --map {target}=target",
                name,
                target
            );
            return Err(ReadError::of(self.file, format!("{what}; {cure}")).into());
        }
        if binary && pred.fractions > 0 {
            if pred.beyond == 0 && !names::same(&self.names[label], "target") {
                return Ok(false);
            }
            let [pred, target] = [set.columns[0], label].map(|column| self.names[column].clone());
            let why = tr!(
                "\"{target}\" is 0 or 1 and \"{pred}\" is not: scores of two classes, or a regression?",
                pred = super::shorten(&pred),
                target = super::shorten(&target)
            );
            let with = |role: RoleName, of: RoleName| {
                let mut options = self.options.clone();
                options
                    .maps
                    .extend([(pred.clone(), role), (target.clone(), of)]);
                options
            };
            let mut ways = vec![
                (
                    word("they are logits").to_owned(),
                    with(RoleName::Logit, RoleName::Label),
                ),
                (
                    word("a regression").to_owned(),
                    with(RoleName::Pred, RoleName::Target),
                ),
            ];
            if set.numbers(self.survey).beyond == 0 {
                let options = with(RoleName::P, RoleName::Label);
                ways.insert(0, (word("they are probabilities").to_owned(), options));
            }
            return Err(self.ask(why, ways).into());
        }
        Ok(true)
    }
}
