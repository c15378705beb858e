//! The race: a strip with its arms, and the views that lay them side by side.

mod curves;
mod maps;
mod scores;
mod seeds;
mod strip;
mod threshold;

use egui::{Color32, Ui, Vec2};

use super::style::{IntoColor, theme};
use super::{egui, field, plane};
use crate::figure::{self, Look, Profile, RaceArm};
use crate::ghm::{Loss, Task};
use crate::lab::{Lab, LowerView};
use crate::words::{text, word};

pub(super) use strip::{strip, views};

/// Height that the row of views takes on a wide screen, with the space below it.
pub(super) const VIEWS_HEIGHT: f32 = 36.0;

/// What a view of the race is called with this task.
fn name_of(view: LowerView, task: Task) -> &'static str {
    match (view, task) {
        (LowerView::Data, _) => word("Data"),
        (LowerView::Maps, Task::Regression) => word("Fits"),
        (LowerView::Maps, _) => word("Maps"),
        (LowerView::Curves, _) => word("Curves"),
        (LowerView::Scores, _) => word("Scores"),
        (LowerView::Seeds, _) => word("Seeds"),
        (LowerView::Threshold, _) => word("Threshold"),
    }
}

const VIEWS: [(LowerView, &str); 6] = [
    (
        LowerView::Data,
        text("The data and the curves of the chosen arm."),
    ),
    (
        LowerView::Maps,
        text("What each arm predicts over the plane, and where two arms differ."),
    ),
    (
        LowerView::Curves,
        text("Loss and scores of all arms over the steps."),
    ),
    (
        LowerView::Scores,
        text("Exact numbers of all arms on the test examples, the best of each column in bold."),
    ),
    (
        LowerView::Seeds,
        text("The race repeated over several seeds: means, spread and paired differences."),
    ),
    (
        LowerView::Threshold,
        text(
            "Where to put the threshold: precision over recall, the confusion matrix and the reliability.",
        ),
    ),
];

/// Whether there is this view of what runs.
fn is_offered(view: LowerView, lab: &Lab) -> bool {
    match view {
        LowerView::Data => true,
        LowerView::Threshold => lab.config().task != Task::Regression,
        _ => lab.is_race(),
    }
}

/// Whether there is more than one view.
pub(super) fn has_views(lab: &Lab) -> bool {
    VIEWS
        .iter()
        .filter(|(view, _)| is_offered(*view, lab))
        .count()
        > 1
}

/// What the views of a race remember between frames.
#[derive(Default)]
pub struct Memory {
    shown: LowerView,
    score: curves::Score,
    /// Textures of the maps, and of the difference as the last.
    fields: Vec<field::Memory>,
    /// The examples that the maps show, and the run they are of.
    chosen: (Option<u64>, Vec<u32>),
    /// The arms whose maps are subtracted.
    pair: [usize; 2],
    seeds: seeds::Wanted,
    threshold: threshold::Memory,
    /// The arm that is being renamed, and the name so far.
    renaming: Option<(usize, String)>,
}

impl Memory {
    /// Chooses a view; what the last race left is forgotten.
    pub(super) fn choose(&mut self, view: LowerView) {
        self.shown = view;
        self.renaming = None;
        self.pair = [0, 0];
    }

    /// The view that is shown: the chosen one, where there is it.
    pub(super) fn view(&self, lab: &Lab) -> LowerView {
        if is_offered(self.shown, lab) {
            self.shown
        } else {
            LowerView::Data
        }
    }
}

/// The look of every arm.
pub(super) fn looks(lab: &Lab) -> Vec<Look> {
    let losses: Vec<Loss> = lab.arms().iter().map(|arm| arm.config().loss).collect();
    figure::looks(&losses)
}

/// The colour of an arm.
pub(super) fn color(ui: &Ui, lab: &Lab, arm: usize) -> Color32 {
    theme(ui.ctx()).color(looks(lab)[arm].ink).into_color()
}

/// The arms of the three panels.
pub(super) fn arms(lab: &Lab) -> Vec<RaceArm> {
    let looks = looks(lab);
    let class = lab.config().shown_class.index();
    let arm = |(index, arm): (usize, &crate::lab::Arm)| RaceArm {
        name: arm.name().to_owned(),
        look: looks[index],
        loss: arm.snapshot().acting,
        profile: Profile::of(arm.snapshot(), class),
    };
    lab.heard().map(arm).collect()
}

/// The numbers of one bin, of the arms that have it.
pub(super) fn reading(lab: &Lab, bin: usize) -> Vec<(String, f64)> {
    let bins = lab.snapshot().counts.len();
    let of_arm = |(_, arm): (usize, &crate::lab::Arm)| {
        let snapshot = arm.snapshot();
        let contribution = snapshot.contribution_of(snapshot.acting);
        let pair = [
            (
                word("examples"),
                snapshot.counts.get(bin).map(|&v| f64::from(v)),
            ),
            (
                word("contribution"),
                contribution.get(bin).map(|&v| f64::from(v)),
            ),
        ];
        let name = arm.name().to_owned();
        let same = snapshot.counts.len() == bins;
        let pair = pair.into_iter().filter(move |_| same);
        pair.filter_map(move |(what, value)| Some((format!("{name}, {what}"), value?)))
    };
    lab.heard().flat_map(of_arm).collect()
}

/// The chosen view within `size`.
pub(super) fn show(ui: &mut Ui, lab: &mut Lab, memory: &mut Memory, size: Vec2) {
    match memory.view(lab) {
        LowerView::Data => {}
        LowerView::Maps if lab.config().task == Task::Regression => {
            let plane = Vec2::new(plane::width(size), size.y);
            let curve = Vec2::new((size.x - plane.x - 32.0) / 2.0, size.y);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 16.0;
                maps::show(ui, lab, memory, plane);
                curves::losses(ui, lab, curve);
                curves::scores(ui, lab, memory.score, curve);
            });
        }
        LowerView::Maps => maps::show(ui, lab, memory, size),
        LowerView::Curves => {
            let half = Vec2::new((size.x - 16.0) / 2.0, size.y);
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 16.0;
                curves::losses(ui, lab, half);
                curves::scores(ui, lab, memory.score, half);
            });
        }
        LowerView::Scores => scores::show(ui, lab),
        LowerView::Seeds => seeds::show(ui, lab, memory, size),
        LowerView::Threshold => threshold::show(ui, lab, &mut memory.threshold, size),
    }
}

/// The chosen view on a narrow screen, in panels of this size.
pub(super) fn show_narrow(ui: &mut Ui, lab: &mut Lab, memory: &mut Memory, panel: Vec2) {
    match memory.view(lab) {
        LowerView::Curves => {
            curves::losses(ui, lab, panel);
            curves::scores(ui, lab, memory.score, panel);
        }
        LowerView::Maps => {
            let tiles = lab.heard().count() as f32 + 1.0;
            let height = match lab.config().task {
                Task::Regression => panel.x + maps::TEXT,
                _ => (tiles / 2.0).ceil() * (panel.x / 2.0 + maps::TEXT),
            };
            maps::show(ui, lab, memory, Vec2::new(panel.x, height));
        }
        LowerView::Seeds => seeds::show_narrow(ui, lab, memory, panel),
        LowerView::Threshold => threshold::show_narrow(ui, lab, &mut memory.threshold, panel),
        _ => {
            egui::ScrollArea::horizontal().show(ui, |ui| scores::show(ui, lab));
        }
    }
}
