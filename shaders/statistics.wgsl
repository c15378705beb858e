// What a reading copies whole: the Rust struct `Statistics`, member by member.

const MAX_BINS: u32 = 256u;
const CLASS_BINS: u32 = MAX_CLASSES * MAX_BINS;
// By class, loss and bin.
const CONTRIBUTIONS: u32 = LOSSES * CLASS_BINS;

struct Statistics {
    counts: array<u32, MAX_BINS>,
    ema: array<f32, MAX_BINS>,
    filled: array<f32, MAX_BINS>,
    density: array<f32, MAX_BINS>,
    beta: array<f32, MAX_BINS>,
    class_counts: array<u32, CLASS_BINS>,
    contribution: array<f32, CONTRIBUTIONS>,
    loss: f32,
    // What `select_hardest` found.
    threshold: u32,
    last_kept: u32,
    reserved: f32,
}
