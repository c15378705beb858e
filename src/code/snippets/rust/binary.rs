// --- binary: log-odds
/// Log-odds against the true class and gradient `p - y` of each example.
fn errors(logits: &[f64], targets: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let sign = |target: bool| if target { -1.0 } else { 1.0 };
    let z: Vec<f64> = logits
        .iter()
        .zip(targets)
        .map(|(x, &t)| sign(t) * x)
        .collect();
    let gradient = z
        .iter()
        .zip(targets)
        .map(|(&z, &t)| sign(t) * sigmoid(z))
        .collect();
    (z, gradient)
}

// --- ce/binary: binary weighted
/// Cross-entropy. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn cross_entropy(logits: &[f64], targets: &[bool], valid: &[bool]) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets);
    let (loss, factors) = weighted(&z, &vec![1.0; z.len()], valid);
    (
        loss,
        gradient
            .iter()
            .zip(factors)
            .map(|(of, factor)| of * factor)
            .collect(),
    )
}

// --- class-balanced/binary: binary weighted class-weights
/// Class-balanced cross-entropy; counts: examples of each class in the training data. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn class_balanced(
    logits: &[f64],
    targets: &[bool],
    valid: &[bool],
    counts: &[usize; 2],
) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets);
    let of_class = class_weights(counts);
    let weights: Vec<f64> = targets.iter().map(|&t| of_class[usize::from(t)]).collect();
    let (loss, factors) = weighted(&z, &weights, valid);
    (
        loss,
        gradient
            .iter()
            .zip(factors)
            .map(|(of, factor)| of * factor)
            .collect(),
    )
}

// --- focal/binary: binary mean focal-weight
/// Focal loss. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn focal(logits: &[f64], targets: &[bool], valid: &[bool]) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets);
    let gamma = 2.0;
    let alpha: Option<f64> = Some(0.25);
    let of = |(&z, &t): (&f64, &bool)| {
        let (value, weight) = focal_weight(z, gamma);
        let of_class = |alpha| if t { alpha } else { 1.0 - alpha };
        let factor = alpha.map_or(1.0, of_class);
        (factor * value, factor * weight)
    };
    let (losses, weights): (Vec<f64>, Vec<f64>) = z.iter().zip(targets).map(of).unzip();
    let (loss, factors) = mean(&losses, &weights, valid);
    (
        loss,
        gradient
            .iter()
            .zip(factors)
            .map(|(of, factor)| of * factor)
            .collect(),
    )
}

// --- ohem/binary: binary weighted hardest
/// Cross-entropy of the hardest examples, divided by all. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn ohem(logits: &[f64], targets: &[bool], valid: &[bool]) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets);
    let (loss, factors) = weighted(&z, &hardest(&z, valid), valid);
    (
        loss,
        gradient
            .iter()
            .zip(factors)
            .map(|(of, factor)| of * factor)
            .collect(),
    )
}

// --- ghm-c/binary: binary weighted density new
/// GHM-C, with the state of `density()`. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn ghm_c(
    density: &mut GradientDensity,
    logits: &[f64],
    targets: &[bool],
    valid: &[bool],
) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets);
    let norms = z.iter().zip(valid).filter(|(_, valid)| **valid);
    let beta = density.update(norms.map(|(&z, _)| sigmoid(z)));
    let weights: Vec<f64> = z.iter().map(|&z| beta[density.bin(sigmoid(z))]).collect();
    let (loss, factors) = weighted(&z, &weights, valid);
    (
        loss,
        gradient
            .iter()
            .zip(factors)
            .map(|(of, factor)| of * factor)
            .collect(),
    )
}
