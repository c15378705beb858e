// Counts and total contribution by bin, (M/N) times the sum of the reformulated gradient norms in the
// bin, under every loss of the task: one workgroup a bin and class. There are no float atomics, and
// their order would not be fixed, so each workgroup looks at all examples; it runs for readings only. Barriers
// are what costs where a CPU does the work: there is one.

@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> errors: array<f32>;
@group(0) @binding(4) var<storage, read> gradient_norms: array<f32>;
@group(0) @binding(5) var<storage, read_write> statistics: Statistics;

var<workgroup> partials: array<f32, LANES * (LOSSES + 1u)>;

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
    for (var loss = 0u; loss < losses; loss++) {
        partials[loss * LANES + lane] = totals[loss];
    }
    partials[LOSSES * LANES + lane] = count;
    workgroupBarrier();
    // A lane for each loss, and one for the count.
    if lane > LOSSES {
        return;
    }
    var sum = 0.0;
    for (var i = 0u; i < LANES; i++) {
        sum += partials[lane * LANES + i];
    }
    if lane == LOSSES {
        statistics.class_counts[label * MAX_BINS + j] = u32(sum);
    } else if lane < losses {
        let scale = f32(batch.bins) / f32(max(batch.valid * batch.entries, 1u));
        statistics.contribution[(label * LOSSES + lane) * MAX_BINS + j] = sum * scale;
    }
}
