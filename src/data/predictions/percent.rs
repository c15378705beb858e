//! Columns of outputs whose values have a percent sign, as spreadsheets write them.

use std::borrow::Cow;

use super::columns::in_quotes;
use super::error::shorten;
use super::names::{Family, named, same};
use super::{Options, RoleName};
use crate::words::tr;

/// What stands in the place of the sign where values are divided by 100.
const DIVIDED: &str = "e-2";

/// The signs of the columns.
#[derive(Default)]
pub(super) struct Percents {
    /// Of each column, whether values with the sign and such without it were seen at the beginning.
    seen: Vec<[bool; 2]>,
    /// Of each column in percent, what stands in the place of the sign.
    places: Vec<Option<&'static str>>,
}

/// A value without its sign, if it has one.
fn without(field: &[u8]) -> Option<&[u8]> {
    Some(field.trim_ascii().strip_suffix(b"%")?.trim_ascii())
}

impl Percents {
    /// Looks at a cell from the beginning of the file.
    pub fn learn(&mut self, column: usize, field: &[u8]) {
        let is_value = without(field).map_or(!field.trim_ascii().is_empty(), |value| {
            value.iter().any(u8::is_ascii_digit)
        });
        if self.seen.len() <= column {
            self.seen.resize(column + 1, [false; 2]);
        }
        self.seen[column][usize::from(without(field).is_none())] |= is_value;
    }

    /// Takes the columns of outputs in which all have it to be in percent, and says so.
    pub fn settle(&mut self, names: &[String], options: &Options) -> Option<String> {
        let of = |(name, seen): (&String, &[bool; 2])| {
            let given = options.maps.iter().find(|(of, _)| same(of, name));
            let is_output = match given {
                // What a person says is divided where it is read.
                Some((_, RoleName::Percent | RoleName::PercentOf(_))) => return Some(""),
                Some((_, RoleName::P | RoleName::POf(_) | RoleName::Confidence)) => true,
                Some(_) => false,
                None => named(name).output.is_some_and(|of| {
                    let of = of.family;
                    matches!(of, Family::Probability | Family::Score | Family::Prediction)
                }),
            };
            (is_output && *seen == [true, false]).then_some(DIVIDED)
        };
        let places: Vec<_> = names.iter().zip(&self.seen).map(of).collect();
        let divided = |&column: &usize| places[column] == Some(DIVIDED);
        let divided: Vec<usize> = (0..places.len()).filter(divided).collect();
        if places.iter().any(Option::is_some) {
            self.places = places;
        }
        (!divided.is_empty()).then(|| {
            tr!(
                "values of {} have the sign % and were divided by 100",
                in_quotes(names, &divided)
            )
        })
    }

    /// What a cell says without the sign, where its column is in percent.
    pub fn plain<'a>(&self, column: usize, field: &'a [u8]) -> Cow<'a, [u8]> {
        let place = self.places.get(column).copied().flatten();
        match place.and_then(|place| Some([without(field)?, place.as_bytes()].concat())) {
            Some(value) => value.into(),
            None => field.into(),
        }
    }

    /// What is wrong with a cell that has no sign, where its column is divided.
    pub fn lacks_sign(&self, column: usize, field: &[u8]) -> Option<String> {
        let place = self.places.get(column).copied().flatten()?;
        let is_bare = without(field).is_none() && !field.trim_ascii().is_empty();
        (is_bare && place == DIVIDED).then(|| {
            tr!(
                "\"{0}\" has no %, and the values above have: write the sign behind all values of the column, or \
                 behind none",
                shorten(&String::from_utf8_lossy(field))
            )
        })
    }
}
