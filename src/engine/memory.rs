//! What runs need, told before they start: an allocation that fails ends the process and can become no
//! sentence.

use super::cpu::MOST_KEPT;
use super::{Compute, EVALUATION_LIMIT, EngineError, Network, map_points};
use crate::config::{Backend, Config};
use crate::words::{tr, word};

/// Bytes that the arms of a race may need together, in main memory and on a GPU each. A page has 4 GiB for
/// all that it does.
pub const BUDGET: u64 = 1 << 30;

/// Of one arm, what is kept to look back at, and the points of its curves.
const REMEMBERED: usize = 10 << 20;

/// About as many bytes as the arms need in main memory, on the CPU engine.
pub fn on_cpu(configs: &[Config]) -> u64 {
    let data = configs.first().map_or(0, data_of);
    data + configs.iter().map(arm_on_cpu).sum::<u64>()
}

/// About as many bytes as the arms need on a GPU.
pub fn on_gpu(configs: &[Config]) -> u64 {
    configs.iter().map(arm_on_gpu).sum()
}

/// Points, targets, marks and what it takes to make them; all arms share them.
fn data_of(config: &Config) -> u64 {
    const OF_EXAMPLE: u64 = 26;
    OF_EXAMPLE * u64::from(config.examples)
}

/// Examples of an evaluation.
fn evaluated(config: &Config) -> usize {
    let train = config.recipe().training_examples();
    let test = (config.examples as usize).saturating_sub(train);
    train.min(EVALUATION_LIMIT) + test.min(EVALUATION_LIMIT)
}

fn arm_on_cpu(config: &Config) -> u64 {
    let network = Network::of(config);
    let (k, parameters) = (network.outputs(), network.parameters());
    let batch = config.batch_size as usize;
    // Targets, outputs, residuals, errors, norms; once more what looks at all of the mini-batch; indices of
    // two submissions and those at hand.
    let numbers = (3 + 3 * k) + (2 + 2 * k) + 3;
    let between = (network.inputs() + network.hidden_units() + parameters / super::cpu::BLOCK + 1)
        .saturating_mul(batch);
    let passes = (4 * between).min(2 * MOST_KEPT);
    // The order of the examples: the present one, those of three checkpoints and of a reading.
    let orders = 5 * config.recipe().training_examples();
    // Parameters, moments and gradient, and the checkpoints'.
    let weights = 20 * parameters;
    let outputs = 3 * k * (evaluated(config) + map_points(network.inputs()).len());
    let numbers = numbers.saturating_mul(batch) + orders + weights + outputs;
    (4 * numbers + batch + passes + REMEMBERED) as u64
}

fn arm_on_gpu(config: &Config) -> u64 {
    /// Sums of a gradient that lie side by side.
    const LANES: usize = 256;
    let network = Network::of(config);
    let (k, hidden) = (network.outputs(), network.hidden_units());
    let of_example = (network.inputs() + hidden) + (hidden + k) + 2 * k + 5;
    let points = evaluated(config) + map_points(network.inputs()).len();
    let numbers = of_example.saturating_mul(config.batch_size as usize)
        + (LANES + 4) * network.parameters()
        + 5 * config.recipe().training_examples()
        // Written, and read back.
        + (2 + 2 * k) * points;
    4 * numbers as u64
}

/// What the arms are to be started on: `compute`, or the CPU where they do not fit on its GPU and do not
/// insist on it.
///
/// # Errors
/// When they fit nowhere: what they need, what there is, and what needs less.
pub fn fitting(compute: &Compute, configs: &[Config]) -> Result<Compute, EngineError> {
    let takes_gpu = |config: &&Config| compute.why_not_gpu(config.backend).is_none();
    let on_it: Vec<Config> = configs.iter().filter(takes_gpu).cloned().collect();
    let needed = on_gpu(&on_it);
    let mut fitting = compute.clone();
    if needed > BUDGET {
        let reason = too_much(&on_it, needed);
        if on_it.iter().any(|config| config.backend == Backend::Gpu) {
            return Err(EngineError(reason));
        }
        fitting = Compute::Unavailable(reason);
    }
    let needed = on_cpu(configs);
    if needed > BUDGET {
        return Err(EngineError(too_much(configs, needed)));
    }
    Ok(fitting)
}

/// Whether the arms of a race can be repeated one at a time, on the CPU engine, beside the race itself, which trains
/// on it too or not.
///
/// # Errors
/// When there is no room for both: what they need, what there is, and what needs less.
pub fn beside(configs: &[Config], race_on_cpu: bool) -> Result<(), EngineError> {
    let alone = |config: &Config| on_cpu(std::slice::from_ref(config));
    let race = if race_on_cpu { on_cpu(configs) } else { 0 };
    let needed = race + configs.iter().map(alone).max().unwrap_or(0);
    if needed > BUDGET {
        let what = word("the race and one of its arms beside it").to_owned();
        return Err(EngineError(told(configs, what, needed)));
    }
    Ok(())
}

fn too_much(configs: &[Config], needed: u64) -> String {
    let what = match configs.len() {
        1 => word("this run").to_owned(),
        arms => tr!("{arms} arms", arms),
    };
    told(configs, what, needed)
}

fn told(configs: &[Config], what: String, needed: u64) -> String {
    let size = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    let (needed, budget) = (size(needed), size(BUDGET));
    let batch = configs.iter().map(|config| config.batch_size).max();
    let batch = batch.unwrap_or(0);
    tr!(
        "about {needed} of memory would be needed for {what} with mini-batches of {batch} examples, and {budget} \
         may be used; a smaller batch-size, fewer arms or fewer examples need less",
        needed,
        what,
        batch,
        budget
    )
}
