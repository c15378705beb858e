//! The twins in the order of a training step.

use std::collections::VecDeque;
use std::rc::Rc;

use super::{
    Gradients, Targets, backward, contributions, forward, gradient_norm, predict, reduce, reweight,
    sum, update,
};
use web_time::Instant;

use crate::data::Dataset;
use crate::engine::{
    BackendInfo, ClassStatistics, Engine, EngineError, Network, Reading, Request, Step, Timing,
    evaluation_points, map_points,
};
use crate::ghm::{DensityRule, Loss, Real, Selection, density, histogram, select_hardest};

/// Trains on the calling thread; every queued step is done when the call returns.
pub struct CpuEngine<T = f32> {
    info: BackendInfo,
    network: Network,
    data: Rc<Dataset>,
    targets: Vec<T>,
    parameters: Vec<T>,
    moments: Vec<T>,
    gradient: Vec<T>,
    counts: Vec<u32>,
    ema: Vec<T>,
    density: Vec<T>,
    beta: Vec<T>,
    loss: T,
    last_step: Option<Step>,
    batch: Batch<T>,
    readings: VecDeque<Reading>,
    timings: VecDeque<Timing>,
}

/// Arrays of one mini-batch of n examples.
struct Batch<T> {
    inputs: Vec<T>,
    targets: Vec<T>,
    ignored: Vec<bool>,
    activations: Vec<T>,
    outputs: Vec<T>,
    errors: Vec<T>,
    gradient_norms: Vec<T>,
    norms: Vec<T>,
    deltas: Vec<T>,
    residuals: Vec<T>,
    losses: Vec<T>,
    selection: Selection<T>,
}

impl<T: Real> Batch<T> {
    fn new() -> Self {
        Self {
            inputs: Vec::new(),
            targets: Vec::new(),
            ignored: Vec::new(),
            activations: Vec::new(),
            outputs: Vec::new(),
            errors: Vec::new(),
            gradient_norms: Vec::new(),
            norms: Vec::new(),
            deltas: Vec::new(),
            residuals: Vec::new(),
            losses: Vec::new(),
            selection: Selection::everything(),
        }
    }

    fn select(&mut self, keep: u32) {
        self.selection = match keep {
            // All are ignored.
            0 => Selection::everything(),
            keep => select_hardest(&self.errors, keep as usize),
        };
    }

    fn resize(&mut self, n: usize, network: &Network, entries: usize) {
        self.ignored.resize(n, false);
        for (array, rows) in [
            (&mut self.inputs, network.inputs()),
            (&mut self.targets, 1),
            (&mut self.activations, network.hidden_units()),
            (&mut self.outputs, network.outputs()),
            (&mut self.errors, 1),
            (&mut self.gradient_norms, entries),
            (&mut self.norms, 1),
            (&mut self.deltas, network.hidden_units()),
            (&mut self.residuals, network.outputs()),
            (&mut self.losses, 1),
        ] {
            array.resize(rows * n, T::ZERO);
        }
    }

    fn gradients(&self) -> Gradients<'_, T> {
        Gradients {
            errors: &self.errors,
            gradient_norms: &self.gradient_norms,
        }
    }
}

impl<T: Real> CpuEngine<T> {
    pub fn new(network: Network, data: Rc<Dataset>, parameters: &[f32]) -> Self {
        let of = |&value: &f32| T::of(f64::from(value));
        let float = if size_of::<T>() == 4 { "f32" } else { "f64" };
        Self {
            info: BackendInfo {
                kind: "cpu",
                adapter: format!("CPU engine, {float}, one thread"),
            },
            targets: data.train.targets.iter().map(of).collect(),
            parameters: parameters.iter().map(of).collect(),
            moments: vec![T::ZERO; 2 * parameters.len()],
            gradient: vec![T::ZERO; parameters.len()],
            counts: Vec::new(),
            ema: Vec::new(),
            density: Vec::new(),
            beta: Vec::new(),
            loss: T::ZERO,
            last_step: None,
            batch: Batch::new(),
            readings: VecDeque::new(),
            timings: VecDeque::new(),
            network,
            data,
        }
    }

    /// The parameters as they are now.
    pub fn parameters(&self) -> &[T] {
        &self.parameters
    }

    /// Gradient of the last step's loss with respect to the parameters.
    pub fn gradient(&self) -> &[T] {
        &self.gradient
    }

    /// Harmonizing weight of every bin, as of the last step.
    pub fn beta(&self) -> &[T] {
        &self.beta
    }

    fn set_bins(&mut self, bins: usize) {
        self.counts.resize(bins, 0);
        for array in [&mut self.ema, &mut self.density, &mut self.beta] {
            array.resize(bins, T::ZERO);
        }
    }

