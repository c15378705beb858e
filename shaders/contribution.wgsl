// Total contribution by bin, (M/N) times the sum of w g over the bin, under every loss: one
// workgroup a bin. There are no float atomics, and their order would not be fixed, so each workgroup
// looks at all examples; it runs for readings only.

@group(0) @binding(2) var<storage, read> logits: array<f32>;
@group(0) @binding(3) var<storage, read> labels: array<f32>;
@group(0) @binding(4) var<storage, read> gradient_norms: array<f32>;
@group(0) @binding(5) var<storage, read_write> statistics: Statistics;

@compute @workgroup_size(LANES)
fn contribution(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let n = batch.examples;
    let j = group.x;
    let beta = statistics.beta[j];
    var totals: array<f32, LOSSES>;
    for (var start = 0u; start < n; start += LANES * LANE_RUN) {
        let end = min(start + LANES * LANE_RUN, n);
        var sums: array<f32, LOSSES>;
        for (var k = start + lane; k < end; k += LANES) {
            let g = gradient_norms[k];
            if bin(g, batch.bins) == j {
                let seen = look(logits[k], labels[k], beta, k);
                for (var loss = 0u; loss < LOSSES; loss++) {
                    sums[loss] += weight(loss, seen) * g;
                }
            }
        }
        for (var loss = 0u; loss < LOSSES; loss++) {
            totals[loss] += sums[loss];
        }
    }
    for (var loss = 0u; loss < LOSSES; loss++) {
        let sum = workgroup_sum(lane, totals[loss]);
        if lane == 0u {
            statistics.contribution[loss * MAX_BINS + j] = sum * (f32(batch.bins) / f32(n));
        }
        // Before the lanes write their next numbers for the sum.
        workgroupBarrier();
    }
}
