//! What is said of columns before any value is seen: by their names, and by a person.

use super::columns::list;
use super::error::{ReadError, shorten};
use super::maps::Places;
use super::names::{self, Optional, named};
use super::outputs::doubled;
use super::{Options, RoleName};
use crate::words::tr;

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

/// What a person said of each column.
///
/// # Errors
/// When there is no such column, or two roles are said of one.
pub(super) fn roles(
    file: &str,
    places: &Places<'_>,
    options: &Options,
) -> Result<Vec<Option<RoleName>>, ReadError> {
    let names = places.names;
    let mut roles: Vec<Option<RoleName>> = vec![None; names.len()];
    for (name, role) in &options.maps {
        match places.of_name(name).as_slice() {
            [at] => {
                if let Some(other) = roles[*at].replace(role.clone())
                    && other != *role
                {
                    let name = shorten(&names[*at]);
                    let what = tr!(
                        "--map says of \"{name}\" twice what it is for, {other} and {role}; one is expected",
                        name,
                        other,
                        role
                    );
                    return Err(ReadError::of(file, what));
                }
            }
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
    Ok(roles)
}
