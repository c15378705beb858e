// Outputs for points that are not trained on, for evaluation and the decision map: `forward` without
// keeping activations. `first` and `examples` say which points.

const MAX_WIDTH: u32 = 64u;

@group(0) @binding(2) var<storage, read> points: array<vec2<f32>>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> predictions: array<f32>;

@compute @workgroup_size(LANES)
fn predict(
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let point = invocation(id, groups);
    if point >= batch.examples {
        return;
    }
    let k = batch.first + point;
    var below: array<f32, MAX_WIDTH>;
    var here: array<f32, MAX_WIDTH>;
    below[0] = points[k].x;
    below[1] = points[k].y;
    for (var l = 0u; l < net.depth; l++) {
        let layer = net.layers[l];
        for (var first = 0u; first < layer.outputs; first += TILE) {
            // A tile at the edge computes the last unit more than once.
            let units = min(first + TILE_UNITS, vec4(layer.outputs - 1u));
            let rows = layer.weights + units * layer.inputs;
            var sums = parameters4(layer.biases + units);
            for (var i = 0u; i < layer.inputs; i++) {
                sums += parameters4(rows + i) * below[i];
            }
            for (var o = first; o < min(first + TILE, layer.outputs); o++) {
                here[o] = sums[o - first];
            }
        }
        if l + 1u < net.depth {
            for (var o = 0u; o < layer.outputs; o++) {
                below[o] = activate(here[o]);
            }
        }
    }
    let wide = outputs_wide();
    for (var o = 0u; o < wide; o++) {
        predictions[k * wide + o] = here[o];
    }
}
