//! Where to put the threshold: how an arm tells the test examples apart.

use super::Arm;
use crate::data::Dataset;
use crate::ghm::{
    CALIBRATION_BINS, CalibrationBin, Confusion, Operating, Ranking, Task, reliability, sigmoid,
    softmax,
};

/// How the test examples of one class are told from all others by the probability of that class.
#[derive(Clone, Debug)]
pub struct Decisions {
    /// The step of the evaluation.
    pub step: u64,
    pub class: usize,
    /// Test examples, and those of the class.
    pub examples: usize,
    pub positives: usize,
    /// Over equal intervals of the probability.
    pub calibration: Vec<CalibrationBin>,
    /// Points `[recall, precision]`, see [`Ranking::steps`]; of more than can be told apart, enough to draw.
    pub precision_recall: Vec<[f64; 2]>,
    /// The threshold of the best F1.
    pub best: Option<Operating>,
    ranking: Ranking,
}

impl Decisions {
    /// Of the evaluation that is shown; of two classes the second one is the positive. `None` before
    /// the first evaluation and in a regression.
    pub fn of(arm: &Arm, data: &Dataset, class: usize) -> Option<Self> {
        let outputs = arm.outputs()?;
        let [_, of_test] = &outputs.splits;
        let width = outputs.width;
        let logits = of_test.chunks_exact(width);
        let (class, said): (usize, Vec<f64>) = match arm.config().task {
            Task::Binary => (1, logits.map(|of| sigmoid(f64::from(of[0]))).collect()),
            Task::Classes => {
                let class = class.min(width - 1);
                let mut p = vec![0.0; width];
                let probability = |logits: &[f32]| {
                    softmax(logits, &mut p);
                    f64::from(p[class])
                };
                (class, logits.map(probability).collect())
            }
            Task::Regression => return None,
        };
        let labels: Vec<bool> = (0..said.len())
            .map(|i| data.test.class(i) == class)
            .collect();
        let ranking = Ranking::of(&said, &labels);
        Some(Self {
            step: outputs.step,
            class,
            examples: said.len(),
            positives: labels.iter().filter(|&&label| label).count(),
            calibration: reliability(&said, &labels, CALIBRATION_BINS),
            precision_recall: enough(ranking.steps().collect()),
            best: ranking.best_f1(),
            ranking,
        })
    }

    /// Share of the class among the test examples: the precision of calling all of them positive.
    pub fn prevalence(&self) -> f64 {
        self.positives as f64 / self.examples.max(1) as f64
    }

    /// Where probabilities from a threshold up are called positive.
    pub fn at(&self, threshold: f64) -> Confusion {
        self.ranking.at(threshold)
    }
}

/// Points of a curve that can be told apart, and the last one.
fn enough(mut points: Vec<[f64; 2]>) -> Vec<[f64; 2]> {
    const MANY: usize = 2048;
    const APART: f64 = 0.5 / MANY as f64;
    let last = points.last().copied();
    if points.len() > MANY {
        let mut kept = [f64::NEG_INFINITY; 2];
        points.retain(|point| {
            let differs = (0..2).any(|axis| (point[axis] - kept[axis]).abs() > APART);
            if differs {
                kept = *point;
            }
            differs || Some(*point) == last
        });
    }
    points
}
