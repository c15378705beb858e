//! The questions: what is not known, and the readings there are.

use super::error::{ReadError, Refusal};
use super::kind;
use super::names::{Family, Optional, named};
use super::outputs::{Found, Set};
use super::question::{AskedColumn, Candidate, Question};
use super::resolve::Resolver;
use super::{Options, RoleName};
use crate::words::word;

/// Rows that a question shows, and labels.
const SHOWN_ROWS: usize = 8;
const SHOWN_LABELS: usize = 20;

impl Resolver<'_> {
    /// Options that read one of several sets.
    pub fn only(&self, set: &Set, sets: &[Set], of_logits: bool) -> Options {
        let sure = set.family <= Family::Probability;
        if sure || set.is_given {
            return set.options(self.names, self.options, of_logits);
        }
        // Its values tell what it is: the others give way.
        let mut options = self.options.clone();
        let others = sets.iter().filter(|other| other.columns != set.columns);
        options.maps.extend(
            others
                .flat_map(|other| &other.columns)
                .map(|&column| (self.names[column].clone(), RoleName::Ignore)),
        );
        options
    }

    /// No column is known as outputs.
    pub fn nothing(&self, found: &Found) -> Refusal {
        // A question of its own may be open: which column is the label.
        let label = self.label(found).ok().flatten();
        let ways = self.offers(None, label);
        let decided = found.decisions.iter().find(|&&column| {
            let numbers = &self.survey.columns[column].numbers;
            numbers.count == 0 || numbers.are_classes()
        });
        if let (Some(&column), Some(_), true) = (decided, label, ways.is_empty()) {
            let set = Set {
                family: Family::Decision,
                stem: String::new(),
                columns: vec![column],
                classes: Vec::new(),
                is_run: false,
                is_given: false,
            };
            return ReadError::of(self.file, kind::hard(&set, self.names)).into();
        }
        let why = word(
            "there is no column of outputs; \"logit\" or \"p\", \"logit_0\", … or \"p_0\", …, or \"pred\" \
             is expected (--map NAME=ROLE says what a column is for)",
        );
        self.ask(why.to_owned(), ways).into()
    }

    /// The question, with what there is to go by.
    pub fn ask(&self, why: String, ways: Vec<(String, Options)>) -> Question {
        let guess = |column: usize| {
            if self.roles[column].is_some() {
                return self.roles[column].clone();
            }
            let name = named(&self.names[column]);
            match (name.output, name.optional) {
                _ if name.label => Some(RoleName::Label),
                (_, Some(Optional::Valid)) => Some(RoleName::Valid),
                (_, Some(Optional::Batch)) => Some(RoleName::Batch),
                (_, Some(Optional::Group)) => Some(RoleName::Group),
                (Some(output), _) => match (output.family, output.class) {
                    (Family::Logit, None) => Some(RoleName::Logit),
                    (Family::Logit, Some(class)) => Some(RoleName::LogitOf(class)),
                    (Family::Probability, None) => Some(RoleName::P),
                    (Family::Probability, Some(class)) => Some(RoleName::POf(class)),
                    (Family::Score | Family::Prediction, None)
                        if self.survey.columns[column].numbers.are_shares() =>
                    {
                        Some(RoleName::P)
                    }
                    (Family::Score | Family::Prediction | Family::Decision, _) => None,
                },
                (None, Some(Optional::Weight) | None) => None,
            }
        };
        let names = self.names.iter().enumerate();
        let label = (0..self.names.len()).find(|&column| guess(column) == Some(RoleName::Label));
        let labels = label.map(|label| &self.survey.columns[label].texts);
        Question {
            file: self.file.to_owned(),
            files: Vec::new(),
            why,
            columns: names
                .map(|(column, name)| AskedColumn {
                    name: name.clone(),
                    guess: guess(column),
                })
                .collect(),
            rows: self.survey.rows.iter().take(SHOWN_ROWS).cloned().collect(),
            labels: labels.map_or(Vec::new(), |of| {
                of.iter().take(SHOWN_LABELS).cloned().collect()
            }),
            candidates: ways
                .into_iter()
                .map(|(says, options)| Candidate { says, options })
                .collect(),
            options: self.options.clone(),
        }
    }
}
