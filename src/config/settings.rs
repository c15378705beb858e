//! The settings themselves.

use super::choices::{
    Activation, Backend, ContributionAxis, Counting, Exact, FocalBalance, Optimizer,
    Regularization, ShownClass,
};
use super::setting::{Effect, Group, Kind, Scale, Setting, Value};
use crate::data::{Curve, Layout, Outliers, Shape};
use crate::ghm::{ClassBalance, Convention, Loss, Task};

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
    /// What is learned. A change brings the losses of the task and the paper's values for them.
    task: Task = Task::Binary, "task", "task", Task, Restart, [choice];
    /// The loss that trains the network; one of its task. ghm-r is the default for regression.
    loss: Loss = Loss::GhmC, "loss", "loss", Loss, Live, [choice],
        paper "ghm-c";
    /// Number of unit regions M that divide the gradient norm. With momentum 0 (or mini-batches of equal
    /// size and the convention corrected or per-bin) 1 makes GHM-C the cross-entropy and GHM-R the ASL1. 10 for
    /// regression, by default and in the paper.
    bins: u32 = 30, "bins", "bins", Loss, Live, [Linear 1 to 256],
        paper "30";
    /// Weight of the past in the moving average of the histogram, over mini-batches. High values
    /// from a zero start blow up the first steps (see convention). 0.7 for regression, by default and in the
    /// paper.
    momentum: f64 = 0.75, "momentum", "momentum", Loss, Live, [Linear 0.0 to 0.999],
        paper "0.75";
    /// How the density is averaged and normalised; public implementations differ.
    convention: Convention = Convention::PerBin, "convention", "convention", Loss, Live,
        [choice], paper "paper";
    /// What the histogram counts of a softmax; cross-entropy is weighed by the bin of the true class.
    counting: Counting = Counting::TrueClass, "counting", "counts", Loss, Live, [choice],
        paper "true-class", when |config| config.task == Task::Classes;
    /// mu of ASL1, in units of the target: errors well below it hardly count, and its gradient norm
    /// abs(d) / sqrt(d^2 + mu^2) is what GHM-R harmonizes.
    mu: f64 = 0.02, "mu", "mu", Loss, Live, [Log 0.001 to 1.0], paper "0.02",
        when |config| config.task == Task::Regression;
    /// delta of smooth L1, in units of the target: beyond it every gradient has norm 1. Detectors
    /// take 1/9.
    delta: f64 = 1.0 / 9.0, "delta", "delta", Loss, Live, [Log 0.001 to 1.0],
        when |config| config.task == Task::Regression;
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
    /// alpha of the focal loss: the factor of positives; negatives have 1 - alpha. Of several
    /// classes, the first is the negative one. Not the momentum of GHM.
    focal_alpha: f64 = 0.25, "focal-alpha", "alpha", Loss, Live, [Linear 0.0 to 1.0], paper "0.25",
        when |config| config.loss == Loss::Focal && config.focal_balance == FocalBalance::Alpha;
    /// Share of each mini-batch that OHEM keeps: exactly the ceil(keep N) hardest examples.
    ohem_keep: f64 = 0.25, "ohem-keep", "keep share", Loss, Live, [Log 0.001 to 1.0],
        when |config| config.loss == Loss::Ohem;
    /// Where the two classes lie in the plane.
    dataset: Shape = Shape::Moons, "dataset", "dataset", Data, Restart, [choice],
        when |config| config.task == Task::Binary;
    /// Where several classes lie in the plane.
    layout: Layout = Layout::Blobs, "layout", "layout", Data, Restart, [choice],
        when |config| config.task == Task::Classes;
    /// The curve that a regression must find.
    curve: Curve = Curve::Sine, "curve", "curve", Data, Restart, [choice],
        when |config| config.task == Task::Regression;
    /// Number of classes.
    classes: u32 = 3, "classes", "classes", Data, Restart, [Linear 3 to 5],
        when |config| config.task == Task::Classes;
    /// Share of the first class, before labels are flipped; each further class has half as many
    /// examples as the one before it.
    class_share: f64 = 0.95, "class-share", "class share", Data, Restart, [Linear 0.2 to 0.999],
        when |config| config.task == Task::Classes;
    /// Number of examples, training and test together.
    examples: u32 = 20_000, "examples", "examples", Data, Restart, [Log 100 to 1_000_000];
    /// Share of positives, before labels are flipped. Detectors see far below 0.01.
    positive_fraction: f64 = 0.01, "positive-fraction", "positive share", Data, Restart,
        [Log 0.0001 to 0.5], when |config| config.task == Task::Binary;
    /// Standard deviation of the noise, on both coordinates or on the target of a regression. 0.05
    /// is the default for regression.
    noise: f64 = 0.12, "noise", "noise", Data, Restart, [Linear 0.0 to 0.5];
    /// Share of the training labels that are flipped: the outliers. The test set stays clean.
    flipped: f64 = 0.005, "flipped", "flipped labels", Data, Restart, [Linear 0.0 to 0.2],
        when |config| config.task != Task::Regression;
    /// Share of the training examples whose target is an outlier. The test set stays clean.
    outliers: f64 = 0.1, "outliers", "outliers", Data, Restart, [Linear 0.0 to 0.5],
        when |config| config.task == Task::Regression;
    /// Where outliers lie.
    outlier_kind: Outliers = Outliers::OneSided, "outlier-kind", "outliers lie", Data, Restart,
        [choice], when |config| config.task == Task::Regression;
    /// Share of the training examples that are ignored, as a detector ignores anchors that are
    /// neither object nor background: they enter neither the histogram nor N.
    ignored: f64 = 0.0, "ignored", "ignored", Data, Restart, [Linear 0.0 to 0.5];
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
    /// Steps before GHM weighs at all: of cross-entropy, or ASL1 in a regression, while the density is counted already.
    /// Detectors warm up to survive the first steps.
    warm_up_steps: u32 = 0, "warm-up-steps", "warm-up steps", Training, Live, [Log 0 to 1_000_000],
        when |config| config.loss.harmonizes();
    /// Step at which training pauses by itself; 0 never does. Seeds and comparisons run all their steps.
    stop_step: u32 = 0, "stop-step", "at step", Stop, Live, [Log 0 to 10_000_000];
    /// Epoch after which training pauses by itself; 0 never does.
    stop_epoch: u32 = 0, "stop-epoch", "after epoch", Stop, Live, [Log 0 to 100_000];
    /// Average precision on the test examples at which training pauses by itself, or mean absolute
    /// error of a regression; 0 never does. A race pauses when the first arm is there.
    stop_score: f64 = 0.0, "stop-score", "at score", Stop, Live, [Linear 0.0 to 1.0];
    /// Steps without a better score on the test examples after which training pauses by itself; 0
    /// never does. A race pauses when no arm gets better. Better is by 0.001 at least.
    stop_plateau: u32 = 0, "stop-plateau", "on plateau of", Stop, Live, [Log 0 to 1_000_000];
    /// What the middle panel shows. gradient-norm is the default for regression.
    panel: Regularization = Regularization::InverseDensity, "panel", "middle panel", View, Live,
        [choice], paper "gradient-norm";
    /// How the axis of the last panel is divided.
    contribution_axis: ContributionAxis = ContributionAxis::ByLoss, "contribution-axis",
        "last panel", View, Live, [choice];
    /// Whether the density by its definition, with a window of width 1/M around every example, is
    /// drawn over the unit regions, with their error.
    exact: Exact = Exact::Off, "exact", "exact density", View, Live, [choice];
    /// Whose gradients the panels show: of all examples, or of those of one class.
    shown_class: ShownClass = ShownClass::All, "examples-of", "examples of", View, Live, [choice],
        when |config| config.task != Task::Regression;
    /// Which engine trains.
    backend: Backend = Backend::Auto, "backend", "engine", Engine, Restart, [choice];
}
