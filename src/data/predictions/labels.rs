//! What labels mean: which class, or that the example is ignored.

mod blanks;

use std::collections::{HashMap, HashSet};

use super::Options;
use super::class_order::positive_of;
use super::columns::first_of;
use super::names::{polarity, same};
use super::survey::number;
use crate::words::{tr, word};

/// Numbers that mark ignored examples beside classes from 0.
pub(super) const IGNORED: [f64; 4] = [-1.0, -2.0, -100.0, 255.0];

/// What a label means.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Labels {
    /// Class by text, `None` for ignored; empty where labels are numbers.
    pub texts: HashMap<String, Option<usize>>,
    /// Numbers that are ignored.
    pub ignored: Vec<f64>,
    /// What a number is less than its class: 1 where classes begin at 1.
    pub first: f64,
    /// Whether -1 and 1 are 0 and 1.
    pub signs: bool,
    /// The negative and the positive decision, where a person named the latter and no label is called so.
    pub decisions: Option<[String; 2]>,
    /// Whether the columns of the two classes stand in the other order.
    pub swapped: bool,
    /// What was decided, for people.
    pub notes: Vec<String>,
    /// Labels whose class is not their own number.
    pub mapping: Vec<(String, usize)>,
}

/// Why labels cannot be understood.
pub(super) enum Trouble {
    Error(String),
    /// A sentence, and options that answer it with what each says.
    Ask(String, Vec<(String, Options)>),
    /// The same, where names of the columns' classes, in their order, answer it as well.
    Order {
        why: String,
        ways: Vec<(String, Options)>,
        orders: Vec<(String, Vec<String>)>,
    },
}

/// The classes that the outputs are of.
pub(super) enum Classes<'a> {
    /// One output: of the positive class.
    Two,
    /// Names of the columns' classes, in their order.
    Named(&'a [String]),
}

impl Labels {
    /// A class or `None` for ignored; `Err` where it is neither.
    pub fn of_text(&self, text: &str) -> Result<Option<usize>, ()> {
        self.texts.get(text.trim()).copied().ok_or(())
    }

    /// The class that a text says, of labels of any kind; `None` for ignored and where it says none.
    pub fn class(&self, text: &str) -> Option<usize> {
        if !self.texts.is_empty() {
            return self.of_text(text).ok().flatten();
        }
        let class = self.of_number(number(text)?)?;
        (class.fract() == 0.0 && class >= 0.0).then_some(class as usize)
    }

    /// The number of the class, if it is one; `None` for ignored.
    #[inline]
    pub fn of_number(&self, value: f64) -> Option<f64> {
        if self.ignored.contains(&value) {
            return None;
        }
        Some(if self.signs && value == -1.0 {
            0.0
        } else {
            value - self.first
        })
    }

    /// Whether numbers mean what they are.
    pub fn are_plain(&self) -> bool {
        self.texts.is_empty() && self.ignored.is_empty() && self.first == 0.0 && !self.signs
    }

    pub(super) fn said(mut self, note: String) -> Self {
        self.notes.push(note);
        self
    }

