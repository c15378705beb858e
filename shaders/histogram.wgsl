// Number of gradient norms in each unit region, added to the tally, which `density` empties. Each
// workgroup counts for itself first: a global counter for the easy examples would be a queue.

@group(0) @binding(2) var<storage, read> gradient_norms: array<f32>;
@group(0) @binding(3) var<storage, read_write> tally: array<atomic<u32>>;

var<workgroup> own: array<atomic<u32>, MAX_BINS>;

@compute @workgroup_size(LANES)
fn histogram(
    @builtin(local_invocation_index) lane: u32,
    @builtin(global_invocation_id) id: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    for (var j = lane; j < batch.bins; j += LANES) {
        atomicStore(&own[j], 0u);
    }
    workgroupBarrier();
    let counted = batch.examples * batch.entries;
    for (var k = id.x; k < counted; k += groups.x * LANES) {
        let g = gradient_norms[k];
        if !is_ignored(g) {
            atomicAdd(&own[bin(g, batch.bins)], 1u);
        }
    }
    workgroupBarrier();
    for (var j = lane; j < batch.bins; j += LANES) {
        let count = atomicLoad(&own[j]);
        if count > 0u {
            atomicAdd(&tally[j], count);
        }
    }
}
