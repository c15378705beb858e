//! What training tells the outside, as plain data.

use super::{ClassStatistics, Step};
use crate::data::Split;
use crate::ghm::{
    Loss, LossRule, Normaliser, Ranking, Seen, Selection, Task, asl1_norm, bin, exact_density,
    hit_bins, kept_examples, line_deviation, select_hardest, sigmoid, softmax_log_odds,
};

/// The state of the harmonizing after a step: the very numbers that training used.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// Steps done.
    pub step: u64,
    /// Epoch of the last mini-batch, from 1.
    pub epoch: u32,
    pub task: Task,
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

/// The gradient density by its definition over one mini-batch.
#[derive(Clone, Debug, PartialEq)]
pub struct ExactDensity {
    /// `[g, GD(g)]` at some of the gradient norms, ascending.
    pub points: Vec<[f64; 2]>,
    /// Mean over the gradient norms of `|R_j M - GD(g)| / GD(g)`, where j is the bin of g.
    pub error: f64,
}

impl ExactDensity {
    /// Points that are kept to draw.
    const POINTS: usize = 512;

    /// Of gradient norms with their counts by bin; norms below 0 are of ignored examples. `None`
    /// without any.
    pub fn of(gradient_norms: &[f32], counts: &[u32]) -> Option<Self> {
        let bins = counts.len();
        let of_batch = gradient_norms.iter().map(|&g| f64::from(g));
        let norms: Vec<f64> = of_batch.filter(|g| *g >= 0.0).collect();
        let densities = exact_density(&norms, 1.0 / bins as f64);
        let error: f64 = (norms.iter().zip(&densities))
            .map(|(&g, &exact)| {
                let binned = f64::from(counts[bin(g, bins)]) * bins as f64;
                (binned - exact).abs() / exact
            })
            .sum();
        let mut points: Vec<[f64; 2]> = norms
            .iter()
            .zip(&densities)
            .map(|(&g, &d)| [g, d])
            .collect();
        points.sort_by(|a, b| a[0].total_cmp(&b[0]));
        // Evenly over the range of g, since most norms lie together.
        let mut last = usize::MAX;
        points.retain(|point| {
            let place = (point[0] * Self::POINTS as f64) as usize;
            std::mem::replace(&mut last, place) != place
        });
        (!norms.is_empty()).then(|| Self {
            points,
            error: error / norms.len() as f64,
        })
    }
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
/// not hit only says how long it has been empty: it grows without bound, or is 0 for never.
pub(super) fn evaluation_weights(counts: &[u32], beta: &[f32]) -> Vec<f32> {
    let hit = |&(&count, _): &(&u32, &f32)| count > 0;
    let bins = || counts.iter().zip(beta);
    let largest = bins().filter(hit).map(|(_, &b)| b).fold(0.0, f32::max);
    bins()
        .map(|(&count, &b)| match count {
            0 if b == 0.0 => largest,
            0 => b.min(largest),
            _ => b,
        })
        .collect()
}

/// How well a split is predicted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scores {
    /// Mean of the running loss over the examples that are not ignored, with the weights of
    /// [`evaluation_weights`].
    pub loss: f64,
    /// Average precision of the positives, or the mean over the classes, each against the others.
    /// `None` without a positive, when a logit is not a number, and in a regression.
    pub average_precision: Option<f64>,
    /// Mean absolute error of a regression.
    pub absolute_error: Option<f64>,
}

impl Scores {
    /// Scores of a split's first examples from their outputs `[n, K]`, the step that the losses are
    /// told by and the weight of every bin; without bins every weight is 1. OHEM keeps the share
    /// `keep` of the split's own hardest.
    pub(super) fn of(step: &Step, keep: f64, beta: &[f32], outputs: &[f32], split: &Split) -> Self {
        let width = match step.task() {
            Task::Classes => step.classes as usize,
            Task::Binary | Task::Regression => 1,
        };
        let n = outputs.len() / width;
        let valid: Vec<usize> = (0..n).filter(|&i| !split.ignored[i]).collect();
        let errors: Vec<f32> = (valid.iter())
            .map(|&i| {
                error(
                    step.task(),
                    &outputs[i * width..][..width],
                    split.targets[i],
                )
            })
            .collect();
        let loss = step.loss();
        let selection = match loss {
            Loss::Ohem if !errors.is_empty() => {
                select_hardest(&errors, kept_examples(keep, errors.len()))
            }
            _ => Selection::everything(),
        };
        let rule = step.loss_rule();
        let total: f64 = (errors.iter().zip(&valid).enumerate())
            .map(|(k, (&error, &i))| {
                let class = match step.task() {
                    Task::Regression => 0,
                    Task::Binary | Task::Classes => split.class(i),
                };
                let seen = Seen {
                    error,
                    class_weight: step.class_weight(class),
                    alpha: step.alpha(class),
                    beta: match beta.len() {
                        0 => 1.0,
                        bins => beta[bin(norm(step.task(), error, rule.mu), bins)],
                    },
                    kept: selection.keeps(k, error),
                };
                f64::from(loss.value(&rule, &seen))
            })
            .sum();
        let absolute: f64 = errors.iter().map(|&d| f64::from(d.abs())).sum();
        let count = errors.len() as f64;
        let regression = step.task() == Task::Regression;
        Self {
            loss: total / count,
            average_precision: precision(step.task(), width, outputs, split, &valid),
            absolute_error: regression.then_some(absolute / count),
        }
    }
}

/// Log-odds against the true class, or the difference from the target.
fn error(task: Task, outputs: &[f32], target: f32) -> f32 {
    match task {
        Task::Binary if target > 0.0 => -outputs[0],
        Task::Binary => outputs[0],
        Task::Classes => softmax_log_odds(outputs, target as usize),
        Task::Regression => outputs[0] - target,
    }
}

/// Gradient norm of an example with this error.
fn norm(task: Task, error: f32, mu: f32) -> f32 {
    match task {
        Task::Binary | Task::Classes => sigmoid(error),
        Task::Regression => asl1_norm(error, mu),
    }
}

fn precision(
    task: Task,
    width: usize,
    outputs: &[f32],
    split: &Split,
    valid: &[usize],
) -> Option<f64> {
    let of_class = |class: usize, score: &dyn Fn(usize) -> f32| {
        let scores: Vec<f32> = valid.iter().map(|&i| score(i)).collect();
        let labels: Vec<bool> = valid.iter().map(|&i| split.class(i) == class).collect();
        Ranking::of(&scores, &labels).average_precision()
    };
    match task {
        Task::Binary => of_class(1, &|i| outputs[i]),
        Task::Classes => {
            // The probability of a class falls with the log-odds against it.
            let score =
                |class| move |i: usize| -softmax_log_odds(&outputs[i * width..][..width], class);
            let each: Option<Vec<f64>> = (0..width)
                .map(|class| of_class(class, &score(class)))
                .collect();
            each.map(|each| each.iter().sum::<f64>() / width as f64)
        }
        Task::Regression => None,
    }
}

/// Scores of both splits after a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    pub step: u64,
    pub train: Scores,
    pub test: Scores,
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
    pub map: Option<DecisionMap>,
    /// Flat parameters; `Network::named` names them.
    pub parameters: Option<Vec<f32>>,
}
