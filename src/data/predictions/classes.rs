//! Numbers as labels where each class has a column: which number means which column.

use super::Options;
use super::class_order::{self, positive_of};
use super::columns::first_of;
use super::labels::{IGNORED, Labels, Trouble};
use super::ordered::gap;
use super::survey::number;
use crate::words::{tr, word};

impl Labels {
    /// From the different numbers, and the names of the columns' classes.
    pub(super) fn numbers(
        there: &[&str],
        names: &[String],
        options: &Options,
    ) -> Result<Self, Trouble> {
        let mut values: Vec<f64> = there.iter().filter_map(|text| number(text)).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        if gap(names).is_some() {
            return Ok(Self::of_called(there, names));
        }
        let own: Option<Vec<i64>> = names.iter().map(|name| name.parse().ok()).collect();
        let signs = values == [-1.0, 1.0] && names.len() == 2;
        match own.as_deref() {
            Some([-1, 1]) if signs => Ok(Self::signed()),
            Some([-1, 1]) => Err(unclear(names, vec![column_order(names)])),
            Some([first, ..]) => Self::of_numbered(&values, *first, names.len(), options),
            Some([]) | None => Self::of_named(there, &values, names),
        }
    }

    /// Where a person said which of two labels is positive: names of the columns that are those of the labels
    /// tell more.
    pub(super) fn positive_column(
        there: &[&str],
        numeric: bool,
        positive: &str,
        names: &[String],
        options: &Options,
    ) -> Result<Self, Trouble> {
        let numbered = names.iter().all(|name| name.parse::<i64>().is_ok());
        // Whatever it comes to, the label has to be there.
        let second = Self::of_positive(there, numeric, positive, 1)?;
        if numbered && !numeric {
            return Ok(second);
        }
        let told = if numeric {
            Self::numbers(there, names, options)
        } else {
            Self::texts(there, names)
        };
        match (told, positive_of(names)) {
            (Err(_), Some(column)) => Self::of_positive(there, numeric, positive, column),
            (told, _) => Ok(told?.with_second(there, positive)),
        }
    }

    /// With this label as the second of two classes, whose column then is the second as well.
    fn with_second(self, there: &[&str], positive: &str) -> Self {
        let class = |text: &str| match self.texts.is_empty() {
            true => match self.of_number(number(text)?) {
                None => Some(None),
                Some(0.0) => Some(Some(0)),
                Some(1.0) => Some(Some(1)),
                Some(_) => None,
            },
            false => self.of_text(text).ok(),
        };
        let note = tr!("label \"{positive}\" is positive", positive);
        let is_positive = |text: &&&str| {
            **text == positive || number(text).is_some_and(|of| number(positive) == Some(of))
        };
        let first = there.iter().find(is_positive).and_then(|text| class(text));
        if first != Some(Some(0)) {
            return self.said(note);
        }
        let others = there.iter().filter_map(|text| Some((*text, class(text)?)));
        let others: Vec<(&str, Option<usize>)> = others.collect();
        let classes = others
            .iter()
            .filter_map(|(text, of)| Some((*text, 1 - (*of)?)));
        let mut labels = Self::by_text(classes);
        let ignored = others.iter().filter(|(_, of)| of.is_none());
        let ignored = ignored.map(|(text, _)| ((*text).to_owned(), None));
        labels.texts.extend(ignored);
        labels.swapped = true;
        labels.said(note)
    }

    /// Of columns of numbered classes.
    fn of_numbered(
        values: &[f64],
        first: i64,
        count: usize,
        options: &Options,
    ) -> Result<Self, Trouble> {
        let inside = |from: f64| {
            move |value: &f64| value.fract() == 0.0 && (from..from + count as f64).contains(value)
        };
        if values == [-1.0, 1.0] && count == 2 && first == 0 {
            return Ok(Self::signed());
        }
        if values == [-1.0, 1.0] && count == 2 {
            let names = ["1", "2"].map(str::to_owned);
            let order = column_order(&names);
            return Err(unclear(&names, vec![order]));
        }
        if first == 1 && values.contains(&0.0) {
            return Err(Trouble::Error(tr!(
                "its classes are 1 to {0} by their columns, and there is a label 0; --map NAME={1} says \
                 which column is of class 0",
                count,
                "p_0"
            )));
        }
        if values == [-1.0, 0.0, 1.0] && count == 3 && first == 0 {
            let ignore = Options {
                ignore_labels: vec!["-1".to_owned()],
                ..options.clone()
            };
            return Err(Trouble::Order {
                why: word("labels are -1, 0 and 1: is -1 ignored, or are they three classes?")
                    .to_owned(),
                ways: vec![(word("rows of -1 are ignored").to_owned(), ignore)],
                orders: vec![(
                    word("they are three classes").to_owned(),
                    ["-1", "0", "1"].map(str::to_owned).to_vec(),
                )],
            });
        }
        let (others, classes): (Vec<f64>, Vec<f64>) = values
            .iter()
            .copied()
            .partition(|v| IGNORED.contains(v) && !inside(first.min(0) as f64)(v));
        let mut labels = match others.as_slice() {
            [] => Self::default(),
            _ => Self::without(others),
        };
        let ends = classes.contains(&1.0) && classes.contains(&(count as f64));
        let shifted = first == 0 && ends && classes.iter().all(inside(1.0));
        let from = if shifted { 1 } else { first };
        if from != 0 && classes.iter().all(inside(from as f64)) {
            labels.shift(from, count);
        }
        Ok(labels)
    }

