//! The settings themselves.

use super::setting::{Effect, Group, Kind, Scale, Setting, SettingError, Value};
use crate::data::{Recipe, Shape};
use crate::ghm::{ClassBalance, Convention, Loss, choice, class_weights};

choice! {
    /// What follows a hidden layer's sums.
    pub enum Activation {
        #[doc = "Hyperbolic tangent, smooth."]
        Tanh = ("tanh", "tanh"),
        #[doc = "max(0, x)."]
        Relu = ("relu", "ReLU"),
    }
}

choice! {
    /// How parameters follow the gradient.
    pub enum Optimizer {
        #[doc = "Stochastic gradient descent with momentum."]
        Sgd = ("sgd", "SGD"),
        #[doc = "Adam with beta1 0.9, beta2 0.999, epsilon 1e-8."]
        Adam = ("adam", "Adam"),
    }
}

choice! {
    /// Which engine trains.
    pub enum Backend {
        #[doc = "The GPU where it can compute, else the CPU."]
        Auto = ("auto", "auto"),
        #[doc = "Compute shaders; an error where there are none."]
        Gpu = ("gpu", "GPU"),
        #[doc = "The CPU engine."]
        Cpu = ("cpu", "CPU"),
    }
}

choice! {
    /// Whether the focal loss has a factor for each class.
    pub enum FocalBalance {
        #[doc = "alpha for positives, 1 - alpha for negatives."]
        Alpha = ("alpha", "alpha"),
        #[doc = "1 for both."]
        Off = ("off", "off"),
    }
}

