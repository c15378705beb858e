//! From names and values of columns to the one reading that a file has, or to a question.

use super::columns::Role;
use super::error::{ReadError, Refusal};
use super::given;
use super::kind::{self, Kind};
use super::labels::Labels;
use super::maps::Places;
use super::masks;
use super::names::{self, Family, Optional, named};
use super::outputs::{self, Choice, Set, doubled};
use super::reading::Taken;
use super::survey::Survey;
use super::twins::Twins;
use super::{Header, Options, Outputs, RoleName};
use crate::ghm::Task;
use crate::words::{tr, word};

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
    /// Logits that are read, and probabilities that have to be theirs.
    pub twins: Option<Twins>,
    /// Whether the output is the probability of the class that was decided.
    pub has_decision: bool,
    /// As what a mask is read, where there is one: numbers, or yes and no.
    pub mask: Option<Role>,
    /// What the outputs of the file are divided by: 100 where they are percent.
    pub unit: f64,
}

impl Plan {
    /// How many columns are read as texts.
    fn texts(&self) -> usize {
        let is_text = |(_, role): &&(usize, Role)| matches!(role, Role::Text(_));
        self.chosen.iter().filter(is_text).count()
    }

    /// Which of the texts is the decision: the one behind that of labels.
    pub fn decision(&self) -> usize {
        usize::from(!self.labels.texts.is_empty())
    }
}

/// What resolving goes by.
pub(super) struct Resolver<'a> {
    pub file: &'a str,
    pub names: &'a [String],
    pub places: Places<'a>,
    pub survey: &'a Survey,
    pub options: &'a Options,
    pub roles: Vec<Option<RoleName>>,
}

impl<'a> Resolver<'a> {
    /// Finds the columns that a person named.
    pub fn new(
        file: &'a str,
        names: &'a [String],
        survey: &'a Survey,
        options: &'a Options,
    ) -> Result<Self, ReadError> {
        let places = Places::of(names);
        Ok(Self {
            file,
            names,
            survey,
            options,
            roles: given::roles(file, &places, options)?,
            places,
        })
    }

    /// Columns whose values may decide.
    pub fn wanted(&self) -> Vec<usize> {
        let matters = |column: &usize| {
            let name = named(&self.names[*column]);
            let is_single = name.output.as_ref().is_some_and(|output| {
                output.class.is_none() || output.family > Family::Probability
            });
            let optional = matches!(name.optional, Some(Optional::Valid | Optional::Weight))
                || masks::is_called_so(&self.names[*column]);
            let pairs = &self.survey.pairs;
            let is_paired = pairs.iter().any(|pair| pair.columns.contains(column));
            name.label || is_single || optional || is_paired || self.roles[*column].is_some()
        };
        let mut wanted: Vec<usize> = (0..self.names.len()).filter(matters).collect();
        // Their names say nothing, but that labels are called so.
        let found = outputs::find(self.file, self.names, &self.roles);
        let named = found.ok().and_then(|found| {
            let label = self.label(&found).ok()??;
            self.named_by_labels(label)
        });
        wanted.extend(named.into_iter().flat_map(|set| set.columns));
        wanted.sort_unstable();
        wanted.dedup();
        wanted
    }

