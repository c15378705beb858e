//! The twins in the order of a training step.

use std::collections::VecDeque;
use std::rc::Rc;

use super::block::{Block, block_size, each, on_workers};
use super::head::Looked;
use super::{Gradients, Head, Scratch, contributions, predict, update};
use web_time::Instant;

use crate::data::{Dataset, Split};
use crate::engine::{
    BackendInfo, ClassStatistics, Engine, EngineError, Network, Reading, Request, Step, Timing,
    evaluation_points, map_points,
};
use crate::ghm::{DensityRule, Loss, Real, Selection, density, select_hardest};

/// Trains before the call returns; natively on all cores.
pub struct CpuEngine<T = f32> {
    info: BackendInfo,
    data: Rc<Dataset>,
    run: Run<T>,
    readings: VecDeque<Reading>,
    timings: VecDeque<Timing>,
}

/// What steps change, and what they need beside the data: all that can be handed to another thread.
struct Run<T> {
    network: Network,
    parameters: Vec<T>,
    moments: Vec<T>,
    gradient: Vec<T>,
    /// The gradient while it is added up.
    totals: Vec<f64>,
    density: GradientDensity<T>,
    loss: T,
    last_step: Option<Step>,
    blocks: Vec<Block<T>>,
    scratches: Vec<Scratch<T>>,
}

/// Counts, moving average, density and weight of every bin.
#[derive(Default)]
pub(super) struct GradientDensity<T> {
    counts: Vec<u32>,
    ema: Vec<T>,
    density: Vec<T>,
    pub beta: Vec<T>,
}

impl<T: Real> GradientDensity<T> {
    /// Takes in the counts of the blocks of a mini-batch.
    pub fn update<'a>(&mut self, step: &Step, heads: impl Iterator<Item = &'a Head<T>>) {
        let bins = step.bins as usize;
        self.counts.clear();
        self.counts.resize(bins, 0);
        for head in heads {
            for (count, more) in self.counts.iter_mut().zip(&head.counts) {
                *count += more;
            }
        }
        for array in [&mut self.ema, &mut self.density, &mut self.beta] {
            array.resize(bins, T::ZERO);
        }
        density(
            &self.counts,
            &density_rule(step),
            &mut self.ema,
            &mut self.density,
            &mut self.beta,
        );
    }
}

/// Arrays of a whole mini-batch, put together for what looks at all of it.
struct Whole<T> {
    targets: Vec<T>,
    errors: Vec<T>,
    /// `[entries, n]`
    gradient_norms: Vec<T>,
}

impl<T: Real> CpuEngine<T> {
    pub fn new(network: Network, data: Rc<Dataset>, parameters: &[f32]) -> Self {
        let of = |&value: &f32| T::of(f64::from(value));
        Self {
            info: info::<T>(),
            data,
            run: Run {
                parameters: parameters.iter().map(of).collect(),
                moments: vec![T::ZERO; 2 * parameters.len()],
                gradient: vec![T::ZERO; parameters.len()],
                totals: vec![0.0; parameters.len()],
                density: GradientDensity::default(),
                loss: T::ZERO,
                last_step: None,
                blocks: Vec::new(),
                scratches: Vec::new(),
                network,
            },
            readings: VecDeque::new(),
            timings: VecDeque::new(),
        }
    }

    /// The parameters as they are now.
    pub fn parameters(&self) -> &[T] {
        &self.run.parameters
    }

    /// Gradient of the last step's loss with respect to the parameters.
    pub fn gradient(&self) -> &[T] {
        &self.run.gradient
    }

    /// Harmonizing weight of every bin, as of the last step.
    pub fn beta(&self) -> &[T] {
        &self.run.density.beta
    }
}

impl<T: Real> Run<T> {
    fn step(&mut self, step: &Step, indices: &[u32], examples: &Split) {
        self.last_step = Some(*step);
        let size = block_size(indices.len());
        let blocks = indices.len().div_ceil(size);
        self.blocks.resize_with(blocks, Block::default);
        let (network, parameters) = (&self.network, &self.parameters);
        let scratches = &mut self.scratches;
        each(
            &mut self.blocks,
            size,
            scratches,
            |first, block, scratch| {
                let indices = &indices[first..indices.len().min(first + size)];
                block.look(step, network, parameters, examples, indices, scratch);
            },
        );
        self.density
            .update(step, self.blocks.iter().map(|block| &block.head));
        let selection = match step.loss() {
            Loss::Ohem => selection(step, &self.whole(step).errors),
            _ => Selection::everything(),
        };
        let (network, parameters) = (&self.network, &self.parameters);
        let beta = &self.density.beta;
        let scratches = &mut self.scratches;
        each(
            &mut self.blocks,
            size,
            scratches,
            |first, block, scratch| {
                block.learn(step, network, parameters, first, &selection, beta, scratch);
            },
        );
        self.totals.fill(0.0);
        for block in &self.blocks {
            for (total, part) in self.totals.iter_mut().zip(&block.gradient) {
                *total += part.to_f64();
            }
        }
        for (gradient, &total) in self.gradient.iter_mut().zip(&self.totals) {
            *gradient = T::of(total);
        }
        let loss = total(self.blocks.iter().map(|block| block.head.loss));
        self.loss = loss / T::of(f64::from(step.valid.max(1)));
        update(
            step,
            &self.gradient,
            &mut self.parameters,
            &mut self.moments,
        );
    }

