//! GHM Lab: see, train and understand the Gradient Harmonizing Mechanism.

#[cfg(not(any(feature = "gpu", feature = "webgl")))]
compile_error!(
    "nothing draws the window: cargo needs --features gpu (wgpu) or --features webgl (OpenGL and WebGL2)"
);

pub mod app;
pub mod bench;
#[cfg(not(target_arch = "wasm32"))]
pub mod cli;
pub mod code;
pub mod config;
pub mod data;
pub mod engine;
pub mod figure;
pub mod ghm;
pub mod lab;
pub mod ui;
#[cfg(target_arch = "wasm32")]
mod web;
pub mod words;
pub mod xray;
