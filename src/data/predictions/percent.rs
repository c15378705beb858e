//! Columns of outputs whose values have a percent sign, as spreadsheets write them.

use std::borrow::Cow;

use super::columns::in_quotes;
use super::delimited::lists::List;
use super::error::shorten;
use super::names::{Family, Named, named, same};
use super::survey::number;
use super::{Options, RoleName};
use crate::words::tr;

/// What stands in the place of the sign where values are divided by 100.
const DIVIDED: &str = "e-2";

/// What was seen of a column at the beginning of the file.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Values with the sign, and numbers without it.
    signed: bool,
    bare: bool,
    /// Numbers without it that are no labels of two classes.
    measured: bool,
}

impl Seen {
    /// Whether all numbers have the sign.
    fn is_percent(self) -> bool {
        self.signed && !self.bare
    }
}

/// What a column is for, as far as signs are concerned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// Said to be in percent: divided where it is read.
    Said,
    Probability,
    /// Of a probability or of a regression.
    Prediction,
    Target,
    /// Perhaps called as a class is.
    Unknown,
    Other,
}

impl Use {
    fn of(name: &str, options: &Options) -> Self {
        match options.maps.iter().find(|(of, _)| same(of, name)) {
            Some((_, RoleName::Percent | RoleName::PercentOf(_))) => Self::Said,
            Some((_, RoleName::P | RoleName::POf(_) | RoleName::Confidence)) => Self::Probability,
            Some((_, RoleName::Pred)) => Self::Prediction,
            Some((_, RoleName::Target)) => Self::Target,
            Some(_) => Self::Other,
            None => Self::named(&named(name)),
        }
    }

    fn named(named: &Named) -> Self {
        match &named.output {
            Some(of) => match of.family {
                Family::Probability => Self::Probability,
                Family::Score | Family::Prediction if of.class.is_some() => Self::Probability,
                Family::Score | Family::Prediction => Self::Prediction,
                Family::Logit | Family::LogProbability | Family::Decision => Self::Other,
            },
            None if named.target || named.label => Self::Target,
            None if *named == Named::default() => Self::Unknown,
            None => Self::Other,
        }
    }
}

/// The signs of the columns.
#[derive(Default)]
pub(super) struct Percents {
    seen: Vec<Seen>,
    /// Of each column in percent, what stands in the place of the sign.
    places: Vec<Option<&'static str>>,
}

/// A value without its sign, if it has one.
fn without(field: &[u8]) -> Option<&[u8]> {
    let mut value = field.trim_ascii().strip_suffix(b"%")?.trim_ascii();
    // Spaces that do not break, of UTF-8 and of Windows.
    while let Some(rest) = [&b"\xc2\xa0"[..], b"\xe2\x80\xaf", b"\xa0"]
        .iter()
        .find_map(|space| value.strip_suffix(*space))
    {
        value = rest.trim_ascii();
    }
    Some(value)
}

/// The number that a cell is, as a survey has it.
fn finite(field: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(field.trim_ascii()).ok()?;
    number(text).filter(|value| value.is_finite())
}

impl Percents {
    /// Looks at a cell from the beginning of the file. What is neither in percent nor a number, such as `NaN`
    /// and `-`, says nothing.
    pub fn learn(&mut self, column: usize, field: &[u8]) {
        if self.seen.len() <= column {
            self.seen.resize(column + 1, Seen::default());
        }
        let seen = &mut self.seen[column];
        match without(field) {
            Some(value) => seen.signed |= value.iter().any(u8::is_ascii_digit),
            None if !seen.measured => {
                let value = finite(field);
                seen.bare |= value.is_some();
                seen.measured |= value.is_some_and(|of| ![0.0, 1.0, -1.0, -100.0].contains(&of));
            }
            None => {}
        }
    }

    /// Makes as many columns of lists as their cells have values.
    pub fn part(&mut self, lists: &[List]) {
        for list in lists {
            let parts = vec![Seen::default(); list.width];
            self.seen.splice(list.at..=list.at, parts);
        }
    }

