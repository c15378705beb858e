//! Columns that come in pairs of an output and a label, one pair for each split or quantity: `p_test` and `y_test`
//! beside `p_train` and `y_train`.

use super::names::{Family, named};
use super::regression::are_two;
use super::resolve::Resolver;
use super::{Options, RoleName, shorten};
use crate::words::tr;

impl Resolver<'_> {
    /// Each pair as a reading of its own; nothing where there are not several.
    pub fn splits(&self) -> Vec<(String, Options)> {
        let parted = |column: usize| {
            let (stem, split) = self.names[column].rsplit_once(['_', '.', '-', ' '])?;
            let is_word = split.parse::<u32>().is_err() && self.roles[column].is_none();
            is_word.then(|| (named(stem), split.to_lowercase()))
        };
        let all = || 0..self.names.len();
        let pairs = all().filter_map(|label| {
            let (_, split) = parted(label).filter(|(stem, _)| stem.label)?;
            let mut outputs = all().filter_map(|column| {
                let (stem, of) = parted(column)?;
                let output = stem.output.filter(|of| of.class.is_none())?;
                (of == split).then_some((column, output.family))
            });
            // The only one.
            outputs
                .next()
                .filter(|_| outputs.next().is_none())
                .map(|of| (label, of))
        });
        let ways: Vec<(String, Options)> = pairs
            .map(|(label, (output, family))| {
                let (of_output, of_label) = self.roles_of(output, family, label);
                let options = self.with([(output, of_output), (label, of_label)]);
                let [output, label] = [output, label].map(|of| shorten(&self.names[of]));
                (
                    tr!("\"{output}\" beside \"{label}\"", output, label),
                    options,
                )
            })
            .collect();
        if ways.len() > 1 { ways } else { Vec::new() }
    }

    fn roles_of(&self, output: usize, family: Family, label: usize) -> (RoleName, RoleName) {
        let values = &self.survey.columns[output].numbers;
        let is_of_classes = self.is_of_classes(label);
        let role = match family {
            Family::Logit | Family::LogProbability => RoleName::Logit,
            Family::Probability => RoleName::P,
            Family::Score | Family::Prediction | Family::Decision => {
                let are_labels = is_of_classes
                    && (family == Family::Score || are_two(&self.survey.columns[label].numbers));
                match (are_labels, values.are_shares()) {
                    (false, _) => return (RoleName::Pred, RoleName::Target),
                    (true, true) => RoleName::P,
                    (true, false) => RoleName::Logit,
                }
            }
        };
        (role, RoleName::Label)
    }
}
