// What the losses of regression are made of; `ghm::regression` explains the formulas.

// The constant of `ghm::regression`, which says why.
const FAR: f32 = 1e9;

fn asl1(d: f32) -> f32 {
    let size = abs(d);
    return size * (size / (hypotenuse(size) + batch.mu));
}

fn hypotenuse(size: f32) -> f32 {
    let root = sqrt(size * size + batch.mu * batch.mu);
    return select(root, size, size > FAR * batch.mu);
}

fn asl1_norm(d: f32) -> f32 {
    let size = abs(d);
    return size / hypotenuse(size);
}

fn smooth_l1(d: f32) -> f32 {
    let size = abs(d);
    return select(size - 0.5 * batch.delta, 0.5 * size * (size / batch.delta), size <= batch.delta);
}