    /// Takes the columns of outputs in which all have it to be in percent, and says so.
    ///
    /// # Errors
    /// Of a prediction and its target, one alone is in percent.
    pub fn settle(
        &mut self,
        names: &[String],
        options: &Options,
    ) -> Result<Option<String>, String> {
        self.seen.resize(names.len(), Seen::default());
        let uses: Vec<Use> = names.iter().map(|name| Use::of(name, options)).collect();
        let is_percent = |column: usize| self.seen[column].is_percent();
        let has_outputs = names.iter().any(|name| named(name).output.is_some())
            || options.maps.iter().any(|(_, role)| role.is_output());
        let is_target_divided = self.is_target_divided(names, &uses)?;
        let places: Vec<_> = (uses.iter().enumerate())
            .map(|(column, of)| match of {
                Use::Said => Some(""),
                Use::Probability | Use::Prediction => is_percent(column).then_some(DIVIDED),
                Use::Target => is_target_divided.then_some(DIVIDED),
                Use::Unknown => (!has_outputs && is_percent(column)).then_some(DIVIDED),
                Use::Other => None,
            })
            .collect();
        if places.iter().any(Option::is_some) {
            self.places = places;
        }
        let divided = self.divided();
        Ok((!divided.is_empty()).then(|| {
            tr!(
                "values of {} have the sign % and were divided by 100",
                in_quotes(names, &divided)
            )
        }))
    }

    /// Whether the prediction of a regression and its target are both in percent.
    ///
    /// # Errors
    /// One alone is.
    fn is_target_divided(&self, names: &[String], uses: &[Use]) -> Result<bool, String> {
        let place = |wanted: Use| uses.iter().position(|of| *of == wanted);
        let (Some(pred), Some(target), None) = (
            place(Use::Prediction),
            place(Use::Target),
            place(Use::Probability),
        ) else {
            return Ok(false);
        };
        let [of_pred, of_target] = [pred, target].map(|column| self.seen[column]);
        let [with, without] = match of_pred.is_percent() {
            true => [pred, target],
            false => [target, pred],
        };
        let is_one =
            of_pred.is_percent() && of_target.measured || of_target.is_percent() && of_pred.bare;
        if is_one {
            return Err(tr!(
                "values of \"{with}\" have the sign %, and those of \"{without}\" have none: write it behind both, \
                 or behind none",
                with = shorten(&names[with]),
                without = shorten(&names[without])
            ));
        }
        Ok(of_pred.is_percent() && of_target.is_percent())
    }

    /// Columns whose values have the sign and are divided by 100.
    pub fn divided(&self) -> Vec<usize> {
        let is_divided = |&column: &usize| self.places[column] == Some(DIVIDED);
        (0..self.places.len()).filter(is_divided).collect()
    }

    /// What a cell says without the sign, where its column is in percent.
    pub fn plain<'a>(&self, column: usize, field: &'a [u8]) -> Cow<'a, [u8]> {
        let place = self.places.get(column).copied().flatten();
        match place.and_then(|place| Some([without(field)?, place.as_bytes()].concat())) {
            Some(value) => value.into(),
            None => field.into(),
        }
    }

    /// The same as people write numbers; what is none, as it stands in the file.
    pub fn text<'a>(&self, column: usize, field: &'a [u8]) -> Cow<'a, [u8]> {
        match self.plain(column, field) {
            Cow::Owned(value) => match finite(&value) {
                Some(value) => value.to_string().into_bytes().into(),
                None => field.into(),
            },
            plain @ Cow::Borrowed(_) => plain,
        }
    }

    /// What is wrong with a number that has no sign, where its column is divided.
    pub fn lacks_sign(&self, column: usize, field: &[u8]) -> Option<String> {
        let place = self.places.get(column).copied().flatten()?;
        let is_bare = without(field).is_none() && finite(field).is_some();
        (is_bare && place == DIVIDED).then(|| {
            tr!(
                "\"{0}\" has no %, and the values above have: write the sign behind all values of the column, or \
                 behind none",
                shorten(&String::from_utf8_lossy(field))
            )
        })
    }
}
