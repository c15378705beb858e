//! What was read as what.

/// A column and what it was taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub column: String,
    /// As [`super::RoleName`] says it: `label`, `logit`, `p_2`.
    pub role: String,
}

/// What was read as what, and what was done to values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reading {
    pub files: Vec<String>,
    pub columns: Vec<Taken>,
    /// Columns that were not read.
    pub left: Vec<String>,
    /// Labels of the file and the class each is, where that is not its own number.
    pub labels: Vec<(String, usize)>,
    /// Labels that mark ignored rows.
    pub ignored_labels: Vec<String>,
    /// Sentences: what was decided and how files were taken.
    pub notes: Vec<String>,
    /// Probabilities that lay beside [0, 1] by a rounding.
    pub clamped: u64,
    /// Rows whose probabilities did not sum to 1 by a rounding.
    pub normalised: u64,
    /// Probabilities of exactly 0 or 1.
    pub certain: u64,
    /// Rows that `valid` or their label says are ignored.
    pub ignored: u64,
    pub skipped: u64,
}

impl Reading {
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::json!({})
    }
}
