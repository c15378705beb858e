//! What an X-ray found.

use super::scores::{Metrics, Scores};
use super::settings::Settings;
use super::totals::{Part, Sums, Totals};
use crate::config::Config;
use crate::data::predictions::{Header, shorten};
use crate::figure::{Profile, count};
use crate::ghm::{
    Loss, LossRule, Normaliser, Selection, Task, class_weights, effective_sample_size,
};
use crate::words::{text, tr, word};

/// What the predictions come to under one loss.
#[derive(Clone, Debug, PartialEq)]
pub struct LossReport {
    pub loss: Loss,
    /// Mean over the examples, each weighed within its mini-batch.
    pub mean: f64,
    /// `(sum w)^2 / sum w^2` of the effective weights; `None` where the loss has none.
    pub effective_sample_size: Option<f64>,
    /// Total contribution by bin.
    pub contribution: Vec<f64>,
}

/// A class or group in the whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub name: String,
    pub examples: u64,
    /// Share of the examples.
    pub of_examples: f64,
    /// Share of the sum of gradient norms, under cross-entropy or ASL1.
    pub of_plain: f64,
    /// Share of the sum of harmonized gradient norms.
    pub of_harmonized: f64,
}

/// What an X-ray found. Vectors by bin have one entry a bin.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// `None` for a distribution that was counted elsewhere.
    pub header: Option<Header>,
    pub task: Task,
    pub config: Config,
    pub rule: LossRule<f64>,
    /// Examples that are not ignored, and those that are.
    pub examples: f64,
    pub ignored: u64,
    pub batches: u64,
    /// Gradient norms in each bin over all mini-batches.
    pub counts: Vec<f64>,
    /// After the last mini-batch.
    pub ema: Vec<f64>,
    pub density: Vec<f64>,
    pub beta: Vec<f64>,
    /// Slope of the straight line.
    pub slope: f64,
    /// In the order of `Loss::of`.
    pub losses: Vec<LossReport>,
    /// Losses that cannot be had, and why.
    pub left_out: Vec<(Loss, &'static str)>,
    /// Sentences on what numbers leave out or are taken for.
    pub notes: Vec<String>,
    pub classes: Vec<Share>,
    pub groups: Vec<Share>,
    pub metrics: Metrics,
    /// Weights of the classes, and the hardest examples of the last mini-batch.
    pub(super) class_weights: Vec<f64>,
    pub(super) selection: Selection<f64>,
}

impl Report {
    /// What the panels show.
    pub fn profile(&self) -> Profile {
        let of = |&loss: &Loss| {
            let found = self.losses.iter().find(|report| report.loss == loss);
            found.map_or_else(
                || vec![0.0; self.counts.len()],
                |report| report.contribution.clone(),
            )
        };
        Profile {
            task: self.task,
            class: None,
            counted: self.counts.iter().sum(),
            counts: self.counts.clone(),
            ema: match self.batches {
                0 | 1 => Vec::new(),
                _ => self.ema.clone(),
            },
            beta: self.beta.clone(),
            contribution: Loss::of(self.task).iter().map(of).collect(),
            slope: self.slope,
            rule: self.rule,
            exact: None,
        }
    }

    /// What the examples come to under a loss.
    pub fn of(&self, loss: Loss) -> Option<&LossReport> {
        self.losses.iter().find(|report| report.loss == loss)
    }

    /// What the positive class is called, where there are two outputs, whose second is of it.
    pub fn second_of_two(&self) -> Option<&str> {
        let is_pair = self.task == Task::Classes && self.classes.len() == 2;
        (self.classes.get(1).filter(|_| is_pair)).map(|share| share.name.as_str())
    }

    /// The loss of the task that harmonizes, and the one that it weighs.
    pub fn harmonizing(&self) -> [Loss; 2] {
        match self.task {
            Task::Binary | Task::Classes => [Loss::GhmC, Loss::CrossEntropy],
            Task::Regression => [Loss::GhmR, Loss::Asl1],
        }
    }
}

