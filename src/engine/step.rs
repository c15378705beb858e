//! What one training step is told: the numbers that both engines work from.

use bytemuck::{Pod, Zeroable};

use crate::config::Config;
use crate::ghm::{EmaClock, Loss, Normaliser};

/// One training step; the uniform `Step` of `shaders/step.wgsl`, member by member.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Step {
    /// Where the mini-batch starts among the indices that came with the steps.
    pub first: u32,
    /// Examples in the mini-batch, N.
    pub examples: u32,
    /// Unit regions, M.
    pub bins: u32,
    /// [`crate::ghm::Loss`] as a number.
    pub loss: u32,
    pub ema_momentum: f32,
    pub ema_correction: f32,
    /// 1 when empty bins keep their average.
    pub holds_empty_bins: u32,
    /// [`crate::ghm::Normaliser`] as a number.
    pub normaliser: u32,
    /// [`crate::config::Optimizer`] as a number.
    pub optimizer: u32,
    pub learning_rate: f32,
    /// SGD's momentum.
    pub sgd_momentum: f32,
    /// Adam's `1 - beta1^t`.
    pub adam_correction1: f32,
    /// Adam's `1 - beta2^t`.
    pub adam_correction2: f32,
    /// [`crate::config::Activation`] as a number.
    pub activation: u32,
    /// Not read; the size is a multiple of 16.
    pub reserved: [u32; 2],
}

impl Step {
    pub fn loss(&self) -> Loss {
        Loss::ALL[self.loss as usize]
    }

    pub fn normaliser(&self) -> Normaliser {
        [Normaliser::One, Normaliser::Bins, Normaliser::HitBins][self.normaliser as usize]
    }
}

/// Adam's constants, in the shader by the same names.
pub const ADAM_BETA1: f64 = 0.9;
pub const ADAM_BETA2: f64 = 0.999;
pub const ADAM_EPSILON: f64 = 1e-8;

/// Counts what a step depends on beside the settings: updates of the average and of Adam.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    pub ema: EmaClock,
    /// Updates since the optimizer started.
    pub updates: u32,
}

impl Clocks {
    /// The next step of a run with these settings, over `examples` indices from `first`.
    pub fn step(&mut self, config: &Config, first: usize, examples: usize) -> Step {
        // The correction must be that of the momentum as float32 has it: near 1 they differ by 1e-5.
        let momentum = f64::from(config.momentum as f32);
        let rule = self.ema.tick(momentum, config.convention);
        self.updates += 1;
        let t = f64::from(self.updates);
        Step {
            first: first as u32,
            examples: examples as u32,
            bins: config.bins,
            loss: config.loss as u32,
            ema_momentum: rule.momentum as f32,
            ema_correction: rule.correction as f32,
            holds_empty_bins: u32::from(rule.holds_empty_bins),
            normaliser: rule.normaliser as u32,
            optimizer: config.optimizer as u32,
            learning_rate: config.learning_rate as f32,
            sgd_momentum: config.sgd_momentum as f32,
            adam_correction1: (1.0 - libm::pow(ADAM_BETA1, t)) as f32,
            adam_correction2: (1.0 - libm::pow(ADAM_BETA2, t)) as f32,
            activation: config.activation as u32,
            reserved: [0; 2],
        }
    }
}
