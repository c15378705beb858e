//! Columns that are called as the labels are.

use super::columns::in_quotes;
use super::error::Refusal;
use super::guesses::offer;
use super::names::{Family, Named, named, plain};
use super::outputs::Set;
use super::resolve::Resolver;
use super::{Options, RoleName};
use crate::words::tr;

impl Resolver<'_> {
    /// Columns whose names are those of the labels, one for each class; `None` where there are none.
    pub fn named_by_labels(&self, label: usize) -> Option<Set> {
        let seen = &self.survey.columns[label];
        if self
            .options
            .maps
            .iter()
            .any(|(_, role)| !matches!(role, RoleName::Label | RoleName::Ignore))
        {
            return None;
        }
        let ignored = |text: &str| self.options.ignore_labels.iter().any(|of| of == text);
        let place = |text: &str| self.places.exact(text).first().copied();
        let mut columns: Vec<usize> = Vec::new();
        let texts = seen.texts.iter().map(|(text, _)| text.as_str());
        for text in texts.filter(|text| !text.is_empty() && !ignored(text)) {
            columns.push(place(text)?);
        }
        // Classes without examples have a column, too: numbers from 0 tell how many.
        let mut numbered = (0..).map_while(|class: usize| place(&class.to_string()));
        if columns
            .iter()
            .all(|&column| self.names[column].parse::<usize>().is_ok())
        {
            columns.extend(numbered.by_ref());
        }
        let set = self.set_of(columns);
        if set.columns.is_empty() {
            return None;
        }
        // So do names, where the rows sum to 1 only with theirs.
        let with_more = self.set_of([&set.columns[..], &self.unexplained(&set, label)].concat());
        let is_of_more = !self.sums(&set) && self.sums(&with_more);
        let set = if is_of_more { with_more } else { set };
        (set.columns.len() >= 2).then_some(set)
    }

    /// Asks where another column may be of a class that has no examples.
    pub fn check_named(&self, set: &Set, label: usize) -> Result<(), Refusal> {
        let more = self.unexplained(set, label);
        if more.is_empty() || self.sums(set) {
            return Ok(());
        }
        let all = self.set_of([&set.columns[..], &more].concat());
        let why = tr!(
            "columns are called as the labels are, and no label is {0}: is it a class as well?",
            in_quotes(self.names, &more)
        );
        let of_logits = !set.numbers(self.survey).are_shares();
        let way = |set: &Set| -> (String, Options) {
            let says = tr!("{} are the classes", in_quotes(self.names, &set.columns));
            (says, set.options(self.names, self.options, of_logits))
        };
        Err(self.ask(why, vec![way(&all), way(set)]).into())
    }

    /// Asks where the output is a column `x`, which is as often a feature, and another column may be the output.
    pub fn check_x(&self, set: &Set, label: Option<usize>) -> Result<(), Refusal> {
        let Some(label) = label.filter(|_| set.is_x()) else {
            return Ok(());
        };
        let ways = self.offers(None, Some(label));
        let x = &self.names[set.columns[0]];
        // Other features go beyond 0 to 1 as well, and so do most losses.
        let is_p = |(_, options): &(String, Options)| {
            let mut outputs = options.maps.iter().filter(|(_, role)| role.is_output());
            outputs.any(|(name, role)| *role == RoleName::P && name != x && plain(name) != "loss")
        };
        if !ways.iter().any(is_p) {
            return Ok(());
        }
        let why = tr!(
            "\"{x}\" may be a logit or a feature, and another column may be the output: which is it?",
            x = super::shorten(x)
        );
        Err(self.ask(why, ways).into())
    }

    /// Columns of fractions of which no name says what they are.
    fn unexplained(&self, set: &Set, label: usize) -> Vec<usize> {
        let is_unexplained = |column: &usize| {
            let name = &self.names[*column];
            let numbers = &self.survey.columns[*column].numbers;
            *column != label
                && !set.columns.contains(column)
                && self.roles[*column].is_none()
                && named(name) == Named::default()
                && offer(name).is_none()
                && numbers.others == 0
                && numbers.fractions > 0
        };
        (0..self.names.len()).filter(is_unexplained).collect()
    }

    pub fn sums(&self, set: &Set) -> bool {
        set.numbers(self.survey).beyond == 0 && set.sums_to_one(self.survey)
    }

    fn set_of(&self, mut columns: Vec<usize>) -> Set {
        columns.sort_unstable();
        columns.dedup();
        let classes = columns.iter().map(|&column| self.names[column].clone());
        let mut set = Set {
            family: Family::Score,
            stem: String::new(),
            classes: classes.collect(),
            columns,
            is_run: false,
            is_given: false,
        };
        set.sort();
        set
    }
}
