//! What one training step is told: the numbers that both engines work from.

use bytemuck::{Pod, Zeroable};

use crate::config::Config;
use crate::ghm::{EmaClock, Loss, LossRule, Normaliser, Real, kept_examples};

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
    /// Weights of the classes under the class-balanced loss.
    pub class_weight0: f32,
    pub class_weight1: f32,
    /// Of the focal loss: its exponent and the factors of the classes.
    pub gamma: f32,
    pub alpha0: f32,
    pub alpha1: f32,
    /// Examples that OHEM keeps.
    pub keep: u32,
}

impl Step {
    pub fn loss(&self) -> Loss {
        Loss::ALL[self.loss as usize]
    }

    /// What the losses are told.
    pub fn loss_rule<T: Real>(&self) -> LossRule<T> {
        let of = |value: f32| T::of(f64::from(value));
        LossRule {
            class_weights: [of(self.class_weight0), of(self.class_weight1)],
            gamma: of(self.gamma),
            alphas: [of(self.alpha0), of(self.alpha1)],
        }
    }

    pub fn normaliser(&self) -> Normaliser {
        [Normaliser::One, Normaliser::Bins, Normaliser::HitBins][self.normaliser as usize]
    }
}

/// Adam's constants, in the shader by the same names.
pub const ADAM_BETA1: f64 = 0.9;
pub const ADAM_BETA2: f64 = 0.999;
pub const ADAM_EPSILON: f64 = 1e-8;

/// What a step depends on beside the settings: updates of the average and of Adam, and the data's
/// classes.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    /// Negatives and positives to train on.
    pub classes: [usize; 2],
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
        let class_weights = config.class_weights(self.classes);
        let alphas = config.focal_alphas();
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
            class_weight0: class_weights[0] as f32,
            class_weight1: class_weights[1] as f32,
            gamma: config.focal_gamma as f32,
            alpha0: alphas[0] as f32,
            alpha1: alphas[1] as f32,
            keep: kept_examples(config.ohem_keep, examples) as u32,
        }
    }
}