    /// Of columns whose classes have numbers that do not follow one another: labels are called as they are, or
    /// ignored.
    fn of_called(there: &[&str], names: &[String]) -> Self {
        let class = |text: &str| names.iter().position(|name| number(name) == number(text));
        let all = (0..).zip(names).map(|(class, name)| (name.as_str(), class));
        let found = there.iter().filter_map(|text| Some((*text, class(text)?)));
        let mut labels = Self::by_text(all.chain(found));
        let ignored = there.iter().filter(|text| class(text).is_none());
        let ignored: Vec<&str> = ignored.copied().collect();
        if !ignored.is_empty() {
            let values = ignored.iter().filter_map(|text| number(text));
            labels.notes = Self::without(values.collect()).notes;
            labels
                .texts
                .extend(ignored.iter().map(|text| ((*text).to_owned(), None)));
        }
        labels.said(Self::note_of_columns(names))
    }

    /// Of columns with names that are no numbers.
    fn of_named(there: &[&str], values: &[f64], names: &[String]) -> Result<Self, Trouble> {
        let count = names.len();
        let signs = values == [-1.0, 1.0] && count == 2;
        if let Some(positive) = positive_of(names) {
            let column = |class: usize| if class == 1 { positive } else { 1 - positive };
            let class = |value: f64| match value {
                0.0 => Some(Some(column(0))),
                1.0 => Some(Some(column(1))),
                -1.0 if signs => Some(Some(column(0))),
                _ => IGNORED.contains(&value).then_some(None),
            };
            let pairs = there
                .iter()
                .map(|text| Some((*text, class(number(text)?)?)));
            if let Some(pairs) = pairs.collect::<Option<Vec<_>>>() {
                let classes = pairs.iter().filter_map(|(text, of)| Some((*text, (*of)?)));
                let mut labels = Self::by_text(classes);
                let ignored = pairs.iter().filter(|(_, of)| of.is_none());
                labels
                    .texts
                    .extend(ignored.map(|(text, _)| ((*text).to_owned(), None)));
                return Ok(labels.said(tr!(
                    "label 1 is \"{0}\", the other \"{1}\"",
                    names[column(1)],
                    names[column(0)]
                )));
            }
        }
        if class_order::numbers(names).is_none() && !names.is_sorted() {
            return Err(unclear(names, orders(names)));
        }
        let labels = if signs {
            Self::signed()
        } else {
            let options = Options::default();
            Self::of_numbered(values, 0, count, &options)?
        };
        let (from, to) = (labels.first, labels.first + count as f64 - 1.0);
        Ok(labels.said(tr!(
            "labels {from} to {to} are the classes of the columns in their order: {0}",
            first_of(names),
            from,
            to
        )))
    }

    fn signed() -> Self {
        let labels = Self {
            signs: true,
            mapping: vec![("-1".to_owned(), 0), ("1".to_owned(), 1)],
            ..Self::default()
        };
        labels.said(word("labels -1 and 1 are 0 and 1").to_owned())
    }

    /// Labels from this number on are the classes.
    fn shift(&mut self, first: i64, count: usize) {
        let last = first + count as i64 - 1;
        self.first = first as f64;
        self.mapping = (first..=last)
            .map(|label| label.to_string())
            .zip(0..)
            .collect();
        self.notes.push(tr!(
            "labels {first} to {0} are classes 0 to {1}",
            last,
            count - 1,
            first
        ));
    }
}

/// An answer: how classes are numbered, those in that order, and what each column is called then.
fn order(says: &str, listed_as: &[String], classes: Vec<String>) -> (String, Vec<String>) {
    (tr!("{says}: {0}", first_of(listed_as), says), classes)
}

/// Numbers in the order of the columns.
fn column_order(names: &[String]) -> (String, Vec<String>) {
    let classes = (0..names.len()).map(|class| class.to_string()).collect();
    order(word("in the order of the columns"), names, classes)
}

/// Numbers in the order of the columns, and in that of their names.
pub(super) fn orders(names: &[String]) -> Vec<(String, Vec<String>)> {
    let mut places: Vec<usize> = (0..names.len()).collect();
    places.sort_by_key(|&at| &names[at]);
    let sorted: Vec<String> = places.iter().map(|&at| names[at].clone()).collect();
    let mut classes = vec![String::new(); names.len()];
    for (class, &at) in places.iter().enumerate() {
        classes[at] = class.to_string();
    }
    let alphabetical = order(word("in alphabetical order"), &sorted, classes);
    vec![column_order(names), alphabetical]
}

fn unclear(names: &[String], orders: Vec<(String, Vec<String>)>) -> Trouble {
    Trouble::Order {
        why: tr!(
            "labels are numbers, and outputs are of {}: which number is which column?",
            first_of(names)
        ),
        ways: Vec::new(),
        orders,
    }
}
