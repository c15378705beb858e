//! What a person chose of how a file is to be read.

use std::collections::BTreeSet;

use crate::data::predictions::{Options, Question, RoleName};

/// An answer in the making.
pub(super) struct Answer {
    /// What it answers, to tell another question.
    question: (String, String, Options),
    /// The reading that was chosen, until something of it is changed.
    candidate: Option<usize>,
    /// One for each column.
    roles: Vec<Option<RoleName>>,
    positive: Option<String>,
    ignored: Vec<String>,
    /// The column of the labels, and what is known of them: each, and how often.
    label: Option<usize>,
    labels: Vec<(String, u64)>,
    /// Classes that columns may be of.
    classes: BTreeSet<String>,
}

impl Answer {
    /// The likeliest reading, chosen already.
    pub fn new(question: &Question) -> Self {
        let mut answer = Self {
            question: key(question),
            candidate: None,
            roles: question.columns.iter().map(|of| of.guess.clone()).collect(),
            positive: question.options.positive.clone(),
            ignored: question.options.ignore_labels.clone(),
            label: label(question.columns.iter().map(|of| of.guess.as_ref())),
            labels: question.labels.clone(),
            classes: classes(question),
        };
        if !question.candidates.is_empty() {
            answer.choose(question, 0);
        }
        answer
    }

    /// Whether it answers this question.
    pub fn is_to(&self, question: &Question) -> bool {
        self.question == key(question)
    }

    /// The options to open the same files with.
    pub fn options(&self, question: &Question) -> Options {
        let candidate = self.candidate.and_then(|at| question.candidates.get(at));
        if let Some(candidate) = candidate {
            return candidate.options.clone();
        }
        Options {
            positive: self.positive.clone(),
            ignore_labels: self.ignored.clone(),
            ..question.answer(&self.roles)
        }
    }

    /// The reading that is chosen as it was offered.
    pub fn candidate(&self) -> Option<usize> {
        self.candidate
    }

    /// Takes over a reading that is offered.
    pub fn choose(&mut self, question: &Question, index: usize) {
        let Some(candidate) = question.candidates.get(index) else {
            return;
        };
        let options = &candidate.options;
        self.candidate = Some(index);
        self.positive = options.positive.clone();
        self.ignored = options.ignore_labels.clone();
        for (place, column) in question.columns.iter().enumerate() {
            let mapped = options.maps.iter().find(|(name, _)| *name == column.name);
            // A new name says what the column is for.
            let names = options.columns.as_ref();
            let named = names.and_then(|names| names.get(place)?.parse().ok());
            let role = mapped.map(|(_, role)| role.clone()).or(named);
            // What is not of this reading is not read.
            let said = options.maps.iter().map(|(_, role)| role);
            let gives_way = |guess: &RoleName| said.clone().any(|role| role.excludes(guess));
            let guess = column.guess.clone();
            let guess = guess.map(|guess| match gives_way(&guess) {
                true => RoleName::Ignore,
                false => guess,
            });
            self.roles[place] = role.or(guess);
        }
        self.relabel(question);
    }

    /// Another column of labels has other labels; whether it is another.
    fn relabel(&mut self, question: &Question) -> bool {
        let now = label(self.roles.iter().map(Option::as_ref));
        if now == self.label {
            return false;
        }
        self.label = now;
        let guesses = question.columns.iter().map(|of| of.guess.as_ref());
        self.labels = if now == label(guesses) {
            question.labels.clone()
        } else {
            Vec::new()
        };
        true
    }

    pub fn role(&self, column: usize) -> Option<&RoleName> {
        self.roles.get(column)?.as_ref()
    }

    pub fn set_role(&mut self, question: &Question, column: usize, role: RoleName) {
        for other in self.roles.iter_mut().flatten() {
            if role.excludes(other) {
                *other = RoleName::Ignore;
            }
        }
        self.roles[column] = Some(role);
        if self.relabel(question) {
            // What was said of the labels before says nothing of these.
            self.positive.clone_from(&question.options.positive);
            self.ignored.clone_from(&question.options.ignore_labels);
        }
        self.is_changed(question);
    }

    /// What is asked next shows labels that were not known before: they are answered here, too.
    pub fn learn(&mut self, next: &Question) {
        if self.labels.is_empty() {
            self.labels.clone_from(&next.labels);
        }
    }

    pub fn labels(&self) -> &[(String, u64)] {
        &self.labels
    }

    pub fn positive(&self) -> Option<&str> {
        self.positive.as_deref()
    }

    pub fn set_positive(&mut self, question: &Question, label: &str) {
        self.positive = Some(label.to_owned());
        self.is_changed(question);
    }

    pub fn ignores(&self, label: &str) -> bool {
        self.ignored.iter().any(|ignored| ignored == label)
    }

    pub fn set_ignored(&mut self, question: &Question, label: &str, ignores: bool) {
        self.ignored.retain(|ignored| ignored != label);
        if ignores {
            self.ignored.push(label.to_owned());
            // It cannot be both.
            self.positive = self.positive.take().filter(|positive| positive != label);
        }
        self.is_changed(question);
    }

    /// Roles that a column may have.
    pub fn offered(&self) -> Vec<RoleName> {
        let (outputs, rest) = RoleName::PLAIN.split_at(6);
        let of_classes = self.classes.iter().cloned();
        let p = of_classes.clone().map(RoleName::POf);
        let logits = of_classes.clone().map(RoleName::LogitOf);
        let percent = of_classes.map(RoleName::PercentOf);
        let rest = rest.iter().cloned();
        outputs
            .iter()
            .cloned()
            .chain(p)
            .chain(logits)
            .chain(percent)
            .chain(rest)
            .collect()
    }

    /// A reading that is changed is the one that was offered no longer, unless it is another one.
    fn is_changed(&mut self, question: &Question) {
        self.candidate = None;
        let options = self.options(question);
        let offered = &question.candidates;
        self.candidate = offered.iter().position(|of| of.options == options);
    }
}

/// The first column that is the label.
fn label<'a>(mut roles: impl Iterator<Item = Option<&'a RoleName>>) -> Option<usize> {
    roles.position(|role| role == Some(&RoleName::Label))
}

fn key(question: &Question) -> (String, String, Options) {
    let (file, why) = (question.file.clone(), question.why.clone());
    (file, why, question.options.clone())
}

/// Classes that guesses and readings name, else the labels where they are few.
fn classes(question: &Question) -> BTreeSet<String> {
    let guesses = question.columns.iter().filter_map(|of| of.guess.as_ref());
    let readings = question.candidates.iter();
    let maps = readings.flat_map(|of| of.options.maps.iter().map(|(_, role)| role));
    let of = |role: &RoleName| match role {
        RoleName::POf(class) | RoleName::LogitOf(class) | RoleName::PercentOf(class) => {
            Some(class.clone())
        }
        RoleName::Label
        | RoleName::Logit
        | RoleName::P
        | RoleName::Percent
        | RoleName::Confidence
        | RoleName::Decision
        | RoleName::Pred
        | RoleName::Target
        | RoleName::Valid
        | RoleName::Batch
        | RoleName::Group
        | RoleName::Ignore => None,
    };
    let named: BTreeSet<String> = guesses.chain(maps).filter_map(of).collect();
    let labels = &question.labels;
    if named.is_empty() && (2..=20).contains(&labels.len()) {
        return labels.iter().map(|(label, _)| label.clone()).collect();
    }
    named
}
