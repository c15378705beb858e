//! Mini-batches whose examples are all ignored say nothing of the density: on both engines.

use ghm_lab::config::Config;
use ghm_lab::engine::Request;
use ghm_lab::ghm::Convention;

use crate::training::{both, small, start};

/// Moving average, density and weights by their definition, over the mini-batches that have examples.
#[derive(Default)]
struct Plain {
    ema: Vec<f64>,
    /// Of each bin.
    updates: Vec<i32>,
    density: Vec<f64>,
    beta: Vec<f64>,
}

impl Plain {
    fn update(&mut self, counts: &[u32], config: &Config) {
        let n: f64 = counts.iter().map(|&count| f64::from(count)).sum();
        self.ema.resize(counts.len(), 0.0);
        if n == 0.0 {
            return;
        }
        let momentum = f64::from(config.momentum as f32);
        self.updates.resize(counts.len(), 0);
        let holds = match config.convention {
            Convention::Mmdetection | Convention::PerBin => true,
            Convention::Corrected | Convention::Paper | Convention::Keras => false,
        };
        let hit = counts.iter().filter(|&&count| count > 0).count() as f64;
        for (bin, &count) in counts.iter().enumerate() {
            if count > 0 || !holds {
                let average = &mut self.ema[bin];
                *average = momentum * *average + (1.0 - momentum) * f64::from(count);
                self.updates[bin] += 1;
            }
        }
        let bias = |updates: i32| match config.convention {
            Convention::Corrected | Convention::PerBin if updates > 0 => {
                1.0 - momentum.powi(updates)
            }
            Convention::Corrected | Convention::PerBin => 1.0,
            Convention::Paper | Convention::Mmdetection | Convention::Keras => 1.0,
        };
        let pairs = self.ema.iter().zip(&self.updates);
        self.density = pairs.map(|(s, &updates)| s / bias(updates) * hit).collect();
        let weight = |&density: &f64| if density > 1e-30 { n / density } else { 0.0 };
        self.beta = self.density.iter().map(weight).collect();
    }
}

fn off(got: &[f32], want: &[f64]) -> f64 {
    if got.len() != want.len() {
        return f64::INFINITY;
    }
    let pairs = got.iter().zip(want);
    let apart = |(&a, &b): (&f32, &f64)| (f64::from(a) - b).abs() / b.abs().max(1e-3);
    pairs.map(apart).fold(0.0, f64::max)
}

#[test]
fn a_mini_batch_that_is_ignored_as_a_whole_leaves_the_density_as_it_is() {
    for convention in [
        Convention::Corrected,
        Convention::Mmdetection,
        Convention::PerBin,
    ] {
        let config = Config {
            ignored: 0.5,
            batch_size: 2,
            bins: 10,
            convention,
            ..small()
        };
        for compute in both() {
            let mut trainer = start(&compute, &config);
            let mut plain = Plain::default();
            let mut empty = 0;
            for step in 1..=60 {
                trainer.advance(1).expect("it trains");
                let snapshot = trainer
                    .read_now(Request::default())
                    .expect("a reading")
                    .snapshot;
                empty += u32::from(snapshot.examples == 0);
                plain.update(&snapshot.counts, &config);
                if plain.updates.is_empty() {
                    continue;
                }
                for (name, got, want) in [
                    ("S", &snapshot.ema, &plain.ema),
                    ("density", &snapshot.density, &plain.density),
                    ("beta", &snapshot.beta, &plain.beta),
                ] {
                    let off = off(got, want);
                    assert!(
                        off < 1e-4,
                        "{name} at step {step}: {off:e} off, {got:?}, not {want:?}"
                    );
                }
            }
            assert!((5..55).contains(&empty), "{empty} of 60 are empty");
        }
    }
}
