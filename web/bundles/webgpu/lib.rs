//! Compute shaders by WebGPU.
//!
//! A package for each bundle, so that one folder of cargo's holds both: what they share is built once.

#[cfg(target_arch = "wasm32")]
extern crate ghm_lab;