    /// Of the different labels of a file those that stand for a class or may, and those that a person said are
    /// ignored.
    pub fn left<'a>(
        texts: &'a [(String, u64)],
        classes: &Classes<'_>,
        options: &Options,
    ) -> Result<(Vec<&'a str>, Vec<&'a str>), Trouble> {
        let is_ignored = |text: &&str| {
            let mut given = options.ignore_labels.iter();
            given.any(|label| {
                label == text || number(label).is_some_and(|value| number(text) == Some(value))
            })
        };
        let there = texts.iter().map(|(text, _)| text.as_str());
        let there = there.filter(|text| !text.is_empty());
        let (ignored, there): (Vec<&str>, Vec<&str>) = there.partition(is_ignored);
        Ok((blanks::leave_out(there, texts, classes, options)?, ignored))
    }

    /// From the different labels of a file.
    pub fn of(
        texts: &[(String, u64)],
        classes: &Classes<'_>,
        options: &Options,
    ) -> Result<Self, Trouble> {
        let (there, ignored) = Self::left(texts, classes, options)?;
        let numbers: Option<Vec<f64>> = there.iter().map(|text| number(text)).collect();
        let labels = match (numbers, &options.positive, classes) {
            (numbers, Some(positive), Classes::Two) => {
                Self::of_positive(&there, numbers.is_some(), positive, 1)?
            }
            (numbers, Some(positive), Classes::Named(names)) if names.len() == 2 => {
                Self::positive_column(&there, numbers.is_some(), positive, names, options)?
            }
            (_, Some(_), Classes::Named(_)) => {
                return Err(Trouble::Error(
                    word("--positive is for two classes, and there are more").to_owned(),
                ));
            }
            (Some(mut numbers), None, Classes::Two) => {
                numbers.sort_by(f64::total_cmp);
                numbers.dedup();
                Self::two_numbers(&numbers, options)?
            }
            (Some(_), None, Classes::Named(names)) => Self::numbers(&there, names, options)?,
            (None, None, Classes::Two) => Self::two_texts(&there, options)?,
            (None, None, Classes::Named(names)) => {
                let labels = Self::texts(&there, names)?;
                labels.ask_positive(&there, names, options)?;
                labels
            }
        };
        Ok(labels.ignoring(&there, &ignored))
    }

    /// Asks which of two labels is positive, where no name of their columns says so. Labels that are spelled in
    /// more than one way no answer names: they stay in the order of the columns.
    fn ask_positive(
        &self,
        there: &[&str],
        names: &[String],
        options: &Options,
    ) -> Result<(), Trouble> {
        let label = |class: usize| {
            let mut texts = there.iter().filter(|text| self.class(text) == Some(class));
            Some((*texts.next()?).to_owned())
        };
        let ([_, _], [_, _], None, Some(one), Some(other)) =
            (names, there, positive_of(names), label(0), label(1))
        else {
            return Ok(());
        };
        let labels = [one, other];
        let why = tr!("labels are {}: which is positive?", first_of(&labels));
        Err(Trouble::Ask(why, positives(&labels, options)))
    }

    /// With labels that a person said are ignored.
    fn ignoring(mut self, there: &[&str], ignored: &[&str]) -> Self {
        if self.texts.is_empty() && ignored.iter().any(|text| number(text).is_none()) {
            // A text among numbers: all are taken as texts.
            for text in there {
                let class = number(text).map(|value| self.of_number(value));
                let class = class.unwrap_or_default();
                if class.is_none_or(|class| class >= 0.0 && class.fract() == 0.0) {
                    let class = class.map(|class| class as usize);
                    self.texts.insert((*text).to_owned(), class);
                }
            }
        }
        for text in ignored {
            match number(text) {
                Some(value) if self.texts.is_empty() => self.ignored.push(value),
                _ => {
                    self.texts.insert((*text).to_owned(), None);
                }
            }
        }
        self
    }

    pub(super) fn by_text<'a>(pairs: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut mapping: Vec<(String, usize)> = Vec::new();
        let mut seen = HashSet::new();
        // A label may be named by its column as well.
        for (text, class) in pairs.into_iter().filter(|(text, _)| seen.insert(*text)) {
            mapping.push((text.to_owned(), class));
        }
        let texts = mapping
            .iter()
            .map(|(text, class)| (text.clone(), Some(*class)));
        Self {
            texts: texts.collect(),
            mapping,
            ..Self::default()
        }
    }

    /// One label is positive, of the column of that place, and the others are of the other one.
    pub(super) fn of_positive(
        there: &[&str],
        numeric: bool,
        positive: &str,
        column: usize,
    ) -> Result<Self, Trouble> {
        let is_positive = |text: &str| {
            text == positive
                || (numeric && number(text).is_some_and(|v| number(positive) == Some(v)))
        };
        // Texts of one number, such as 1 and 1.0, are one label.
        let mut others: Vec<&str> = there
            .iter()
            .copied()
            .filter(|text| !is_positive(text))
            .collect();
        let key = |text: &str| number(text).map_or(text.to_owned(), |value| value.to_string());
        let mut different: Vec<String> = others.iter().map(|text| key(text)).collect();
        different.sort();
        different.dedup();
        if others.len() == there.len() {
            return Err(Trouble::Error(tr!(
                "no label is \"{positive}\", which was said to be positive; there are {}",
                first_of(there),
                positive
            )));
        }
        if different.len() > 1 {
            return Err(Trouble::Error(tr!(
                "there are more than two labels: {}; --ignore-label LABEL leaves out examples",
                first_of(there)
            )));
        }
        others.sort_unstable();
        let pairs = there.iter().map(|text| {
            (
                *text,
                if is_positive(text) {
                    column
                } else {
                    1 - column
                },
            )
        });
        Ok(Self::by_text(pairs).said(tr!("label \"{positive}\" is positive", positive)))
    }

    fn two_numbers(values: &[f64], options: &Options) -> Result<Self, Trouble> {
        let plain = |value: &f64| *value == 0.0 || *value == 1.0;
        if values.iter().all(plain) {
            return Ok(Self::default());
        }
        if values == [-1.0, 1.0] {
            let labels = Self {
                signs: true,
                mapping: vec![("-1".to_owned(), 0), ("1".to_owned(), 1)],
                ..Self::default()
            };
            return Ok(labels.said(word("labels -1 and 1 are 0 and 1").to_owned()));
        }
        let others: Vec<f64> = values.iter().copied().filter(|v| !plain(v)).collect();
        if others.iter().all(|value| IGNORED.contains(value)) {
            let has_plain = others.len() < values.len();
            if has_plain && !others.contains(&-1.0) {
                return Ok(Self::without(others));
            }
            let why = word(
                "labels are -1 and others: is -1 ignored, the negative class, or a class of its own?",
            );
            let mut ways = Vec::new();
            if has_plain {
                let ignore = Options {
                    ignore_labels: others.iter().map(f64::to_string).collect(),
                    ..options.clone()
                };
                ways.push((word("rows of -1 are ignored").to_owned(), ignore));
            }
            if values.len() <= 2 {
                ways.extend(positives(
                    &values.iter().map(f64::to_string).collect::<Vec<_>>(),
                    options,
                ));
            }
            return Err(Trouble::Ask(why.to_owned(), ways));
        }
        if let &[a, b] = values
            && a.fract() == 0.0
            && b.fract() == 0.0
            && a != 0.0
            && b != 0.0
        {
            let texts = [a.to_string(), b.to_string()];
            let why = tr!("labels are {a} and {b}: which is positive?", a, b);
            return Err(Trouble::Ask(why, positives(&texts, options)));
        }
        // Rows say what is wrong with theirs.
        Ok(Self::default())
    }

    pub(super) fn without(ignored: Vec<f64>) -> Self {
        let shown: Vec<String> = ignored.iter().map(f64::to_string).collect();
        let note = tr!("rows whose label is {} are ignored", shown.join(", "));
        let labels = Self {
            ignored,
            ..Self::default()
        };
        labels.said(note)
    }

    fn two_texts(there: &[&str], options: &Options) -> Result<Self, Trouble> {
        let known: Option<Vec<bool>> = there.iter().map(|text| polarity(text)).collect();
        if let Some(known) = known {
            let known = known.into_iter().map(usize::from);
            let labels = Self::by_text(there.iter().copied().zip(known));
            return Ok(labels.said(tr!(
                "labels {} are read as yes and no: 1 and 0",
                first_of(there)
            )));
        }
        if there.len() > 2 {
            return Err(Trouble::Error(tr!(
                "one output is of two classes, and labels are {}; 0 and 1 are expected (--ignore-label \
                 LABEL leaves out examples, --map NAME=p_CLASS says which column is of which class)",
                first_of(there)
            )));
        }
        let names: Vec<String> = there.iter().map(|text| (*text).to_owned()).collect();
        let why = tr!("labels are {}: which is positive?", first_of(there));
        Err(Trouble::Ask(why, positives(&names, options)))
    }

    pub(super) fn note_of_columns(names: &[String]) -> String {
        tr!("classes are those of the columns: {}", first_of(names))
    }

    pub(super) fn texts(there: &[&str], names: &[String]) -> Result<Self, Trouble> {
        let class = |text: &str| {
            let exact = names.iter().position(|name| name == text);
            exact.or_else(|| names.iter().position(|name| same(name, text)))
        };
        let found: Option<Vec<usize>> = there.iter().map(|text| class(text)).collect();
        if let Some(found) = found {
            let all = (0..).zip(names).map(|(class, name)| (name.as_str(), class));
            let labels = Self::by_text(all.chain(there.iter().copied().zip(found)));
            return Ok(labels.said(Self::note_of_columns(names)));
        }
        let numbered = names.iter().all(|name| name.parse::<u32>().is_ok());
        let mut sorted = there.to_vec();
        sorted.sort_unstable();
        if numbered && sorted.len() == names.len() {
            let labels = Self::by_text(sorted.iter().copied().zip(0..));
            return Ok(labels.said(tr!("classes in alphabetical order: {}", first_of(&sorted))));
        }
        let why = tr!(
            "labels are {}, and outputs are of {}: which column is of which class?",
            first_of(there),
            first_of(names)
        );
        Err(Trouble::Ask(why, Vec::new()))
    }
}

/// Either label as the positive one.
fn positives(labels: &[String], options: &Options) -> Vec<(String, Options)> {
    let ways = labels.iter().rev().map(|label| {
        let says = tr!("\"{label}\" is positive", label);
        let options = Options {
            positive: Some(label.clone()),
            ..options.clone()
        };
        (says, options)
    });
    ways.collect()
}
