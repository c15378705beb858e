//! Settings and runs that tests start from.

use ghm_lab::config::{Backend, Config};
use ghm_lab::engine::Compute;
use ghm_lab::lab::Lab;

/// A small run on the CPU that takes milliseconds.
pub fn small_config() -> Config {
    Config {
        examples: 600,
        positive_fraction: 0.1,
        width: 6,
        batch_size: 128,
        backend: Backend::Cpu,
        ..Config::default()
    }
}

/// A machine without compute shaders.
pub fn no_gpu() -> Compute {
    Compute::Unavailable("this test has none".to_owned())
}

pub fn lab(config: &Config) -> Lab {
    Lab::new(config, no_gpu()).expect("the CPU is always there")
}

/// Ticks until nothing is left to do.
pub fn settle(lab: &mut Lab) {
    for _ in 0..100_000 {
        if !lab.is_busy() {
            return;
        }
        lab.tick();
    }
    panic!("still busy at step {}", lab.step());
}
