//! Ranking quality of scores.

/// Average precision: the sum over distinct thresholds of `(recall step) * precision`, ties taken
/// together, as scikit-learn's `average_precision_score` defines it.
///
/// `labels` are true for positives. `None` without a positive, or when a score is NaN.
pub fn average_precision(scores: &[f32], labels: &[bool]) -> Option<f64> {
    let positives = labels.iter().filter(|&&label| label).count();
    if positives == 0 || scores.iter().any(|score| score.is_nan()) {
        return None;
    }
    let mut order: Vec<u32> = (0..scores.len() as u32).collect();
    order.sort_unstable_by(|&a, &b| scores[b as usize].total_cmp(&scores[a as usize]));
    let (mut hits, mut seen, mut area, mut recall) = (0usize, 0usize, 0.0, 0.0);
    for group in order.chunk_by(|&a, &b| scores[a as usize] == scores[b as usize]) {
        seen += group.len();
        hits += group.iter().filter(|&&i| labels[i as usize]).count();
        let reached = hits as f64 / positives as f64;
        area += (reached - recall) * (hits as f64 / seen as f64);
        recall = reached;
    }
    Some(area)
}
