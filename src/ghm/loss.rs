//! The losses, in the one shape that all of them share: an effective weight for each example.

use super::{Real, choice};

choice! {
    /// A loss for one logit. Its gradient is `w (p - y) / N` with the weight `w` of [`Loss::weight`].
    pub enum Loss {
        #[doc = "Every example weighs 1: the gradient is p - y. Easy negatives win by number."]
        CrossEntropy = ("ce", "Cross-entropy"),
        #[doc = "Gradient harmonizing mechanism: each example weighs beta = N / GD(g), the inverse of the gradient density around it."]
        GhmC = ("ghm-c", "GHM-C"),
    }
}

impl Loss {
    /// Effective weight of an example in a bin with the harmonizing weight `beta`.
    #[inline]
    pub fn weight<T: Real>(self, beta: T) -> T {
        match self {
            Self::CrossEntropy => T::ONE,
            Self::GhmC => beta,
        }
    }
}
