//! The race repeated over seeds: how sure is the difference?

use egui::{DragValue, ProgressBar, RichText, Ui, Vec2};

use super::super::table::table;
use super::super::{egui, panels};
use super::Memory;
use super::curves::Score;
use crate::figure::{self, RaceCurve, count, looks};
use crate::ghm::{Loss, Task};
use crate::lab::{Lab, Paired, Repeats, Spread};
use crate::words::{tr, word};

/// Most steps of a run.
const MOST_STEPS: u32 = 100_000;

/// How often, and for how long.
pub(super) struct Wanted {
    seeds: u32,
    steps: u32,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            seeds: 10,
            steps: 2000,
        }
    }
}

/// What to repeat, the curves of the means and the table, side by side.
pub(super) fn show(ui: &mut Ui, lab: &mut Lab, memory: &mut Memory, size: Vec2) {
    controls(ui, lab, &mut memory.seeds);
    ui.add_space(8.0);
    let used = ui.spacing().interact_size.y + 16.0;
    let Some(repeats) = lab.repeats().filter(|of| of.seeds_done() > 0) else {
        return;
    };
    let score = memory.score.fitting(lab);
    ui.horizontal(|ui| {
        let half = Vec2::new((size.x - 16.0) * 0.45, size.y - used);
        curves(ui, lab, repeats, score, half);
        ui.add_space(16.0);
        ui.vertical(|ui| results(ui, lab, repeats, score));
    });
}

/// The same, one below the other.
pub(super) fn show_narrow(ui: &mut Ui, lab: &mut Lab, memory: &mut Memory, panel: Vec2) {
    controls(ui, lab, &mut memory.seeds);
    let Some(repeats) = lab.repeats().filter(|of| of.seeds_done() > 0) else {
        return;
    };
    let score = memory.score.fitting(lab);
    curves(ui, lab, repeats, score, panel);
    egui::ScrollArea::horizontal().show(ui, |ui| {
        ui.vertical(|ui| results(ui, lab, repeats, score));
    });
}

fn controls(ui: &mut Ui, lab: &mut Lab, wanted: &mut Wanted) {
    ui.horizontal_wrapped(|ui| {
        let running = lab.repeats().filter(|of| of.is_running());
        if let Some(repeats) = running {
            let (done, all) = (repeats.seeds_done(), repeats.seeds());
            let text = tr!("{done} of {all} seeds", done, all);
            let bar = ProgressBar::new(repeats.progress()).desired_width(220.0);
            let response = ui.add(bar.text(text.clone()));
            response.widget_info(|| {
                egui::WidgetInfo::labeled(egui::Role::ProgressIndicator, true, &text)
            });
            if ui.button(word("Cancel")).clicked() {
                lab.cancel_repeats();
            }
            return;
        }
        let label = ui.label(word("seeds"));
        let seeds = DragValue::new(&mut wanted.seeds).range(1..=Repeats::MOST_SEEDS);
        let tip = word("How often each arm is trained: with the present seed and those after it. Range: 1 to 50.");
        ui.add(seeds).labelled_by(label.id).on_hover_text(tip);
        let label = ui.label(word("steps"));
        let steps = DragValue::new(&mut wanted.steps).range(1..=MOST_STEPS).speed(20.0);
        let tip = word("Mini-batches of each run. Range: 1 to 100,000.");
        ui.add(steps).labelled_by(label.id).on_hover_text(tip);
        let tip = word("Trains all arms over these seeds in the background, on the CPU engine.");
        if ui.button(word("Repeat the race")).on_hover_text(tip).clicked() {
            lab.repeat(wanted.seeds, wanted.steps);
        }
        if lab.repeats().is_none_or(|of| of.seeds_done() == 0) {
            let text = word("A single run proves little: the next seed may turn the order around.");
            ui.label(RichText::new(text).weak());
        }
    });
}

fn curves(ui: &mut Ui, lab: &Lab, repeats: &Repeats, score: Score, size: Vec2) {
    let losses: Vec<Loss> = repeats.arms().iter().map(|arm| arm.config.loss).collect();
    let looks = looks(&losses);
    let of_arm = |(index, look): (usize, figure::Look)| {
        let curve = repeats.curve(index, &|scores| score.value(scores));
        let point = |&(step, of): &(u64, Spread)| [step as f64, of.mean];
        let band = |&(step, of): &(u64, Spread)| {
            [step as f64, of.mean - of.deviation, of.mean + of.deviation]
        };
        RaceCurve {
            name: repeats.arms()[index].name.clone(),
            look,
            points: curve.iter().map(point).collect(),
            band: curve.iter().map(band).collect(),
        }
    };
    let curves: Vec<RaceCurve> = looks.into_iter().enumerate().map(of_arm).collect();
    let is_share = lab.config().task != Task::Regression;
    let unit = word("mean over the seeds, ± standard deviation");
    let panel = figure::race_scores(&curves, &score.title(lab), unit, is_share);
    panels::curves(ui, &panel, None, size);
}

/// Means, and each arm against the one with the best mean.
fn results(ui: &mut Ui, lab: &Lab, repeats: &Repeats, score: Score) {
    let values: Vec<Vec<Option<f64>>> = (0..repeats.arms().len())
        .map(|arm| repeats.last(arm, &|scores| score.value(scores)))
        .collect();
    let spread = |values: &[Option<f64>]| {
        let there: Vec<f64> = values.iter().flatten().copied().collect();
        Spread::of(&there)
    };
    let sign = if score.rises(lab) { 1.0 } else { -1.0 };
    let means = values.iter().map(|of| spread(of).map(|of| sign * of.mean));
    let means: Vec<f64> = means.map(|of| of.unwrap_or(f64::NEG_INFINITY)).collect();
    let best = (0..means.len()).max_by(|&a, &b| means[a].total_cmp(&means[b]));
    let best = best.unwrap_or(0);
    let name = &repeats.arms()[best].name;
    let against = format!("− {name}, 95 %");
    let rows: Vec<Vec<String>> = (repeats.arms().iter().zip(&values).enumerate())
        .map(|(index, (arm, of))| {
            let mean = spread(of).map_or("–".to_owned(), |of| {
                format!("{:.4} ± {:.4}", of.mean, of.deviation)
            });
            let paired = Paired::of(of, &values[best]).filter(|_| index != best);
            let (difference, better) = match paired {
                None => ("–".to_owned(), "–".to_owned()),
                Some(of) => {
                    let margin = match of.margin.is_finite() {
                        true => format!("{:.4}", of.margin),
                        false => "?".to_owned(),
                    };
                    let difference = format!("{:+.4} ± {margin}", of.difference);
                    (difference, tr!("{0} of {1}", of.higher, of.pairs))
                }
            };
            vec![arm.name.clone(), mean, difference, better]
        })
        .collect();
    let header = [word("arm"), word("mean ± SD"), &against, word("higher on")];
    table(ui, &header, &rows, &|row, column| row == best && column < 2);
    ui.add_space(4.0);
    let text = tr!(
        "{0} of the test examples after {1} steps, over {2} seeds. Differences are paired by seed, with the 95 % \
         confidence interval of their mean by Student's t.",
        score.title(lab),
        count(u64::from(repeats.steps())),
        repeats.seeds_done()
    );
    ui.add(egui::Label::new(RichText::new(text).weak().small()).wrap());
}
