// g = |p - y| = sigmoid(x (1 - 2y)), which keeps its precision where p is near y.

@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read> labels: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient_norms: array<f32>;

@compute @workgroup_size(LANES)
fn gradient_norm(@builtin(global_invocation_id) id: vec3<u32>) {
    let k = id.x;
    if k < batch.examples {
        gradient_norms[k] = sigmoid(logits[k] * direction(labels[k]));
    }
}
