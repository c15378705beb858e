// Gradient of the mean loss with respect to every parameter, one workgroup a parameter, and in the
// workgroup behind them the mean loss itself.

@group(0) @binding(2) var<storage, read> activations: array<f32>;
@group(0) @binding(3) var<storage, read> deltas: array<f32>;
@group(0) @binding(4) var<storage, read> losses: array<f32>;
@group(0) @binding(5) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(6) var<storage, read_write> statistics: Statistics;

fn sum_losses(start: u32, end: u32) -> f32 {
    var sum = 0.0;
    for (var k = start; k < end; k += LANES) {
        sum += losses[k];
    }
    return sum;
}

fn sum_deltas(delta: u32, start: u32, end: u32) -> f32 {
    var sum = 0.0;
    for (var k = start; k < end; k += LANES) {
        sum += deltas[delta + k];
    }
    return sum;
}

fn sum_products(delta: u32, input: u32, start: u32, end: u32) -> f32 {
    var sum = 0.0;
    for (var k = start; k < end; k += LANES) {
        sum += deltas[delta + k] * activations[input + k];
    }
    return sum;
}

@compute @workgroup_size(LANES)
fn reduce(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let n = batch.examples;
    let p = group.x;
    let is_loss = p == net.parameters;
    var l = 0u;
    while l + 1u < net.depth && p >= net.layers[l + 1u].weights {
        l++;
    }
    let layer = net.layers[l];
    let is_bias = p >= layer.biases;
    let weight = p - layer.weights;
    let output = select(weight / layer.inputs, p - layer.biases, is_bias);
    let delta = (layer.units + output) * n;
    let input = (row_below(layer) + weight % layer.inputs) * n;

    var total = 0.0;
    for (var start = 0u; start < n; start += LANES * LANE_RUN) {
        let end = min(start + LANES * LANE_RUN, n);
        if is_loss {
            total += sum_losses(start + lane, end);
        } else if is_bias {
            total += sum_deltas(delta, start + lane, end);
        } else {
            total += sum_products(delta, input, start + lane, end);
        }
    }
    let sum = workgroup_sum(lane, total);
    if lane > 0u {
        return;
    }
    if is_loss {
        statistics.loss = sum / f32(max(batch.valid, 1u));
    } else {
        gradient[p] = sum;
    }
}
