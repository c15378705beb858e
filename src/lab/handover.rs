//! A running experiment handed from one app to another: when what drew the page was lost, another bundle
//! goes on with it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::history::{History, Row};
use super::{ArmCommand, Command, Lab, Severity};
use crate::config::{Backend, Config};
use crate::engine::Checkpoint;
use crate::words::tr;

#[derive(Serialize, Deserialize)]
struct Handover {
    arms: Vec<Handed>,
    /// Where training goes on.
    step: u64,
    shown: usize,
    playing: bool,
    speed: f64,
    goal: u64,
}

#[derive(Serialize, Deserialize)]
struct Handed {
    name: Option<String>,
    muted: bool,
    config: Map<String, Json>,
    checkpoint: Option<Checkpoint>,
    /// Points of the curves.
    history: Vec<Row>,
    /// The step at which it left the race.
    out_at: Option<u64>,
}

impl Lab {
    /// All that another app needs to go on: settings of all arms, and the last step from which all can.
    pub fn handover(&self) -> String {
        let (step, kept) = self.last_good();
        let arms = self.arms.iter().zip(kept).map(|(arm, kept)| Handed {
            name: arm.given_name().map(str::to_owned),
            muted: arm.is_muted(),
            config: match arm.config().to_json() {
                Json::Object(config) => config,
                _ => Map::new(),
            },
            checkpoint: kept,
            history: arm.history.to_rows(),
            out_at: arm.out_at,
        });
        let handover = Handover {
            arms: arms.collect(),
            step,
            shown: self.shown,
            playing: self.playing || self.interrupted.as_ref().is_some_and(|(would, _)| *would),
            speed: self.speed,
            goal: self.goal,
        };
        serde_json::to_string(&handover).unwrap_or_default()
    }

    /// Goes on with what another app handed over, which ended for this reason. Where it cannot be used the
    /// settings that there are stay.
    pub fn receive(&mut self, text: &str, reason: &str) {
        let outcome = self.try_receive(text);
        // Why the CPU trains would be the same reason once more.
        self.messages.clear();
        let step = outcome.unwrap_or_else(|error| {
            self.messages.add(Severity::Error, error);
            0
        });
        self.say_goes_on(reason, step);
    }

    /// The step that it goes on from.
    fn try_receive(&mut self, text: &str) -> Result<u64, String> {
        let handover: Handover = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let mut configs = Vec::new();
        for arm in &handover.arms {
            let config = Config::default().with_json(&arm.config);
            let config = config.map_err(|errors| errors[0].to_string())?;
            configs.push(config);
        }
        let kept: Vec<_> = (handover.arms.iter())
            .map(|arm| arm.checkpoint.clone())
            .collect();
        let arms = self.start_arms(&configs).or_else(|_| {
            configs = on_what_is_left(&configs);
            self.start_arms(&configs)
        });
        let arms = arms.map_err(|error| error.to_string())?;
        let shown = handover.shown.min(configs.len().max(1) - 1);
        self.take_arms(arms, shown);
        for (index, arm) in handover.arms.iter().enumerate() {
            self.arm(ArmCommand::Rename(
                index,
                arm.name.clone().unwrap_or_default(),
            ));
        }
        for (arm, handed) in self.arms.iter_mut().zip(&handover.arms) {
            arm.muted = handed.muted;
            arm.out_at = handed.out_at;
            arm.history = History::from_rows(&handed.history);
        }
        self.command(Command::Speed(handover.speed));
        self.playing = handover.playing;
        let step = handover.step;
        self.resume(&configs, &kept, step)
            .map_err(|error| error.to_string())?;
        self.goal = handover.goal.max(step);
        Ok(step)
    }

    pub(super) fn say_goes_on(&mut self, reason: &str, step: u64) {
        let engine = self.backend().kind;
        let reason = reason.trim_end_matches('.');
        let text = tr!(
            "{reason}. Training goes on from step {step} ({engine}).",
            reason,
            step,
            engine
        );
        self.messages.add(Severity::Error, text);
    }
}

/// The same for whatever engine is left.
pub(super) fn on_what_is_left(configs: &[Config]) -> Vec<Config> {
    let left = configs.iter().map(|config| Config {
        backend: Backend::Auto,
        ..config.clone()
    });
    left.collect()
}
