//! Curves of all arms over the steps.

use egui::{Ui, Vec2};

use super::super::{egui, panels};
use super::looks;
use crate::engine::{Evaluation, Scores};
use crate::figure::{self, RaceCurve};
use crate::ghm::Task;
use crate::lab::Lab;
use crate::words::{tr, word};

/// A score on the test examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Score {
    /// Average precision, or the mean absolute error of a regression.
    #[default]
    Headline,
    BestF1,
    Recall(usize),
    Calibration,
}

impl Score {
    /// The scores of the task.
    pub fn of(lab: &Lab) -> Vec<Self> {
        let config = lab.config();
        let classes = (0..config.number_of_classes()).map(Self::Recall);
        match config.task {
            Task::Regression => vec![Self::Headline],
            Task::Binary => [Self::Headline, Self::BestF1]
                .into_iter()
                .chain(classes)
                .chain([Self::Calibration])
                .collect(),
            Task::Classes => std::iter::once(Self::Headline)
                .chain(classes)
                .chain([Self::Calibration])
                .collect(),
        }
    }

    /// Itself, or the first where the task does not have it.
    pub fn fitting(self, lab: &Lab) -> Self {
        if Self::of(lab).contains(&self) {
            self
        } else {
            Self::default()
        }
    }

    pub fn name(self, lab: &Lab) -> String {
        match (self, lab.config().task) {
            (Self::Headline, Task::Regression) => word("mean absolute error").to_owned(),
            (Self::Headline, Task::Classes) => word("mean average precision").to_owned(),
            (Self::Headline, Task::Binary) => word("average precision").to_owned(),
            (Self::BestF1, _) => word("best F1").to_owned(),
            (Self::Recall(1), Task::Binary) => word("recall of positives").to_owned(),
            (Self::Recall(_), Task::Binary) => word("recall of negatives").to_owned(),
            (Self::Recall(class), _) => tr!("recall of class {class}", class),
            (Self::Calibration, _) => word("calibration error").to_owned(),
        }
    }

    /// The name as a title.
    pub fn title(self, lab: &Lab) -> String {
        let name = self.name(lab);
        let mut rest = name.chars();
        let first = rest.next().into_iter().flat_map(char::to_uppercase);
        first.chain(rest).collect()
    }

    /// Whether more is better.
    pub fn rises(self, lab: &Lab) -> bool {
        match self {
            Self::Headline => lab.config().task != Task::Regression,
            Self::Calibration => false,
            Self::BestF1 | Self::Recall(_) => true,
        }
    }

    pub fn value(self, scores: &Scores) -> Option<f64> {
        match self {
            Self::Headline => scores.headline(),
            Self::BestF1 => scores.best_f1.map(|best| best.f1),
            Self::Recall(class) => scores.recall.get(class).copied().flatten(),
            Self::Calibration => scores.calibration_error,
        }
    }
}

fn of_arms(lab: &Lab, value: &dyn Fn(&Evaluation) -> Option<f64>) -> Vec<RaceCurve> {
    let looks = looks(lab);
    let curve = |(index, arm): (usize, &crate::lab::Arm)| {
        let points = arm.history().points().iter();
        let points = points.filter_map(|point| Some([point.step as f64, value(point)?]));
        RaceCurve {
            name: arm.name().to_owned(),
            look: looks[index],
            points: points.collect(),
            band: Vec::new(),
        }
    };
    lab.heard().map(curve).collect()
}

pub(super) fn losses(ui: &mut Ui, lab: &Lab, size: Vec2) {
    let curves = of_arms(lab, &|point| Some(point.test.loss));
    panels::curves(ui, &figure::race_losses(&curves), lab.looks_back(), size);
}

pub(super) fn scores(ui: &mut Ui, lab: &Lab, score: Score, size: Vec2) {
    let score = score.fitting(lab);
    let curves = of_arms(lab, &|point| score.value(&point.test));
    let title = score.title(lab);
    let is_share = lab.config().task != Task::Regression;
    let panel = figure::race_scores(&curves, &title, word("on the test examples"), is_share);
    panels::curves(ui, &panel, lab.looks_back(), size);
}
