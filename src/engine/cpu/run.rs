//! What steps change, and one step after the other in pieces, so that whoever draws a screen meanwhile can
//! stop between two of them.

use web_time::Instant;

use super::block::{Block, block_size, each};
use super::head::{Head, Looked, Scratch};
use super::update;
use crate::data::Split;
use crate::engine::{Network, Step};
use crate::ghm::{Average, DensityRule, Loss, Real, Selection, density, select_hardest};

/// Multiplications of a piece: some milliseconds of work.
#[cfg(not(target_arch = "wasm32"))]
const PIECE: usize = 1 << 27;
#[cfg(target_arch = "wasm32")]
const PIECE: usize = 1 << 23;
/// Bytes of what lies between the two passes of a step; where it is more, the first is done once more.
pub(in crate::engine) const MOST_KEPT: usize = 64 << 20;

/// All that can be handed to another thread.
pub(super) struct Run<T> {
    pub network: Network,
    pub parameters: Vec<T>,
    pub moments: Vec<T>,
    pub gradient: Vec<T>,
    /// The gradient while it is added up.
    totals: Vec<f64>,
    pub density: GradientDensity<T>,
    pub loss: T,
    pub last_step: Option<Step>,
    /// Of all blocks of the mini-batch.
    heads: Vec<Head<T>>,
    /// Of all blocks, or of those of a piece.
    blocks: Vec<Block<T>>,
    scratches: Vec<Scratch<T>>,
    selection: Selection<T>,
    /// Where the present step is.
    at: At,
}

/// Places in a step; numbers are the next block.
#[derive(Clone, Copy)]
enum At {
    Start,
    Looking(usize),
    Learning(usize),
}

/// Counts, moving average, density and weight of every bin.
#[derive(Default)]
pub(super) struct GradientDensity<T> {
    pub counts: Vec<u32>,
    pub average: Average<T>,
    pub density: Vec<T>,
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
        let Average { ema, filled } = &mut self.average;
        for array in [ema, filled, &mut self.density, &mut self.beta] {
            array.resize(bins, T::ZERO);
        }
        density(
            &self.counts,
            &density_rule(step),
            &mut self.average,
            &mut self.density,
            &mut self.beta,
        );
    }
}

/// Arrays of a whole mini-batch, put together for what looks at all of it.
pub(super) struct Whole<T> {
    pub targets: Vec<T>,
    pub errors: Vec<T>,
    /// `[entries, n]`
    pub gradient_norms: Vec<T>,
}

/// A step, the examples of its mini-batch, and where they are from.
#[derive(Clone, Copy)]
pub(super) struct Batch<'a> {
    pub step: &'a Step,
    pub indices: &'a [u32],
    pub examples: &'a Split,
}

impl<T: Real> Run<T> {
    pub fn new(network: Network, parameters: &[f32]) -> Self {
        let of = |&value: &f32| T::of(f64::from(value));
        Self {
            parameters: parameters.iter().map(of).collect(),
            moments: vec![T::ZERO; 2 * parameters.len()],
            gradient: vec![T::ZERO; parameters.len()],
            totals: vec![0.0; parameters.len()],
            density: GradientDensity::default(),
            loss: T::ZERO,
            last_step: None,
            heads: Vec::new(),
            blocks: Vec::new(),
            scratches: Vec::new(),
            selection: Selection::everything(),
            at: At::Start,
            network,
        }
    }

    /// Trains on, a piece at least, to the end of the step or until the time is over; whether the step is
    /// done. It comes to the same bits in however many calls.
    pub fn go_on(&mut self, batch: Batch<'_>, until: Option<Instant>) -> bool {
        let blocks = batch
            .indices
            .len()
            .div_ceil(block_size(batch.indices.len()));
        loop {
            if self.piece(batch, blocks) {
                return true;
            }
            if until.is_some_and(|until| Instant::now() >= until) {
                return false;
            }
        }
    }

    /// Whether the step is done.
    fn piece(&mut self, batch: Batch<'_>, blocks: usize) -> bool {
        match self.at {
            At::Start => {
                self.heads.resize_with(blocks, Head::default);
                let kept = if self.keeps(blocks, batch.indices.len()) {
                    blocks
                } else {
                    self.piece_blocks()
                };
                self.blocks.resize_with(kept.min(blocks), Block::default);
                self.at = At::Looking(0);
                // A mini-batch that is no more than a piece takes one call.
                self.piece(batch, blocks)
            }
            At::Looking(first) => {
                let end = self.look(batch, first);
                self.at = At::Looking(end);
                if end < blocks {
                    return false;
                }
                self.density.update(batch.step, self.heads.iter());
                self.selection = match batch.step.loss() {
                    Loss::Ohem => selection(batch.step, &self.whole(batch.step).errors),
                    _ => Selection::everything(),
                };
                self.totals.fill(0.0);
                self.at = At::Learning(0);
                if blocks > self.piece_blocks() {
                    return false;
                }
                self.piece(batch, blocks)
            }
            At::Learning(first) => {
                let end = self.learn(batch, first);
                self.at = At::Learning(end);
                if end < blocks {
                    return false;
                }
                self.finish(batch.step);
                self.at = At::Start;
                true
            }
        }
    }

