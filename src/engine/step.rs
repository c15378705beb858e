//! What one training step is told: the numbers that both engines work from.

use bytemuck::{Pod, Zeroable};

use crate::config::Config;
use crate::ghm::{DensityRule, Loss, LossRule, Normaliser, Real, Task, kept_examples};

/// Most classes that a network may have outputs for.
pub const MAX_CLASSES: usize = 5;

/// One training step; the uniform `Step` of `shaders/step.wgsl`, member by member.
#[derive(Clone, Copy, Debug, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Step {
    /// Where the mini-batch starts among the indices that came with the steps.
    pub first: u32,
    /// Examples in the mini-batch, ignored ones too.
    pub examples: u32,
    /// Examples that are not ignored, N.
    pub valid: u32,
    /// [`Task`] as a number.
    pub task: u32,
    /// Number of classes; 1 in a regression.
    pub classes: u32,
    /// Gradient norms of each example that the histogram counts: 1, or the number of classes.
    pub entries: u32,
    /// Unit regions, M.
    pub bins: u32,
    /// [`crate::ghm::Loss`] as a number.
    pub loss: u32,
    pub ema_momentum: f32,
    /// 1 when the average is corrected for its zero start.
    pub corrects_bias: u32,
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
    pub class_weight2: f32,
    pub class_weight3: f32,
    pub class_weight4: f32,
    /// Of the focal loss: its exponent, the factor of class 0 and that of every other.
    pub gamma: f32,
    pub alpha0: f32,
    pub alpha1: f32,
    /// Of ASL1.
    pub mu: f32,
    /// Of smooth L1.
    pub delta: f32,
    /// Examples that OHEM keeps.
    pub keep: u32,
    pub reserved0: u32,
    pub reserved1: u32,
    pub reserved2: u32,
}

impl Step {
    pub fn loss(&self) -> Loss {
        Loss::ALL[self.loss as usize]
    }

    pub fn task(&self) -> Task {
        Task::ALL[self.task as usize]
    }

    /// Numbers that are predicted for an example, K.
    pub fn outputs(&self) -> usize {
        match self.task() {
            Task::Binary | Task::Regression => 1,
            Task::Classes => self.classes as usize,
        }
    }

    /// What the losses are told.
    pub fn loss_rule<T: Real>(&self) -> LossRule<T> {
        let of = |value: f32| T::of(f64::from(value));
        LossRule {
            gamma: of(self.gamma),
            mu: of(self.mu),
            delta: of(self.delta),
        }
    }

    /// Weight of a class under the class-balanced loss.
    pub fn class_weight<T: Real>(&self, class: usize) -> T {
        let weights = [
            self.class_weight0,
            self.class_weight1,
            self.class_weight2,
            self.class_weight3,
            self.class_weight4,
        ];
        T::of(f64::from(weights[class.min(MAX_CLASSES - 1)]))
    }

    /// Factor of a class under the focal loss.
    pub fn alpha<T: Real>(&self, class: usize) -> T {
        T::of(f64::from([self.alpha0, self.alpha1][class.min(1)]))
    }

    pub fn normaliser(&self) -> Normaliser {
        [Normaliser::One, Normaliser::Bins, Normaliser::HitBins][self.normaliser as usize]
    }
}

/// Adam's constants, in the shader by the same names.
pub const ADAM_BETA1: f64 = 0.9;
pub const ADAM_BETA2: f64 = 0.999;
pub const ADAM_EPSILON: f64 = 1e-8;

/// What a step depends on beside the settings: updates of Adam, and the data's classes.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    /// Examples of each class to train on; empty in a regression.
    pub classes: Vec<usize>,
    /// Updates since the optimizer started.
    pub updates: u32,
}

impl Clocks {
    /// The next step of a run with these settings, over `examples` indices from `first`, of which
    /// `valid` are not ignored.
    pub fn step(&mut self, config: &Config, first: usize, examples: usize, valid: usize) -> Step {
        let rule = DensityRule::of(config.convention, config.momentum as f32);
        self.updates += 1;
        let t = f64::from(self.updates);
        let mut class_weights = [1.0; MAX_CLASSES];
        for (weight, of_class) in class_weights
            .iter_mut()
            .zip(config.class_weights(&self.classes))
        {
            *weight = of_class as f32;
        }
        let alphas = config.focal_alphas();
        Step {
            first: first as u32,
            examples: examples as u32,
            valid: valid as u32,
            task: config.task as u32,
            classes: config.number_of_classes() as u32,
            entries: config.entries() as u32,
            bins: config.bins,
            loss: config.loss as u32,
            ema_momentum: rule.momentum,
            corrects_bias: u32::from(rule.corrects_bias),
            holds_empty_bins: u32::from(rule.holds_empty_bins),
            normaliser: rule.normaliser as u32,
            optimizer: config.optimizer as u32,
            learning_rate: config.learning_rate as f32,
            sgd_momentum: config.sgd_momentum as f32,
            adam_correction1: (1.0 - libm::pow(ADAM_BETA1, t)) as f32,
            adam_correction2: (1.0 - libm::pow(ADAM_BETA2, t)) as f32,
            activation: config.activation as u32,
            class_weight0: class_weights[0],
            class_weight1: class_weights[1],
            class_weight2: class_weights[2],
            class_weight3: class_weights[3],
            class_weight4: class_weights[4],
            gamma: config.focal_gamma as f32,
            alpha0: alphas[0] as f32,
            alpha1: alphas[1] as f32,
            mu: config.mu as f32,
            delta: config.delta as f32,
            keep: kept_examples(config.ohem_keep, valid) as u32,
            reserved0: 0,
            reserved1: 0,
            reserved2: 0,
        }
    }
}
