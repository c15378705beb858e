//! Settings that belong together, by name.

use super::Config;

/// Settings with a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preset {
    /// The name on the command line.
    pub key: &'static str,
    /// The name on the screen.
    pub label: &'static str,
    pub doc: &'static str,
    /// What differs from the defaults, see [`Config::from_changes`].
    pub changes: &'static str,
}

/// What the lab opens with where nothing is asked for.
const OPENING: Preset = Preset {
    key: "opening",
    label: "opening",
    doc: "Two rings with 1 % positives under cross-entropy, which does not find them; with momentum 0, so that GHM-C \
          comes to the straight line, and empty bins stay empty.",
    changes: "loss=ce&momentum=0&convention=corrected&dataset=rings",
};

pub const PRESETS: [Preset; 6] = [
    OPENING,
    Preset {
        key: "default",
        label: "default",
        doc: "GHM-C on two moons with 1 % positives, with the bias of the moving average corrected bin by bin.",
        changes: "",
    },
    Preset {
        key: "paper-classification",
        label: "paper, classification",
        doc: "GHM-C as the paper has it: 30 bins, momentum 0.75 from a zero start, normalised by the number \
              of bins; the middle panel is that of its figure 1.",
        changes: "convention=paper&panel=gradient-norm",
    },
    Preset {
        key: "paper-regression",
        label: "paper, regression",
        doc: "GHM-R as in the paper's figure of reformulated gradients against abs(d): mu 0.04, 10 bins, \
              momentum 0.7.",
        changes: "task=regression&mu=0.04&convention=paper",
    },
    Preset {
        key: "outliers",
        label: "many flipped labels",
        doc: "The default data with 10 % of the training labels flipped: most hard examples are noise.",
        changes: "flipped=0.1",
    },
    Preset {
        key: "regression-outliers",
        label: "regression, many outliers",
        doc: "A regression in which 30 % of the training targets are outliers.",
        changes: "task=regression&outliers=0.3",
    },
];

/// The preset of that key.
pub fn preset(key: &str) -> Option<&'static Preset> {
    PRESETS.iter().find(|preset| preset.key == key)
}

impl Config {
    /// What the lab opens with where nothing is asked for.
    pub fn opening() -> Self {
        OPENING.config()
    }

    /// Whether nobody has chosen these: the opening's, whatever the loss, the seed and the engine.
    pub fn is_opening(&self) -> bool {
        let opening = Self::opening();
        let same = Self {
            loss: self.loss,
            seed: self.seed,
            backend: self.backend,
            ..opening
        };
        same == *self
    }
}

impl Preset {
    pub fn config(&self) -> Config {
        Config::from_changes(self.changes).0
    }

    /// The preset that these settings are, whatever the seed and the engine.
    pub fn of(config: &Config) -> Option<&'static Self> {
        PRESETS.iter().find(|preset| {
            let same = Config {
                seed: config.seed,
                backend: config.backend,
                ..preset.config()
            };
            same == *config
        })
    }
}
