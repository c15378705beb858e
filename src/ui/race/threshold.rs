//! Where to put the threshold: precision over recall, the confusion matrix and the reliability.

use std::rc::Rc;

use egui::{Pos2, RichText, Slider, SliderClamping, Ui, Vec2};

use super::super::menu::{self, Row};
use super::super::style::{IntoColor, theme};
use super::super::table::table;
use super::super::triptych::draw;
use super::super::{egui, paint::rect_of, panels, touch_sizes};
use super::{color, looks};
use crate::figure::{self, Panel, RaceCurve, count, number};
use crate::ghm::{ABOVE_HALF, Task};
use crate::lab::{Decisions, Lab};
use crate::words::{tr, word};

/// Width of the controls on a wide screen.
const CONTROLS: f32 = 268.0;

/// What is chosen, and what the arms decide as long as nothing changes.
pub(super) struct Memory {
    threshold: f64,
    class: usize,
    /// Of every arm: the run, the step and the class that it is of.
    decisions: Vec<Option<(u64, Rc<Decisions>)>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            threshold: ABOVE_HALF,
            class: 1,
            decisions: Vec::new(),
        }
    }
}

impl Memory {
    /// Follows the evaluations of the arms that are heard, and of the one that is shown: of one more in each frame,
    /// since there may be very many examples.
    fn refresh(&mut self, ui: &Ui, lab: &Lab) {
        self.decisions.resize(lab.arms().len(), None);
        let mut is_free = true;
        for (index, arm) in lab.arms().iter().enumerate() {
            if arm.is_muted() && index != lab.shown() {
                self.decisions[index] = None;
                continue;
            }
            let run = arm.run();
            let step = arm.outputs().map(|outputs| outputs.step);
            let kept = self.decisions[index].as_ref();
            let fits = kept.is_some_and(|(of, kept)| {
                *of == run && Some(kept.step) == step && kept.class == self.class
            });
            if fits {
                continue;
            }
            if !is_free {
                ui.ctx().request_repaint();
                break;
            }
            let decisions = Decisions::of(arm, lab.data(), self.class);
            is_free = decisions.is_none();
            self.decisions[index] = decisions.map(|of| (run, Rc::new(of)));
        }
    }

    fn of(&self, arm: usize) -> Option<&Rc<Decisions>> {
        let (_, decisions) = self.decisions.get(arm)?.as_ref()?;
        Some(decisions)
    }
}

/// Controls and numbers, and the two plots beside them.
pub(super) fn show(ui: &mut Ui, lab: &Lab, memory: &mut Memory, size: Vec2) {
    memory.refresh(ui, lab);
    let plot = Vec2::new((size.x - CONTROLS - 48.0) / 2.0, size.y);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 24.0;
        ui.allocate_ui(Vec2::new(CONTROLS, size.y), |ui| {
            ui.set_min_width(CONTROLS);
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing = Vec2::new(8.0, 4.0);
                controls(ui, lab, memory);
                numbers(ui, lab, memory);
            });
        });
        plots(ui, lab, memory, plot);
    });
}

/// The same, one below the other.
pub(super) fn show_narrow(ui: &mut Ui, lab: &Lab, memory: &mut Memory, panel: Vec2) {
    memory.refresh(ui, lab);
    ui.scope(|ui| {
        touch_sizes(ui);
        controls(ui, lab, memory);
    });
    numbers(ui, lab, memory);
    plots(ui, lab, memory, panel);
}

fn names(lab: &Lab, class: usize) -> [String; 2] {
    match lab.config().task {
        Task::Classes => [
            tr!("class {class}", class),
            word("another class").to_owned(),
        ],
        _ => [word("positive").to_owned(), word("negative").to_owned()],
    }
}

fn controls(ui: &mut Ui, lab: &Lab, memory: &mut Memory) {
    if lab.config().task == Task::Classes {
        let classes = lab.config().number_of_classes();
        memory.class = memory.class.min(classes - 1);
        ui.horizontal(|ui| {
            let label = ui.label(word("class"));
            let rows = (0..classes).map(|class| Row {
                value: class,
                holds: class == memory.class,
                text: tr!("class {class}", class),
                doc: "",
            });
            let now = tr!("class {}", memory.class);
            let width = ui.spacing().combo_width;
            let (chosen, response) = menu::choice(ui, "class", label.id, width, &now, rows);
            response.on_hover_text(word("The class that is told from all others."));
            memory.class = chosen.unwrap_or(memory.class);
        });
    } else {
        memory.class = 1;
    }
    ui.horizontal(|ui| {
        let label = ui.label(word("threshold"));
        ui.spacing_mut().slider_width = 110.0;
        let slider = Slider::new(&mut memory.threshold, 0.0..=1.0)
            .clamping(SliderClamping::Always)
            // Rounded when it is written only: a best threshold may lie very near to 1.
            .max_decimals(17)
            .custom_formatter(|threshold, _| format!("{threshold:.4}"));
        ui.add(slider).labelled_by(label.id).on_hover_text(word(
            "Examples whose probability is at least this are called positive.\nRange: 0 to 1.",
        ));
    });
    let Some(decisions) = memory.of(lab.shown()).cloned() else {
        return;
    };
    ui.horizontal(|ui| {
        let tip = word(
            "What the most probable of two classes means: positive above 0.5, and negative at 0.5 itself.",
        );
        if ui.button("0.5").on_hover_text(tip).clicked() {
            memory.threshold = ABOVE_HALF;
        }
        let tip = word("The threshold of the best F1, chosen on these very test examples.");
        if let Some(best) = decisions.best
            && ui.button(word("best F1")).on_hover_text(tip).clicked()
        {
            memory.threshold = best.threshold;
        }
    });
}

