// Derivative of the loss with respect to every hidden unit's sum, from the residuals down, one
// invocation an example.

@group(0) @binding(2) var<storage, read> parameters: array<f32>;
@group(0) @binding(3) var<storage, read> activations: array<f32>;
@group(0) @binding(4) var<storage, read_write> deltas: array<f32>;

@compute @workgroup_size(LANES)
fn backward(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let n = batch.examples;
    let k = invocation(id, groups);
    if k >= n {
        return;
    }
    for (var l = net.depth - 1u; l > 0u; l--) {
        let above = net.layers[l];
        let delta_above = above.units * n + k;
        let below = row_below(above) * n + k;
        let here = (above.units - above.inputs) * n + k;
        for (var first = 0u; first < above.inputs; first += TILE) {
            // A tile at the edge computes the last unit more than once.
            let units = min(first + TILE_UNITS, vec4(above.inputs - 1u));
            var sums = vec4(0.0);
            for (var o = 0u; o < above.outputs; o++) {
                sums += parameters4(above.weights + o * above.inputs + units)
                    * deltas[delta_above + o * n];
            }
            for (var i = first; i < min(first + TILE, above.inputs); i++) {
                let sum = sums[i - first];
                let a = activations[below + i * n];
                let alive = select(sum, 0.0, a <= 0.0);
                deltas[here + i * n] = select(alive, sum * (1.0 - a * a), net.activation == TANH);
            }
        }
    }
}
