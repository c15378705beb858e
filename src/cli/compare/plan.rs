//! What a comparison trains.

use clap::ArgMatches;

use super::is_offered;
use crate::cli::Failure;
use crate::cli::arguments::{self, MOST_STEPS};
use crate::config::{Config, Setting};
use crate::ghm::{Loss, Task};
use crate::lab::{MOST_COMBINATIONS, Sweep, combinations};

/// Most seeds of a comparison.
pub(super) const MOST_SEEDS: u32 = 1000;

/// Losses, values of settings and seeds: every loss is trained with every combination of the values from every seed.
pub(super) struct Plan {
    pub base: Config,
    pub steps: u32,
    pub seeds: u32,
    /// A score whose first step is asked for.
    pub reach: Option<f64>,
    pub losses: Vec<Loss>,
    pub sweeps: Vec<Sweep>,
    /// Of the sweeps; a single, empty one without any.
    pub combinations: Vec<Vec<(&'static Setting, String)>>,
}

impl Plan {
    /// # Errors
    /// Every flag or setting that is wrong.
    pub fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let base = arguments::base(matches).with(arguments::given(matches, is_offered))?;
        let steps = arguments::whole(matches, "steps", MOST_STEPS)?;
        let seeds = arguments::whole(matches, "seeds", MOST_SEEDS)?;
        let losses = losses(matches, &base)?;
        let sweeps = sweeps(matches, &base)?;
        if !sweeps.is_empty() && seeds < 2 {
            return Err(Failure::usage(
                "--sweep: one half of the seeds chooses, the other reports: at least --seeds 2",
            ));
        }
        let plan = Self {
            reach: reach(matches, base.task)?,
            combinations: combinations(&sweeps),
            base,
            steps,
            seeds,
            losses,
            sweeps,
        };
        let count = plan.combinations.len();
        if count > MOST_COMBINATIONS {
            return Err(Failure::usage(format!(
                "--sweep: {count} combinations of values, at most {MOST_COMBINATIONS}: fewer values"
            )));
        }
        plan.runs().map(|_| plan)
    }

    /// Settings of every run: seed by seed, within it loss by loss, within that combination by combination.
    ///
    /// # Errors
    /// When values of a combination do not go together.
    pub fn runs(&self) -> Result<Vec<Config>, Failure> {
        let mut runs = Vec::new();
        for number in 0..self.seeds {
            for &loss in &self.losses {
                for values in &self.combinations {
                    let base = Config {
                        loss,
                        seed: self.base.seed.wrapping_add(number),
                        ..self.base.clone()
                    };
                    runs.push(base.with(values.iter().cloned())?);
                }
            }
        }
        Ok(runs)
    }

    /// The index of a run in [`Plan::runs`].
    pub fn run(&self, loss: usize, combination: usize, seed: usize) -> usize {
        (seed * self.losses.len() + loss) * self.combinations.len() + combination
    }

    /// Seeds that choose the values; the others report. None without a sweep.
    pub fn choosing(&self) -> usize {
        match self.sweeps.is_empty() {
            true => 0,
            false => self.seeds as usize / 2,
        }
    }

    /// Values of a combination, as tables have them.
    pub fn values(&self, combination: usize) -> String {
        let values = self.combinations[combination].iter();
        let values: Vec<&str> = values.map(|(_, value)| value.as_str()).collect();
        values.join(", ")
    }

    /// The settings that are tried, as tables have them.
    pub fn swept(&self) -> String {
        let labels = self.sweeps.iter().map(|sweep| sweep.setting.key);
        labels.collect::<Vec<_>>().join(", ")
    }
}

/// The losses that were asked for.
fn losses(matches: &ArgMatches, config: &Config) -> Result<Vec<Loss>, Failure> {
    let there = Loss::of(config.task);
    let text = matches.get_one::<String>("losses");
    let text = text.map_or("all", String::as_str);
    if text == "all" {
        return Ok(there.to_vec());
    }
    let find = |name: &str| {
        let found = there.iter().find(|loss| loss.key() == name.trim());
        found.copied().ok_or_else(|| {
            let keys: Vec<&str> = there.iter().map(|loss| loss.key()).collect();
            let short: String = name.chars().take(40).collect();
            Failure::usage(format!(
                "--losses: \"{short}\" is not a loss of task={}: all, or some of {}",
                config.task.key(),
                keys.join(", ")
            ))
        })
    };
    text.split(',').map(find).collect()
}

fn sweeps(matches: &ArgMatches, base: &Config) -> Result<Vec<Sweep>, Failure> {
    let texts = matches.get_many::<String>("sweep").into_iter().flatten();
    let mut sweeps: Vec<Sweep> = Vec::new();
    for text in texts {
        let wrong = |why: String| Failure::usage(format!("--sweep: {why}"));
        let sweep = Sweep::parse(text, base).map_err(wrong)?;
        let key = sweep.setting.key;
        if !is_offered(sweep.setting) || ["task", "seed"].contains(&key) {
            return Err(wrong(format!("{key} cannot be swept")));
        }
        if sweeps.iter().any(|of| of.setting.key == key) {
            return Err(wrong(format!("{key} is swept twice")));
        }
        sweeps.push(sweep);
    }
    Ok(sweeps)
}

/// The score whose first step is asked for.
fn reach(matches: &ArgMatches, task: Task) -> Result<Option<f64>, Failure> {
    let Some(text) = matches.get_one::<String>("reach") else {
        return Ok(None);
    };
    let most = match task {
        Task::Binary | Task::Classes => 1.0,
        Task::Regression => f64::MAX,
    };
    let number = text.parse().ok().filter(|n| *n > 0.0 && *n <= most);
    number.map(Some).ok_or_else(|| {
        let short: String = text.chars().take(40).collect();
        Failure::usage(format!(
            "--reach: \"{short}\" is not {}",
            match task {
                Task::Binary | Task::Classes => "an average precision above 0 and up to 1",
                Task::Regression => "a mean absolute error above 0",
            }
        ))
    })
}
