// What one step is told: the Rust struct `Step`, member by member.

struct Step {
    first: u32,
    examples: u32,
    valid: u32,
    task: u32,
    classes: u32,
    entries: u32,
    bins: u32,
    loss: u32,
    ema_momentum: f32,
    corrects_bias: u32,
    holds_empty_bins: u32,
    normaliser: u32,
    optimizer: u32,
    learning_rate: f32,
    sgd_momentum: f32,
    adam_correction1: f32,
    adam_correction2: f32,
    activation: u32,
    class_weight0: f32,
    class_weight1: f32,
    class_weight2: f32,
    class_weight3: f32,
    class_weight4: f32,
    gamma: f32,
    alpha0: f32,
    alpha1: f32,
    mu: f32,
    delta: f32,
    keep: u32,
    reserved0: u32,
    reserved1: u32,
    reserved2: u32,
}

// Invocations of a workgroup in every kernel but `density` and `select_hardest`.
const LANES: u32 = 64u;
// Numbers that a lane adds up before it adds to its total: keeps the error of long sums small.
const LANE_RUN: u32 = 64u;

// Tasks.
const BINARY: u32 = 0u;
const CLASSES: u32 = 1u;
const REGRESSION: u32 = 2u;

@group(0) @binding(0) var<uniform> batch: Step;

// Number of an invocation where there is one for each example: what one dimension has no room for goes on in
// the next row of workgroups.
fn invocation(id: vec3<u32>, groups: vec3<u32>) -> u32 {
    return id.y * groups.x * LANES + id.x;
}