    /// The reading.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn resolve(&self) -> Result<Plan, Refusal> {
        let mut found = outputs::find(self.file, self.names, &self.roles)?;
        let label = self.label(&found);
        let mut said = Vec::new();
        said.extend(self.log_probabilities(&mut found)?);
        let is_weak = |set: &Set| set.family > Family::Score || set.is_x();
        let has_x = found.sets.iter().any(Set::is_x);
        if found.sets.iter().all(is_weak)
            && let Ok(Some(label)) = label
            && let Some(set) = self.named_by_labels(label)
            && (!has_x || self.sums(&set))
        {
            self.check_named(&set, label)?;
            found.sets = vec![set];
        } else if let Some((set, note)) = self.of_one_class(&found, &label)? {
            found.sets.push(set);
            said.push(note);
        }
        let mut twins = None;
        let (mut set, note) = match outputs::choose(self.file, &found, self.names, self.survey)? {
            Choice::One(set, note) => (set, note),
            Choice::Twins(set, p, note) => {
                twins = Some(Twins {
                    logits: set.columns.clone(),
                    p: p.columns,
                });
                (set, note)
            }
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
                return Err(self.no_label(&set, &found).into());
            }
        };
        if let Some(label) = label {
            self.check_boxes(label)?;
        }
        self.check_gap(&set, label)?;
        self.check_x(&set, label)?;
        let mut notes: Vec<String> = note.into_iter().chain(said).collect();
        if let Some(label) = label
            && self.is_regression(&set, label)?
        {
            return self.regression(&set, label, notes);
        }
        let known: Option<Vec<f64>> =
            label.and_then(|label| self.survey.columns[label].numbers.values.clone());
        self.ask_models(&set, label)?;
        self.check_confidence(&set, label)?;
        let outputs = match kind::kind(&set, self.names, self.survey, known.as_deref()) {
            Kind::Logits(warning) => {
                notes.extend(warning);
                Outputs::Logits
            }
            Kind::Probabilities => Outputs::Probabilities,
            Kind::None => {
                return Err(ReadError::of(self.file, kind::no_numbers(&set, self.names)).into());
            }
            Kind::Hard => {
                return Err(ReadError::of(self.file, kind::hard(&set, self.names)).into());
            }
            Kind::Open(why) => {
                return Err(self.ask(why, self.kinds(&set)).into());
            }
        };
        let several = set.columns.len() > 1;
        let of_logits = outputs == Outputs::Logits;
        let labels = match label {
            Some(label) => self.labels_of(&set, label, of_logits)?,
            None => {
                self.check_one_hot()?;
                Labels::default()
            }
        };
        if labels.swapped {
            set.columns.reverse();
            set.classes.reverse();
        }
        let decided = self.decided(&set, label, &labels, of_logits)?;
        self.check_decisions(&set, label, &labels, outputs)?;
        self.check_truth(&set, label, &labels, of_logits)?;
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
                && decided.is_sure
                && (labels.are_plain() || !labels.mapping.is_empty() && self.survey.is_whole),
            labels,
            taken: Vec::new(),
            left: Vec::new(),
            notes,
            twins,
            has_decision: decided.column.is_some(),
            mask: None,
            unit: set.unit(),
        };
        for (place, &column) in set.columns.iter().enumerate() {
            let role = match decided.column {
                Some(_) => RoleName::Confidence,
                None => set.role(place, of_logits),
            };
            let role = role.to_string();
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
        if let Some(column) = decided.column {
            // What was taken, and what was not: it is now.
            plan.notes.clear();
            let role = Role::Text(plan.decision());
            self.take(&mut plan, column, role, RoleName::Decision.to_string());
            plan.notes.push(
                word("p is the confidence where the positive class was decided, and 1 minus it elsewhere").to_owned(),
            );
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
            labels: self.of_regression()?,
            taken: Vec::new(),
            left: Vec::new(),
            notes,
            twins: None,
            has_decision: false,
            is_sure: set.is_given || target.fractions > 0,
            mask: None,
            unit: 1.0,
        };
        self.take(
            &mut plan,
            set.columns[0],
            Role::Output(0),
            "pred".to_owned(),
        );
        self.take(&mut plan, label, Role::Target, "target".to_owned());
        plan.notes.append(&mut plan.labels.notes.clone());
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
                [one] => {
                    // Later rows may have other weights.
                    let is_by_values = self.roles[*one].is_none()
                        && role == Role::Valid
                        && !names::same(&self.names[*one], "valid");
                    plan.is_sure &= !is_by_values;
                    let role = match self.is_of_words(*one) && role == Role::Valid {
                        true => Role::Text(plan.texts()),
                        false => role,
                    };
                    if optional == Optional::Valid {
                        plan.mask = Some(role);
                    }
                    self.take(plan, *one, role, role_name.to_string());
                }
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
                plan.notes.extend(self.note_of_mask(column));
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
}
