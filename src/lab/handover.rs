//! A running experiment handed from one app to another: when what drew the page was lost, another bundle
//! goes on with it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::{ArmCommand, Command, Lab, Severity};
use crate::config::{Backend, Config};
use crate::engine::Checkpoint;
use crate::words::tr;

#[derive(Serialize, Deserialize)]
struct Handover {
    arms: Vec<Handed>,
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
}

impl Lab {
    /// All that another app needs to go on: settings of all arms, and the last step from which all can.
    pub fn handover(&self) -> String {
        let step = self.last_good_step();
        let arms = self.arms.iter().map(|arm| Handed {
            name: arm.given_name().map(str::to_owned),
            muted: arm.is_muted(),
            config: match arm.config().to_json() {
                Json::Object(config) => config,
                _ => Map::new(),
            },
            checkpoint: step.and_then(|step| arm.checkpoints.at(step)).cloned(),
        });
        let handover = Handover {
            arms: arms.collect(),
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
        let step = self.try_receive(text).unwrap_or_else(|error| {
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
            configs.push(available(config));
        }
        let kept: Option<Vec<Checkpoint>> = (handover.arms.iter())
            .map(|arm| arm.checkpoint.clone())
            .collect();
        self.start_race(
            configs.clone(),
            handover.shown.min(configs.len().max(1) - 1),
        );
        for (index, arm) in handover.arms.iter().enumerate() {
            self.arm(ArmCommand::Rename(
                index,
                arm.name.clone().unwrap_or_default(),
            ));
        }
        for (arm, handed) in self.arms.iter_mut().zip(&handover.arms) {
            arm.muted = handed.muted;
        }
        self.command(Command::Speed(handover.speed));
        self.playing = handover.playing;
        let Some(kept) = kept.filter(|kept| !kept.is_empty()) else {
            return Ok(0);
        };
        let step = kept[0].step;
        self.resume(&configs, &kept)
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

/// What is there is better than nothing.
pub(super) fn available(config: Config) -> Config {
    match config.backend {
        Backend::Gpu => Config {
            backend: Backend::Auto,
            ..config
        },
        _ => config,
    }
}