/// The slope of the straight line for these counts.
pub(super) fn slope(normaliser: Normaliser, counts: &[f64]) -> f64 {
    let bins = counts.len() as f64;
    match normaliser {
        Normaliser::One => bins,
        Normaliser::Bins => 1.0,
        Normaliser::HitBins => {
            let hit = counts.iter().filter(|&&count| count > 0.0).count();
            bins / hit.max(1) as f64
        }
    }
}

/// From the sums of all mini-batches.
pub(super) fn report(
    settings: &Settings,
    totals: &Totals,
    scores: Scores,
    groups: &[String],
) -> Report {
    let task = settings.header.task;
    let examples = totals.examples as f64;
    let counts: Vec<f64> = totals.counts.iter().map(|&count| count as f64).collect();
    let counted: f64 = counts.iter().sum();
    let scale = settings.bins as f64 / counted.max(1.0);
    let of_sums = |loss: Loss, sums: &Sums| LossReport {
        loss,
        mean: sums.value / examples.max(1.0),
        effective_sample_size: (!matches!(loss, Loss::L1 | Loss::SmoothL1))
            .then(|| effective_sample_size(sums.weight, sums.weight_squared)),
        contribution: sums.norms.iter().map(|sum| sum * scale).collect(),
    };
    let too_large = match settings.entries {
        1 => text(
            "a mini-batch of more than 10 million examples cannot be sorted; a column \"batch\" \
             divides them",
        ),
        _ => text(
            "a mini-batch with more than 20 million gradient norms cannot be sorted; a column \"batch\" \
             divides it",
        ),
    };
    let class_weights = weights(settings, totals);
    let balanced = balanced(settings, totals, &class_weights);
    let mut left_out = Vec::new();
    let mut losses = Vec::new();
    for &loss in Loss::of(task) {
        let direct = settings.direct().iter().position(|&of| of == loss);
        let sums = match (loss, direct) {
            (_, Some(index)) => Some(&totals.direct[index]),
            (Loss::ClassBalanced, _) => Some(&balanced),
            (Loss::Ohem, _) => totals.hardest.as_ref(),
            (Loss::GhmC | Loss::GhmR, _) => Some(&totals.harmonized),
            _ => Some(&totals.plain),
        };
        match sums {
            Some(sums) if sums.value.is_finite() => losses.push(of_sums(loss, sums)),
            Some(_) => left_out.push((
                loss,
                text("the sum of its losses is larger than a float64 can be"),
            )),
            None => left_out.push((loss, too_large)),
        }
    }
    let class_names: Vec<String> = match task {
        Task::Regression => Vec::new(),
        Task::Binary => vec!["negative".to_owned(), "positive".to_owned()],
        Task::Classes => (0..settings.header.classes)
            .map(|class| settings.class_name(class))
            .collect(),
    };
    let metrics = scores.finish(settings);
    let notes = notes(settings, totals, &metrics);
    Report {
        header: Some(settings.header),
        task,
        config: settings.config.clone(),
        rule: settings.rule,
        examples,
        ignored: totals.ignored,
        batches: totals.batches,
        slope: slope(settings.convention.normaliser(), &counts),
        counts,
        ema: totals.average.ema.clone(),
        density: totals.density.clone(),
        beta: totals.beta.clone(),
        losses,
        left_out,
        notes,
        classes: shares(&class_names, &totals.classes),
        groups: match totals.groups.overflowed {
            true => Vec::new(),
            false => shares(groups, &totals.groups.parts),
        },
        metrics,
        class_weights,
        selection: totals.selection,
    }
}

/// Examples of which hardly all are right.
const MANY: u64 = 20;
/// Classes without examples that are named; the others are counted.
const MOST_NAMED: usize = 8;

