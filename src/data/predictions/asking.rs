//! The questions: what is not known, and the readings there are.

use super::columns::list;
use super::error::{ReadError, Refusal};
use super::guesses::offer;
use super::kind;
use super::maps::mapped;
use super::names::Family;
use super::outputs::{Found, Set};
use super::question::{AskedColumn, Candidate, Question};
use super::regression::are_two;
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
        } else if numbers.are_percent() {
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
        if let Some(&column) = found.decisions.first() {
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
        let why = tr!(
            "there is no column of outputs; \"logit\" or \"p\", \"logit_0\", … or \"p_0\", …, or \"pred\" \
             is expected, and it has {} (--map NAME=ROLE says what a column is for)",
            list(self.names)
        );
        self.ask(why, self.unnamed()).into()
    }

    /// Readings of columns whose names say nothing, by their values.
    fn unnamed(&self) -> Vec<(String, Options)> {
        let count = self.names.len();
        let numbers = |column: usize| &self.survey.columns[column].numbers;
        let mut ways = Vec::new();
        if count < 2 || self.survey.rows.is_empty() || !self.options.maps.is_empty() {
            return ways;
        }
        for label in [count - 1, 0] {
            let outputs: Vec<usize> = (0..count).filter(|&column| column != label).collect();
            let is_label = numbers(label).are_classes()
                && numbers(label).most < (outputs.len().max(2)) as f64 + 1.0
                && outputs.iter().all(|&column| numbers(column).others == 0);
            if !is_label {
                continue;
            }
            let classes = outputs.iter().enumerate().map(|(k, _)| k.to_string());
            let set = Set {
                family: Family::Score,
                stem: String::new(),
                classes: if outputs.len() > 1 {
                    classes.collect()
                } else {
                    Vec::new()
                },
                columns: outputs,
                is_run: false,
                is_given: false,
            };
            let within = set.numbers(self.survey).beyond == 0;
            let sums = set.columns.len() == 1 || set.sums_to_one(self.survey);
            if !sums && are_two(numbers(label)) {
                // Of one model each rather than of one class each.
                let models = self.models(&set, label);
                let are_models = !models.is_empty() && (within || set.columns.len() > 2);
                ways.extend(models);
                if are_models {
                    break;
                }
            }
            for of_logits in [false, true] {
                if !(of_logits || within && sums) {
                    continue;
                }
                let options = set.options(self.names, self.options, of_logits);
                let options = mapped(&options, self.names, [(label, RoleName::Label)]);
                let (what, name) = (set.shown(self.names), &self.names[label]);
                let says = if of_logits {
                    tr!("{what}: logits, \"{name}\": label", what, name)
                } else {
                    tr!("{what}: probabilities, \"{name}\": label", what, name)
                };
                ways.push((says, options));
            }
            if count == 2 && label == 1 && numbers(0).are_classes() {
                continue;
            }
            break;
        }
        ways
    }

    /// The question, with what there is to go by.
    pub fn ask(&self, why: String, ways: Vec<(String, Options)>) -> Question {
        let guess = |column: usize| self.guess(column);
        let names = self.names.iter().enumerate();
        let label = (0..self.names.len()).find(|&column| guess(column) == Some(RoleName::Label));
        let labels = label.map(|label| &self.survey.columns[label].texts);
        Question {
            file: self.file.to_owned(),
            why,
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