/// Declares [`Config`] and the table of its settings from one list.
macro_rules! settings {
    (@kind $type:tt, choice) => {
        Kind::Choice { keys: <$type>::KEYS, labels: <$type>::LABELS, docs: <$type>::DOCS }
    };
    (@kind $type:tt, $scale:ident $min:literal to $max:literal) => {
        settings!(@number $type, $scale, $min, $max)
    };
    (@number u32, $scale:ident, $min:literal, $max:literal) => {
        Kind::Integer { min: $min, max: $max, scale: Scale::$scale }
    };
    (@number f64, $scale:ident, $min:literal, $max:literal) => {
        Kind::Real { min: $min, max: $max, scale: Scale::$scale }
    };
    (@get u32, $value:expr) => { Value::Integer($value) };
    (@get f64, $value:expr) => { Value::Real($value) };
    (@get $type:tt, $value:expr) => { Value::Choice($value as usize) };
    (@set u32, $config:ident, $field:ident, $value:ident) => {
        if let Value::Integer(v) = $value { $config.$field = v }
    };
    (@set f64, $config:ident, $field:ident, $value:ident) => {
        if let Value::Real(v) = $value { $config.$field = v }
    };
    (@set $type:tt, $config:ident, $field:ident, $value:ident) => {
        if let Value::Choice(v) = $value { $config.$field = <$type>::ALL[v] }
    };
    (@matters) => { |_| true };
    (@matters $matters:expr) => { $matters };
    ($(
        $(#[doc = $doc:literal])+
        $field:ident: $type:tt = $default:expr, $key:literal, $label:literal,
        $group:ident, $effect:ident, [$($kind:tt)+] $(, paper $paper:literal)?
        $(, when $matters:expr)?;
    )+) => {
        /// Every setting of an experiment.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Config {
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// One row a setting, in the order in which forms and help list them.
        pub const SETTINGS: &[Setting] = &[$(
            Setting {
                key: $key,
                label: $label,
                doc: concat!($($doc),+).trim_ascii(),
                paper: [$(Some($paper),)? None][0],
                group: Group::$group,
                effect: Effect::$effect,
                matters: settings!(@matters $($matters)?),
                kind: settings!(@kind $type, $($kind)+),
                get: |config| settings!(@get $type, config.$field),
                set: |config, value| settings!(@set $type, config, $field, value),
            },
        )+];
    };
}

settings! {
    /// The loss that trains the network.
    loss: Loss = Loss::GhmC, "loss", "loss", Loss, Live, [choice], paper "ghm-c";
    /// Number of unit regions M that divide the gradient norm; 1 makes GHM-C the cross-entropy.
    bins: u32 = 30, "bins", "bins", Loss, Live, [Linear 1 to 256], paper "30";
    /// Weight of the past in the moving average of the histogram, over mini-batches. High values
    /// from a zero start blow up the first steps (see convention).
    momentum: f64 = 0.75, "momentum", "momentum", Loss, Live, [Linear 0.0 to 0.999], paper "0.75";
    /// How the density is averaged and normalised; public implementations differ.
    convention: Convention = Convention::Corrected, "convention", "convention", Loss, Live,
        [choice], paper "paper";
    /// How the class-balanced loss weighs the classes.
    class_balance: ClassBalance = ClassBalance::Inverse, "class-balance", "balance", Loss, Live,
        [choice], when |config| config.loss == Loss::ClassBalanced;
    /// b of the effective number of examples, (1 - b^n) / (1 - b): 0 weighs all alike, towards 1 it
    /// becomes the inverse frequency.
    effective_beta: f64 = 0.999, "effective-beta", "effective beta", Loss, Live,
        [Linear 0.0 to 0.99999], when |config| {
            config.loss == Loss::ClassBalanced && config.class_balance == ClassBalance::Effective
        };
    /// Exponent of the focal loss: how fast easy examples fade; 0 leaves the cross-entropy.
    focal_gamma: f64 = 2.0, "focal-gamma", "gamma", Loss, Live, [Linear 0.0 to 5.0], paper "2",
        when |config| config.loss == Loss::Focal;
    /// Whether the focal loss weighs the classes too.
    focal_balance: FocalBalance = FocalBalance::Alpha, "focal-balance", "class factor", Loss, Live,
        [choice], when |config| config.loss == Loss::Focal;
    /// alpha of the focal loss: the factor of positives; negatives have 1 - alpha. Not the momentum
    /// of GHM.
    focal_alpha: f64 = 0.25, "focal-alpha", "alpha", Loss, Live, [Linear 0.0 to 1.0], paper "0.25",
        when |config| config.loss == Loss::Focal && config.focal_balance == FocalBalance::Alpha;
    /// Share of each mini-batch that OHEM keeps: exactly the ceil(keep N) hardest examples.
    ohem_keep: f64 = 0.25, "ohem-keep", "keep share", Loss, Live, [Log 0.001 to 1.0],
        when |config| config.loss == Loss::Ohem;
    /// Where the two classes lie in the plane.
    dataset: Shape = Shape::Moons, "dataset", "dataset", Data, Restart, [choice];
    /// Number of examples, training and test together.
    examples: u32 = 20_000, "examples", "examples", Data, Restart, [Log 100 to 1_000_000];
    /// Share of positives, before labels are flipped. Detectors see far below 0.01.
    positive_fraction: f64 = 0.01, "positive-fraction", "positives", Data, Restart,
        [Log 0.0001 to 0.5];
    /// Standard deviation of the noise on both coordinates.
    noise: f64 = 0.12, "noise", "noise", Data, Restart, [Linear 0.0 to 0.5];
    /// Share of the training labels that are flipped: the outliers. The test set stays clean.
    flipped: f64 = 0.005, "flipped", "flipped labels", Data, Restart, [Linear 0.0 to 0.2];
    /// Share of the examples that are held out to test on.
    test_share: f64 = 0.25, "test-share", "test share", Data, Restart, [Linear 0.05 to 0.5];
    /// Seed of the data, the initial weights and the order: the same seed is the same run.
    seed: u32 = 7, "seed", "seed", Data, Restart, [Linear 0 to 4_294_967_295];
    /// Number of hidden layers.
    layers: u32 = 2, "layers", "hidden layers", Network, Restart, [Linear 1 to 3];
    /// Units in each hidden layer.
    width: u32 = 16, "width", "width", Network, Restart, [Linear 1 to 64];
    /// What follows the sums of a hidden layer.
    activation: Activation = Activation::Tanh, "activation", "activation", Network, Restart,
        [choice];
    /// How parameters follow the gradient.
    optimizer: Optimizer = Optimizer::Adam, "optimizer", "optimizer", Training, Live, [choice];
    /// Step size of the optimizer.
    learning_rate: f64 = 0.01, "learning-rate", "learning rate", Training, Live,
        [Log 0.00001 to 10.0];
    /// Momentum of SGD: the share of the last update that the next one keeps. Not the momentum of
    /// GHM. Adam has none.
    sgd_momentum: f64 = 0.9, "sgd-momentum", "SGD momentum", Training, Live,
        [Linear 0.0 to 0.999], paper "0.9",
        when |config| config.optimizer == Optimizer::Sgd;
    /// Examples in a mini-batch, at most as many as there are to train on.
    batch_size: u32 = 1024, "batch-size", "batch size", Training, Live, [Log 1 to 1_000_000];
    /// Which engine trains.
    backend: Backend = Backend::Auto, "backend", "engine", Engine, Restart, [choice];
}

impl Config {
    /// What to generate.
    pub fn recipe(&self) -> Recipe {
        Recipe {
            shape: self.dataset,
            examples: self.examples as usize,
            positive_fraction: self.positive_fraction,
            noise: self.noise,
            flipped: self.flipped,
            test_share: self.test_share,
            seed: self.seed,
        }
    }

    /// Weights of the class-balanced loss for so many negatives and positives.
    pub fn class_weights(&self, classes: [usize; 2]) -> [f64; 2] {
        let weights = class_weights(self.class_balance, self.effective_beta, &classes);
        [weights[0], weights[1]]
    }

    /// Factors of the focal loss for negatives and positives.
    pub fn focal_alphas(&self) -> [f64; 2] {
        match self.focal_balance {
            FocalBalance::Alpha => [1.0 - self.focal_alpha, self.focal_alpha],
            FocalBalance::Off => [1.0; 2],
        }
    }

    /// Sizes of the network's layers from the two coordinates to the logit.
    pub fn layer_sizes(&self) -> Vec<usize> {
        let mut sizes = vec![2];
        sizes.resize(1 + self.layers as usize, self.width as usize);
        sizes.push(1);
        sizes
    }

    /// Whether going from `self` to `other` starts training anew.
    pub fn needs_restart(&self, other: &Self) -> bool {
        SETTINGS
            .iter()
            .any(|s| s.effect == Effect::Restart && s.get(self) != s.get(other))
    }

    /// Checks what no setting can check alone.
    ///
    /// # Errors
    /// When a class is missing from a split, or a mini-batch is larger than the training data.
    pub fn validate(&self) -> Result<(), SettingError> {
        let recipe = self.recipe();
        if !recipe.has_both_classes() {
            let fraction = self.positive_fraction;
            let least = 2.0 / f64::from(self.examples);
            return Err(error_of(
                "positive-fraction",
                format!(
                    "{fraction} of {} examples gives too few positives, training and test need one each: \
                     at least {least} here, or more examples",
                    self.examples
                ),
            ));
        }
        let most = recipe.training_examples();
        if self.batch_size as usize > most {
            return Err(error_of(
                "batch-size",
                format!(
                    "{} is more than the {most} training examples: 1 to {most} here",
                    self.batch_size
                ),
            ));
        }
        Ok(())
    }
}

fn error_of(key: &'static str, message: String) -> SettingError {
    SettingError { key, message }
}
