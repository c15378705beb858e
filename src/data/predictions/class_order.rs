//! Which class a column is of, by what its name says that the names beside it do not.

use super::classes::orders;
use super::labels::{Classes, IGNORED, Labels};
use super::names::{polarity, same};
use super::outputs::Set;
use super::resolve::Resolver;
use super::survey::number;
use crate::words::tr;

/// What turns a word into its opposite, where it stands before it.
const NOT: [&str; 3] = ["not", "non", "no"];

/// Words, numbers and each sign of a name.
fn parts(name: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        '0'..='9' => Some(true),
        other if other.is_alphabetic() => Some(false),
        _ => None,
    };
    let (mut parts, mut from, mut last) = (Vec::new(), 0, None);
    for (at, c) in name.char_indices() {
        if at > 0 && (kind(c).is_none() || last != kind(c)) {
            parts.push(&name[from..at]);
            from = at;
        }
        last = kind(c);
    }
    parts.push(&name[from..]);
    parts
}

/// Names without the parts that all of them begin or end with; one part is left of each.
pub(super) fn differing<S: AsRef<str>>(names: &[S]) -> Vec<String> {
    let all: Vec<Vec<&str>> = names.iter().map(|name| parts(name.as_ref())).collect();
    let shortest = all.iter().map(Vec::len).min().unwrap_or(1);
    let is_shared = |at: &dyn Fn(&[&str]) -> usize| {
        let part = |of: &Vec<&str>| of[at(of)].to_owned();
        all.windows(2).all(|two| part(&two[0]) == part(&two[1]))
    };
    let front = (0..shortest - 1).take_while(|&at| is_shared(&|_| at));
    let front = front.count();
    let back = (0..shortest - 1 - front).take_while(|&at| is_shared(&|of| of.len() - 1 - at));
    let back = back.count();
    let rest = |of: &Vec<&str>| of[front..of.len() - back].concat();
    all.iter().map(rest).collect()
}

/// The numbers by which alone names differ, each another one.
pub(super) fn numbers<S: AsRef<str>>(names: &[S]) -> Option<Vec<i64>> {
    let words = differing(names);
    let numbers: Option<Vec<i64>> = words.iter().map(|word| word.parse().ok()).collect();
    let mut sorted = numbers.clone()?;
    sorted.sort_unstable();
    sorted.dedup();
    numbers.filter(|numbers| numbers.len() == sorted.len())
}

/// The positive one of two names, where they say so themselves: yes beside no, fraud beside not_fraud.
pub(super) fn positive_of<S: AsRef<str>>(names: &[S]) -> Option<usize> {
    let words = differing(names);
    let [one, other] = words.as_slice() else {
        return None;
    };
    let is_not = |one: &str, other: &str| NOT.iter().any(|not| same(one, &format!("{not}{other}")));
    match (polarity(one), polarity(other)) {
        (Some(true), Some(false)) => Some(0),
        (Some(false), Some(true)) => Some(1),
        _ if is_not(one, other) => Some(1),
        _ if is_not(other, one) => Some(0),
        _ => None,
    }
}

impl Resolver<'_> {
    /// These columns as outputs of classes, by what their names and the labels say; with what each of the readings
    /// says beside that, where names leave more than one.
    pub fn by_class(&self, set: &Set, label: usize) -> Vec<(Option<String>, Set)> {
        let name = |&column: &usize| self.names[column].as_str();
        let names: Vec<&str> = set.columns.iter().map(name).collect();
        if names.len() < 2 {
            return vec![(None, set.clone())];
        }
        let words = differing(&names);
        let texts = &self.survey.columns[label].texts;
        let left = Labels::left(texts, &Classes::Named(&words), self.options);
        let (there, _) = left.unwrap_or_default();
        let values: Option<Vec<f64>> = there.iter().map(|text| number(text)).collect();
        if let Some(classes) = numbers(&names).and_then(|of| numbered(of, values.as_deref())) {
            return vec![(None, called(set, classes))];
        }
        let of_word = |text: &&str| words.iter().any(|word| same(word, text));
        if values.is_none() && there.iter().all(of_word) {
            return vec![(None, called(set, words))];
        }
        let in_order = |mut classes: Vec<String>| {
            if positive_of(&classes) == Some(0) {
                classes.reverse();
            }
            classes
        };
        let both = in_order(two(&there, values.as_deref()));
        match (names.len(), positive_of(&names)) {
            (2, Some(positive)) if positive_of(&both).is_some() || both == ["-1", "1"] => {
                let classes = [0, 1].map(|column| both[usize::from(column == positive)].clone());
                vec![(None, called(set, classes.to_vec()))]
            }
            (2, _) => {
                let way = |classes: [&String; 2]| {
                    let of = classes.iter().zip(&names);
                    let says = of.map(|(label, name)| {
                        let (label, name) = (super::shorten(label), super::shorten(name));
                        tr!("label {label} is \"{name}\"", label, name)
                    });
                    let says: Vec<String> = says.collect();
                    let classes = classes.map(String::clone).to_vec();
                    (Some(says.join(", ")), called(set, classes))
                };
                vec![way([&both[0], &both[1]]), way([&both[1], &both[0]])]
            }
            _ if values.is_some() && !words.is_sorted() => {
                let orders = orders(&words).into_iter();
                let ways = orders.map(|(says, classes)| (Some(says), called(set, classes)));
                ways.collect()
            }
            _ => vec![(None, set.clone())],
        }
    }
}

/// What two classes are called by the labels: as the labels are, or 0 and 1.
fn two(there: &[&str], values: Option<&[f64]>) -> Vec<String> {
    let mut classes: Vec<String> = match values {
        None => there.iter().map(|text| (*text).to_owned()).collect(),
        Some(values) => {
            let is_plain = |value: &&f64| !IGNORED.contains(value) || values == [-1.0, 1.0];
            let mut values: Vec<f64> = values.iter().filter(is_plain).copied().collect();
            values.sort_by(f64::total_cmp);
            values.iter().map(f64::to_string).collect()
        }
    };
    classes.dedup();
    match classes.len() {
        2 => classes,
        _ => ["0", "1"].map(str::to_owned).to_vec(),
    }
}

/// Classes by the numbers of their columns, as labels count them; `None` where labels count otherwise.
fn numbered(mut numbers: Vec<i64>, values: Option<&[f64]>) -> Option<Vec<String>> {
    let mut sorted = numbers.clone();
    sorted.sort_unstable();
    let follow_from = |first: i64| (first..).zip(&sorted).all(|(class, of)| class == *of);
    let values = values.unwrap_or_default();
    let is_class =
        |value: &f64| IGNORED.contains(value) || sorted.iter().any(|&of| of as f64 == *value);
    let from_zero = values.contains(&0.0) || values == [-1.0, 1.0] || values == [1.0, -1.0];
    if follow_from(1) && from_zero {
        numbers.iter_mut().for_each(|of| *of -= 1);
        return Some(numbers.iter().map(i64::to_string).collect());
    }
    let are_labels = !values.is_empty() && values.iter().all(is_class);
    let are_classes = are_labels || follow_from(0) || follow_from(1);
    are_classes.then(|| numbers.iter().map(i64::to_string).collect())
}

/// The same columns, called so.
fn called(set: &Set, classes: Vec<String>) -> Set {
    Set {
        classes,
        ..set.clone()
    }
}
