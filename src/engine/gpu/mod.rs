//! The GPU engine: the kernels of `shaders/` on wgpu, on a native device or WebGPU.
//!
//! Stays inside `wgpu::Limits::default()`. A call queues work and returns; results come back
//! through mapped buffers whose callbacks only send, so that nothing here blocks or re-enters.

#[cfg(not(target_arch = "wasm32"))]
mod adapters;
mod buffers;
mod device;
mod engine;
mod harmonizer;
mod kernels;
mod layout;
mod lengths;
mod memory;
mod pipelines;
#[cfg(not(target_arch = "wasm32"))]
#[doc(hidden)]
pub mod probe;
mod readback;
mod timing;

#[cfg(not(target_arch = "wasm32"))]
pub use adapters::{AdapterReport, adapters};
pub use device::Gpu;
#[cfg(not(target_arch = "wasm32"))]
pub use device::watch;
pub use engine::GpuEngine;
pub use harmonizer::GpuHarmonizer;
#[doc(hidden)]
pub use kernels::{Array, Grid, KERNELS, Kernel};
#[doc(hidden)]
pub use layout::{Example, LayerTable, NetworkTable, Statistics};
