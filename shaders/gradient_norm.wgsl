// From outputs to the error of each example, its log-odds against the true class or its difference
// from the target, and to its gradient norm, or, where every entry counts, those of its entries.

@group(0) @binding(2) var<storage, read> outputs: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<f32>;
@group(0) @binding(4) var<storage, read_write> errors: array<f32>;
@group(0) @binding(5) var<storage, read_write> gradient_norms: array<f32>;

@compute @workgroup_size(LANES)
fn gradient_norm(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let n = batch.examples;
    let k = invocation(id, groups);
    if k >= n {
        return;
    }
    let goal = targets[k];
    if targets[n + k] > 0.5 {
        errors[k] = LEAST_ERROR;
        for (var e = 0u; e < batch.entries; e++) {
            gradient_norms[e * n + k] = IGNORED;
        }
        return;
    }
    if batch.task == REGRESSION {
        // |d| / sqrt(d^2 + mu^2), the gradient norm of ASL1.
        let d = outputs[k] - goal;
        errors[k] = d;
        gradient_norms[k] = asl1_norm(d);
        return;
    }
    if batch.task == BINARY {
        // g = |p - y| = sigmoid(x (1 - 2y)), which keeps its precision where p is near y.
        let z = outputs[k] * direction(goal);
        errors[k] = z;
        gradient_norms[k] = sigmoid(z);
        return;
    }
    let label = u32(goal);
    let z = softmax_log_odds(k, label);
    errors[k] = z;
    let g = sigmoid(z);
    if batch.entries == 1u {
        gradient_norms[k] = g;
        return;
    }
    let scale = softmax_scale(k);
    for (var e = 0u; e < batch.entries; e++) {
        gradient_norms[e * n + k] = select(probability(k, e, scale), g, e == label);
    }
}
