//! Predictions that are at hand without a file.

/// A sample that is at hand: its name on the screen, and as a file in `samples/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    pub label: &'static str,
    pub file: &'static str,
    /// The page asks its host for it, so that it is not part of every visit.
    #[cfg(not(target_arch = "wasm32"))]
    pub content: &'static str,
}

macro_rules! sample {
    ($label:literal, $file:literal) => {
        Sample {
            label: $label,
            file: $file,
            #[cfg(not(target_arch = "wasm32"))]
            content: include_str!(concat!("../../../samples/", $file)),
        }
    };
}

/// Predictions of this lab's own networks, trained under cross-entropy or smooth L1.
pub const SAMPLES: [Sample; 3] = [
    sample!("two classes, 1 % positive", "binary.csv"),
    sample!("four classes", "classes.csv"),
    sample!("regression with outliers", "regression.csv"),
];
