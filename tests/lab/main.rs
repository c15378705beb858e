//! The experiment on the CPU engine, as the fronts drive it.

mod changes;
mod commands;
mod experiment;
mod exports;
mod failures;
mod inspection;
mod link;
mod linked;
mod moments;
mod race;
mod readings;
mod recovery;
mod repeats;
mod situation;
mod slices;
mod stop;
#[path = "../support/mod.rs"]
mod support;
mod tour;

use ghm_lab::config::Config;
use ghm_lab::engine::Snapshot;
use ghm_lab::lab::{Command, Lab};
use support::runs::{lab, settle, texts};

/// A lab after so many steps, settled.
fn after(config: &Config, steps: u32) -> Lab {
    let mut lab = lab(config);
    run(&mut lab, Command::Step(steps));
    lab
}

fn run(lab: &mut Lab, command: Command) {
    lab.command(command);
    settle(lab);
}

/// Every number that a lab shows of its run, to the bit.
fn bits(lab: &Lab) -> Vec<u32> {
    let Snapshot {
        loss,
        counts,
        ema,
        density,
        beta,
        contribution,
        ..
    } = lab.snapshot();
    let map = lab.map().expect("a settled lab has its map");
    let floats = [ema, density, beta, &map.values];
    let floats = floats.into_iter().chain(contribution).flatten();
    let last = lab.history().last().expect("a settled lab has its scores");
    let scores = [last.train.loss, last.test.loss].map(f64::to_bits);
    let mut bits: Vec<u32> = floats.map(|v| v.to_bits()).collect();
    bits.push(loss.to_bits());
    bits.extend(counts);
    bits.extend(scores.iter().flat_map(|&b| [b as u32, (b >> 32) as u32]));
    bits
}
