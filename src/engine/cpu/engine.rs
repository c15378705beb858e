//! The twins in the order of a training step.

use std::collections::VecDeque;
use std::rc::Rc;

use super::{backward, forward, look, predict, reduce, reweight, sum, update};
use web_time::Instant;

use crate::data::Dataset;
use crate::engine::{
    BackendInfo, Engine, EngineError, Network, Reading, Request, Step, Timing, evaluation_points,
    map_points,
};
use crate::ghm::{
    DensityRule, Loss, Real, Selection, bin, contribution, density, direction, gradient_norm,
    histogram, select_hardest,
};

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
    activations: Vec<T>,
    deltas: Vec<T>,
    logits: Vec<T>,
    gradient_norms: Vec<T>,
    weights: Vec<T>,
    residuals: Vec<T>,
    losses: Vec<T>,
    selection: Selection<T>,
}

impl<T: Real> Batch<T> {
    fn new() -> Self {
        Self {
            inputs: Vec::new(),
            targets: Vec::new(),
            activations: Vec::new(),
            deltas: Vec::new(),
            logits: Vec::new(),
            gradient_norms: Vec::new(),
            weights: Vec::new(),
            residuals: Vec::new(),
            losses: Vec::new(),
            selection: Selection::everything(),
        }
    }

    fn select(&mut self, keep: usize) {
        let pairs = self.logits.iter().zip(&self.targets);
        let z: Vec<T> = pairs.map(|(&x, &y)| x * direction(y)).collect();
        self.selection = select_hardest(&z, keep);
    }

    fn resize(&mut self, n: usize, hidden: usize) {
        if self.logits.len() == n {
            return;
        }
        self.inputs.resize(2 * n, T::ZERO);
        self.activations.resize(hidden * n, T::ZERO);
        self.deltas.resize(hidden * n, T::ZERO);
        for array in [
            &mut self.targets,
            &mut self.logits,
            &mut self.gradient_norms,
            &mut self.weights,
            &mut self.residuals,
            &mut self.losses,
        ] {
            array.resize(n, T::ZERO);
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
            targets: data
                .train
                .labels
                .iter()
                .map(|&label| if label { T::ONE } else { T::ZERO })
                .collect(),
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
        batch.resize(n, self.network.hidden_units());
        for (k, &index) in indices.iter().enumerate() {
            let [x, y] = self.data.train.points[index as usize];
            batch.inputs[k] = T::of(f64::from(x));
            batch.inputs[n + k] = T::of(f64::from(y));
            batch.targets[k] = self.targets[index as usize];
        }
        forward(
            &self.network,
            &self.parameters,
            &batch.inputs,
            &mut batch.activations,
            &mut batch.logits,
        );
        for k in 0..n {
            batch.gradient_norms[k] = gradient_norm(batch.logits[k], batch.targets[k]);
        }
        histogram(&batch.gradient_norms, &mut self.counts);
        density(
            &self.counts,
            &density_rule(step),
            &mut self.ema,
            &mut self.density,
            &mut self.beta,
        );
        if step.loss() == Loss::Ohem {
            batch.select(step.keep as usize);
        }
        reweight(
            step.loss(),
            &step.loss_rule(),
            &batch.selection,
            &batch.logits,
            &batch.targets,
            &batch.gradient_norms,
            &self.beta,
            &mut batch.weights,
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
        self.loss = sum(&batch.losses) / T::of(n as f64);
        update(
            step,
            &self.gradient,
            &mut self.parameters,
            &mut self.moments,
        );
    }

    fn contributions(&mut self) -> Vec<Vec<f32>> {
        let Some(step) = self.last_step else {
            return vec![Vec::new(); Loss::ALL.len()];
        };
        let bins = self.counts.len();
        self.batch.select(step.keep as usize);
        let rule = step.loss_rule();
        let batch = &self.batch;
        let norms = &batch.gradient_norms;
        let mut totals = vec![T::ZERO; bins];
        Loss::ALL
            .iter()
            .map(|loss| {
                let weights: Vec<T> = (0..norms.len())
                    .map(|i| {
                        let beta = self.beta[bin(norms[i], bins)];
                        let (logit, target) = (batch.logits[i], batch.targets[i]);
                        loss.weight(&rule, &look(logit, target, beta, &batch.selection, i))
                    })
                    .collect();
                contribution(norms, &weights, &mut totals);
                to_f32(&totals)
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
        let contribution = self.contributions();
        let logits_of =
            |points: &[[f32; 2]]| to_f32(&predict(&self.network, &self.parameters, points));
        let reading = Reading {
            loss: self.loss.to_f64() as f32,
            counts: self.counts.clone(),
            ema: to_f32(&self.ema),
            density: to_f32(&self.density),
            beta: to_f32(&self.beta),
            contribution,
            logits: request
                .evaluate
                .then(|| evaluation_points(&self.data).map(logits_of)),
            map: request.map.then(|| logits_of(&map_points())),
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
