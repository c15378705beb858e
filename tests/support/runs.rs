//! Settings and runs that tests start from.

use std::time::Instant;

use ghm_lab::config::{Activation, Backend, Config, Optimizer};
use ghm_lab::engine::Compute;
use ghm_lab::ghm::Convention;
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

/// These settings under a rate at which ReLU layers multiply up until nothing is finite.
pub fn exploding(small: Config) -> Config {
    Config {
        optimizer: Optimizer::Sgd,
        learning_rate: 10.0,
        sgd_momentum: 0.999,
        activation: Activation::Relu,
        layers: 3,
        width: 64,
        // Its weights have no bound.
        convention: Convention::Corrected,
        ..small
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

/// As [`settle`], where a device answers when it has the time.
pub fn settle_on_gpu(lab: &mut Lab) {
    let start = Instant::now();
    while lab.is_busy() {
        // Only so that it ends at all.
        assert!(start.elapsed().as_secs() < 900, "at step {}", lab.step());
        lab.tick();
    }
}

/// What the lab says.
pub fn texts(lab: &Lab) -> Vec<&str> {
    let list = lab.messages.list().iter();
    list.map(|message| message.text.as_str()).collect()
}
