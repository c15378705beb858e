// Moving average of the counts, gradient density and harmonizing weight of every bin, one
// invocation a bin. Moves the tally into the counts; bins beyond M become 0, so that they start
// from zero when M grows. A mini-batch without counts, whose examples are all ignored, changes nothing
// else.

const NORMALISER_BINS: u32 = 1u;
const NORMALISER_HIT_BINS: u32 = 2u;
// The constant of `ghm::density`, which says why.
const LEAST_DENSITY: f32 = 1e-30;

@group(0) @binding(2) var<storage, read_write> tally: array<u32>;
@group(0) @binding(3) var<storage, read_write> statistics: Statistics;

var<workgroup> total: atomic<u32>;
var<workgroup> hits: atomic<u32>;

@compute @workgroup_size(MAX_BINS)
fn density(@builtin(local_invocation_index) j: u32) {
    if j == 0u {
        atomicStore(&total, 0u);
        atomicStore(&hits, 0u);
    }
    workgroupBarrier();
    let count = tally[j];
    tally[j] = 0u;
    if count > 0u {
        atomicAdd(&total, count);
        atomicAdd(&hits, 1u);
    }
    workgroupBarrier();
    statistics.counts[j] = count;
    let examples = f32(atomicLoad(&total));
    if examples == 0.0 {
        return;
    }
    var normaliser = 1.0;
    if batch.normaliser == NORMALISER_BINS {
        normaliser = f32(batch.bins);
    } else if batch.normaliser == NORMALISER_HIT_BINS {
        normaliser = f32(atomicLoad(&hits));
    }
    var ema = 0.0;
    var filled = 0.0;
    if j < batch.bins {
        ema = statistics.ema[j];
        filled = statistics.filled[j];
        if count > 0u || batch.holds_empty_bins == 0u {
            let rest = 1.0 - batch.ema_momentum;
            ema = batch.ema_momentum * ema + rest * f32(count);
            filled = batch.ema_momentum * filled + rest;
        }
    }
    var density = ema * normaliser;
    if batch.corrects_bias == 1u && filled > 0.0 {
        density = ema / filled * normaliser;
    }
    statistics.ema[j] = ema;
    statistics.filled[j] = filled;
    statistics.density[j] = density;
    statistics.beta[j] = select(0.0, examples / density, density > LEAST_DENSITY);
}
