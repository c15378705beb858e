// The layers of the network: the Rust structs `NetworkTable` and `LayerTable`, member by member.
//
// Arrays of a mini-batch of n examples are `[rows, n]`: neighbouring invocations read neighbouring
// numbers. Activations begin with a row for each coordinate, so that layer 0 reads what is below
// it as every other layer does. Deltas end with the residuals, the rows of the outputs.

const TANH: u32 = 0u;

// Units, or weights of one, that are worked on together: what they share is read once.
const TILE: u32 = 4u;
const TILE_UNITS: vec4<u32> = vec4(0u, 1u, 2u, 3u);

struct Layer {
    inputs: u32,
    outputs: u32,
    weights: u32,
    biases: u32,
    units: u32,
    reserved0: u32,
    reserved1: u32,
    reserved2: u32,
}

struct Network {
    depth: u32,
    parameters: u32,
    hidden: u32,
    activation: u32,
    most_slices: u32,
    reserved0: u32,
    reserved1: u32,
    reserved2: u32,
    layers: array<Layer, 4>,
}

struct Example {
    x: f32,
    y: f32,
    target_value: f32,
    // 1 for an ignored one.
    ignored: f32,
}

@group(0) @binding(1) var<uniform> net: Network;

// Coordinates of an example.
fn inputs() -> u32 {
    return net.layers[0].inputs;
}

// Logits or predictions for an example.
fn outputs_wide() -> u32 {
    return net.layers[net.depth - 1u].outputs;
}

// Row of the activations in which what a layer reads begins.
fn row_below(layer: Layer) -> u32 {
    return inputs() + layer.units - layer.inputs;
}

// Examples that a workgroup of `reduce` takes at a time.
const RUN: u32 = LANES * LANE_RUN;

// Slices of the mini-batch that are added up side by side, each by all lanes: what a large GPU has room for.
fn slices() -> u32 {
    return clamp((batch.examples + RUN - 1u) / RUN, 1u, net.most_slices);
}

// Where the sums of a lane begin, counted through all slices: one for every parameter, and that of the losses.
fn sums_row(lane: u32) -> u32 {
    return lane * (net.parameters + 1u);
}

fn activate(x: f32) -> f32 {
    if net.activation == TANH {
        return stable_tanh(x);
    }
    // Not max(): a NaN becomes 0 on every device.
    return select(0.0, x, x > 0.0);
}
