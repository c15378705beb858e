// Sums over the mini-batch: a workgroup takes a tile of the weights of a unit, which read its deltas together, and
// the bias beside them; the last one takes the losses. Each does so for every slice, a run of examples in turn.
// Every lane leaves its own sums for `total`: none waits for another, which is what costs where a CPU does the work.

@group(0) @binding(2) var<storage, read> activations: array<f32>;
@group(0) @binding(3) var<storage, read> deltas: array<f32>;
@group(0) @binding(4) var<storage, read> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> sums: array<f32>;

struct Sums {
    weights: vec4<f32>,
    bias: f32,
}

fn sum_losses(start: u32, end: u32) -> f32 {
    var sum = 0.0;
    for (var k = start; k < end; k += LANES) {
        sum += losses[k];
    }
    return sum;
}

fn sum_products(delta: u32, rows: vec4<u32>, start: u32, end: u32) -> Sums {
    var sum = Sums();
    for (var k = start; k < end; k += LANES) {
        let d = deltas[delta + k];
        let at = rows + k;
        let a = vec4(activations[at.x], activations[at.y], activations[at.z], activations[at.w]);
        sum.weights += d * a;
        sum.bias += d;
    }
    return sum;
}

fn tiles_of_unit(l: u32) -> u32 {
    return (net.layers[l].inputs + TILE - 1u) / TILE;
}

@compute @workgroup_size(LANES)
fn reduce(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let n = batch.examples;
    let row = sums_row(group.y * LANES + lane);
    let first_run = group.y * RUN;
    let stride = slices() * RUN;
    var tile = group.x;
    var l = 0u;
    while l < net.depth && tile >= net.layers[l].outputs * tiles_of_unit(l) {
        tile -= net.layers[l].outputs * tiles_of_unit(l);
        l++;
    }
    if l == net.depth {
        var loss = 0.0;
        for (var start = first_run; start < n; start += stride) {
            loss += sum_losses(start + lane, min(start + RUN, n));
        }
        sums[row + net.parameters] = loss;
        return;
    }
    let layer = net.layers[l];
    let unit = tile / tiles_of_unit(l);
    let first = tile % tiles_of_unit(l) * TILE;
    // A tile at the edge takes the last input more than once.
    let inputs = min(first + TILE_UNITS, vec4(layer.inputs - 1u));
    let rows = (row_below(layer) + inputs) * n;
    let delta = (layer.units + unit) * n;
    var total = Sums();
    for (var start = first_run; start < n; start += stride) {
        let run = sum_products(delta, rows, start + lane, min(start + RUN, n));
        total.weights += run.weights;
        total.bias += run.bias;
    }
    let weights = row + layer.weights + unit * layer.inputs;
    for (var i = first; i < min(first + TILE, layer.inputs); i++) {
        sums[weights + i] = total.weights[i - first];
    }
    if first == 0u {
        sums[row + layer.biases + unit] = total.bias;
    }
}
