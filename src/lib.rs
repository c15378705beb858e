//! GHM Lab: see, train and understand the Gradient Harmonizing Mechanism.

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
