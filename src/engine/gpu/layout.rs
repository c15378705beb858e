//! The structs that Rust and the shaders share, member by member.

use bytemuck::{Pod, Zeroable};

use crate::config::Activation;
use crate::engine::{MAX_CLASSES, Network};
use crate::ghm::MAX_BINS;

/// Dense layers that the table has room for.
pub(super) const MAX_LAYERS: usize = 4;

/// Widest layer that `predict` keeps in private memory, `MAX_WIDTH` in the shader.
const MAX_WIDTH: usize = 64;

/// Weights of a unit that a workgroup of `reduce` takes, `TILE` in the shader.
const TILE: u32 = 4;

/// Examples of a mini-batch that a workgroup of `reduce` takes at a time, `LANES * LANE_RUN` in the shaders.
const RUN: u32 = 4096;

/// Workgroups of `reduce` that keep a large GPU busy.
const BUSY: u32 = 2048;

/// One layer; the fields of [`crate::engine::Layer`].
#[derive(Clone, Copy, Debug, Default, Pod, Zeroable)]
#[repr(C)]
pub struct LayerTable {
    pub inputs: u32,
    pub outputs: u32,
    pub weights: u32,
    pub biases: u32,
    pub units: u32,
    pub reserved0: u32,
    pub reserved1: u32,
    pub reserved2: u32,
}

/// The uniform `Network` of `shaders/network.wgsl`.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct NetworkTable {
    /// Dense layers.
    pub depth: u32,
    pub parameters: u32,
    /// Hidden units.
    pub hidden: u32,
    /// [`Activation`] as a number.
    pub activation: u32,
    /// Most slices of a mini-batch that `reduce` adds up side by side.
    pub most_slices: u32,
    pub reserved0: u32,
    pub reserved1: u32,
    pub reserved2: u32,
    pub layers: [LayerTable; MAX_LAYERS],
}

impl NetworkTable {
    /// `None` when the network has more or wider layers than the shaders have room for.
    pub fn of(network: &Network) -> Option<Self> {
        let mut layers = [LayerTable::default(); MAX_LAYERS];
        if network.layers.len() > MAX_LAYERS {
            return None;
        }
        for (table, layer) in layers.iter_mut().zip(&network.layers) {
            if layer.inputs.max(layer.outputs) > MAX_WIDTH {
                return None;
            }
            *table = LayerTable {
                inputs: layer.inputs as u32,
                outputs: layer.outputs as u32,
                weights: layer.weights as u32,
                biases: layer.biases as u32,
                units: layer.units as u32,
                ..LayerTable::default()
            };
        }
        let tiles = tiles(&layers);
        Some(Self {
            depth: network.layers.len() as u32,
            parameters: network.parameters() as u32,
            hidden: network.hidden_units() as u32,
            activation: match network.activation {
                Activation::Tanh => 0,
                Activation::Relu => 1,
            },
            most_slices: BUSY.div_ceil(tiles + 1),
            reserved0: 0,
            reserved1: 0,
            reserved2: 0,
            layers,
        })
    }

    /// Tiles of the weights of all units, as `reduce` adds them up.
    pub fn tiles(&self) -> u32 {
        tiles(&self.layers)
    }

    /// Slices of a mini-batch of `examples` that `reduce` adds up side by side.
    pub fn slices(&self, examples: u32) -> u32 {
        examples.div_ceil(RUN).min(self.most_slices).max(1)
    }
}

fn tiles(layers: &[LayerTable; MAX_LAYERS]) -> u32 {
    let of_layer = |layer: &LayerTable| layer.outputs * layer.inputs.div_ceil(TILE);
    layers.iter().map(of_layer).sum()
}

/// A training example on the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct Example {
    pub x: f32,
    pub y: f32,
    /// The class, or the target of a regression.
    pub target_value: f32,
    /// 1 for an ignored example.
    pub ignored: f32,
}

/// Losses that a task has at most, `LOSSES` in the shaders.
pub(super) const MAX_LOSSES: usize = 5;

const CLASS_BINS: usize = MAX_CLASSES * MAX_BINS;
const CONTRIBUTIONS: usize = MAX_LOSSES * CLASS_BINS;

/// What a reading copies whole; arrays have their first M entries in use.
#[derive(Clone, Copy, Debug, Pod, Zeroable)]
#[repr(C)]
pub struct Statistics {
    pub counts: [u32; MAX_BINS],
    pub ema: [f32; MAX_BINS],
    pub filled: [f32; MAX_BINS],
    pub density: [f32; MAX_BINS],
    pub beta: [f32; MAX_BINS],
    /// `[MAX_CLASSES, MAX_BINS]`
    pub class_counts: [u32; CLASS_BINS],
    /// `[MAX_CLASSES, MAX_LOSSES, MAX_BINS]`
    pub contribution: [f32; CONTRIBUTIONS],
    pub loss: f32,
    /// Hardness of the last example that `select_hardest` kept, and its index.
    pub threshold: u32,
    pub last_kept: u32,
    pub reserved: f32,
}
