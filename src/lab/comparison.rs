//! One loss trained to the end and scored: what a comparison of losses over seeds is made of.

use crate::config::Config;
use crate::data::predictions::{Header, Outputs, Rows};
use crate::engine::{Compute, EngineError, Request, cpu};
use crate::ghm::{Confusion, Ranking, Task};
use crate::xray::{Metrics, Xray};

/// Steps between two looks at the score, and at whether the loss is still a number.
pub const SCORED_EVERY: u32 = 50;

/// What a trained network comes to on the test examples, which hold neither flipped labels nor
/// outliers.
#[derive(Clone, Debug, PartialEq)]
pub struct FinalScores {
    /// On the test examples; of several classes means over the classes.
    pub test: Metrics,
    /// F1 where positives are those with p > 0.5; of two classes only.
    pub f1_at_half: Option<f64>,
    /// F1 from a threshold on that other examples have chosen, see [`train_and_score`]; of two classes
    /// only.
    pub f1_moved: Option<f64>,
    /// The first step, of every 50th and the last, at which the score was as good as was asked for.
    pub reached: Option<u32>,
}

/// How a run ends.
#[derive(Clone, Debug, PartialEq)]
pub enum Ending {
    Scored(Box<FinalScores>),
    /// By this step the loss was no number any more.
    Diverged(u64),
}

/// Trains on the CPU engine for so many steps and scores the network; the moved threshold is chosen on
/// one half of the test examples and applied to the other, both ways. `reach` is an average precision on the test
/// examples, or the mean absolute error of a regression. The same settings give the same bits.
///
/// # Errors
/// When the engine cannot train with these settings.
pub fn train_and_score(
    config: &Config,
    steps: u32,
    reach: Option<f64>,
) -> Result<Ending, EngineError> {
    let compute = Compute::Unavailable("a comparison trains on the CPU".to_owned());
    let (mut trainer, _) = compute.start(config)?;
    let mut parameters = None;
    let mut reached = None;
    let mut done = 0;
    while done < steps {
        let count = SCORED_EVERY.min(steps - done);
        trainer.advance(count)?;
        done += count;
        let update = trainer.read_now(Request {
            parameters: done == steps,
            evaluate: reach.is_some() && reached.is_none(),
            ..Request::default()
        })?;
        if !update.snapshot.loss.is_finite() {
            return Ok(Ending::Diverged(update.snapshot.step));
        }
        let score = update.evaluation.and_then(|of| of.test.headline());
        let is_there = |(score, reach)| score == reach || is_better(config.task, score, reach);
        if score.zip(reach).is_some_and(is_there) {
            reached = Some(done);
        }
        parameters = update.parameters().map(<[f32]>::to_vec);
    }
    let parameters = parameters.unwrap_or_else(|| trainer.initial_parameters().to_vec());
    let test = &trainer.data().test;
    let outputs = cpu::predict::<f32>(trainer.network(), &parameters, &test.points);
    let outputs: Vec<f64> = outputs.into_iter().map(f64::from).collect();
    let targets: Vec<f64> = test.targets.iter().copied().map(f64::from).collect();
    let is_binary = config.task == Task::Binary;
    Ok(Ending::Scored(Box::new(FinalScores {
        // The logit of one half is 0, and the logits are float32: none lies between 0 and this.
        f1_at_half: is_binary.then(|| ranking(&outputs, &targets).at(f64::MIN_POSITIVE).f1()),
        f1_moved: is_binary.then(|| f1_moved(&outputs, &targets)),
        test: metrics(config, outputs, targets),
        reached,
    })))
}

/// Whether a first score is better than a second: average precision rises, the error of a regression falls.
pub fn is_better(task: Task, one: f64, other: f64) -> bool {
    match task {
        Task::Binary | Task::Classes => one > other,
        Task::Regression => one < other,
    }
}

/// The measures of an X-ray.
fn metrics(config: &Config, outputs: Vec<f64>, targets: Vec<f64>) -> Metrics {
    let mut xray = Xray::new(header(config), config);
    xray.add(&Rows {
        valid: vec![true; targets.len()],
        outputs,
        targets,
        ..Rows::default()
    });
    xray.finish(&[]).metrics
}

fn header(config: &Config) -> Header {
    Header {
        task: config.task,
        classes: config.number_of_classes(),
        outputs: match config.task {
            Task::Binary | Task::Classes => Outputs::Logits,
            Task::Regression => Outputs::Values,
        },
        has_valid: true,
        has_batch: false,
        has_group: false,
    }
}

/// F1 under a threshold that is moved as one would in earnest: chosen on one half of the examples and
/// applied to the other, both ways.
fn f1_moved(scores: &[f64], labels: &[f64]) -> f64 {
    let half = |of: &[f64], first: usize| -> Vec<f64> {
        of.iter().copied().skip(first).step_by(2).collect()
    };
    let halves = [0, 1].map(|first| ranking(&half(scores, first), &half(labels, first)));
    let mut confusion = Confusion::default();
    for [chosen_on, applied_to] in [[0, 1], [1, 0]] {
        let best = halves[chosen_on].best_f1();
        // Without a positive to learn from nothing is said to be one.
        let threshold = best.map_or(f64::INFINITY, |best| best.threshold);
        confusion += halves[applied_to].at(threshold);
    }
    confusion.f1()
}

fn ranking(scores: &[f64], labels: &[f64]) -> Ranking {
    let labels: Vec<bool> = labels.iter().map(|&label| label == 1.0).collect();
    Ranking::of(scores, &labels)
}

#[cfg(test)]
mod tests {
    use super::f1_moved;

    #[test]
    fn a_threshold_is_applied_to_the_half_that_did_not_choose_it() {
        let labels = [0.0, 0.0, 1.0, 1.0, 0.0, 1.0];
        assert_eq!(
            f1_moved(&[-3.0, -3.0, -1.0, -1.0, -2.0, -1.0], &labels),
            1.0
        );
        // The even half chooses -1, where the odd half has found nothing; it would choose -5 itself.
        let shifted = [-3.0, -9.0, -1.0, -5.0, -2.0, -5.0];
        assert_eq!(f1_moved(&shifted, &labels), 2.0 / 6.0);
        assert_eq!(f1_moved(&[1.0, 2.0], &[0.0, 0.0]), 0.0);
    }
}
