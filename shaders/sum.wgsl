// Sums of a workgroup in an order that does not depend on timing: the same bits every time.

// Numbers that one lane adds up before it adds to its total: keeps the error of long sums small.
const LANE_RUN: u32 = 64u;
const RADIX: u32 = 8u;

var<workgroup> partial_sums: array<f32, LANES>;

// Sum over the lanes; only lane 0 gets it. A tree of two levels: barriers are what costs.
fn workgroup_sum(lane: u32, value: f32) -> f32 {
    partial_sums[lane] = value;
    workgroupBarrier();
    var total = 0.0;
    if lane < LANES / RADIX {
        for (var i = 0u; i < RADIX; i++) {
            total += partial_sums[lane * RADIX + i];
        }
    }
    workgroupBarrier();
    partial_sums[lane] = total;
    workgroupBarrier();
    total = 0.0;
    if lane == 0u {
        for (var i = 0u; i < LANES / RADIX; i++) {
            total += partial_sums[i];
        }
    }
    return total;
}
