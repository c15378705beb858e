//! What the three panels show, as plain numbers: of a mini-batch, of one class of it, or of a file.

use crate::engine::Snapshot;
use crate::ghm::{Loss, LossRule, Task};

/// Statistics by bin; vectors have one entry a bin.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    pub task: Task,
    /// The class whose examples alone are shown.
    pub class: Option<usize>,
    /// Gradient norms that were counted, of all classes: the examples that are not ignored, times the
    /// classes where every entry counts; 0 before the first step.
    pub counted: f64,
    /// Gradient norms in each bin, R.
    pub counts: Vec<f64>,
    /// Moving average of the counts, S; empty where there is none of these examples alone.
    pub ema: Vec<f64>,
    /// Harmonizing weight, N / density.
    pub beta: Vec<f64>,
    /// Total contribution under each loss of the task, as `Loss::of` lists them.
    pub contribution: Vec<Vec<f64>>,
    /// Slope of the straight line.
    pub slope: f64,
    /// What the losses were told.
    pub rule: LossRule<f64>,
    /// `[g, GD(g)]` by definition, ascending, and the mean relative error of the unit regions.
    pub exact: Option<(Vec<[f64; 2]>, f64)>,
}

impl Profile {
    /// Of the last mini-batch, all of it or one class.
    pub fn of(snapshot: &Snapshot, class: Option<usize>) -> Self {
        let numbers = |values: &[f32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
        let whole = |values: &[u32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<_>>();
        let of_class = class.and_then(|class| snapshot.classes.get(class));
        let (counts, contribution) = match of_class {
            Some(class) => (&class.counts, &class.contribution),
            None => (&snapshot.counts, &snapshot.contribution),
        };
        let exact = snapshot.exact.as_ref().filter(|_| of_class.is_none());
        Self {
            task: snapshot.task,
            class: class.filter(|_| of_class.is_some()),
            counted: whole(&snapshot.counts).iter().sum(),
            counts: whole(counts),
            ema: match of_class {
                Some(_) => Vec::new(),
                None => numbers(&snapshot.ema),
            },
            beta: numbers(&snapshot.beta),
            contribution: contribution.iter().map(|values| numbers(values)).collect(),
            slope: snapshot.slope,
            rule: snapshot.rule,
            exact: exact.map(|exact| (exact.points.clone(), exact.error)),
        }
    }

    /// Number of bins, M.
    pub fn bins(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is anything to show.
    pub fn started(&self) -> bool {
        self.counted > 0.0
    }

    /// Total contribution by bin under a loss; empty for a loss of another task.
    pub fn contribution_of(&self, loss: Loss) -> &[f64] {
        let index = Loss::of(self.task).iter().position(|&of| of == loss);
        index
            .and_then(|index| self.contribution.get(index))
            .map_or(&[], Vec::as_slice)
    }

    /// The loss of the task that harmonizes, and the one that it weighs.
    pub fn harmonizing(&self) -> [Loss; 2] {
        match self.task {
            Task::Binary | Task::Classes => [Loss::GhmC, Loss::CrossEntropy],
            Task::Regression => [Loss::GhmR, Loss::Asl1],
        }
    }

    /// Mean weight of a loss over the examples of each bin: its contribution over that of the loss
    /// that does not weigh. 0 in empty bins; the harmonizing weight itself also there.
    pub fn weights(&self, loss: Loss) -> Vec<f64> {
        let [harmonizing, plain] = self.harmonizing();
        if loss == harmonizing {
            return self.beta.clone();
        }
        let weighted = self.contribution_of(loss).iter();
        let pairs = weighted.zip(self.contribution_of(plain));
        pairs
            .map(|(&weighted, &plain)| if plain > 0.0 { weighted / plain } else { 0.0 })
            .collect()
    }

    /// Mean reformulated gradient norm of a loss over the examples of each bin; 0 in empty bins.
    pub fn norms(&self, loss: Loss) -> Vec<f64> {
        // The contribution of a class is told relative to all examples.
        let per_bin = self.counted / self.bins() as f64;
        let totals = self.contribution_of(loss).iter().zip(&self.counts);
        totals
            .map(|(&total, &count)| {
                if count > 0.0 {
                    total * per_bin / count
                } else {
                    0.0
                }
            })
            .collect()
    }

    /// Values of the bins that hold an example: only those weigh anything, and only those say what
    /// an axis must show. In an empty bin the average decays towards 0 and its weight towards
    /// infinity.
    pub(super) fn hit<'a>(&'a self, values: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        let pairs = self.counts.iter().zip(values);
        pairs
            .filter(|&(&count, _)| count > 0.0)
            .map(|(_, &value)| value)
    }
}

/// The losses of a figure, the first one on top.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    pub losses: Vec<Loss>,
    /// The loss that trains; `None` where nothing is trained.
    pub running: Option<Loss>,
}

impl Shown {
    /// The running loss with those that it is compared to.
    pub fn training(running: Loss, task: Task) -> Self {
        let others: &[Loss] = match task {
            Task::Binary | Task::Classes => &[Loss::GhmC, Loss::CrossEntropy],
            Task::Regression => &[Loss::GhmR, Loss::Asl1, Loss::SmoothL1],
        };
        let others = others.iter().copied().filter(|&loss| loss != running);
        Self {
            losses: std::iter::once(running).chain(others).collect(),
            running: Some(running),
        }
    }
}
