//! Whether predictions are those of a regression, where names leave it open and values do not.

use super::error::Refusal;
use super::labels::IGNORED;
use super::names::{Family, named};
use super::outputs::{Set, sum_slack};
use super::resolve::Resolver;
use super::survey::Numbers;
use super::{Options, RoleName, shorten};
use crate::words::{tr, word};

/// Most columns of which a question says that each may be meant.
const MOST_WAYS: usize = 6;

impl Resolver<'_> {
    /// What values say where names do not decide: `None` where names do.
    ///
    /// # Errors
    /// There is more than one reading.
    pub fn by_target(&self, set: &Set, label: usize) -> Result<Option<bool>, Refusal> {
        let may_be = matches!(set.family, Family::Score | Family::Prediction) && !set.is_given;
        let role = &self.roles[label];
        if !may_be || *role == Some(RoleName::Label) {
            return Ok(None);
        }
        let is_said = *role == Some(RoleName::Target);
        let is_called = set.family == Family::Prediction && (is_said || self.is_target(label));
        match set.columns.as_slice() {
            [_, _, ..] => self.of_several(set, label, is_said, is_called),
            _ if is_called => Ok(None),
            _ if is_said => Ok(Some(true)),
            _ => self.of_one(set, label),
        }
    }

    fn is_target(&self, label: usize) -> bool {
        self.roles[label].is_none() && named(&self.names[label]).target
    }

    /// One output and labels that are called so.
    fn of_one(&self, set: &Set, label: usize) -> Result<Option<bool>, Refusal> {
        let target = &self.survey.columns[label].numbers;
        let output = set.numbers(self.survey);
        if !are_measured(target) && !are_many(target) {
            return Ok(None);
        }
        // A share or a decision is none of a number far from it.
        let meets = output.least <= target.most && target.least <= output.most;
        let is_beyond = target.least < 0.0 || target.most > 1.0;
        if are_measured(target) && is_beyond && meets {
            return Ok(Some(true));
        }
        if !are_measured(target) && (output.are_classes() || output.are_shares()) {
            return Ok(None);
        }
        let (pred, name) = (&self.names[set.columns[0]], &self.names[label]);
        let why = tr!(
            "\"{name}\" is not of two classes, and \"{pred}\" is one output: a regression?",
            name = shorten(name),
            pred = shorten(pred)
        );
        Err(self.ask(why, self.each_as_pred(set, label)).into())
    }

    /// Several columns of predictions.
    fn of_several(
        &self,
        set: &Set,
        label: usize,
        is_said: bool,
        is_called: bool,
    ) -> Result<Option<bool>, Refusal> {
        let target = &self.survey.columns[label].numbers;
        if target.count == 0 || !is_called && !is_said && !are_measured(target) {
            return Ok(Some(false));
        }
        let output = set.numbers(self.survey);
        let are_probabilities = output.beyond == 0 && set.sums_to_one(self.survey);
        if !is_said && target.fractions == 0 && are_probabilities {
            return Ok(Some(false));
        }
        let shown = set.shown(self.names);
        let name = shorten(&self.names[label]);
        let mut ways = Vec::new();
        let why = if is_said || !are_classes_of(target, set.columns.len()) {
            tr!(
                "\"{name}\" holds no classes of {shown}, and a regression has one prediction: which column is it?",
                name,
                shown
            )
        } else {
            let says = word("they are logits of the classes").to_owned();
            ways.push((says, set.options(self.names, self.options, true)));
            if are_two(target) {
                ways.extend(self.models(set, label));
            }
            tr!(
                "{shown} may be scores of the classes in \"{name}\", or predictions of several models: which?",
                shown,
                name
            )
        };
        ways.extend(self.each_as_pred(set, label));
        Err(self.ask(why, ways).into())
    }

    /// Each of the columns as the prediction of a regression.
    fn each_as_pred(&self, set: &Set, label: usize) -> Vec<(String, Options)> {
        let ways = set.columns.iter().take(MOST_WAYS).map(|&column| {
            let options = self.with([(column, RoleName::Pred), (label, RoleName::Target)]);
            let says = tr!(
                "a regression, and \"{0}\" is its prediction",
                shorten(&self.names[column])
            );
            (says, options)
        });
        ways.collect()
    }

    /// Each of the columns as the only output, as if each were of another model.
    pub fn models(&self, set: &Set, label: usize) -> Vec<(String, Options)> {
        let numbers = |column: usize| &self.survey.columns[column].numbers;
        let scores = set.columns.iter().copied();
        let scores = scores.filter(|&column| numbers(column).fractions > 0);
        let ways = scores.take(MOST_WAYS).map(|column| {
            let name = shorten(&self.names[column]);
            let (role, says) = match numbers(column).beyond {
                0 => (RoleName::P, tr!("\"{name}\" is the probability", name)),
                _ => (RoleName::Logit, tr!("\"{name}\" is the logit", name)),
            };
            (says, self.with([(column, role), (label, RoleName::Label)]))
        });
        ways.collect()
    }

    /// Whether half of the first rows sum to 1; where there are none, too.
    fn mostly_sums_to_one(&self, set: &Set) -> bool {
        let slack = sum_slack(set.columns.len());
        let rows = 0..self.survey.rows.len();
        let rows = rows.filter(|&row| !self.survey.is_ignored(row));
        let rows = rows.filter_map(|row| {
            let cells = set.columns.iter().map(|&of| self.survey.cell(row, of));
            cells.sum::<Option<f64>>()
        });
        let sums: Vec<f64> = rows.filter(|sum| !sum.is_nan()).collect();
        let fit = sums.iter().filter(|sum| (*sum - 1.0).abs() <= slack);
        2 * fit.count() >= sums.len()
    }

    /// Asks where columns that are called as those of classes are rather of one model each.
    ///
    /// # Errors
    /// They do not sum to 1, and labels are of two classes that are called otherwise.
    pub fn ask_models(&self, set: &Set, label: Option<usize>) -> Result<(), Refusal> {
        let Some(label) = label else { return Ok(()) };
        let seen = &self.survey.columns[label];
        let numbered = |class: &String| class.parse::<u32>().is_ok();
        let are_names = set.columns.len() > 1 && !set.classes.iter().any(numbered);
        if !are_names || set.is_given || !are_two(&seen.numbers) {
            return Ok(());
        }
        if set.numbers(self.survey).beyond > 0 || self.mostly_sums_to_one(set) {
            return Ok(());
        }
        let shown = set.shown(self.names);
        let splits = self.splits();
        if !splits.is_empty() {
            let why = tr!(
                "{shown} are each beside a label: which are to be read?",
                shown
            );
            return Err(self.ask(why, splits).into());
        }
        let why = tr!(
            "rows of {0} do not sum to 1: are they of several models, and which is to be read?",
            shown
        );
        Err(self.ask(why, self.models(set, label)).into())
    }
}

