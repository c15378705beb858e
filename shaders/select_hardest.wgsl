// The ceil(keep N) hardest examples of the mini-batch, ties by index, as the hardness of the last
// one kept and the last index at that hardness: a radix search, eight bits at a time. One workgroup:
// each round needs the counts of all examples.

@group(0) @binding(2) var<storage, read> errors: array<f32>;
@group(0) @binding(3) var<storage, read_write> statistics: Statistics;

const DIGITS: u32 = 256u;

var<workgroup> tally: array<atomic<u32>, DIGITS>;
// The digits found so far, and how many examples at or above them are still to be found.
var<workgroup> prefix: u32;
var<workgroup> left: u32;

fn hardness_of(k: u32) -> u32 {
    return hardness(errors[k]);
}

@compute @workgroup_size(DIGITS)
fn select_hardest(@builtin(local_invocation_index) lane: u32) {
    let n = batch.examples;
    if lane == 0u {
        prefix = 0u;
        left = batch.keep;
    }
    for (var round = 0u; round < 4u; round++) {
        let shift = 24u - 8u * round;
        atomicStore(&tally[lane], 0u);
        workgroupBarrier();
        for (var k = lane; k < n; k += DIGITS) {
            let key = hardness_of(k);
            // A shift by 32 is not defined; the first round looks at all examples.
            if round == 0u || (key >> (shift + 8u)) == prefix {
                atomicAdd(&tally[(key >> shift) & 255u], 1u);
            }
        }
        workgroupBarrier();
        if lane == 0u {
            var digit = DIGITS - 1u;
            while digit > 0u && atomicLoad(&tally[digit]) < left {
                left -= atomicLoad(&tally[digit]);
                digit--;
            }
            prefix = (prefix << 8u) | digit;
        }
        workgroupBarrier();
    }
    // Of the examples at the threshold the first `left` are kept; each lane looks at a run of them.
    let run = (n + DIGITS - 1u) / DIGITS;
    let start = min(lane * run, n);
    let end = min(start + run, n);
    var own = 0u;
    for (var k = start; k < end; k++) {
        own += u32(hardness_of(k) == prefix);
    }
    atomicStore(&tally[lane], own);
    workgroupBarrier();
    var rank = 0u;
    for (var i = 0u; i < lane; i++) {
        rank += atomicLoad(&tally[i]);
    }
    if rank >= left || rank + own < left {
        return;
    }
    for (var k = start; k < end; k++) {
        rank += u32(hardness_of(k) == prefix);
        if rank == left {
            statistics.threshold = prefix;
            statistics.last_kept = k;
            return;
        }
    }
}
