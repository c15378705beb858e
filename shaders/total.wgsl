// Gradient of the mean loss with respect to every parameter, and the mean loss itself, from what the lanes of
// `reduce` left: one invocation a parameter, and one behind them for the loss.

@group(0) @binding(2) var<storage, read> sums: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: Statistics;

@compute @workgroup_size(LANES)
fn total(@builtin(global_invocation_id) id: vec3<u32>) {
    let p = id.x;
    if p > net.parameters {
        return;
    }
    var sum = 0.0;
    for (var lane = 0u; lane < slices() * LANES; lane++) {
        sum += sums[sums_row(lane) + p];
    }
    if p < net.parameters {
        gradient[p] = sum;
    } else {
        statistics.loss = sum / f32(max(batch.valid, 1u));
    }
}
