//! Values of settings to try, all combinations of them, and which is best: losses are compared fairly only where
//! each has its own.

use super::is_better;
use crate::config::{Config, Setting, setting};
use crate::ghm::Task;
use crate::words::tr;

/// Most combinations of a sweep.
pub const MOST_COMBINATIONS: usize = 100;

/// Values of one setting to try.
pub struct Sweep {
    pub setting: &'static Setting,
    /// As links and flags have them.
    pub values: Vec<String>,
}

impl Sweep {
    /// Reads `learning-rate=0.003,0.01,0.03`, values of a setting under these others.
    ///
    /// # Errors
    /// What is wrong: the name, a value, a value that stands there twice.
    pub fn parse(text: &str, base: &Config) -> Result<Self, String> {
        let (key, list) = text.split_once('=').unwrap_or((text, ""));
        let key = key.trim();
        let Some(setting) = setting(key) else {
            return Err(tr!("\"{key}\" is no setting", key));
        };
        let mut values: Vec<String> = Vec::new();
        for text in list.split(',').map(str::trim) {
            let mut config = base.clone();
            setting
                .parse(&mut config, text)
                .map_err(|error| error.to_string())?;
            let value = setting.text(&config);
            if values.contains(&value) {
                return Err(tr!("{key}: {value} stands there twice", key, value));
            }
            values.push(value);
        }
        Ok(Self { setting, values })
    }
}

/// All combinations of the values, one of every sweep each; those of the last sweep change fastest. A single empty one
/// without sweeps.
pub fn combinations(sweeps: &[Sweep]) -> Vec<Vec<(&'static Setting, String)>> {
    let mut all = vec![Vec::new()];
    for sweep in sweeps {
        let with = |chosen: &Vec<(&'static Setting, String)>, value: &String| {
            let mut chosen = chosen.clone();
            chosen.push((sweep.setting, value.clone()));
            chosen
        };
        let longer = all.iter().flat_map(|chosen| {
            let values = sweep.values.iter();
            values.map(move |value| with(chosen, value))
        });
        all = longer.collect();
    }
    all
}

/// The combination with the best mean; of equal ones the first. `scores` has a row a combination and a column a
/// seed, `None` where a run did not end in a score: such a combination counts only where all have one.
pub fn best(task: Task, scores: &[Vec<Option<f64>>]) -> Option<usize> {
    let mean = |row: &Vec<Option<f64>>| {
        let values: Vec<f64> = row.iter().copied().flatten().collect();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (!values.is_empty()).then_some((values.len() == row.len(), mean))
    };
    let means = scores.iter().map(mean).enumerate();
    let means = means.filter_map(|(index, mean)| Some((index, mean?)));
    let better = |(complete, mean): (bool, f64), (than_complete, than): (bool, f64)| {
        (complete && !than_complete) || complete == than_complete && is_better(task, mean, than)
    };
    let first = means.reduce(|best, next| if better(next.1, best.1) { next } else { best });
    first.map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::{Sweep, best, combinations};
    use crate::config::Config;
    use crate::ghm::Task;

    #[test]
    fn every_value_meets_every_other() {
        let base = Config::default();
        let sweeps = ["learning-rate=0.003, 1e-2", "optimizer=adam,sgd"]
            .map(|text| Sweep::parse(text, &base).expect("a sweep"));
        let all = combinations(&sweeps);
        let texts: Vec<String> = (all.iter())
            .map(|of| {
                let texts: Vec<&str> = of.iter().map(|(_, value)| value.as_str()).collect();
                texts.join(" ")
            })
            .collect();
        assert_eq!(texts, ["0.003 adam", "0.003 sgd", "0.01 adam", "0.01 sgd"]);
        assert_eq!(combinations(&[]).len(), 1);
    }

    #[test]
    fn what_is_no_sweep_is_refused_with_the_reason() {
        let base = Config::default();
        for (text, says) in [
            ("learning-rat=0.1", "is no setting"),
            ("learning-rate", "is not a number"),
            ("learning-rate=0.1,", "is not a number"),
            ("learning-rate=0.1,100", "100 is outside"),
            ("learning-rate=0.01,1e-2", "0.01 stands there twice"),
            ("optimizer=adam,lion", "lion"),
        ] {
            let error = Sweep::parse(text, &base).err().expect("refused");
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn a_value_whose_runs_ended_in_scores_wins_over_one_that_broke_off() {
        let scores = [
            vec![Some(0.5), Some(0.7)],
            vec![Some(0.9), None],
            vec![Some(0.7), Some(0.5)],
            vec![Some(0.6), Some(0.62)],
            vec![None, None],
        ];
        assert_eq!(best(Task::Binary, &scores), Some(3));
        assert_eq!(best(Task::Regression, &scores[..3]), Some(0));
        assert_eq!(best(Task::Binary, &scores[1..2]), Some(0));
        assert_eq!(best(Task::Binary, &scores[4..]), None);
    }
}
