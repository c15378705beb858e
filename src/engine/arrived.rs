//! From a reading of an engine to what training tells the outside, in pieces: an evaluation looks at hundreds of
//! thousands of examples, and who draws a screen meanwhile must be able to stop in between.

use super::exact::Densities;
use super::scores::Scoring;
use super::snapshot::{evaluation_weights, over_classes, slope};
use super::{
    Checkpoint, DecisionMap, Evaluation, ExactDensity, Network, Outputs, Place, Reading, Snapshot,
    Step, Update,
};
use crate::config::Config;
use crate::data::{Dataset, Order};
use crate::ghm::{Task, sigmoid, softmax};

/// What is known when a reading is asked for and needed when it arrives.
pub(super) struct Moment {
    pub step: u64,
    pub epoch: u32,
    /// The last step, or before the first what one would be told.
    pub told: Step,
    /// Share of the examples that OHEM keeps.
    pub keep: f64,
    pub place: Place,
    pub order: Option<Order>,
}

/// A reading that has arrived, while it is looked at.
pub(super) struct Arrived {
    moment: Moment,
    reading: Reading,
    outputs: Option<Outputs>,
    scoring: Option<Scoring>,
    evaluation: Option<Evaluation>,
    densities: Option<Densities>,
    exact: Option<ExactDensity>,
}

impl Arrived {
    pub fn new(moment: Moment, mut reading: Reading) -> Self {
        let outputs = reading.outputs.take().map(|splits| {
            let weights = evaluation_weights(&reading.counts, &reading.beta);
            Outputs::new(moment.step, moment.told, moment.keep, weights, splits)
        });
        let norms = (reading.gradient_norms.take()).filter(|_| moment.step > 0);
        Self {
            scoring: outputs.as_ref().map(Scoring::new),
            evaluation: None,
            densities: norms.and_then(|norms| Densities::new(&norms, reading.counts.len())),
            exact: None,
            moment,
            reading,
            outputs,
        }
    }

    /// Goes on a little; whether all is done.
    pub fn piece(&mut self, data: &Dataset) -> bool {
        if let (Some(scoring), Some(outputs)) = (&mut self.scoring, &self.outputs) {
            self.evaluation = scoring.piece(outputs, data);
            if self.evaluation.is_some() {
                self.scoring = None;
            }
        } else if let Some(densities) = &mut self.densities {
            self.exact = densities.piece(&self.reading.counts);
            if self.exact.is_some() {
                self.densities = None;
            }
        }
        self.scoring.is_none() && self.densities.is_none()
    }

    /// What it tells, when all is done, of a run with these settings.
    pub fn update(self, config: &Config, network: &Network) -> Update {
        let Self {
            moment,
            reading,
            outputs,
            evaluation,
            exact,
            ..
        } = self;
        let told = &moment.told;
        // What is kept is of one optimizer; a change of it may have overtaken the reading.
        let same_optimizer = told.optimizer == config.optimizer as u32;
        let kept = reading.parameters.filter(|_| same_optimizer);
        Update {
            evaluation,
            outputs,
            map: reading.map.map(|outputs| DecisionMap {
                step: moment.step,
                width: network.outputs(),
                values: probabilities(config.task, network.outputs(), outputs),
            }),
            checkpoint: kept.map(|[parameters, moments]| Checkpoint {
                step: moment.step,
                place: moment.place,
                order: moment.order,
                parameters,
                moments,
                average: reading.average.clone(),
            }),
            snapshot: Snapshot {
                step: moment.step,
                epoch: moment.epoch,
                task: told.task(),
                acting: told.loss(),
                examples: told.valid,
                loss: reading.loss,
                rule: told.loss_rule(),
                slope: slope(told.normaliser(), &reading.counts),
                contribution: over_classes(&reading.classes),
                classes: reading.classes,
                counts: reading.counts,
                ema: reading.average.ema,
                density: reading.density,
                beta: reading.beta,
                exact,
            },
        }
    }
}

/// What outputs `[n, width]` say of the classes; predictions of a regression stay as they are.
fn probabilities(task: Task, width: usize, mut outputs: Vec<f32>) -> Vec<f32> {
    match task {
        Task::Binary => outputs.iter_mut().for_each(|x| *x = sigmoid(*x)),
        Task::Classes => {
            let mut logits = vec![0.0; width];
            for row in outputs.chunks_exact_mut(width) {
                logits.copy_from_slice(row);
                softmax(&logits, row);
            }
        }
        Task::Regression => {}
    }
    outputs
}
