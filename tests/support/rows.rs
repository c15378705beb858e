//! Comparisons that collect every failing row, so that a failure shows its pattern.

use std::fmt::Debug;

/// Rows that differ, in the order of the comparisons.
#[derive(Debug, Default)]
pub struct Rows {
    failures: Vec<String>,
    compared: usize,
}

impl Rows {
    /// Compares with a tolerance relative to `want`; a `want` of 0 asks for 0.
    pub fn close(&mut self, what: impl AsRef<str>, got: f64, want: f64, relative: f64) {
        self.within(what, got, want, relative * want.abs());
    }

    /// Compares with an absolute tolerance. A value that is not a number never passes.
    pub fn within(&mut self, what: impl AsRef<str>, got: f64, want: f64, tolerance: f64) {
        self.compared += 1;
        let passes = (got - want).abs() <= tolerance;
        if !passes {
            self.failures.push(format!(
                "{}: got {got:e}, want {want:e}, tolerance {tolerance:e}",
                what.as_ref()
            ));
        }
    }

    pub fn equal<V: PartialEq + Debug>(&mut self, what: impl AsRef<str>, got: V, want: V) {
        self.compared += 1;
        if got != want {
            self.failures
                .push(format!("{}: got {got:?}, want {want:?}", what.as_ref()));
        }
    }

    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// Whether a row of that name differs.
    pub fn caught(&self, what: &str) -> bool {
        self.failures.iter().any(|row| row.contains(what))
    }

    /// Fails with all rows that differ, and when nothing was compared.
    pub fn assert_none(&self) {
        assert!(self.compared > 0, "nothing was compared");
        assert!(
            self.failures.is_empty(),
            "{} of {} rows differ:\n{}",
            self.failures.len(),
            self.compared,
            self.failures.join("\n")
        );
    }
}
