// From errors, gradient norms and the bins' weights to the derivative of the mean loss with respect
// to every output, the last rows of the deltas: w (p_k - y_k) / N for a logit, sign(d) r / N for a
// prediction. The one step that knows losses; `norm` says which there are.

@group(0) @binding(2) var<storage, read> outputs: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<f32>;
@group(0) @binding(4) var<storage, read> errors: array<f32>;
@group(0) @binding(5) var<storage, read> gradient_norms: array<f32>;
@group(0) @binding(6) var<storage, read> statistics: Statistics;
@group(0) @binding(7) var<storage, read_write> norms: array<f32>;
@group(0) @binding(8) var<storage, read_write> deltas: array<f32>;
@group(0) @binding(9) var<storage, read_write> losses: array<f32>;

@compute @workgroup_size(LANES)
fn reweight(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let n = batch.examples;
    let k = invocation(id, groups);
    if k >= n {
        return;
    }
    let first = net.hidden * n + k;
    let wide = outputs_wide();
    if is_ignored(gradient_norms[k]) {
        norms[k] = 0.0;
        losses[k] = 0.0;
        for (var o = 0u; o < wide; o++) {
            deltas[first + o * n] = 0.0;
        }
        return;
    }
    let count = f32(max(batch.valid, 1u));
    let seen = look(k);
    let r = norm(batch.loss, seen);
    norms[k] = r;
    losses[k] = loss_value(batch.loss, seen);
    if batch.task == BINARY {
        deltas[first] = direction(targets[k]) * r / count;
    } else if batch.task == REGRESSION {
        deltas[first] = select(r, -r, seen.error < 0.0) / count;
    } else {
        let w = weight(batch.loss, seen);
        let scale = softmax_scale(k);
        for (var o = 0u; o < wide; o++) {
            deltas[first + o * n] = select(w * probability(k, o, scale), -r, o == seen.label) / count;
        }
    }
}
