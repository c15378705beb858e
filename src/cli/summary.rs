//! What a run came to, in a few lines for people.

use super::training::Outcome;
use crate::engine::{BackendInfo, Evaluation};
use crate::ghm::{Loss, Task};

/// A few lines, each ended.
pub(super) fn summary(backend: &BackendInfo, outcome: &Outcome) -> String {
    let steps = outcome.snapshot.step;
    let rate = |count: u64| match outcome.seconds {
        0.0 => 0.0,
        seconds => count as f64 / seconds,
    };
    let mut text = format!(
        "Trained {} step{} on {} ({}) in {:.1} s: {} steps/s, {} examples/s.\n",
        grouped(steps as f64),
        if steps == 1 { "" } else { "s" },
        backend.kind,
        backend.adapter,
        outcome.seconds,
        grouped(rate(steps)),
        grouped(rate(outcome.examples)),
    );
    if let Some(stop) = &outcome.stop {
        text += &format!("{stop}\n");
    }
    if let Some(last) = outcome.history.last() {
        text += &scores(last);
    }
    if let Some(deviation) = outcome.snapshot.line_deviation() {
        let harmonizing = match outcome.snapshot.task {
            Task::Regression => Loss::GhmR.label(),
            Task::Binary | Task::Classes => Loss::GhmC.label(),
        };
        text += &format!(
            "{harmonizing}'s contribution by bin is at most {} off the straight line.\n",
            share(deviation)
        );
    }
    text
}

fn scores(last: &Evaluation) -> String {
    let text = |value: Option<f64>| value.map_or("none".to_owned(), |v| format!("{v:.4}"));
    let [train, test] = last.headlines().map(text);
    let name = match last.test.absolute_error {
        Some(_) => "Mean absolute error",
        None => "Average precision",
    };
    format!(
        "Loss {:.5} on train, {:.5} on test. {name} {train} on train, {test} on test.\n",
        last.train.loss, last.test.loss,
    )
}

/// A share in percent, down to rounding error.
fn share(value: f64) -> String {
    let percent = 100.0 * value;
    if percent >= 0.1 {
        format!("{percent:.1} %")
    } else {
        format!("{percent:.1e} %")
    }
}

/// A whole number with commas between thousands.
fn grouped(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{grouped, share};

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [0.0, 12.4, 999.6, 1234567.0].map(grouped),
            ["0", "12", "1,000", "1,234,567"]
        );
        assert_eq!(
            [0.1234, 1.5e-7].map(share),
            ["12.3 %", "1.5e-5 %"].map(str::to_owned)
        );
    }
}