    /// Blocks of a piece; on several threads enough for them.
    fn piece_blocks(&self) -> usize {
        const WORTH_THREADS: usize = if cfg!(target_arch = "wasm32") { 1 } else { 8 };
        let work = 3 * self.parameters.len() * super::BLOCK;
        (PIECE / work.max(1)).max(WORTH_THREADS)
    }

    /// Whether there is room for what all blocks come to between the two passes.
    fn keeps(&self, blocks: usize, examples: usize) -> bool {
        let numbers = examples * (self.network.inputs() + self.network.hidden_units())
            + blocks * self.parameters.len();
        numbers * size_of::<T>() <= MOST_KEPT
    }

    /// Blocks from this one on, as they lie in memory, and the first of their examples.
    fn places(&self, first: usize) -> (std::ops::Range<usize>, usize) {
        let end = (first + self.piece_blocks()).min(self.heads.len());
        let kept = self.blocks.len() == self.heads.len();
        (first..end, if kept { first } else { 0 })
    }

    /// From examples to gradient norms and their counts; the next block.
    fn look(&mut self, batch: Batch<'_>, first: usize) -> usize {
        let (range, place) = self.places(first);
        let end = range.end;
        let size = block_size(batch.indices.len());
        let (network, parameters) = (&self.network, &self.parameters);
        let blocks = &mut self.blocks[place..];
        let mut pairs: Vec<_> = self.heads[range].iter_mut().zip(blocks).collect();
        each(
            &mut pairs,
            size,
            &mut self.scratches,
            |offset, (head, block), scratch| {
                block.pass(
                    batch,
                    network,
                    parameters,
                    first * size + offset,
                    size,
                    head,
                );
                head.look(batch.step, scratch);
            },
        );
        end
    }

    /// From gradient norms and weights to the gradient; the next block.
    fn learn(&mut self, batch: Batch<'_>, first: usize) -> usize {
        let (range, place) = self.places(first);
        let end = range.end;
        let size = block_size(batch.indices.len());
        let kept = self.blocks.len() == self.heads.len();
        let (network, parameters) = (&self.network, &self.parameters);
        let (selection, beta) = (&self.selection, &self.density.beta);
        let count = range.len();
        let blocks = &mut self.blocks[place..];
        let mut pairs: Vec<_> = self.heads[range].iter_mut().zip(blocks).collect();
        each(
            &mut pairs,
            size,
            &mut self.scratches,
            |offset, (head, block), scratch| {
                let at = first * size + offset;
                if !kept {
                    block.pass(batch, network, parameters, at, size, head);
                }
                head.learn(batch.step, at, selection, beta, scratch);
                block.learn(network, parameters, head, scratch);
            },
        );
        for block in &self.blocks[place..place + count] {
            for (total, part) in self.totals.iter_mut().zip(&block.gradient) {
                *total += part.to_f64();
            }
        }
        end
    }

    fn finish(&mut self, step: &Step) {
        for (gradient, &total) in self.gradient.iter_mut().zip(&self.totals) {
            *gradient = T::of(total);
        }
        let loss = total(self.heads.iter().map(|head| head.loss));
        self.loss = loss / T::of(f64::from(step.valid.max(1)));
        self.last_step = Some(*step);
        update(
            step,
            &self.gradient,
            &mut self.parameters,
            &mut self.moments,
        );
    }

    pub fn whole(&self, step: &Step) -> Whole<T> {
        let mut whole = Whole {
            targets: Vec::new(),
            errors: Vec::new(),
            gradient_norms: Vec::new(),
        };
        let mut rows = vec![Vec::new(); step.entries as usize];
        let mut scratch = Looked::default();
        for head in &self.heads {
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
}

/// Sum of what the blocks left.
pub(super) fn total<T: Real>(parts: impl Iterator<Item = T>) -> T {
    T::of(parts.map(Real::to_f64).sum())
}

/// The examples that OHEM keeps.
pub(super) fn selection<T: Real>(step: &Step, errors: &[T]) -> Selection<T> {
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
        corrects_bias: step.corrects_bias == 1,
        holds_empty_bins: step.holds_empty_bins == 1,
        normaliser: step.normaliser(),
    }
}

pub(super) fn to_f32<T: Real>(values: &[T]) -> Vec<f32> {
    values.iter().map(|value| value.to_f64() as f32).collect()
}
