//! All runs of a comparison, as many at a time as there are cores.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Failure;
use crate::config::Config;
use crate::engine::memory;
use crate::lab::{Ending, train_and_score};

/// Trains all runs, as many at a time as there are cores and fit into the memory; how they end, in the order of the
/// runs.
///
/// # Errors
/// That of the first run that could not be trained.
pub(super) fn train_all(
    runs: &[Config],
    steps: u32,
    reach: Option<f64>,
) -> Result<Vec<Ending>, Failure> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let of_run = |run| memory::on_cpu(std::slice::from_ref(run));
    let needed = runs.iter().map(of_run).max().unwrap_or(1);
    let fitting = (memory::BUDGET / needed).max(1) as usize;
    let next = AtomicUsize::new(0);
    let bar = progress(runs.len());
    let work = || {
        let mut done = Vec::new();
        while let Some((index, config)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            runs.get(index).map(|config| (index, config))
        } {
            done.push((index, train_and_score(config, steps, reach)));
            bar.inc(1);
        }
        done
    };
    let all = thread::scope(|scope| {
        let workers: Vec<_> = (0..cores.min(runs.len()).min(fitting))
            .map(|_| scope.spawn(work))
            .collect();
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined.collect::<Result<Vec<_>, _>>()
    });
    bar.finish_and_clear();
    let all = all.map_err(|_| Failure::run("a run ended unexpectedly"))?;
    let mut all: Vec<_> = all.into_iter().flatten().collect();
    all.sort_by_key(|(index, _)| *index);
    let endings = all.into_iter().map(|(index, ending)| {
        ending.map_err(|error| {
            let Config { loss, seed, .. } = &runs[index];
            Failure::run(format!("{} with seed {seed}: {error}", loss.label()))
        })
    });
    endings.collect()
}

/// Shows itself only where standard error is a terminal.
fn progress(runs: usize) -> ProgressBar {
    let bar = ProgressBar::new(runs as u64);
    let template = "{bar:30} {pos}/{len} runs, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.tick();
    bar
}
