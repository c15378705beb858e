// Total contribution by bin, (M/N) times the sum of w g over the bin, under every loss: one
// workgroup for each bin (x) and loss (y). There are no float atomics, and their order would not
// be fixed, so each workgroup looks at all examples; it runs for readings only.

@group(0) @binding(2) var<storage, read> gradient_norms: array<f32>;
@group(0) @binding(3) var<storage, read_write> statistics: Statistics;

@compute @workgroup_size(LANES)
fn contribution(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let n = batch.examples;
    let j = group.x;
    let loss = group.y;
    let w = weight(loss, statistics.beta[j]);
    var total = 0.0;
    for (var start = 0u; start < n; start += LANES * LANE_RUN) {
        let end = min(start + LANES * LANE_RUN, n);
        var sum = 0.0;
        for (var k = start + lane; k < end; k += LANES) {
            let g = gradient_norms[k];
            sum += select(0.0, w * g, bin(g, batch.bins) == j);
        }
        total += sum;
    }
    let sum = workgroup_sum(lane, total);
    if lane == 0u {
        statistics.contribution[loss * MAX_BINS + j] = sum * (f32(batch.bins) / f32(n));
    }
}