    fn whole(&self, step: &Step) -> Whole<T> {
        let mut whole = Whole {
            targets: Vec::new(),
            errors: Vec::new(),
            gradient_norms: Vec::new(),
        };
        let mut rows = vec![Vec::new(); step.entries as usize];
        let mut scratch = Looked::default();
        for Block { head, .. } in &self.blocks {
            let looked = head.looked(step, &mut scratch);
            let n = looked.errors.len();
            whole.targets.extend(head.targets.iter());
            whole.errors.extend(looked.errors.iter());
            for (row, norms) in rows.iter_mut().zip(looked.gradient_norms.chunks_exact(n)) {
                row.extend(norms);
            }
        }
        whole.gradient_norms = rows.concat();
        whole
    }

    fn class_statistics(&self, step: &Step, whole: &Whole<T>) -> Vec<ClassStatistics> {
        let gradients = Gradients {
            first: 0,
            errors: &whole.errors,
            gradient_norms: &whole.gradient_norms,
        };
        let selection = selection(step, &whole.errors);
        let beta = &self.density.beta;
        (0..step.classes as usize)
            .map(|class| {
                let (counts, totals) =
                    contributions(step, &selection, &whole.targets, &gradients, beta, class);
                ClassStatistics {
                    counts,
                    contribution: totals.iter().map(|totals| to_f32(totals)).collect(),
                }
            })
            .collect()
    }
}

/// What the engine is called.
pub fn info<T: Real>() -> BackendInfo {
    let float = if size_of::<T>() == 4 { "f32" } else { "f64" };
    BackendInfo {
        kind: "cpu",
        adapter: format!("CPU engine, {float}"),
    }
}

/// Sum of what the blocks left.
pub(super) fn total<T: Real>(parts: impl Iterator<Item = T>) -> T {
    T::of(parts.map(Real::to_f64).sum())
}

/// The examples that OHEM keeps.
fn selection<T: Real>(step: &Step, errors: &[T]) -> Selection<T> {
    match step.keep {
        // All are ignored.
        0 => Selection::everything(),
        keep => select_hardest(errors, keep as usize),
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
        let (run, examples) = (&mut self.run, &self.data.train);
        let most = steps.iter().map(|step| step.examples as usize);
        let most = most.max().unwrap_or(0);
        on_workers(most / block_size(most), || {
            for step in steps {
                let first = step.first as usize;
                let indices = &indices[first..first + step.examples as usize];
                run.step(step, indices, examples);
            }
        });
        self.timings.push_back(Timing {
            steps: steps.len() as u32,
            seconds: start.elapsed().as_secs_f64(),
        });
        Ok(())
    }

    fn restore(&mut self, parameters: &[f32], moments: &[f32], ema: &[f32]) {
        let of = |values: &[f32]| values.iter().map(|&x| T::of(f64::from(x))).collect();
        self.run.parameters = of(parameters);
        self.run.moments = of(moments);
        self.run.density.ema = of(ema);
    }

    fn reset_density(&mut self) {
        self.run.density.ema.fill(T::ZERO);
    }

    fn reset_optimizer(&mut self) {
        self.run.moments.fill(T::ZERO);
    }

    fn request(&mut self, request: Request) {
        let looked_at = self.run.last_step.map(|step| (step, self.run.whole(&step)));
        let classes = match &looked_at {
            Some((step, whole)) => self.run.class_statistics(step, whole),
            None => Vec::new(),
        };
        let outputs_of =
            |points: &[[f32; 2]]| to_f32(&predict(&self.run.network, &self.run.parameters, points));
        let reading = Reading {
            loss: self.run.loss.to_f64() as f32,
            counts: self.run.density.counts.clone(),
            ema: to_f32(&self.run.density.ema),
            density: to_f32(&self.run.density.density),
            beta: to_f32(&self.run.density.beta),
            classes,
            outputs: request
                .evaluate
                .then(|| evaluation_points(&self.data).map(outputs_of)),
            map: request
                .map
                .then(|| outputs_of(&map_points(self.run.network.inputs()))),
            gradient_norms: request.gradient_norms.then(|| {
                looked_at.map_or_else(Vec::new, |(_, whole)| to_f32(&whole.gradient_norms))
            }),
            parameters: request
                .parameters
                .then(|| [&self.run.parameters, &self.run.moments].map(|values| to_f32(values))),
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
