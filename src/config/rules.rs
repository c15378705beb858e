//! What the settings mean together.

use super::{Config, Counting, Effect, FocalBalance, Regularization, SETTINGS, SettingError};
use crate::data::{Examples, Recipe};
use crate::ghm::{Loss, LossRule, Real, Task, class_weights};
use crate::words::{tr, word};

impl Config {
    /// The defaults of a task: those of every setting, with the paper's loss, bins and momentum.
    pub fn of_task(task: Task) -> Self {
        let default = Self {
            task,
            ..Self::default()
        };
        match task {
            Task::Binary | Task::Classes => default,
            Task::Regression => Self {
                loss: Loss::GhmR,
                bins: 10,
                momentum: 0.7,
                noise: 0.05,
                panel: Regularization::GradientNorm,
                ..default
            },
        }
    }

    /// These settings for another task, whose defaults replace what does not suit it. For the same
    /// task they stay as they are.
    pub fn for_task(&self, task: Task) -> Self {
        let regression = |task| task == Task::Regression;
        let mut config = Self {
            task,
            ..self.clone()
        };
        if regression(task) != regression(self.task) {
            let default = Self::of_task(task);
            config.loss = default.loss;
            config.bins = default.bins;
            config.momentum = default.momentum;
            config.noise = default.noise;
            config.panel = default.panel;
        }
        if config.suits().is_err() {
            config.shown_class = Self::default().shown_class;
        }
        config
    }

    /// What to generate.
    pub fn recipe(&self) -> Recipe {
        Recipe {
            kind: match self.task {
                Task::Binary => Examples::Binary {
                    shape: self.dataset,
                    positive_fraction: self.positive_fraction,
                },
                Task::Classes => Examples::Classes {
                    layout: self.layout,
                    classes: self.classes as usize,
                    first_share: self.class_share,
                },
                Task::Regression => Examples::Regression {
                    curve: self.curve,
                    outliers: self.outlier_kind,
                },
            },
            examples: self.examples as usize,
            noise: self.noise,
            flipped: match self.task {
                Task::Regression => self.outliers,
                Task::Binary | Task::Classes => self.flipped,
            },
            ignored: self.ignored,
            test_share: self.test_share,
            seed: self.seed,
        }
    }

    /// Number of classes; 1 in a regression, where all examples are of one kind.
    pub fn number_of_classes(&self) -> usize {
        match self.task {
            Task::Binary => 2,
            Task::Classes => self.classes as usize,
            Task::Regression => 1,
        }
    }

    /// Gradient norms that the histogram counts for each example.
    pub fn entries(&self) -> usize {
        match (self.task, self.counting) {
            (Task::Classes, Counting::EveryEntry) => self.classes as usize,
            _ => 1,
        }
    }

    /// Weights of the class-balanced loss for so many examples of each class.
    pub fn class_weights(&self, classes: &[usize]) -> Vec<f64> {
        let counts: Vec<u64> = classes.iter().map(|&count| count as u64).collect();
        class_weights(self.class_balance, self.effective_beta, &counts)
    }

    /// Factors of the focal loss for the first class and for every other.
    pub fn focal_alphas(&self) -> [f64; 2] {
        match self.focal_balance {
            FocalBalance::Alpha => [1.0 - self.focal_alpha, self.focal_alpha],
            FocalBalance::Off => [1.0; 2],
        }
    }

    /// What the losses are told.
    pub fn loss_rule<T: Real>(&self) -> LossRule<T> {
        LossRule {
            gamma: T::of(self.focal_gamma),
            mu: T::of(self.mu),
            delta: T::of(self.delta),
        }
    }

    /// The loss that acts in the step after so many steps.
    pub fn acting_loss(&self, steps: u64) -> Loss {
        if steps < u64::from(self.warm_up_steps) {
            self.loss.unweighted()
        } else {
            self.loss
        }
    }

    /// Sizes of the network's layers, from the coordinates to the outputs.
    pub fn layer_sizes(&self) -> Vec<usize> {
        let (inputs, outputs) = match self.task {
            Task::Binary => (2, 1),
            Task::Classes => (2, self.classes as usize),
            Task::Regression => (1, 1),
        };
        let mut sizes = vec![inputs];
        sizes.resize(1 + self.layers as usize, self.width as usize);
        sizes.push(outputs);
        sizes
    }

    /// Whether going from `self` to `other` starts training anew.
    pub fn needs_restart(&self, other: &Self) -> bool {
        SETTINGS
            .iter()
            .any(|s| s.effect == Effect::Restart && s.get(self) != s.get(other))
    }

    /// Checks that the loss and what is shown are of the task.
    ///
    /// # Errors
    /// Names the first setting that is not, and what it may be.
    pub fn suits(&self) -> Result<(), SettingError> {
        let losses = Loss::of(self.task);
        if !losses.contains(&self.loss) {
            let keys: Vec<&str> = losses.iter().map(|loss| loss.key()).collect();
            return Err(error_of(
                "loss",
                tr!(
                    "{0} is not a loss of task={1}: one of {2} here",
                    self.loss.key(),
                    self.task.key(),
                    keys.join(", ")
                ),
            ));
        }
        let classes = self.number_of_classes();
        match self.shown_class.index() {
            Some(class) if class >= classes => Err(error_of(
                "examples-of",
                match classes {
                    1 => word("a regression has no classes: all here").to_owned(),
                    _ => tr!(
                        "there is no class {class}: all, class-0 to class-{} here",
                        classes - 1,
                        class
                    ),
                },
            )),
            _ => Ok(()),
        }
    }

    /// Checks what no setting can check alone.
    ///
    /// # Errors
    /// Those of [`Config::suits`]; when a class is missing from a split, or a mini-batch is larger
    /// than the training data.
    pub fn validate(&self) -> Result<(), SettingError> {
        self.suits()?;
        let recipe = self.recipe();
        if !recipe.has_all_classes() {
            let examples = self.examples;
            return Err(match self.task {
                Task::Classes => error_of(
                    "class-share",
                    tr!(
                        "{0} of {examples} examples leaves too few for the last of {1} classes, training \
                         and test need one each: less here, or more examples",
                        self.class_share,
                        self.classes,
                        examples
                    ),
                ),
                Task::Binary | Task::Regression => error_of(
                    "positive-fraction",
                    tr!(
                        "{0} of {examples} examples gives too few positives, training and test need \
                         one each: at least {1} here, or more examples",
                        self.positive_fraction,
                        2.0 / f64::from(examples),
                        examples
                    ),
                ),
            });
        }
        let most = recipe.training_examples();
        if self.batch_size as usize > most {
            return Err(error_of(
                "batch-size",
                tr!(
                    "{} is more than the {most} training examples: 1 to {most} here",
                    self.batch_size,
                    most
                ),
            ));
        }
        Ok(())
    }
}

fn error_of(key: &'static str, message: String) -> SettingError {
    SettingError { key, message }
}
