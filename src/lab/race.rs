//! The arms of a race: which there are, what they share, and what a person does to them.

use std::rc::Rc;

use super::arm::Arm;
use super::runner::TICK_SECONDS;
use super::{Lab, Severity};
use crate::config::{Config, Group, SETTINGS, Setting};
use crate::engine::{EngineError, memory};
use crate::ghm::Loss;
use crate::words::tr;

/// What a person can do to the arms. Those that change which runs there are start all anew, so that
/// all are at the same step.
#[derive(Clone, Debug, PartialEq)]
pub enum ArmCommand {
    /// One more arm under this loss, with the settings of the one that is shown.
    Add(Loss),
    /// One more arm with the settings of this one.
    Duplicate(usize),
    Remove(usize),
    /// One arm for each loss of the task.
    AllLosses,
    Rename(usize, String),
    /// Whose panels, data and settings are shown.
    Show(usize),
    /// Leaves it out of the views, or takes it in again.
    Mute(usize),
    /// Leaves all others out of the views; again, takes all in.
    Solo(usize),
}

/// What is shown below the panels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LowerView {
    /// Data and curves of the arm that is shown.
    Data,
    #[default]
    Maps,
    Curves,
    Scores,
    Seeds,
    /// Where to put the threshold, of a classification.
    Threshold,
}

/// Whether an arm has its own value of a setting; all other settings are shared.
pub fn is_of_arm(setting: &Setting) -> bool {
    match setting.group {
        Group::Loss => true,
        Group::Training => setting.key != "batch-size",
        _ => false,
    }
}

impl Lab {
    /// Most arms of a race.
    pub const MOST_ARMS: usize = 6;

    /// The arms, at least one.
    pub fn arms(&self) -> &[Arm] {
        &self.arms
    }

    /// The arm whose panels, data and settings are shown.
    pub fn shown(&self) -> usize {
        self.shown
    }

    pub fn is_race(&self) -> bool {
        self.arms.len() > 1
    }

    /// Arms that are not muted, with their index.
    pub fn heard(&self) -> impl Iterator<Item = (usize, &Arm)> {
        let arms = self.arms.iter().enumerate();
        arms.filter(|(_, arm)| !arm.is_muted())
    }

    /// Carries out a command; one for an arm that is not there does nothing. What goes wrong becomes a
    /// message; the race stays as it was.
    pub fn arm(&mut self, command: ArmCommand) {
        let there = |index: usize| index < self.arms.len();
        match command {
            ArmCommand::Add(loss) => {
                let config = Config {
                    loss,
                    ..self.config().clone()
                };
                self.add(config);
            }
            ArmCommand::Duplicate(index) if there(index) => {
                self.add(self.arms[index].config().clone());
            }
            ArmCommand::Remove(index) if there(index) && self.is_race() => {
                self.arms.remove(index);
                if self.shown > index || self.shown == self.arms.len() {
                    self.shown -= 1;
                }
                if self.arms.iter().all(Arm::is_muted) {
                    self.arms[self.shown].muted = false;
                }
            }
            ArmCommand::AllLosses => {
                let config = self.config().clone();
                let losses = Loss::of(config.task).iter();
                let configs = losses.map(|&loss| Config {
                    loss,
                    ..config.clone()
                });
                let shown = Loss::of(config.task).iter().position(|&l| l == config.loss);
                self.start_race(configs.collect(), shown.unwrap_or(0));
            }
            ArmCommand::Rename(index, name) if there(index) => self.arms[index].rename(&name),
            ArmCommand::Show(index) if there(index) => {
                self.shown = index;
                self.complete_at = None;
            }
            ArmCommand::Mute(index) if there(index) => {
                let muted = !self.arms[index].muted;
                let others = (self.heard()).any(|(other, _)| other != index);
                // The last one that is to be seen stays.
                self.arms[index].muted = muted && others;
            }
            ArmCommand::Solo(index) if there(index) => {
                let alone = self.heard().all(|(other, _)| other == index);
                for (other, arm) in self.arms.iter_mut().enumerate() {
                    arm.muted = !alone && other != index;
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, config: Config) {
        if self.arms.len() == Self::MOST_ARMS {
            let text = tr!(
                "A race has at most {} arms: remove one first.",
                Self::MOST_ARMS
            );
            self.messages.add(Severity::Error, text);
            return;
        }
        let configs = self.arms.iter().map(|arm| arm.config().clone());
        let configs: Vec<Config> = configs.chain([config]).collect();
        let last = configs.len() - 1;
        self.start_race(configs, last);
    }

    /// Starts a race of these settings, which share what arms share. Arms that stay keep their names.
    pub(super) fn start_race(&mut self, configs: Vec<Config>, shown: usize) {
        match self.start_arms(&configs) {
            Err(error) => self.messages.add(Severity::Error, error.to_string()),
            Ok(arms) => self.take_arms(arms, shown),
        }
    }

    /// Puts arms that start in the place of those that there are.
    pub(super) fn take_arms(&mut self, arms: Vec<Arm>, shown: usize) {
        self.arms.truncate(arms.len());
        let mut new = arms.into_iter();
        for (arm, started) in self.arms.iter_mut().zip(new.by_ref()) {
            if arm.config() == started.config() {
                arm.restart(started.trainer);
            } else {
                *arm = started;
            }
        }
        self.arms.extend(new);
        self.shown = shown;
        self.begin_run();
    }

    /// Runs at step 0, all on the same data.
    pub(super) fn start_arms(&mut self, configs: &[Config]) -> Result<Vec<Arm>, EngineError> {
        let Some(first) = configs.first() else {
            return Ok(Vec::new());
        };
        let compute = memory::fitting(&self.compute, configs)?;
        let data = Rc::new(first.recipe().generate());
        let mut arms: Vec<Arm> = Vec::with_capacity(configs.len());
        let mut fallback = None;
        for config in configs {
            let (mut trainer, note) = compute.start_on(config, &data)?;
            trainer.work_in_slices(TICK_SECONDS / configs.len() as f64);
            if let Some(first) = arms.first() {
                trainer.share_order(&first.trainer);
            }
            fallback = fallback.or(note);
            arms.push(Arm::new(trainer));
        }
        self.note_fallback(fallback);
        Ok(arms)
    }

    /// The settings of every arm when the one that is shown gets these: shared ones go to all. A new
    /// task makes a race of its losses.
    pub(super) fn arm_configs(&self, config: &Config) -> Vec<Config> {
        if config.task != self.config().task {
            let others = Loss::of(config.task).iter().copied();
            let others = others.filter(|&loss| loss != config.loss);
            let losses = std::iter::once(config.loss).chain(others);
            return losses
                .take(self.arms.len())
                .map(|loss| Config {
                    loss,
                    ..config.clone()
                })
                .collect();
        }
        let of_arm = |(index, arm): (usize, &Arm)| {
            if index == self.shown {
                return config.clone();
            }
            Self::with_own(config, arm.config())
        };
        self.arms.iter().enumerate().map(of_arm).collect()
    }

    /// The shared settings of one arm with what is an arm's own of another.
    pub(super) fn with_own(shared: &Config, own: &Config) -> Config {
        let mut config = shared.clone();
        if own.task == shared.task {
            config.loss = own.loss;
            for setting in SETTINGS.iter().filter(|setting| is_of_arm(setting)) {
                // In range there, so in range here.
                let _ = setting.set(&mut config, setting.get(own));
            }
        }
        config
    }
}
