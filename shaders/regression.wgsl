// What the losses of regression are made of; `ghm::regression` explains the formulas.

fn asl1(d: f32) -> f32 {
    return d * d / (sqrt(d * d + batch.mu * batch.mu) + batch.mu);
}

fn asl1_norm(d: f32) -> f32 {
    return abs(d) / sqrt(d * d + batch.mu * batch.mu);
}

fn smooth_l1(d: f32) -> f32 {
    let size = abs(d);
    return select(size - 0.5 * batch.delta, 0.5 * size * (size / batch.delta), size <= batch.delta);
}
