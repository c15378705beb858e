//! Readings to choose from where the names of some columns say nothing: what their values may be.

use super::guesses::offer;
use super::maps::mapped;
use super::names::{Family, named, plain};
use super::outputs::Set;
use super::regression::are_two;
use super::resolve::Resolver;
use super::siblings;
use super::{Options, RoleName};
use crate::words::tr;

/// Rows that count upwards by one in as many rows are numbers of rows.
const COUNTED: usize = 10;
/// Last words of the names of columns that tell rows apart.
const IDS: [&str; 8] = [
    "id", "ids", "idx", "index", "row", "rowid", "rowname", "guid",
];
/// First words of columns of classes that have numbers.
const CLASSES: [&str; 4] = ["category", "class", "label", "target"];
/// Most different texts that are labels.
const MOST_LABELS: usize = 20;

impl Resolver<'_> {
    /// Readings by the values of columns of which neither a name nor a person says anything, beside the outputs
    /// and the label that are known.
    pub fn offers(&self, set: Option<&Set>, label: Option<usize>) -> Vec<(String, Options)> {
        if self.survey.rows.is_empty() || !self.options.maps.is_empty() {
            return Vec::new();
        }
        let is_taken = |column: usize| {
            label == Some(column) || set.is_some_and(|set| set.columns.contains(&column))
        };
        let output = |column: usize| siblings::output(self.names, &self.names[column]);
        let is_free = |&column: &usize| {
            !is_taken(column)
                && named(&self.names[column]).optional.is_none()
                && offer(&self.names[column]).is_none()
                && output(column).is_none_or(|of| of.family != Family::LogProbability)
                && !self.is_id(column)
        };
        let free: Vec<usize> = (0..self.names.len()).filter(is_free).collect();
        match (set, label) {
            (Some(set), None) => self.labels_beside(set, &free),
            (None, Some(label)) => self.outputs_beside(label, &free),
            (None, None) => self.unnamed(&free),
            (Some(_), Some(_)) => Vec::new(),
        }
    }

    /// Whether a column tells rows apart.
    fn is_id(&self, column: usize) -> bool {
        let name = self.names[column].to_lowercase();
        let words = name.split(|c: char| !c.is_alphanumeric());
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        let is_class = words.first().is_some_and(|of| CLASSES.contains(of));
        let is_named =
            name.is_empty() || !is_class && words.last().is_some_and(|of| IDS.contains(of));
        let rows = 0..self.survey.rows.len();
        let cell = |row: usize| self.survey.cell(row, column);
        let mut steps = rows.skip(1).map(|row| Some(cell(row)? - cell(row - 1)?));
        is_named || self.survey.rows.len() >= COUNTED && steps.all(|step| step == Some(1.0))
    }

    /// Whether all cells are numbers, and more than classes.
    fn is_measured(&self, column: usize) -> bool {
        let numbers = &self.survey.columns[column].numbers;
        numbers.others == 0 && numbers.count > 0 && !numbers.are_classes()
    }

    fn are_measured(&self, columns: &[usize]) -> bool {
        columns.iter().all(|&column| self.is_measured(column))
    }

    /// Whether cells are a few numbers of classes or a few texts.
    pub fn is_of_classes(&self, column: usize) -> bool {
        let seen = &self.survey.columns[column];
        let has_texts = seen.numbers.count == 0
            && (2..=MOST_LABELS).contains(&seen.texts.len())
            && seen.texts.len() < self.survey.rows.len();
        has_texts || seen.numbers.others == 0 && seen.numbers.are_classes()
    }

    fn labels_beside(&self, set: &Set, free: &[usize]) -> Vec<(String, Options)> {
        let mut ways = Vec::new();
        let output = |column: usize| siblings::output(self.names, &self.names[column]);
        let is_decided =
            |column: usize| output(column).is_some_and(|of| of.family >= Family::Prediction);
        let numbers = set.numbers(self.survey);
        let predicts = set.family == Family::Prediction && numbers.count > 0 && numbers.others == 0;
        for &column in free {
            let name = super::shorten(&self.names[column]);
            if is_decided(column) {
                continue;
            }
            if self.is_of_classes(column) {
                let roles = [(column, RoleName::Label)];
                let says = tr!("\"{0}\" is the label", name);
                ways.push((says, self.with(roles)));
            } else if self.is_measured(column) && predicts {
                let roles = [(set.columns[0], RoleName::Pred), (column, RoleName::Target)];
                let says = tr!("a regression of \"{name}\"", name);
                ways.push((says, self.with(roles)));
            }
        }
        ways
    }

    fn outputs_beside(&self, label: usize, free: &[usize]) -> Vec<(String, Options)> {
        let columns = free.iter().copied();
        let columns: Vec<usize> = columns.filter(|&of| self.is_measured(of)).collect();
        let mut ways = Vec::new();
        if self.is_measured(label) {
            for &column in &columns {
                let name = super::shorten(&self.names[column]);
                let roles = [(column, RoleName::Pred), (label, RoleName::Target)];
                let says = tr!("a regression, predicted by \"{name}\"", name);
                ways.push((says, self.with(roles)));
            }
            return ways;
        }
        let classes = self.survey.columns[label].texts.len();
        let all = set_of(&columns);
        if columns.len() > 1 && all.sums_to_one(self.survey) {
            ways = self.ways_of_classes(&all, label, false);
        } else if columns.len() > 1 && classes <= 2 {
            // Of one model each rather than of one class each.
            ways = self.models(&all, label);
        } else if columns.len() > 2 && columns.len() >= classes {
            ways = self.ways_of_classes(&all, label, true);
        }
        if classes <= 2 && ways.is_empty() {
            for &column in &columns {
                let one = set_of(&[column]);
                let within = one.numbers(self.survey).beyond == 0;
                if within || one.has_sign(self.survey) {
                    ways.push(self.way(&one, false));
                }
                if self.may_be_logits(&one, within) {
                    ways.push(self.way(&one, true));
                }
            }
        }
        ways
    }

    /// Whether nothing says that these are probabilities: no sign of percent, and no name of what lies within 0 to 1.
    fn may_be_logits(&self, set: &Set, within: bool) -> bool {
        let output = |&column: &usize| siblings::output(self.names, &self.names[column]);
        let is_p = |column| output(column).is_some_and(|of| of.family == Family::Probability);
        !(set.has_sign(self.survey) || within && set.columns.iter().all(is_p))
    }

    /// Probabilities of classes that nothing stands beside: all columns, where rows sum to 1.
    pub fn without_labels(&self) -> Option<Set> {
        let all: Vec<usize> = (0..self.names.len()).collect();
        let set = set_of(&all);
        let are_measured = all.len() > 1 && self.are_measured(&all);
        (are_measured && set.sums_to_one(self.survey)).then_some(set)
    }

    /// These columns as logits or probabilities.
    fn way(&self, set: &Set, of_logits: bool) -> (String, Options) {
        let what = set.shown(self.names);
        let says = if of_logits {
            tr!("{what}: logits", what)
        } else {
            tr!("{what}: probabilities", what)
        };
        (says, set.options(self.names, self.options, of_logits))
    }

    /// These columns, each of the class that its name says.
    fn ways_of_classes(&self, set: &Set, label: usize, of_logits: bool) -> Vec<(String, Options)> {
        let orders = self.by_class(set, label).into_iter();
        let ways = orders.map(|(order, set)| {
            let (says, options) = self.way(&set, of_logits);
            let says = [says].into_iter().chain(order);
            (says.collect::<Vec<_>>().join(", "), options)
        });
        ways.collect()
    }

    /// Columns that are called as the values of another one are, which then is the label.
    fn called_by_values(&self, free: &[usize]) -> Vec<(String, Options)> {
        let is_label = |&column: &usize| {
            let set = self.named_by_labels(column);
            set.is_some_and(|set| !set.columns.contains(&column) && self.are_measured(&set.columns))
        };
        let labels = free.iter().copied().filter(is_label);
        let ways = labels.map(|column| {
            let says = tr!("\"{0}\" is the label", super::shorten(&self.names[column]));
            (says, self.with([(column, RoleName::Label)]))
        });
        ways.collect()
    }

    /// Neither outputs nor labels have names.
    fn unnamed(&self, free: &[usize]) -> Vec<(String, Options)> {
        let mut ways = self.called_by_values(free);
        if !ways.is_empty() {
            return ways;
        }
        let numbers = |column: usize| &self.survey.columns[column].numbers;
        let free: Vec<usize> = free
            .iter()
            .copied()
            .filter(|&column| numbers(column).others == 0)
            .collect();
        let &[first, .., last] = free.as_slice() else {
            return ways;
        };
        for label in [last, first] {
            let outputs: Vec<usize> = free.iter().copied().filter(|&at| at != label).collect();
            let is_label = numbers(label).are_classes()
                && numbers(label).most < (outputs.len().max(2)) as f64 + 1.0;
            if !is_label {
                continue;
            }
            let set = set_of(&outputs);
            let within = set.numbers(self.survey).beyond == 0;
            let sums = set.columns.len() == 1 || set.sums_to_one(self.survey);
            if !sums && are_two(numbers(label)) {
                // Of one model each rather than of one class each.
                let models = self.models(&set, label);
                let are_models = !models.is_empty() && (within || set.columns.len() > 2);
                ways.extend(models);
                if are_models {
                    break;
                }
            }
            for of_logits in [false, true] {
                let may_be = match of_logits {
                    true if within && sums && set.columns.len() > 1 => false,
                    true => self.may_be_logits(&set, within && sums),
                    false => within && sums,
                };
                if !may_be {
                    continue;
                }
                let ways_of_set = self.ways_of_classes(&set, label, of_logits).into_iter();
                ways.extend(ways_of_set.map(|(says, options)| {
                    let options = mapped(&options, self.names, [(label, RoleName::Label)]);
                    let name = super::shorten(&self.names[label]);
                    (tr!("{says}, \"{name}\": label", says, name), options)
                }));
            }
            if free.len() == 2 && label == last && numbers(first).are_classes() {
                continue;
            }
            break;
        }
        if let (true, &[one, other]) = (ways.is_empty(), free.as_slice())
            && !set_of(&free).sums_to_one(self.survey)
        {
            // Of "price" and "predicted_price" the one with more words predicts the other.
            let [first, second] = [one, other].map(|of| plain(&self.names[of]));
            let pairs = match second.len() > first.len() && second.contains(&first) {
                true => [(other, one), (one, other)],
                false => [(one, other), (other, one)],
            };
            for (pred, target) in pairs {
                let roles = [(pred, RoleName::Pred), (target, RoleName::Target)];
                let [pred, target] = [pred, target].map(|of| super::shorten(&self.names[of]));
                let says = tr!(
                    "a regression: \"{pred}\" predicts \"{target}\"",
                    pred,
                    target
                );
                ways.push((says, self.with(roles)));
            }
        }
        ways
    }
}

/// Columns as outputs of classes from 0, or the only output.
pub(super) fn set_of(columns: &[usize]) -> Set {
    let classes = 0..if columns.len() > 1 { columns.len() } else { 0 };
    Set {
        family: Family::Score,
        stem: String::new(),
        columns: columns.to_vec(),
        classes: classes.map(|class| class.to_string()).collect(),
        is_run: false,
        is_given: false,
    }
}
