// Derivative of the loss with respect to every hidden unit's sum, from the residuals down, one
// invocation an example.

@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> activations: array<f32>;
@group(0) @binding(4) var<storage, read_write> deltas: array<f32>;

@compute @workgroup_size(LANES)
fn backward(@builtin(global_invocation_id) id: vec3<u32>) {
    let n = batch.examples;
    let k = id.x;
    if k >= n {
        return;
    }
    for (var l = net.depth - 1u; l > 0u; l--) {
        let above = net.layers[l];
        let delta_above = above.units * n + k;
        let below = row_below(above) * n + k;
        let here = (above.units - above.inputs) * n + k;
        for (var i = 0u; i < above.inputs; i++) {
            var sum = 0.0;
            for (var o = 0u; o < above.outputs; o++) {
                sum += parameters[above.weights + o * above.inputs + i]
                    * deltas[delta_above + o * n];
            }
            let a = activations[below + i * n];
            if net.activation == TANH {
                sum = sum * (1.0 - a * a);
            } else {
                sum = select(sum, 0.0, a <= 0.0);
            }
            deltas[here + i * n] = sum;
        }
    }
}
