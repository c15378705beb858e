// Counts and total contribution by bin, (M/N) times the sum of the reformulated gradient norms in the
// bin, under every loss of the task: one workgroup a bin and class. There are no float atomics, and
// their order would not be fixed, so each workgroup looks at all examples; it runs for readings only.

@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> errors: array<f32>;
@group(0) @binding(4) var<storage, read> gradient_norms: array<f32>;
@group(0) @binding(5) var<storage, read_write> statistics: Statistics;

@compute @workgroup_size(LANES)
fn contribution(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let n = batch.examples;
    let counted = n * batch.entries;
    let j = group.x;
    let label = group.y;
    let first_loss = select(0u, L1, batch.task == REGRESSION);
    let losses = select(LOSSES, GHM_R - L1 + 1u, batch.task == REGRESSION);
    var totals: array<f32, LOSSES>;
    var count = 0.0;
    for (var start = 0u; start < counted; start += LANES * LANE_RUN) {
        let end = min(start + LANES * LANE_RUN, counted);
        var sums: array<f32, LOSSES>;
        for (var e = start + lane; e < end; e += LANES) {
            let g = gradient_norms[e];
            if is_ignored(g) || bin(g, batch.bins) != j {
                continue;
            }
            var seen = look(e % n);
            if seen.label != label {
                continue;
            }
            count += 1.0;
            seen.g = g;
            for (var loss = 0u; loss < losses; loss++) {
                sums[loss] += norm(first_loss + loss, seen);
            }
        }
        for (var loss = 0u; loss < losses; loss++) {
            totals[loss] += sums[loss];
        }
    }
    let of_class = label * MAX_BINS + j;
    let scale = f32(batch.bins) / f32(max(batch.valid * batch.entries, 1u));
    for (var loss = 0u; loss < losses; loss++) {
        let sum = workgroup_sum(lane, totals[loss]);
        if lane == 0u {
            let at = (label * LOSSES + loss) * MAX_BINS + j;
            statistics.contribution[at] = sum * scale;
        }
        // Before the lanes write their next numbers for the sum.
        workgroupBarrier();
    }
    let sum = workgroup_sum(lane, count);
    if lane == 0u {
        statistics.class_counts[of_class] = u32(sum);
    }
}
