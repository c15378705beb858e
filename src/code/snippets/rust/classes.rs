// --- classes: log-odds softmax scaled
/// Log-odds against the true class [N] and gradients `p_k - y_k` [N][K] of each example; 0 where it is ignored.
fn errors_softmax(
    logits: &[Vec<f64>],
    targets: &[usize],
    valid: &[bool],
) -> (Vec<f64>, Vec<Vec<f64>>) {
    let rows = logits.iter().zip(targets).zip(valid);
    rows.map(|((logits, &target), &valid)| match valid {
        true => softmax(logits, target),
        false => (0.0, vec![0.0; logits.len()]),
    })
    .unzip()
}

/// The gradients [N][K] times the factors [N].
fn scaled_rows(gradient: Vec<Vec<f64>>, factors: &[f64]) -> Vec<Vec<f64>> {
    let rows = gradient.into_iter().zip(factors);
    rows.map(|(row, &factor)| {
        let factors = vec![factor; row.len()];
        scaled(row, &factors)
    })
    .collect()
}

// --- ce/classes: classes weighted
/// Cross-entropy. logits: [N][K]; targets: classes [N]; valid: [N], false where an example is ignored. The loss and
/// its gradient [N][K].
pub fn cross_entropy_softmax(
    logits: &[Vec<f64>],
    targets: &[usize],
    valid: &[bool],
) -> (f64, Vec<Vec<f64>>) {
    let (z, gradient) = errors_softmax(logits, targets, valid);
    let (loss, factors) = weighted(&z, &vec![1.0; z.len()], valid);
    (loss, scaled_rows(gradient, &factors))
}

// --- class-balanced/classes: classes weighted class-weights
/// Class-balanced cross-entropy; counts: examples of each class in the training data. logits: [N][K]; targets: classes [N]; valid: [N], false where an example is ignored. The loss and
/// its gradient [N][K].
pub fn class_balanced_softmax(
    logits: &[Vec<f64>],
    targets: &[usize],
    valid: &[bool],
    counts: &[usize],
) -> (f64, Vec<Vec<f64>>) {
    let (z, gradient) = errors_softmax(logits, targets, valid);
    let of_class = class_weights(counts);
    // An ignored target may be no class.
    let weight = |(&t, &valid): (&usize, &bool)| if valid { of_class[t] } else { 0.0 };
    let weights: Vec<f64> = targets.iter().zip(valid).map(weight).collect();
    let (loss, factors) = weighted(&z, &weights, valid);
    (loss, scaled_rows(gradient, &factors))
}

// --- focal/classes: classes mean focal-weight
/// Focal loss. logits: [N][K]; targets: classes [N]; valid: [N], false where an example is ignored. The loss and
/// its gradient [N][K].
pub fn focal_softmax(
    logits: &[Vec<f64>],
    targets: &[usize],
    valid: &[bool],
) -> (f64, Vec<Vec<f64>>) {
    let (z, gradient) = errors_softmax(logits, targets, valid);
    let gamma = 2.0;
    let alpha: Option<f64> = Some(0.25);
    let of = |(&z, &t): (&f64, &usize)| {
        let (value, weight) = focal_weight(z, gamma);
        let of_class = |alpha| if t > 0 { alpha } else { 1.0 - alpha };
        let factor = alpha.map_or(1.0, of_class);
        (factor * value, factor * weight)
    };
    let (losses, weights): (Vec<f64>, Vec<f64>) = z.iter().zip(targets).map(of).unzip();
    let (loss, factors) = mean(&losses, &weights, valid);
    (loss, scaled_rows(gradient, &factors))
}

// --- ohem/classes: classes weighted hardest
/// Cross-entropy of the hardest examples, divided by all. logits: [N][K]; targets: classes [N]; valid: [N], false where an example is ignored. The loss and
/// its gradient [N][K].
pub fn ohem_softmax(
    logits: &[Vec<f64>],
    targets: &[usize],
    valid: &[bool],
) -> (f64, Vec<Vec<f64>>) {
    let (z, gradient) = errors_softmax(logits, targets, valid);
    let (loss, factors) = weighted(&z, &hardest(&z, valid), valid);
    (loss, scaled_rows(gradient, &factors))
}

// --- ghm-c/classes: classes weighted density new
/// GHM-C, with the state of `density()`; in evaluation, give a clone of it. logits: [N][K]; targets: classes [N]; valid: [N], false where an example is ignored. The loss and
/// its gradient [N][K].
pub fn ghm_c_softmax(
    density: &mut GradientDensity,
    logits: &[Vec<f64>],
    targets: &[usize],
    valid: &[bool],
) -> (f64, Vec<Vec<f64>>) {
    let (z, gradient) = errors_softmax(logits, targets, valid);
    let counting = "true-class";
    let rows = z
        .iter()
        .zip(&gradient)
        .zip(valid)
        .filter(|(_, valid)| **valid);
    let norms = rows.flat_map(|((&z, gradient), _)| match counting {
        "every-entry" => gradient.iter().map(|g| g.abs()).collect(),
        _ => vec![sigmoid(z)],
    });
    let beta = density.update(norms);
    let weights: Vec<f64> = z.iter().map(|&z| beta[density.bin(sigmoid(z))]).collect();
    let (loss, factors) = weighted(&z, &weights, valid);
    (loss, scaled_rows(gradient, &factors))
}
