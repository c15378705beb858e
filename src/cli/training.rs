//! The headless training loop.

use std::time::Instant;

use super::Failure;
use super::progress::Progress;
use super::report::Record;
use crate::config::Exact;
use crate::engine::{Evaluation, Request, Snapshot, Trainer, Update, evaluation_points};
use crate::lab::{History, Stop, Watch, explain_non_finite, next_stop};

/// Points of the history, beside the one of step 0: at most, and at least where there are as many
/// steps.
const MOST_POINTS: u64 = 200;
const LEAST_POINTS: u64 = 20;
/// Examples that may be evaluated for each one trained on, between those bounds: an evaluation is
/// forward only, so that half of the time stays for training.
const EVALUATED_PER_TRAINED: u64 = 2;
/// What a submission should take: long enough that waiting for it costs nothing, short enough for
/// the watchdog of a device that also draws a screen.
const SUBMISSION_SECONDS: f64 = 0.05;
/// Most steps in a submission.
const MOST_STEPS: u32 = 256;
/// Most indices in a submission, which are copied to the device: 16 MiB.
const MOST_INDICES: u32 = 1 << 22;

/// What a run came to.
pub(super) struct Outcome {
    pub history: History,
    pub snapshot: Snapshot,
    /// Flat.
    pub parameters: Vec<f32>,
    /// Seconds of training, without evaluations.
    pub seconds: f64,
    /// Examples trained on, each as often as it came.
    pub examples: u64,
    /// Why it ended before its last step, if it did.
    pub stop: Option<Stop>,
}

/// Trains a fresh trainer for `steps` steps; those that a record takes one by one.
///
/// # Errors
/// Those of the engine, and a loss that is no longer a number.
pub(super) fn train(
    trainer: &mut Trainer,
    steps: u32,
    mut record: Option<&mut Record>,
    progress: &Progress,
) -> Result<Outcome, Failure> {
    let (mut seconds, mut examples) = (0.0, 0);
    let mut watch = Watch::default();
    let mut stopped = next_stop(trainer).filter(|(at, _)| *at < u64::from(steps));
    let steps = stopped.as_ref().map_or(steps, |(at, _)| *at as u32);
    let mut history = History::default();
    let most = (MOST_INDICES / trainer.config().batch_size).clamp(1, MOST_STEPS);
    let mut chunk = 1;
    let mut last = None;
    for goal in points(steps, number_of_points(trainer, steps)) {
        while trainer.step() < u64::from(goal) {
            let record = record.as_deref_mut().filter(|record| !record.is_full());
            let most = if record.is_some() { 1 } else { most };
            let count = (goal - trainer.step() as u32).min(chunk).min(most);
            let start = Instant::now();
            trainer.advance(count)?;
            let update = trainer.read_now(Request {
                parameters: record
                    .as_ref()
                    .is_some_and(|record| record.ends_with_next(steps)),
                ..Request::default()
            })?;
            let took = start.elapsed().as_secs_f64();
            seconds += took;
            examples += trainer.last_indices().len() as u64;
            let fitting = SUBMISSION_SECONDS / (took / f64::from(count)).max(1e-9);
            // Growing slowly, since the first steps also pay for compiling.
            chunk = (fitting as u32).min(2 * chunk).clamp(1, most);
            if let Some(record) = record {
                record.add(trainer.last_indices(), &update);
            }
            check_finite(trainer, &update)?;
            progress.trained(&update);
        }
        let exact = trainer.config().exact == Exact::On;
        let mut update = trainer.read_now(Request {
            evaluate: true,
            map: false,
            gradient_norms: goal == steps && exact,
            parameters: goal == steps,
        })?;
        check_finite(trainer, &update)?;
        let evaluation = update.evaluation;
        if let Some(evaluation) = &evaluation {
            history.push(evaluation);
        }
        progress.evaluated(&update);
        let stop = evaluation.and_then(|of| score_stop(trainer, &mut watch, &of));
        if let Some(stop) = stop.filter(|_| goal < steps) {
            stopped = Some((u64::from(goal), stop));
            update = trainer.read_now(Request {
                gradient_norms: exact,
                parameters: true,
                ..Request::default()
            })?;
            if let (Some(record), Some(parameters)) = (record, update.parameters()) {
                record.end(parameters);
            }
            last = Some(update);
            break;
        }
        last = Some(update);
    }
    progress.finish();
    last.and_then(|update| {
        Some(Outcome {
            history,
            snapshot: update.snapshot,
            parameters: update.checkpoint?.parameters,
            seconds,
            examples,
            stop: stopped.map(|(_, stop)| stop),
        })
    })
    .ok_or_else(|| Failure::run("the engine gave no parameters"))
}

/// Whether the scores end the run.
fn score_stop(trainer: &Trainer, watch: &mut Watch, evaluation: &Evaluation) -> Option<Stop> {
    let config = trainer.config();
    let reached = watch.see(config, evaluation);
    let reached = reached.map(|score| Stop::Score(score, config.loss.label().to_owned()));
    reached.or_else(|| {
        let rests = watch.rests(config);
        rests.then_some(Stop::Plateau(config.stop_plateau))
    })
}

/// How many points a run can afford; from the settings alone, so that it repeats.
fn number_of_points(trainer: &Trainer, steps: u32) -> u64 {
    let trained = u64::from(steps) * u64::from(trainer.config().batch_size);
    let evaluated: usize = evaluation_points(trainer.data())
        .iter()
        .map(|points| points.len())
        .sum();
    (EVALUATED_PER_TRAINED * trained / evaluated as u64).clamp(LEAST_POINTS, MOST_POINTS)
}

/// Steps at which the history has a point: 0, the last one, and evenly between.
fn points(steps: u32, most: u64) -> impl Iterator<Item = u32> {
    let count = u64::from(steps).min(most);
    (0..=count).map(move |i| (i * u64::from(steps) / count) as u32)
}

fn check_finite(trainer: &Trainer, update: &Update) -> Result<(), Failure> {
    let scored = update
        .evaluation
        .iter()
        .all(|e| e.train.loss.is_finite() && e.test.loss.is_finite());
    if scored && update.snapshot.loss.is_finite() {
        return Ok(());
    }
    let why = explain_non_finite(trainer.config(), update.snapshot.step);
    Err(Failure::run(format!("{why}. Nothing was written.")))
}

#[cfg(test)]
mod tests {
    use super::points;

    #[test]
    fn points_are_evenly_spread_and_end_at_the_last_step() {
        assert_eq!(points(1, 200).collect::<Vec<_>>(), [0, 1]);
        assert_eq!(points(3, 200).collect::<Vec<_>>(), [0, 1, 2, 3]);
        let many: Vec<u32> = points(2000, 200).collect();
        assert_eq!((many.len(), many[1], many[200]), (201, 10, 2000));
        let odd: Vec<u32> = points(9_999_999, 200).collect();
        assert_eq!((odd.len(), odd[0], odd[200]), (201, 0, 9_999_999));
        assert!(odd.windows(2).all(|w| w[0] < w[1]));
    }
}
