//! What training tells the outside, as plain data.

use super::{Checkpoint, ClassStatistics, Evaluation, ExactDensity, Outputs};
use crate::ghm::{Loss, LossRule, Normaliser, Task, hit_bins, line_deviation};

/// The state of the harmonizing after a step: the very numbers that training used.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Steps done.
    pub step: u64,
    /// Epoch of the last mini-batch, from 1.
    pub epoch: u32,
    pub task: Task,
    /// The loss of the last mini-batch: in a warm-up the one without weights.
    pub acting: Loss,
    /// Examples in the last mini-batch that are not ignored, N.
    pub examples: u32,
    /// Mean loss of the last mini-batch, as its weights had it.
    pub loss: f32,
    /// What the losses were told.
    pub rule: LossRule<f64>,
    /// Gradient norms in each bin, R.
    pub counts: Vec<u32>,
    /// Moving average of the counts, S.
    pub ema: Vec<f32>,
    /// Gradient density of each bin; 0 where none was ever seen.
    pub density: Vec<f32>,
    /// Harmonizing weight of each bin, N / density; 0 where the density is 0.
    pub beta: Vec<f32>,
    /// Total contribution by bin under each loss of the task.
    pub contribution: Vec<Vec<f32>>,
    /// The part of each class in counts and contribution; of one class in a regression.
    pub classes: Vec<ClassStatistics>,
    /// M divided by the normaliser of the convention: the slope of the straight line.
    pub slope: f64,
    /// The density by its definition, where it was asked for.
    pub exact: Option<ExactDensity>,
}

impl Snapshot {
    /// That of step 0.
    pub fn start(task: Task) -> Self {
        Self {
            step: 0,
            epoch: 0,
            task,
            acting: Loss::of(task)[0],
            examples: 0,
            loss: 0.0,
            rule: LossRule {
                gamma: 0.0,
                mu: 0.0,
                delta: 0.0,
            },
            counts: Vec::new(),
            ema: Vec::new(),
            density: Vec::new(),
            beta: Vec::new(),
            contribution: Vec::new(),
            classes: Vec::new(),
            slope: 0.0,
            exact: None,
        }
    }

    /// Total contribution by bin under a loss; empty before the first step and for a loss of another
    /// task.
    pub fn contribution_of(&self, loss: Loss) -> &[f32] {
        let index = Loss::of(self.task).iter().position(|&of| of == loss);
        index
            .and_then(|index| self.contribution.get(index))
            .map_or(&[], Vec::as_slice)
    }

    /// Largest relative distance of the harmonized contribution from the straight line.
    pub fn line_deviation(&self) -> Option<f64> {
        let [plain, harmonized] = match self.task {
            Task::Regression => [Loss::Asl1, Loss::GhmR],
            Task::Binary | Task::Classes => [Loss::CrossEntropy, Loss::GhmC],
        };
        line_deviation(
            &self.counts,
            self.contribution_of(plain),
            self.contribution_of(harmonized),
            self.slope,
        )
    }
}

impl Default for Snapshot {
    fn default() -> Self {
        Self::start(Task::Binary)
    }
}

/// Contributions of all classes together.
pub(super) fn over_classes(classes: &[ClassStatistics]) -> Vec<Vec<f32>> {
    let Some((first, rest)) = classes.split_first() else {
        return Vec::new();
    };
    let mut totals = first.contribution.clone();
    for class in rest {
        for (total, of_class) in totals.iter_mut().zip(&class.contribution) {
            for (sum, &value) in total.iter_mut().zip(of_class) {
                *sum += value;
            }
        }
    }
    totals
}

/// The slope of the straight line that a normaliser aims at, for these counts.
pub(super) fn slope(normaliser: Normaliser, counts: &[u32]) -> f64 {
    let bins = counts.len() as f64;
    match normaliser {
        Normaliser::One => bins,
        Normaliser::Bins => 1.0,
        Normaliser::HitBins => bins / hit_bins(counts).max(1) as f64,
    }
}

/// Harmonizing weight of every bin for examples outside the last mini-batch: that of the last step
/// where the mini-batch hit the bin, else at most the largest of those. The weight of a bin that was
/// not hit only says how long it has been empty: it grows without bound, or is 0 for never. After a
/// mini-batch whose examples are all ignored the weights are those of the step before.
pub(super) fn evaluation_weights(counts: &[u32], beta: &[f32]) -> Vec<f32> {
    let none = counts.iter().all(|&count| count == 0);
    let hit = |&(&count, _): &(&u32, &f32)| none || count > 0;
    let bins = || counts.iter().zip(beta);
    let largest = bins().filter(hit).map(|(_, &b)| b).fold(0.0, f32::max);
    bins()
        .map(|(&count, &b)| match count {
            0 if b == 0.0 => largest,
            0 if !none => b.min(largest),
            _ => b,
        })
        .collect()
}

/// What is predicted over the data plane.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionMap {
    pub step: u64,
    /// Numbers at each point: the probability of a positive or of each class, or the prediction of a
    /// regression.
    pub width: usize,
    /// `[points, width]` for [`super::map_points`].
    pub values: Vec<f32>,
}

/// Everything that one reading of an engine brought.
#[derive(Clone, Debug, PartialEq)]
pub struct Update {
    pub snapshot: Snapshot,
    pub evaluation: Option<Evaluation>,
    /// What the evaluation is of.
    pub outputs: Option<Outputs>,
    pub map: Option<DecisionMap>,
    /// Where the run is, where parameters were asked for.
    pub checkpoint: Option<Checkpoint>,
}

impl Update {
    /// Flat parameters, where they were asked for; `Network::named` names them.
    pub fn parameters(&self) -> Option<&[f32]> {
        let checkpoint = self.checkpoint.as_ref();
        checkpoint.map(|checkpoint| &*checkpoint.parameters)
    }
}
