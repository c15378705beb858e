//! How good predictions are: ranking, thresholds, calibration, and how much weight is at work.

use super::Real;

/// Scores in descending order of value, ties together: after each group of equal scores the number
/// of examples and of positives so far. Empty where a score is NaN.
fn ranked<T: Real>(scores: &[T], labels: &[bool]) -> Vec<(T, usize, usize)> {
    let at = |i: u32| scores[i as usize].to_f64();
    if scores.iter().any(|score| score.to_f64().is_nan()) {
        return Vec::new();
    }
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| at(b).total_cmp(&at(a)));
    let (mut seen, mut hits) = (0, 0);
    order
        .chunk_by(|&a, &b| scores[a as usize] == scores[b as usize])
        .map(|group| {
            seen += group.len();
            hits += group.iter().filter(|&&i| labels[i as usize]).count();
            (scores[group[0] as usize], seen, hits)
        })
        .collect()
}

/// Average precision: the sum over distinct thresholds of `(recall step) * precision`, ties taken
/// together, as scikit-learn's `average_precision_score` defines it.
///
/// `labels` are true for positives. `None` without a positive, or when a score is NaN.
pub fn average_precision<T: Real>(scores: &[T], labels: &[bool]) -> Option<f64> {
    let groups = ranked(scores, labels);
    let &(_, _, positives) = groups.last()?;
    if positives == 0 {
        return None;
    }
    let (mut area, mut recall) = (0.0, 0.0);
    for (_, seen, hits) in groups {
        let reached = hits as f64 / positives as f64;
        area += (reached - recall) * (hits as f64 / seen as f64);
        recall = reached;
    }
    Some(area)
}

/// Area under the ROC curve, ties counted half. `None` without a positive or without a negative, or
/// when a score is NaN.
pub fn roc_auc<T: Real>(scores: &[T], labels: &[bool]) -> Option<f64> {
    let groups = ranked(scores, labels);
    let &(_, all, positives) = groups.last()?;
    let negatives = all - positives;
    if positives == 0 || negatives == 0 {
        return None;
    }
    let (mut area, mut last) = (0.0, (0, 0));
    for (_, seen, hits) in groups {
        let misses = (seen - hits) - (last.0 - last.1);
        area += misses as f64 * (hits + last.1) as f64 / 2.0;
        last = (seen, hits);
    }
    Some(area / (positives as f64 * negatives as f64))
}

/// A threshold and what it reaches when scores from it up are called positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    pub threshold: f64,
    pub precision: f64,
    pub recall: f64,
    /// `2 precision recall / (precision + recall)`
    pub f1: f64,
}

/// The threshold of the best F1, the highest of equal ones. `None` without a positive, or when a
/// score is NaN.
pub fn best_f1<T: Real>(scores: &[T], labels: &[bool]) -> Option<Operating> {
    let groups = ranked(scores, labels);
    let &(_, _, positives) = groups.last()?;
    let points = groups.into_iter().filter(|&(_, _, hits)| hits > 0);
    points
        .map(|(threshold, seen, hits)| Operating {
            threshold: threshold.to_f64(),
            precision: hits as f64 / seen as f64,
            recall: hits as f64 / positives as f64,
            f1: 2.0 * hits as f64 / (seen + positives) as f64,
        })
        .reduce(|best, point| if point.f1 > best.f1 { point } else { best })
}

/// Expected calibration error: over `bins` equal intervals of the probability, the mean of
/// `|mean probability - share of positives|`, weighted by the examples in each. `None` without
/// examples, or when a probability is NaN.
pub fn expected_calibration_error(
    probabilities: &[f64],
    labels: &[bool],
    bins: usize,
) -> Option<f64> {
    if probabilities.is_empty() || probabilities.iter().any(|p| p.is_nan()) {
        return None;
    }
    let mut gaps = vec![0.0; bins];
    for (&p, &label) in probabilities.iter().zip(labels) {
        let bin = ((p * bins as f64) as usize).min(bins - 1);
        gaps[bin] += p - f64::from(u8::from(label));
    }
    let total: f64 = gaps.iter().map(|gap| gap.abs()).sum();
    Some(total / probabilities.len() as f64)
}

/// Effective sample size `(sum w)^2 / sum w^2` from the two sums: how many equally weighted
/// examples would average as well. 0 without weight.
pub fn effective_sample_size(sum: f64, sum_of_squares: f64) -> f64 {
    if sum_of_squares > 0.0 {
        sum * sum / sum_of_squares
    } else {
        0.0
    }
}
