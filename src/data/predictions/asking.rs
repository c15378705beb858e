//! The questions: what is not known, and the readings there are.

use super::error::{ReadError, Refusal};
use super::guesses::offer;
use super::kind;
use super::names::Family;
use super::options::quoted_file;
use super::outputs::{Found, Set};
use super::question::{AskedColumn, Candidate, Question};
use super::resolve::Resolver;
use super::{Options, RoleName};
use crate::words::{tr, word};

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
        let others = sets.iter().filter(|other| other.columns != set.columns);
        let others = others.flat_map(|other| &other.columns);
        let ignored = others.map(|&column| (column, RoleName::Ignore));
        self.with(ignored)
    }

    /// What values that may be logits, probabilities or percent may be.
    pub fn kinds(&self, set: &Set) -> Vec<(String, Options)> {
        let way = |says: &str, set: &Set, of_logits| {
            let options = set.options(self.names, self.options, of_logits);
            (says.to_owned(), options)
        };
        let numbers = set.numbers(self.survey);
        let mut ways = Vec::new();
        if numbers.beyond == 0 {
            ways.push(way(word("they are probabilities"), set, false));
        } else if numbers.are_percent()
            && (set.family <= Family::Probability || numbers.most > kind::LEAST_PERCENT)
        {
            ways.push(way(word("they are percent"), &set.as_percent(), false));
        } else if numbers.are_shares_but_few() {
            let says = word("they are probabilities, and rows beyond 0 to 1 are left out");
            let (says, options) = way(says, set, false);
            let options = Options {
                skip_bad_rows: true,
                ..options
            };
            ways.push((says, options));
        }
        ways.push(way(word("they are logits"), set, true));
        ways
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
        if let (Some(set), true) = (self.without_labels(), ways.is_empty()) {
            let what = tr!(
                "{shown} sum to 1 in every row: they are probabilities of classes, and there is no label; bring labels \
                 as a column beside them, or, where it is an array, as another one: ghm-lab xray {file} labels.npy",
                shown = set.shown(self.names),
                file = quoted_file(self.file)
            );
            return ReadError::of(self.file, what).into();
        }
        let why = word(
            "there is no column of outputs; \"logit\" or \"p\", \"logit_0\", … or \"p_0\", …, or \"pred\" \
             is expected",
        );
        self.ask(why.to_owned(), ways).into()
    }

    /// The question, with what there is to go by.
    pub fn ask(&self, why: String, ways: Vec<(String, Options)>) -> Question {
        let guess = |column: usize| self.guess(column);
        let names = self.names.iter().enumerate();
        let label = (0..self.names.len()).find(|&column| guess(column) == Some(RoleName::Label));
        let labels = label.map(|label| &self.survey.columns[label].texts);
        Question {
            file: self.file.to_owned(),
            files: Vec::new(),
            why,
            notes: Vec::new(),
            cure: match ways.as_slice() {
                [] => word("--map NAME=ROLE says what a column is for, as label, p or p_CLASS")
                    .to_owned(),
                _ => String::new(),
            },
            columns: names
                .map(|(column, name)| AskedColumn {
                    name: name.clone(),
                    guess: guess(column),
                    offer: guess(column).is_none().then(|| offer(name)).flatten(),
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
