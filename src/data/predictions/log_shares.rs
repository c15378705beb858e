//! Logs of probabilities: the softmax of those of all classes is the probabilities, so that they are logits; one alone
//! is none.

use super::error::{ReadError, Refusal};
use super::names::Family;
use super::outputs::{Found, Set};
use super::resolve::Resolver;
use super::shorten;
use crate::words::{tr, word};

impl Resolver<'_> {
    /// Keeps logs of probabilities where they are the outputs, and what is said of them.
    ///
    /// # Errors
    /// There are no other outputs, and these are of one class alone; or asks where they do not sum to 1.
    pub fn log_probabilities(&self, found: &mut Found) -> Result<Option<String>, Refusal> {
        let is_log = |set: &Set| set.family == Family::LogProbability;
        let (logs, others): (Vec<Set>, Vec<Set>) = found.sets.drain(..).partition(is_log);
        found.sets = others;
        let is_sure = |set: &Set| set.family <= Family::Probability || set.is_given;
        let is_needed = !found.sets.iter().any(is_sure);
        let sums = |set: &&Set| set.columns.len() > 1 && set.sum_to_one(self.survey, f64::exp);
        let (of_all, left): (Vec<&Set>, Vec<&Set>) =
            logs.iter().partition(|set| is_needed && sums(set));
        let is_open = of_all.is_empty() && found.sets.is_empty() && found.lone.is_empty();
        match left.first() {
            Some(set) if is_open && set.columns.len() == 1 => {
                return Err(ReadError::of(self.file, self.of_one_log(set)).into());
            }
            Some(set) if is_open => {
                let why = tr!(
                    "{shown} are called logs of probabilities, and the probabilities of a row do not sum to 1: are they logits?",
                    shown = set.shown(self.names)
                );
                let options = set.options(self.names, self.options, true);
                let says = word("they are logits").to_owned();
                return Err(self.ask(why, vec![(says, options)]).into());
            }
            Some(_) | None => {}
        }
        let left = left.iter().flat_map(|set| &set.columns);
        found.others.extend(left.copied());
        let note = of_all.first().map(|set| {
            tr!(
                "{shown} are logs of probabilities, whose softmax is the probabilities: they are read as logits",
                shown = set.shown(self.names)
            )
        });
        found.sets.extend(of_all.into_iter().cloned());
        Ok(note)
    }

    /// Why one log of a probability is of no use, and what makes it so.
    fn of_one_log(&self, set: &Set) -> String {
        let name = shorten(&self.names[set.columns[0]]);
        let p = match set.classes.first() {
            Some(class) => format!("p_{}", shorten(class)),
            None => "p".to_owned(),
        };
        tr!(
            "\"{name}\" is the log of one probability, which is no logit; a column of the probability is expected: \
             d[\"{p}\"] = numpy.exp(d[\"{name}\"]) in pandas, \"p_CLASS\" where it is not of the positive class",
            name,
            p
        )
    }
}