    fn step(&mut self, step: &Step, indices: &[u32]) {
        let n = indices.len();
        self.last_step = Some(*step);
        self.set_bins(step.bins as usize);
        let batch = &mut self.batch;
        batch.resize(n, &self.network, step.entries as usize);
        let width = self.network.inputs();
        for (k, &index) in indices.iter().enumerate() {
            let index = index as usize;
            for (row, &x) in self.data.train.points[index][..width].iter().enumerate() {
                batch.inputs[row * n + k] = T::of(f64::from(x));
            }
            batch.targets[k] = self.targets[index];
            batch.ignored[k] = self.data.train.ignored[index];
        }
        forward(
            &self.network,
            &self.parameters,
            &batch.inputs,
            &mut batch.activations,
            &mut batch.outputs,
        );
        gradient_norm(
            step,
            &batch.outputs,
            &Targets {
                values: &batch.targets,
                ignored: &batch.ignored,
            },
            &mut batch.errors,
            &mut batch.gradient_norms,
        );
        histogram(&batch.gradient_norms, &mut self.counts);
        density(
            &self.counts,
            &density_rule(step),
            &mut self.ema,
            &mut self.density,
            &mut self.beta,
        );
        if step.loss() == Loss::Ohem {
            batch.select(step.keep);
        }
        reweight(
            step,
            &batch.selection,
            &batch.outputs,
            &batch.targets,
            &Gradients {
                errors: &batch.errors,
                gradient_norms: &batch.gradient_norms,
            },
            &self.beta,
            &mut batch.norms,
            &mut batch.residuals,
            &mut batch.losses,
        );
        backward(
            &self.network,
            &self.parameters,
            &batch.activations,
            &batch.residuals,
            &mut batch.deltas,
        );
        reduce(
            &self.network,
            &batch.inputs,
            &batch.activations,
            &batch.deltas,
            &batch.residuals,
            &mut self.gradient,
        );
        self.loss = sum(&batch.losses) / T::of(f64::from(step.valid.max(1)));
        update(
            step,
            &self.gradient,
            &mut self.parameters,
            &mut self.moments,
        );
    }

    fn class_statistics(&mut self) -> Vec<ClassStatistics> {
        let Some(step) = self.last_step else {
            return Vec::new();
        };
        self.batch.select(step.keep);
        let batch = &self.batch;
        (0..step.classes as usize)
            .map(|class| {
                let gradients = batch.gradients();
                let (targets, selection) = (&batch.targets, &batch.selection);
                let (counts, totals) =
                    contributions(&step, selection, targets, &gradients, &self.beta, class);
                ClassStatistics {
                    counts,
                    contribution: totals.iter().map(|totals| to_f32(totals)).collect(),
                }
            })
            .collect()
    }
}

/// The density's part of a step.
fn density_rule<T: Real>(step: &Step) -> DensityRule<T> {
    DensityRule {
        momentum: T::of(f64::from(step.ema_momentum)),
        correction: T::of(f64::from(step.ema_correction)),
        holds_empty_bins: step.holds_empty_bins == 1,
        normaliser: step.normaliser(),
    }
}

fn to_f32<T: Real>(values: &[T]) -> Vec<f32> {
    values.iter().map(|value| value.to_f64() as f32).collect()
}

impl<T: Real> Engine for CpuEngine<T> {
    fn info(&self) -> &BackendInfo {
        &self.info
    }

    fn train(&mut self, steps: &[Step], indices: &[u32]) -> Result<(), EngineError> {
        let start = Instant::now();
        for step in steps {
            let first = step.first as usize;
            self.step(step, &indices[first..first + step.examples as usize]);
        }
        self.timings.push_back(Timing {
            steps: steps.len() as u32,
            seconds: start.elapsed().as_secs_f64(),
        });
        Ok(())
    }

    fn reset_density(&mut self) {
        self.ema.fill(T::ZERO);
    }

    fn reset_optimizer(&mut self) {
        self.moments.fill(T::ZERO);
    }

    fn request(&mut self, request: Request) {
        let classes = self.class_statistics();
        let outputs_of =
            |points: &[[f32; 2]]| to_f32(&predict(&self.network, &self.parameters, points));
        let reading = Reading {
            loss: self.loss.to_f64() as f32,
            counts: self.counts.clone(),
            ema: to_f32(&self.ema),
            density: to_f32(&self.density),
            beta: to_f32(&self.beta),
            classes,
            outputs: request
                .evaluate
                .then(|| evaluation_points(&self.data).map(outputs_of)),
            map: request
                .map
                .then(|| outputs_of(&map_points(self.network.inputs()))),
            gradient_norms: request
                .gradient_norms
                .then(|| to_f32(&self.batch.gradient_norms)),
            parameters: request.parameters.then(|| to_f32(&self.parameters)),
        };
        self.readings.push_back(reading);
    }

    fn poll(&mut self) -> Result<Option<Reading>, EngineError> {
        Ok(self.readings.pop_front())
    }

    fn in_flight(&mut self) -> usize {
        0
    }

    fn take_timing(&mut self) -> Option<Timing> {
        self.timings.pop_front()
    }

    fn wait_for_room(&mut self, _seconds: f64) {}

    fn wait(&mut self) {}
}
