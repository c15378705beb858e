//! A distribution of gradient norms.

use std::fmt::Write;

use ghm_lab::config::Config;
use ghm_lab::data::predictions::{Input, is_histogram, read_histogram};
use ghm_lab::xray::of_histogram;

use super::memory::bounded;
use super::sentence::sentence;

/// The most bins, and some buffers.
const MEMORY: usize = 64 << 20;
const FILE: &str = "fuzzed.csv";
/// More would take their time to write.
const MOST_WRITTEN: usize = 1 << 10;

/// `read_histogram`.
pub fn histogram(bytes: &[u8]) {
    let input = Input::bytes(FILE, bytes);
    let most = MEMORY + 64 * bytes.len();
    let histogram = match bounded(most, || read_histogram(&input)) {
        Ok(histogram) => histogram,
        Err(why) => return sentence(&why.0, FILE),
    };
    assert!(is_histogram(&input));
    let counts = &histogram.counts;
    assert!((1..=1_000_000).contains(&counts.len()));
    for &count in counts {
        assert!(count.is_finite() && count >= 0.0, "{count}");
    }
    let examples: f64 = counts.iter().sum();
    assert!(examples.is_finite() && examples > 0.0, "{examples}");
    if counts.len() > MOST_WRITTEN {
        return;
    }
    let mut text = "gradient_norm,count".to_owned();
    for (j, count) in counts.iter().enumerate() {
        let centre = (j as f64 + 0.5) / counts.len() as f64;
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{centre},{count}");
    }
    let again = read_histogram(&Input::bytes(FILE, text.as_bytes()));
    assert_eq!(
        again.map(|again| again.counts).as_ref(),
        Ok(&histogram.counts)
    );
    if let Err(why) = of_histogram(&histogram, None, &Config::default()) {
        sentence(&why, "bins");
    }
}
