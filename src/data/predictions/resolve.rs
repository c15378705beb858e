//! From names and values of columns to the one reading that a file has, or to a question.

use super::columns::{Role, list};
use super::error::{ReadError, Refusal};
use super::labels::{Classes, Labels, Trouble};
use super::names::{self, Family, Optional, named};
use super::outputs::{self, Choice, Found, Kind, Set, doubled};
use super::question::{AskedColumn, Candidate, Question};
use super::reading::Taken;
use super::survey::Survey;
use super::{Header, Options, Outputs, RoleName};
use crate::ghm::Task;
use crate::words::{tr, word};

/// Rows that a question shows, and labels.
const SHOWN_ROWS: usize = 8;
const SHOWN_LABELS: usize = 20;

/// The one reading.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Plan {
    pub header: Header,
    /// Place of a column among all, and what it is for.
    pub chosen: Vec<(usize, Role)>,
    pub labels: Labels,
    pub taken: Vec<Taken>,
    pub left: Vec<String>,
    pub notes: Vec<String>,
    /// Whether values that were not looked at can change nothing without being noticed.
    pub is_sure: bool,
}

/// What resolving goes by.
pub(super) struct Resolver<'a> {
    pub file: &'a str,
    pub names: &'a [String],
    pub survey: &'a Survey,
    pub options: &'a Options,
    roles: Vec<Option<RoleName>>,
}

/// The column of a mask, by names alone.
pub(super) fn mask(names: &[String], options: &Options) -> Option<usize> {
    let given = options
        .maps
        .iter()
        .find(|(_, role)| *role == RoleName::Valid);
    match given {
        Some((name, _)) => names
            .iter()
            .position(|of| of == name || names::same(of, name)),
        None => names
            .iter()
            .position(|name| named(name).optional == Some(Optional::Valid)),
    }
}

/// Columns of which a name or a person says something.
pub(super) fn known(names: &[String], options: &Options) -> Vec<usize> {
    let is_known = |column: &usize| {
        let name = &names[*column];
        let given = options.maps.iter().any(|(of, _)| names::same(of, name));
        given || named(name) != names::Named::default()
    };
    (0..names.len()).filter(is_known).collect()
}

impl<'a> Resolver<'a> {
    /// Finds the columns that a person named.
    pub fn new(
        file: &'a str,
        names: &'a [String],
        survey: &'a Survey,
        options: &'a Options,
    ) -> Result<Self, ReadError> {
        let mut roles = vec![None; names.len()];
        for (name, role) in &options.maps {
            let exact: Vec<usize> = (0..names.len()).filter(|&at| names[at] == *name).collect();
            let near = (0..names.len()).filter(|&at| names::same(&names[at], name));
            let found = if exact.is_empty() {
                near.collect()
            } else {
                exact
            };
            match found.as_slice() {
                [at] => roles[*at] = Some(role.clone()),
                [] => {
                    let listed = list(names);
                    let what = tr!(
                        "there is no column \"{name}\"; it has {listed}",
                        name,
                        listed
                    );
                    return Err(ReadError::of(file, what));
                }
                _ => return Err(doubled(file, name)),
            }
        }
        Ok(Self {
            file,
            names,
            survey,
            options,
            roles,
        })
    }

    /// Columns whose values may decide.
    pub fn wanted(&self) -> Vec<usize> {
        let matters = |column: &usize| {
            let name = named(&self.names[*column]);
            let is_single = name.output.as_ref().is_some_and(|output| {
                output.class.is_none() || output.family > Family::Probability
            });
            let optional = matches!(name.optional, Some(Optional::Valid | Optional::Weight));
            name.label || is_single || optional || self.roles[*column].is_some()
        };
        (0..self.names.len()).filter(matters).collect()
    }

