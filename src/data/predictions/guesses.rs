//! What a column seems to be for, where a person is asked.

use super::RoleName;
use super::names::{Family, Optional, named, plain};
use super::regression::are_two;
use super::resolve::Resolver;
use super::siblings;

/// Names of what may be a mini-batch or a group, if a person says so.
const OFFERED: [(RoleName, &[&str]); 2] = [
    (RoleName::Batch, &["step", "epoch"]),
    (
        RoleName::Group,
        &["id", "imageid", "split", "fold", "site", "device", "level"],
    ),
];

/// What a column of this name may be for as well; it is not read as that by itself.
pub(super) fn offer(name: &str) -> Option<RoleName> {
    let name = plain(name);
    let has = |(_, names): &&(RoleName, &[&str])| names.contains(&name.as_str());
    OFFERED.iter().find(has).map(|(role, _)| role.clone())
}

impl Resolver<'_> {
    /// What a column seems to be for, by what a person said, its name and its values.
    pub fn guess(&self, column: usize) -> Option<RoleName> {
        if self.roles[column].is_some() {
            return self.roles[column].clone();
        }
        let name = named(&self.names[column]);
        if name.label {
            return Some(RoleName::Label);
        }
        match name.optional {
            Some(Optional::Valid) => return Some(RoleName::Valid),
            Some(Optional::Batch) => return Some(RoleName::Batch),
            Some(Optional::Group) => return Some(RoleName::Group),
            Some(Optional::Weight) | None => {}
        }
        let output = siblings::output(self.names, &self.names[column])?;
        let role = match output.family {
            Family::Logit => Outputs::Logits,
            Family::LogProbability => output.class.as_ref().map(|_| Outputs::Logits)?,
            Family::Probability => Outputs::Shares,
            Family::Decision => return None,
            Family::Prediction if output.class.is_none() && self.has_target() => {
                return Some(RoleName::Pred);
            }
            Family::Score | Family::Prediction => self.by_values(column)?,
        };
        Some(match (role, output.class) {
            (Outputs::Logits, None) => RoleName::Logit,
            (Outputs::Logits, Some(class)) => RoleName::LogitOf(class),
            (Outputs::Shares, None) => RoleName::P,
            (Outputs::Shares, Some(class)) => RoleName::POf(class),
            (Outputs::Percent, None) => RoleName::Percent,
            (Outputs::Percent, Some(class)) => RoleName::PercentOf(class),
        })
    }

    /// Whether there is a target of a regression, and not labels of two classes.
    fn has_target(&self) -> bool {
        let mut columns = 0..self.names.len();
        columns.any(|column| {
            let numbers = &self.survey.columns[column].numbers;
            let is_free = matches!(self.roles[column], None | Some(RoleName::Target));
            is_free && named(&self.names[column]).target && numbers.count > 0 && !are_two(numbers)
        })
    }

    fn by_values(&self, column: usize) -> Option<Outputs> {
        let numbers = &self.survey.columns[column].numbers;
        if numbers.are_shares() {
            Some(Outputs::Shares)
        } else if numbers.count == 0 || numbers.are_classes() && numbers.most < 30.0 {
            None
        } else if numbers.are_percent() {
            Some(Outputs::Percent)
        } else {
            Some(Outputs::Logits)
        }
    }
}

/// What values look like.
enum Outputs {
    Logits,
    Shares,
    Percent,
}
