// What one step is told: the Rust struct `Step`, member by member.

struct Step {
    first: u32,
    examples: u32,
    bins: u32,
    loss: u32,
    ema_momentum: f32,
    ema_correction: f32,
    holds_empty_bins: u32,
    normaliser: u32,
    optimizer: u32,
    learning_rate: f32,
    sgd_momentum: f32,
    adam_correction1: f32,
    adam_correction2: f32,
    activation: u32,
    reserved: vec2<u32>,
}

// Invocations of a workgroup in every kernel but `density`.
const LANES: u32 = 64u;

@group(0) @binding(0) var<uniform> batch: Step;