    /// The reading.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn resolve(&self) -> Result<Plan, Refusal> {
        let mut found = outputs::find(self.file, self.names, &self.roles)?;
        let label = self.label(&found);
        if found.sets.iter().all(|set| set.family > Family::Score)
            && let Ok(Some(label)) = label
            && let Some(set) = self.named_by_labels(label)
        {
            found.sets = vec![set];
        }
        let (set, note) = match outputs::choose(self.file, &found, self.names, self.survey)? {
            Choice::One(set, note) => (set, note),
            Choice::Many(why, sets) => {
                let ways = sets.iter().map(|set| {
                    let of_logits = set.family != Family::Probability;
                    let says = tr!("{} are the outputs", set.shown(self.names));
                    (says, self.only(set, &sets, of_logits))
                });
                return Err(self.ask(why, ways.collect()).into());
            }
            Choice::None => return Err(self.nothing(&found)),
        };
        let one_hot = self.one_hot(&set);
        let label = match (label?, one_hot.is_empty()) {
            (Some(label), _) => Some(label),
            (None, false) => None,
            (None, true) => {
                let needed = if set.family == Family::Prediction && set.is_given {
                    "target"
                } else {
                    "label"
                };
                let listed = list(self.names);
                let why = tr!(
                    "there is no column \"{needed}\"; it has {listed} (--map NAME={needed} says which it is)",
                    needed,
                    listed
                );
                return Err(self.ask(why, Vec::new()).into());
            }
        };
        let mut notes: Vec<String> = note.into_iter().collect();
        if let Some(label) = label
            && self.is_regression(&set, label)?
        {
            return self.regression(&set, label, notes);
        }
        let known: Option<Vec<f64>> =
            label.and_then(|label| self.survey.columns[label].numbers.values.clone());
        let outputs = match outputs::kind(&set, self.names, self.survey, known.as_deref()) {
            Kind::Logits(warning) => {
                notes.extend(warning);
                Outputs::Logits
            }
            Kind::Probabilities => Outputs::Probabilities,
            Kind::Hard => {
                return Err(ReadError::of(self.file, outputs::hard(&set, self.names)).into());
            }
            Kind::Open(why) => {
                let way = |says: &str, of_logits| {
                    (
                        says.to_owned(),
                        set.options(self.names, self.options, of_logits),
                    )
                };
                let mut ways = vec![way(word("they are logits"), true)];
                if set.numbers(self.survey).beyond == 0 {
                    ways.insert(0, way(word("they are probabilities"), false));
                }
                return Err(self.ask(why, ways).into());
            }
        };
        let several = set.columns.len() > 1;
        let labels = match label {
            Some(label) => {
                let classes = if several {
                    Classes::Named(&set.classes)
                } else {
                    Classes::Two
                };
                Labels::of(&self.survey.columns[label].texts, &classes, self.options).map_err(
                    |trouble| match trouble {
                        Trouble::Error(what) => Refusal::from(ReadError::of(self.file, what)),
                        Trouble::Ask(why, ways) => self.ask(why, ways).into(),
                    },
                )?
            }
            None => Labels::default(),
        };
        let explicit = set.family <= Family::Probability || set.is_given;
        let header = Header {
            task: if several { Task::Classes } else { Task::Binary },
            classes: set.columns.len().max(2),
            outputs,
            has_valid: false,
            has_batch: false,
            has_group: false,
        };
        let mut plan = Plan {
            header,
            chosen: Vec::new(),
            is_sure: explicit
                && (labels.are_plain() || !labels.mapping.is_empty() && self.survey.is_whole),
            labels,
            taken: Vec::new(),
            left: Vec::new(),
            notes,
        };
        for (place, &column) in set.columns.iter().enumerate() {
            let role = set.role(place, outputs == Outputs::Logits).to_string();
            self.take(&mut plan, column, Role::Output(place), role);
        }
        match label {
            Some(label) if plan.labels.texts.is_empty() => {
                self.take(&mut plan, label, Role::Target, "label".to_owned());
            }
            Some(label) => self.take(&mut plan, label, Role::Text(0), "label".to_owned()),
            None => {
                for (class, &column) in one_hot.iter().enumerate() {
                    self.take(
                        &mut plan,
                        column,
                        Role::OneHot(class),
                        format!("label_{class}"),
                    );
                }
                plan.notes
                    .push(word("labels are one-hot: the column of the 1 is the class").to_owned());
            }
        }
        plan.notes.append(&mut plan.labels.notes.clone());
        self.take_optional(&mut plan)?;
        Ok(plan)
    }

    fn take(&self, plan: &mut Plan, column: usize, role: Role, name: String) {
        plan.chosen.push((column, role));
        plan.taken.push(Taken {
            column: self.names[column].clone(),
            role: name,
        });
    }

    /// The column of labels; `None` where there is none.
    fn label(&self, found: &Found) -> Result<Option<usize>, Refusal> {
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
                    .map(|&column| format!("\"{}\"", self.names[column]))
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
                    (tr!("\"{0}\" is the label", self.names[column]), options)
                });
                Err(self.ask(why, ways.collect()).into())
            }
        }
    }

    /// Columns of a one-hot label, one for each class.
    fn one_hot(&self, set: &Set) -> Vec<usize> {
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
    fn named_by_labels(&self, label: usize) -> Option<Set> {
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
    fn is_regression(&self, set: &Set, label: usize) -> Result<bool, Refusal> {
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
            let what = outputs::hard(set, self.names);
            let name = &self.names[set.columns[0]];
            let target = &self.names[label];
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
                pred,
                target
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

    fn regression(&self, set: &Set, label: usize, notes: Vec<String>) -> Result<Plan, Refusal> {
        let target = &self.survey.columns[label].numbers;
        let mut plan = Plan {
            header: Header {
                task: Task::Regression,
                classes: 1,
                outputs: Outputs::Values,
                has_valid: false,
                has_batch: false,
                has_group: false,
            },
            chosen: Vec::new(),
            labels: Labels::default(),
            taken: Vec::new(),
            left: Vec::new(),
            notes,
            is_sure: set.is_given || target.fractions > 0,
        };
        self.take(
            &mut plan,
            set.columns[0],
            Role::Output(0),
            "pred".to_owned(),
        );
        self.take(&mut plan, label, Role::Target, "target".to_owned());
        self.take_optional(&mut plan)?;
        Ok(plan)
    }

    /// Mask, mini-batches and groups; and what is left.
    fn take_optional(&self, plan: &mut Plan) -> Result<(), Refusal> {
        let wanted = [
            (Optional::Valid, RoleName::Valid, Role::Valid),
            (Optional::Batch, RoleName::Batch, Role::Batch),
            (Optional::Group, RoleName::Group, Role::Group),
        ];
        for (optional, role_name, role) in wanted {
            let all = || 0..self.names.len();
            let given: Vec<usize> = all()
                .filter(|&column| self.roles[column].as_ref() == Some(&role_name))
                .collect();
            let by_name = all().filter(|&column| {
                let is_free = self.roles[column].is_none()
                    && plan.chosen.iter().all(|(taken, _)| *taken != column);
                is_free && self.says(column, optional)
            });
            let found = if given.is_empty() {
                by_name.collect()
            } else {
                given
            };
            match found.as_slice() {
                [] => continue,
                [one] => self.take(plan, *one, role, role_name.to_string()),
                [one, ..] => return Err(doubled(self.file, &self.names[*one]).into()),
            }
            match optional {
                Optional::Valid | Optional::Weight => plan.header.has_valid = true,
                Optional::Batch => plan.header.has_batch = true,
                Optional::Group => plan.header.has_group = true,
            }
        }
        for (column, name) in self.names.iter().enumerate() {
            if plan.chosen.iter().all(|(taken, _)| *taken != column) {
                plan.left.push(name.clone());
            }
            let is_weight = named(name).optional == Some(Optional::Weight);
            if is_weight && self.roles[column].is_none() && !self.is_mask(column) {
                plan.notes.push(tr!(
                    "\"{name}\" is not read: weights of examples are not used",
                    name
                ));
            }
        }
        Ok(())
    }

    fn says(&self, column: usize, optional: Optional) -> bool {
        let name = &self.names[column];
        match named(name).optional {
            Some(Optional::Weight) => optional == Optional::Valid && self.is_mask(column),
            Some(Optional::Valid) => {
                optional == Optional::Valid && (names::same(name, "valid") || self.is_mask(column))
            }
            other => other == Some(optional),
        }
    }

    /// Whether a column is of 0 and 1.
    fn is_mask(&self, column: usize) -> bool {
        let texts = &self.survey.columns[column].texts;
        let known = ["0", "1", "0.0", "1.0", "true", "false"];
        texts
            .iter()
            .all(|(text, _)| known.contains(&text.to_ascii_lowercase().as_str()))
    }

    /// Options that read one of several sets.
    fn only(&self, set: &Set, sets: &[Set], of_logits: bool) -> Options {
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
    fn nothing(&self, found: &Found) -> Refusal {
        if let Some(&column) = found.decisions.first() {
            let set = Set {
                family: Family::Decision,
                stem: String::new(),
                columns: vec![column],
                classes: Vec::new(),
                is_run: false,
                is_given: false,
            };
            return ReadError::of(self.file, outputs::hard(&set, self.names)).into();
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
            for of_logits in [false, true] {
                if !of_logits && !(within && sums) {
                    continue;
                }
                let mut options = set.options(self.names, self.options, of_logits);
                options
                    .maps
                    .push((self.names[label].clone(), RoleName::Label));
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

    fn ask(&self, why: String, ways: Vec<(String, Options)>) -> Question {
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
