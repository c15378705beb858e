// --- new-r
/// The state before the first mini-batch.
pub fn regression_density() -> GradientDensity {
    let bins = 10;
    let momentum = 0.7;
    let convention = "per-bin";
    let warm_up = 0;
    GradientDensity::new(bins, momentum, convention, warm_up)
}

// --- differences
/// How far off each prediction is; 0 where an example is ignored.
fn differences(predictions: &[f64], targets: &[f64], valid: &[bool]) -> Vec<f64> {
    let rows = predictions.iter().zip(targets).zip(valid);
    rows.map(|((p, t), &valid)| if valid { p - t } else { 0.0 })
        .collect()
}

// --- l1/regression: mean differences scaled
/// Mean absolute error. predictions, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn l1(predictions: &[f64], targets: &[f64], valid: &[bool]) -> (f64, Vec<f64>) {
    let d = differences(predictions, targets, valid);
    let losses: Vec<f64> = d.iter().map(|d| d.abs()).collect();
    let gradient = d.iter().map(|&d| if d == 0.0 { 0.0 } else { d.signum() });
    let (loss, factors) = mean(&losses, &vec![1.0; d.len()], valid);
    (loss, scaled(gradient, &factors))
}

// --- smooth-l1/regression: mean differences scaled
/// Smooth L1. predictions, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn smooth_l1(predictions: &[f64], targets: &[f64], valid: &[bool]) -> (f64, Vec<f64>) {
    let d = differences(predictions, targets, valid);
    let delta: f64 = 0.1111111111111111;
    let value = |d: &f64| {
        if d.abs() <= delta {
            d * d / (2.0 * delta)
        } else {
            d.abs() - delta / 2.0
        }
    };
    let losses: Vec<f64> = d.iter().map(value).collect();
    let gradient = d.iter().map(|d| (d / delta).clamp(-1.0, 1.0));
    let (loss, factors) = mean(&losses, &vec![1.0; d.len()], valid);
    (loss, scaled(gradient, &factors))
}

// --- asl1/regression: mean differences scaled
/// Authentic smooth L1, sqrt(d^2 + mu^2) - mu. predictions, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn asl1(predictions: &[f64], targets: &[f64], valid: &[bool]) -> (f64, Vec<f64>) {
    let d = differences(predictions, targets, valid);
    let mu: f64 = 0.02;
    let losses: Vec<f64> = d.iter().map(|d| d.hypot(mu) - mu).collect();
    let gradient = d.iter().map(|d| d / d.hypot(mu));
    let (loss, factors) = mean(&losses, &vec![1.0; d.len()], valid);
    (loss, scaled(gradient, &factors))
}

// --- ghm-r/regression: mean density new-r differences scaled
/// GHM-R, with the state of `regression_density()`; in evaluation, give a clone of it. predictions, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn ghm_r(
    density: &mut GradientDensity,
    predictions: &[f64],
    targets: &[f64],
    valid: &[bool],
) -> (f64, Vec<f64>) {
    let d = differences(predictions, targets, valid);
    let mu: f64 = 0.02;
    let norm = |d: &f64| d.abs() / d.hypot(mu);
    let of_valid = d.iter().zip(valid).filter(|(_, valid)| **valid);
    let beta = density.update(of_valid.map(|(d, _)| norm(d)));
    let weights: Vec<f64> = d.iter().map(|d| beta[density.bin(norm(d))]).collect();
    let value = |(d, weight): (&f64, &f64)| weight * (d.hypot(mu) - mu);
    let losses: Vec<f64> = d.iter().zip(&weights).map(value).collect();
    let gradient = d.iter().map(|d| d / d.hypot(mu));
    let (loss, factors) = mean(&losses, &weights, valid);
    (loss, scaled(gradient, &factors))
}
