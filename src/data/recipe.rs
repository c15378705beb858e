//! What a toy dataset is made of, and its making.

use super::{Curve, Dataset, Layout, Outliers, Random, Shape, Split};

/// What examples are of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Examples {
    Binary {
        shape: Shape,
        /// Share of positives before labels are flipped.
        positive_fraction: f64,
    },
    Classes {
        layout: Layout,
        classes: usize,
        /// Share of class 0; every further class has half as many examples as the one before it.
        first_share: f64,
    },
    Regression {
        curve: Curve,
        outliers: Outliers,
    },
}

/// What to generate. Ranges are the settings' business; this only needs `examples >= 1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    pub kind: Examples,
    /// Training and test examples together.
    pub examples: usize,
    /// Standard deviation of the Gaussian noise on both coordinates, or on the target.
    pub noise: f64,
    /// Share of the training examples whose label is flipped or whose target is an outlier; the test
    /// set stays clean.
    pub flipped: f64,
    /// Share of the training examples that are ignored.
    pub ignored: f64,
    /// Share of the examples held out for testing.
    pub test_share: f64,
    pub seed: u32,
}

impl Recipe {
    /// Examples of each class, the last class first.
    fn totals(&self) -> Vec<usize> {
        let share = |of: f64| libm::round(self.examples as f64 * of) as usize;
        let mut totals = match self.kind {
            Examples::Binary {
                positive_fraction, ..
            } => vec![share(positive_fraction)],
            Examples::Classes {
                classes,
                first_share,
                ..
            } => {
                let parts = ((1_u32 << (classes - 1)) - 1) as f64;
                (0..classes - 1)
                    .map(|k| share((1.0 - first_share) * f64::from(1_u32 << k) / parts))
                    .collect()
            }
            Examples::Regression { .. } => Vec::new(),
        };
        let others: usize = totals.iter().sum();
        totals.push(self.examples.saturating_sub(others));
        totals
    }

    /// The totals as (training, test); both splits have the same shares up to rounding, and the test
    /// set is given at least one of each class.
    fn counts(&self) -> Vec<(usize, usize)> {
        let split = |total: usize| {
            let test = libm::round(total as f64 * self.test_share) as usize;
            let test = test.clamp(usize::from(total > 1), total);
            (total - test, test)
        };
        self.totals().into_iter().map(split).collect()
    }

    /// Number of training examples, which bounds the mini-batch.
    pub fn training_examples(&self) -> usize {
        self.counts().iter().map(|(train, _)| train).sum()
    }

    /// Whether both splits get an example of each class.
    pub fn has_all_classes(&self) -> bool {
        self.counts()
            .iter()
            .all(|&(train, test)| train > 0 && test > 0)
    }

    /// Generates the examples, in random order within each split.
    pub fn generate(&self) -> Dataset {
        let mut random = Random::named(self.seed, "data");
        let counts = self.counts();
        let (train, test): (Vec<usize>, Vec<usize>) = counts.into_iter().unzip();
        let mut train = self.split(&train, &mut random);
        let test = self.split(&test, &mut random);
        self.flip(&mut train);
        self.ignore(&mut train);
        Dataset { train, test }
    }

    fn split(&self, counts: &[usize], random: &mut Random) -> Split {
        let classes = (0..counts.len()).rev().zip(counts);
        let mut labels: Vec<usize> = classes
            .flat_map(|(class, &count)| std::iter::repeat_n(class, count))
            .collect();
        random.shuffle(&mut labels);
        let noise = self.noise;
        let mut sample = |class: usize| match self.kind {
            Examples::Binary { shape, .. } => shape.sample(class == 1, noise, random),
            Examples::Classes {
                layout, classes, ..
            } => layout.sample(class, classes, noise, random),
            Examples::Regression { curve, .. } => curve.sample(noise, random),
        };
        let points: Vec<[f32; 2]> = labels.iter().map(|&class| sample(class)).collect();
        let targets = match self.kind {
            Examples::Regression { .. } => points.iter().map(|point| point[1]).collect(),
            _ => labels.iter().map(|&class| class as f32).collect(),
        };
        Split {
            flipped: vec![false; points.len()],
            ignored: vec![false; points.len()],
            points,
            targets,
        }
    }

    fn flip(&self, train: &mut Split) {
        let mut random = Random::named(self.seed, "flips");
        for i in chosen(train.len(), self.flipped, &mut random) {
            let i = i as usize;
            train.flipped[i] = true;
            match self.kind {
                Examples::Binary { .. } => train.targets[i] = 1.0 - train.targets[i],
                Examples::Classes { classes, .. } => {
                    let others = classes as u32 - 1;
                    let class = (train.class(i) as u32 + 1 + random.below(others)) % (others + 1);
                    train.targets[i] = class as f32;
                }
                Examples::Regression { curve, outliers } => {
                    let y = outliers.displace(curve, train.points[i], &mut random);
                    train.points[i][1] = y;
                    train.targets[i] = y;
                }
            }
        }
    }

    fn ignore(&self, train: &mut Split) {
        let mut random = Random::named(self.seed, "ignored");
        for i in chosen(train.len(), self.ignored, &mut random) {
            train.ignored[i as usize] = true;
        }
    }
}

/// A random share of so many indices.
fn chosen(examples: usize, share: f64, random: &mut Random) -> Vec<u32> {
    let count = libm::round(examples as f64 * share) as usize;
    if count == 0 {
        return Vec::new();
    }
    let mut indices: Vec<u32> = (0..examples as u32).collect();
    random.shuffle(&mut indices);
    indices.truncate(count);
    indices
}
