// Activations and outputs of the mini-batch, one invocation an example.

@group(0) @binding(2) var<storage, read> order: array<u32>;
@group(0) @binding(3) var<storage, read> examples: array<Example>;
@group(0) @binding(4) var<storage, read> parameters: array<f32>;
@group(0) @binding(5) var<storage, read_write> activations: array<f32>;
@group(0) @binding(6) var<storage, read_write> outputs: array<f32>;
@group(0) @binding(7) var<storage, read_write> targets: array<f32>;

@compute @workgroup_size(LANES)
fn forward(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let n = batch.examples;
    let k = invocation(id, groups);
    if k >= n {
        return;
    }
    let example = examples[order[batch.first + k]];
    targets[k] = example.target_value;
    targets[n + k] = example.ignored;
    activations[k] = example.x;
    if inputs() > 1u {
        activations[n + k] = example.y;
    }
    for (var l = 0u; l < net.depth; l++) {
        let layer = net.layers[l];
        let below = row_below(layer) * n + k;
        let here = (inputs() + layer.units) * n + k;
        for (var first = 0u; first < layer.outputs; first += TILE) {
            // A tile at the edge computes the last unit more than once.
            let units = min(first + TILE_UNITS, vec4(layer.outputs - 1u));
            let rows = layer.weights + units * layer.inputs;
            var sums = parameters4(layer.biases + units);
            for (var i = 0u; i < layer.inputs; i++) {
                sums += parameters4(rows + i) * activations[below + i * n];
            }
            for (var o = first; o < min(first + TILE, layer.outputs); o++) {
                let sum = sums[o - first];
                if l + 1u == net.depth {
                    outputs[k + o * n] = sum;
                } else {
                    activations[here + o * n] = activate(sum);
                }
            }
        }
    }
}
