//! Rows that say nothing of what outputs are, since they are ignored.

use super::given;
use super::labels::{Classes, Labels};
use super::names::{self, Optional, named};
use super::outputs::{self, Choice};
use super::resolve::Resolver;
use super::survey::number;

/// Which rows those are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Skips {
    /// A column that is 0 there.
    pub mask: Option<usize>,
    /// The column of labels, and what they mean.
    pub label: Option<(usize, Labels)>,
}

impl Skips {
    /// Whether a label says so.
    pub fn has(labels: &Labels, text: &str) -> bool {
        match labels.texts.get(text) {
            Some(class) => class.is_none(),
            None => number(text).is_some_and(|value| labels.ignored.contains(&value)),
        }
    }

    /// With the columns at other places; what has none is left out.
    pub fn moved(&self, place: impl Fn(usize) -> Option<usize>) -> Self {
        let label = self.label.as_ref();
        Self {
            mask: self.mask.and_then(&place),
            label: label.and_then(|(column, labels)| Some((place(*column)?, labels.clone()))),
        }
    }
}

impl Resolver<'_> {
    /// Rows that are ignored, as far as what was seen tells.
    pub fn skips(&self) -> Skips {
        let weight = || {
            let is_weight = |column: &usize| {
                self.roles[*column].is_none()
                    && named(&self.names[*column]).optional == Some(Optional::Weight)
                    && self.is_mask(*column)
            };
            (0..self.names.len()).find(is_weight)
        };
        let named = given::mask(self.names, self.options).filter(|&column| {
            self.roles[column].is_some()
                || names::same(&self.names[column], "valid")
                || self.is_mask(column)
        });
        Skips {
            mask: named.or_else(weight),
            label: self.ignored_labels(),
        }
    }

    fn ignored_labels(&self) -> Option<(usize, Labels)> {
        let found = outputs::find(self.file, self.names, &self.roles).ok()?;
        let label = self.label(&found).ok()??;
        let set = match outputs::choose(self.file, &found, self.names, self.survey) {
            Ok(Choice::One(set, _) | Choice::Twins(set, ..)) => Some(set),
            Ok(Choice::None) => self.named_by_labels(label),
            Ok(Choice::Many(..)) | Err(_) => None,
        }?;
        if self.is_regression(&set, label).ok()? {
            let labels = self.of_regression().ok()?;
            return (!labels.ignored.is_empty()).then_some((label, labels));
        }
        let classes = match set.columns.len() {
            1 => Classes::Two,
            _ => Classes::Named(&set.classes),
        };
        let labels = Labels::of(&self.survey.columns[label].texts, &classes, self.options).ok()?;
        let ignores = !labels.ignored.is_empty() || labels.texts.values().any(Option::is_none);
        ignores.then_some((label, labels))
    }
}
