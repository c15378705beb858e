//! Examples: seeded toy datasets, their split, and the order in which training sees them.

mod curves;
mod layouts;
mod order;
pub mod predictions;
mod random;
mod recipe;
mod shapes;

pub use curves::{Curve, Outliers};
pub use layouts::Layout;
pub use order::Order;
pub use random::Random;
pub use recipe::{Examples, Recipe};
pub use shapes::Shape;

/// Half the width of the square that the data plane and the decision map show.
pub const PLANE: f32 = 1.5;

/// Examples of one split; all vectors have one entry an example.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// Coordinates; of a regression x and the target.
    pub points: Vec<[f32; 2]>,
    /// What training sees: the class (1 for a positive) or the target of a regression.
    pub targets: Vec<f32>,
    /// True where the label was flipped or the target is an outlier.
    pub flipped: Vec<bool>,
    /// True for an example that enters neither the histogram nor N.
    pub ignored: Vec<bool>,
}

impl Split {
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// The class of an example, as training sees it.
    pub fn class(&self, index: usize) -> usize {
        self.targets[index] as usize
    }

    /// Whether each example is of this class.
    pub fn is_class(&self, class: usize) -> Vec<bool> {
        (0..self.len()).map(|i| self.class(i) == class).collect()
    }

    /// Number of examples of each of so many classes that are not ignored.
    pub fn classes(&self, classes: usize) -> Vec<usize> {
        let mut counts = vec![0; classes];
        for i in (0..self.len()).filter(|&i| !self.ignored[i]) {
            counts[self.class(i)] += 1;
        }
        counts
    }
}

/// A generated dataset. The same recipe gives the same bits on every platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub train: Split,
    pub test: Split,
}
