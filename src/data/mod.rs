//! Examples: seeded toy datasets, their split, and the order in which training sees them.

mod order;
mod random;
mod shapes;

pub use order::Order;
pub use random::Random;
pub use shapes::Shape;

/// Half the width of the square that the data plane and the decision map show.
pub const PLANE: f32 = 1.5;

/// What to generate. Ranges are the settings' business; this only needs `examples >= 1`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    pub shape: Shape,
    /// Training and test examples together.
    pub examples: usize,
    /// Share of positives before labels are flipped.
    pub positive_fraction: f64,
    /// Standard deviation of the Gaussian noise on both coordinates.
    pub noise: f64,
    /// Share of the training labels that are flipped; the test set stays clean.
    pub flipped: f64,
    /// Share of the examples held out for testing.
    pub test_share: f64,
    pub seed: u32,
}

/// Examples of one split; all vectors have one entry an example.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    pub points: Vec<[f32; 2]>,
    /// True for a positive, as training sees it.
    pub labels: Vec<bool>,
    /// True where the label was flipped.
    pub flipped: Vec<bool>,
}

impl Split {
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Number of negatives and of positives.
    pub fn classes(&self) -> [usize; 2] {
        [self.len() - self.positives(), self.positives()]
    }

    pub fn positives(&self) -> usize {
        self.labels.iter().filter(|&&label| label).count()
    }
}

/// A generated dataset. The same recipe gives the same bits on every platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub train: Split,
    pub test: Split,
}

impl Recipe {
    /// Positives and negatives as (training, test) counts; both splits have the same share of
    /// positives up to rounding, and the test set is given at least one.
    fn counts(&self) -> [(usize, usize); 2] {
        let positives = libm::round(self.examples as f64 * self.positive_fraction) as usize;
        [positives, self.examples - positives].map(|total| {
            let test = libm::round(total as f64 * self.test_share) as usize;
            let test = test.clamp(usize::from(total > 1), total);
            (total - test, test)
        })
    }

    /// Number of training examples, which bounds the mini-batch.
    pub fn training_examples(&self) -> usize {
        self.counts().iter().map(|(train, _)| train).sum()
    }

    /// Whether both splits get a positive and a negative example.
    pub fn has_both_classes(&self) -> bool {
        self.counts()
            .iter()
            .all(|&(train, test)| train > 0 && test > 0)
    }

    /// Generates the examples, in random order within each split.
    pub fn generate(&self) -> Dataset {
        let mut random = Random::named(self.seed, "data");
        let [positives, negatives] = self.counts();
        let mut split = |positives: usize, negatives: usize| {
            let mut labels = vec![false; positives + negatives];
            labels[..positives].fill(true);
            random.shuffle(&mut labels);
            let points = labels
                .iter()
                .map(|&label| self.shape.sample(label, self.noise, &mut random))
                .collect();
            let flipped = vec![false; labels.len()];
            Split {
                points,
                labels,
                flipped,
            }
        };
        let mut train = split(positives.0, negatives.0);
        let test = split(positives.1, negatives.1);
        self.flip(&mut train);
        Dataset { train, test }
    }

    fn flip(&self, train: &mut Split) {
        let mut random = Random::named(self.seed, "flips");
        let count = libm::round(train.len() as f64 * self.flipped) as usize;
        let mut indices: Vec<u32> = (0..train.len() as u32).collect();
        random.shuffle(&mut indices);
        for &i in &indices[..count] {
            train.labels[i as usize] ^= true;
            train.flipped[i as usize] = true;
        }
    }
}
