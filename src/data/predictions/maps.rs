//! Which column a person means by a name, and options that say more of columns.

use std::collections::HashSet;

use super::names::same;
use super::resolve::Resolver;
use super::{Options, RoleName};

/// Columns by their names.
pub(super) struct Places<'a> {
    pub names: &'a [String],
    /// In the order of names, equal ones as they stand.
    ordered: Vec<usize>,
}

impl<'a> Places<'a> {
    pub fn of(names: &'a [String]) -> Self {
        let mut ordered: Vec<usize> = (0..names.len()).collect();
        ordered.sort_by_key(|&at| &names[at]);
        Self { names, ordered }
    }

    /// The columns of exactly this name.
    pub fn exact(&self, name: &str) -> &[usize] {
        let before = |&at: &usize| self.names[at].as_str() < name;
        let from = self.ordered.partition_point(before);
        let rest = &self.ordered[from..];
        let count = rest.iter().take_while(|&&at| self.names[at] == name);
        &rest[..count.count()]
    }

    /// The columns that a name may mean: those of exactly this name, else those that are the same but for case,
    /// spaces, `-` and `_`.
    pub fn of_name(&self, name: &str) -> Vec<usize> {
        let exact = self.exact(name);
        if !exact.is_empty() {
            return exact.to_vec();
        }
        let all = 0..self.names.len();
        all.filter(|&at| same(&self.names[at], name)).collect()
    }
}

/// Options that say what these columns are for, whatever was said of them before.
pub(super) fn mapped(
    options: &Options,
    names: &[String],
    roles: impl IntoIterator<Item = (usize, RoleName)>,
) -> Options {
    let roles: Vec<(usize, RoleName)> = roles.into_iter().collect();
    let mut options = options.clone();
    if !options.maps.is_empty() {
        let places = Places::of(names);
        let chosen: HashSet<usize> = roles.iter().map(|(column, _)| *column).collect();
        let is_chosen =
            |name: &str| matches!(places.of_name(name).as_slice(), [one] if chosen.contains(one));
        options.maps.retain(|(name, _)| !is_chosen(name));
    }
    let roles = roles.into_iter();
    options
        .maps
        .extend(roles.map(|(column, role)| (names[column].clone(), role)));
    options
}

impl Resolver<'_> {
    /// The options, and what these columns are for.
    pub fn with(&self, roles: impl IntoIterator<Item = (usize, RoleName)>) -> Options {
        mapped(self.options, self.names, roles)
    }
}
