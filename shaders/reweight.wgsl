// From gradient norms and the bins' weights to dL/dlogit = w (p - y) / N, the last row of the
// deltas, and the weighted losses. The one step that knows losses; `weight` says which there are.

@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read> labels: array<f32>;
@group(0) @binding(4) var<storage, read> gradient_norms: array<f32>;
@group(0) @binding(5) var<storage, read> statistics: Statistics;
@group(0) @binding(6) var<storage, read_write> weights: array<f32>;
@group(0) @binding(7) var<storage, read_write> deltas: array<f32>;
@group(0) @binding(8) var<storage, read_write> losses: array<f32>;

@compute @workgroup_size(LANES)
fn reweight(@builtin(global_invocation_id) id: vec3<u32>) {
    let n = batch.examples;
    let k = id.x;
    if k >= n {
        return;
    }
    let g = gradient_norms[k];
    let seen = look(logits[k], labels[k], statistics.beta[bin(g, batch.bins)], k);
    let w = weight(batch.loss, seen);
    weights[k] = w;
    deltas[net.hidden * n + k] = w * direction(labels[k]) * g / f32(n);
    losses[k] = loss_value(batch.loss, seen, w);
}
