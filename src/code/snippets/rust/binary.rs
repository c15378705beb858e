// --- binary: log-odds
/// Log-odds against the true class and gradient `p - y` of each example; 0 where it is ignored.
fn errors(logits: &[f64], targets: &[bool], valid: &[bool]) -> (Vec<f64>, Vec<f64>) {
    let rows = logits.iter().zip(targets).zip(valid);
    rows.map(|((x, &target), &valid)| {
        let sign = if target { -1.0 } else { 1.0 };
        let z = if valid { sign * x } else { 0.0 };
        (z, if valid { sign * sigmoid(z) } else { 0.0 })
    })
    .unzip()
}

// --- ce/binary: binary weighted scaled
/// Cross-entropy. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn cross_entropy(logits: &[f64], targets: &[bool], valid: &[bool]) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets, valid);
    let (loss, factors) = weighted(&z, &vec![1.0; z.len()], valid);
    (loss, scaled(gradient, &factors))
}

// --- class-balanced/binary: binary weighted class-weights scaled
/// Class-balanced cross-entropy; counts: examples of each class in the training data. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn class_balanced(
    logits: &[f64],
    targets: &[bool],
    valid: &[bool],
    counts: &[usize; 2],
) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets, valid);
    let of_class = class_weights(counts);
    let weights: Vec<f64> = targets.iter().map(|&t| of_class[usize::from(t)]).collect();
    let (loss, factors) = weighted(&z, &weights, valid);
    (loss, scaled(gradient, &factors))
}

// --- focal/binary: binary mean focal-weight scaled
/// Focal loss. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn focal(logits: &[f64], targets: &[bool], valid: &[bool]) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets, valid);
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
    (loss, scaled(gradient, &factors))
}

// --- ohem/binary: binary weighted hardest scaled
/// Cross-entropy of the hardest examples, divided by all. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn ohem(logits: &[f64], targets: &[bool], valid: &[bool]) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets, valid);
    let (loss, factors) = weighted(&z, &hardest(&z, valid), valid);
    (loss, scaled(gradient, &factors))
}

// --- ghm-c/binary: binary weighted density new scaled
/// GHM-C, with the state of `density()`; in evaluation, give a clone of it. logits, targets, valid (false where an example is ignored): [N]. The loss and its gradient [N].
pub fn ghm_c(
    density: &mut GradientDensity,
    logits: &[f64],
    targets: &[bool],
    valid: &[bool],
) -> (f64, Vec<f64>) {
    let (z, gradient) = errors(logits, targets, valid);
    let norms = z.iter().zip(valid).filter(|(_, valid)| **valid);
    let beta = density.update(norms.map(|(&z, _)| sigmoid(z)));
    let weights: Vec<f64> = z.iter().map(|&z| beta[density.bin(sigmoid(z))]).collect();
    let (loss, factors) = weighted(&z, &weights, valid);
    (loss, scaled(gradient, &factors))
}
