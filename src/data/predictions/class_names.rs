//! What classes are called.

use super::columns::Role;
use super::open::Predictions;
use super::ordered::gap;
use crate::ghm::Task;

impl Predictions {
    /// Names of several classes in their order, where they have others than their numbers from 0 or 1 on; empty
    /// otherwise.
    pub fn class_names(&self) -> Vec<String> {
        let plan = &self.plan;
        if plan.header.task != Task::Classes {
            return Vec::new();
        }
        let of_column = |class: usize| {
            let mut columns = plan.chosen.iter().zip(&plan.taken);
            let (_, taken) = columns.find(|((_, role), _)| *role == Role::Output(class))?;
            let role = taken.role.as_str();
            let of = ["logit_", "p_", "percent_"].iter();
            let name = of.filter_map(|kind| role.strip_prefix(kind)).next()?;
            Some(name.to_owned())
        };
        let name = |class: usize| {
            let label = plan.labels.mapping.iter().find(|(_, of)| *of == class);
            let label = label.map(|(text, _)| text.clone());
            let is_name = |name: &String| plan.labels.swapped || name.parse::<f64>().is_err();
            (label.filter(is_name)).or_else(|| of_column(class).filter(is_name))
        };
        let names: Option<Vec<String>> = (0..plan.header.classes).map(name).collect();
        let columns =
            || -> Option<Vec<String>> { (0..plan.header.classes).map(of_column).collect() };
        let numbered = || columns().filter(|names| gap(names).is_some());
        names.or_else(numbered).unwrap_or_default()
    }
}