/// The confusion matrix of the arm that is shown, and what follows from it.
fn numbers(ui: &mut Ui, lab: &Lab, memory: &Memory) {
    let Some(decisions) = memory.of(lab.shown()) else {
        return;
    };
    let confusion = decisions.at(memory.threshold);
    let [positive, negative] = names(lab, decisions.class);
    let cell = |examples: usize| count(examples as u64);
    let rows = [
        (
            positive,
            confusion.true_positives,
            confusion.false_negatives,
        ),
        (
            negative,
            confusion.false_positives,
            confusion.true_negatives,
        ),
    ];
    let rows = rows.map(|(name, yes, no)| vec![name, cell(yes), cell(no)]);
    let name = lab.arms()[lab.shown()].name();
    ui.add_space(4.0);
    table(
        ui,
        &[name, word("said yes"), word("said no")],
        &rows,
        &|row, column| row + 1 == column,
    );
    let share = |share: Option<f64>| share.map_or("–".to_owned(), |share| format!("{share:.3}"));
    ui.add_space(4.0);
    egui::Grid::new("threshold").num_columns(2).show(ui, |ui| {
        for (name, value) in [
            (word("precision"), share(confusion.precision())),
            (word("recall"), share(confusion.recall())),
            ("F1", share(Some(confusion.f1()))),
            (word("prevalence"), number(decisions.prevalence())),
        ] {
            ui.label(RichText::new(name).weak());
            ui.label(value);
            ui.end_row();
        }
    });
}

fn plots(ui: &mut Ui, lab: &Lab, memory: &Memory, size: Vec2) {
    let looks = looks(lab);
    let curves = |points: &dyn Fn(&Decisions) -> Vec<[f64; 2]>| -> Vec<RaceCurve> {
        let curve = |(index, arm): (usize, &crate::lab::Arm)| RaceCurve {
            name: arm.name().to_owned(),
            look: looks[index],
            points: memory.of(index).map_or(Vec::new(), |of| points(of)),
            band: Vec::new(),
        };
        lab.heard().map(curve).collect()
    };
    let shown = memory.of(lab.shown());
    let prevalence = shown.map_or(0.0, |of| of.prevalence());
    let panel = figure::precision_recall(&curves(&|of| of.precision_recall.clone()), prevalence);
    let at = |(index, _): (usize, &crate::lab::Arm)| {
        let confusion = memory.of(index)?.at(memory.threshold);
        let point = [confusion.recall()?, confusion.precision()?];
        Some((index, point, 4.5))
    };
    let marks: Vec<_> = lab.heard().filter_map(at).collect();
    marked(ui, lab, &panel, size, &marks);

    let means = |of: &Decisions| -> Vec<[f64; 2]> {
        of.calibration
            .iter()
            .filter_map(|bin| bin.means())
            .collect()
    };
    let panel = figure::reliability(&curves(&means));
    // The more examples an interval has, the larger its mark.
    let of_arm = |(index, _): (usize, &crate::lab::Arm)| {
        let bins = memory.of(index).into_iter().flat_map(|of| &of.calibration);
        bins.filter_map(move |bin| {
            let size = 1.0 + (bin.examples as f32).log10();
            Some((index, bin.means()?, size))
        })
    };
    let marks: Vec<_> = lab.heard().flat_map(of_arm).collect();
    marked(ui, lab, &panel, size, &marks);
}

/// A plot with dots in the colours of their arms: arm, place and radius.
fn marked(ui: &mut Ui, lab: &Lab, panel: &Panel, size: Vec2, marks: &[(usize, [f64; 2], f32)]) {
    let (rect, placed, response) = draw(ui, panel, size, 0.0);
    let area = rect_of(placed.area, rect.min);
    let ground = theme(ui.ctx()).ground.into_color();
    for &(arm, [x, y], radius) in marks {
        let place = figure::position(&panel.x, x).zip(figure::position(&panel.y, y));
        let Some((x, y)) = place else { continue };
        let center = Pos2::new(
            area.left() + x * area.width(),
            area.bottom() - y * area.height(),
        );
        let stroke = egui::Stroke::new(1.0, ground);
        ui.painter()
            .circle(center, radius, color(ui, lab, arm), stroke);
    }
    panels::read(ui, panel, area, response, &|x| {
        format!("{} {x:.3}", panel.x.title)
    });
}
