//! Which column a person means by a name, and options that say more of columns.

use super::error::ReadError;
use super::names::same;
use super::resolve::Resolver;
use super::{Options, RoleName};
use crate::words::tr;

/// The columns that a name may mean: those of exactly this name, else those that are the same but for case,
/// spaces, `-` and `_`.
pub(super) fn places(names: &[String], name: &str) -> Vec<usize> {
    let exact: Vec<usize> = (0..names.len()).filter(|&at| names[at] == name).collect();
    if !exact.is_empty() {
        return exact;
    }
    (0..names.len())
        .filter(|&at| same(&names[at], name))
        .collect()
}

/// Refuses two roles for one column.
pub(super) fn check(file: &str, names: &[String], options: &Options) -> Result<(), ReadError> {
    for (at, (name, role)) in options.maps.iter().enumerate() {
        let place = places(names, name);
        let before = options.maps[..at].iter();
        let other = before
            .filter(|(_, of)| of != role)
            .find(|(of, _)| places(names, of) == place);
        if let (Some((_, other)), [column]) = (other, place.as_slice()) {
            let name = super::shorten(&names[*column]);
            let what = tr!(
                "--map says of \"{name}\" twice what it is for, {other} and {role}; one is expected",
                name,
                other,
                role
            );
            return Err(ReadError::of(file, what));
        }
    }
    Ok(())
}

/// Options that say what these columns are for, whatever was said of them before.
pub(super) fn mapped(
    options: &Options,
    names: &[String],
    roles: impl IntoIterator<Item = (usize, RoleName)>,
) -> Options {
    let roles: Vec<(usize, RoleName)> = roles.into_iter().collect();
    let mut options = options.clone();
    options.maps.retain(|(name, _)| {
        let places = places(names, name);
        !roles.iter().any(|(column, _)| places == [*column])
    });
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