/// What the numbers leave out or are taken for.
fn notes(settings: &Settings, totals: &Totals, metrics: &Metrics) -> Vec<String> {
    let mut notes = Vec::new();
    match (settings.header.classes, metrics.absent.as_slice()) {
        (_, []) => {}
        (2, [0, ..]) => notes.push(
            word("No example is negative: ROC AUC has no meaning, and average precision is 1 whatever is predicted.")
                .to_owned(),
        ),
        (2, _) => notes.push(
            word("No example is positive: average precision, ROC AUC and best F1 have no meaning.")
                .to_owned(),
        ),
        (_, absent) => {
            let named = absent.iter().take(MOST_NAMED);
            let named = named.map(|&class| shorten(&settings.class_name(class)));
            let mut classes = named.collect::<Vec<_>>().join(", ");
            if absent.len() > MOST_NAMED {
                classes += ", …";
            }
            notes.push(tr!(
                "Of {all} classes {none} without an example ({classes}): means go over the others.",
                none = count(absent.len() as u64),
                all = count(settings.header.classes as u64),
                classes
            ));
        }
    }
    if metrics.not_ranked {
        notes.push(tr!(
            "{} classes are too many for average precision and ROC AUC of so many examples.",
            count(settings.header.classes as u64)
        ));
    }
    if totals.groups.overflowed {
        notes.push(tr!(
            "Groups times {} bins are more than is kept: shares of groups are left out. Fewer bins or groups have \
             them.",
            settings.bins
        ));
    }
    if totals.capped > 0 {
        notes.push(tr!(
            "Examples with probability 0 (below 4e-44) of their class: {}. Their loss counts as 100, as PyTorch's BCELoss has it.",
            count(totals.capped)
        ));
    }
    if metrics.accuracy == Some(1.0) && totals.examples >= MANY {
        notes.push(tr!(
            "Every label is the class of the highest score, in all {} examples: are the labels what happened, and \
             not the model's own decisions (as LIBSVM's -b 1 writes them)?",
            count(totals.examples)
        ));
    }
    if metrics.overflowed {
        notes.push(
            word("The differences are so large that their sum is more than a float64 can be: their mean is left out.")
                .to_owned(),
        );
    }
    notes
}

/// Weights of the classes, from their numbers of examples over all mini-batches.
fn weights(settings: &Settings, totals: &Totals) -> Vec<f64> {
    let mut counts: Vec<u64> = totals.classes.iter().map(|class| class.examples).collect();
    counts.resize(settings.header.classes, 0);
    let config = &settings.config;
    class_weights(config.class_balance, config.effective_beta, &counts)
}

fn balanced(settings: &Settings, totals: &Totals, weights: &[f64]) -> Sums {
    let mut sums = Sums {
        norms: vec![0.0; settings.bins],
        ..Sums::default()
    };
    for (class, (part, &weight)) in totals.classes.iter().zip(weights).enumerate() {
        let norms = &totals.class_norms[class * settings.bins..][..settings.bins];
        for (sum, norm) in sums.norms.iter_mut().zip(norms) {
            *sum += weight * norm;
        }
        sums.value += weight * part.value;
        sums.weight += weight * part.examples as f64;
        sums.weight_squared += weight * weight * part.examples as f64;
    }
    sums
}

fn shares(names: &[String], parts: &[Part]) -> Vec<Share> {
    let sum = |of: fn(&Part) -> f64| parts.iter().map(of).sum::<f64>();
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
    let all = sum(|part| part.examples as f64);
    let (plain, harmonized) = (sum(|part| part.plain), sum(|part| part.harmonized));
    names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let none = Part::default();
            let part = parts.get(index).unwrap_or(&none);
            Share {
                name: name.clone(),
                examples: part.examples,
                of_examples: share(part.examples as f64, all),
                of_plain: share(part.plain, plain),
                of_harmonized: share(part.harmonized, harmonized),
            }
        })
        .collect()
}