/// Whether they are measured rather than counted: classes have no fractions, but for a slip.
fn are_measured(target: &Numbers) -> bool {
    target.others * 10 <= target.count && target.fractions * 20 >= target.count.max(1)
}

/// Whether they are whole numbers of more than two kinds.
fn are_many(target: &Numbers) -> bool {
    let kinds = |values: &Vec<f64>| values.iter().filter(|v| !IGNORED.contains(v)).count();
    let many = target.values.as_ref().is_none_or(|of| kinds(of) > 2);
    target.count > 0 && target.others == 0 && target.fractions == 0 && many
}

/// Whether they are 0 and 1, beside what marks ignored examples, or -1 and 1.
pub(super) fn are_two(target: &Numbers) -> bool {
    let values = target.values.as_deref().unwrap_or_default();
    let within = |pair: [f64; 2]| values.iter().all(|value| pair.contains(value));
    let is_plain = |value: &&f64| !IGNORED.contains(value);
    let mut plain = values.iter().filter(is_plain).peekable();
    !values.is_empty() && within([-1.0, 1.0])
        || plain.peek().is_some() && plain.all(|value| [0.0, 1.0].contains(value))
}

/// Whether they are numbers of so many classes, from 0 or from 1.
fn are_classes_of(target: &Numbers, classes: usize) -> bool {
    let class = |value: &f64| (0.0..=classes as f64).contains(value) || IGNORED.contains(value);
    match &target.values {
        Some(values) => target.fractions == 0 && values.iter().all(class),
        None => target.fractions == 0 && [target.least, target.most].iter().all(class),
    }
}
