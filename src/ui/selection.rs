//! The examples in the bins that are marked: lit in the plane, and summed up on a card.

use egui::{RichText, Ui, Vec2};

use super::icons::{Icon, button};
use super::triptych::Cursor;
use super::{egui, style};
use crate::data::Split;
use crate::engine::ExampleGradient;
use crate::figure::{count, number};
use crate::ghm::{Loss, Task};
use crate::lab::{Brush, Gradients, Lab};
use crate::words::{tr, word};

/// Above this gradient norm examples are called the hardest.
const HARDEST: f32 = 0.9;

/// What is selected, as long as nothing changes.
#[derive(Default)]
pub struct Memory {
    gradients: Option<Gradients>,
    /// The run of the gradients.
    of: u64,
    /// The examples that are selected, and the bins that they lie in.
    lit: Option<(Brush, u64, Vec<u32>)>,
}

impl Memory {
    /// Follows the evaluations and the cursor.
    pub(super) fn refresh(&mut self, lab: &Lab, cursor: &Cursor) {
        let arm = &lab.arms()[lab.shown()];
        let of = arm.run();
        let step = arm.outputs().map(|outputs| outputs.step);
        if self.of != of || self.gradients.as_ref().map(|of| of.step) != step {
            self.of = of;
            self.gradients = Gradients::of(arm, lab.data());
            self.lit = None;
        }
        let (Some(gradients), Some(brush)) = (&self.gradients, cursor.selected()) else {
            self.lit = None;
            return;
        };
        let same = |(of, step, _): &(Brush, u64, _)| (*of, *step) == (brush, gradients.step);
        if !self.lit.as_ref().is_some_and(same) {
            let within = gradients.examples.iter().filter(|of| brush.holds(of.norm));
            let mut lit: Vec<u32> = within.map(|of| of.index as u32).collect();
            // The rarer ones first: not all may be drawn.
            let train = &lab.data().train;
            let is_common = |&index: &u32| is_common(train, lab.config().task, index as usize);
            lit.sort_by_key(is_common);
            self.lit = Some((brush, gradients.step, lit));
        }
    }

    /// The examples that are selected; `None` where nothing is.
    pub(super) fn lit(&self) -> Option<&[u32]> {
        self.lit.as_ref().map(|(_, _, lit)| lit.as_slice())
    }

    pub(super) fn example(&self, index: usize) -> Option<&ExampleGradient> {
        self.gradients.as_ref()?.example(index)
    }
}

fn is_common(split: &Split, task: Task, index: usize) -> bool {
    let first = task == Task::Regression || split.class(index) == 0;
    first && !split.flipped[index]
}

fn percent(share: f64) -> String {
    format!("{} %", number(100.0 * share))
}

/// Name and value, line by line.
fn lines(ui: &mut Ui, salt: &str, lines: &[(String, String)]) {
    egui::Grid::new(salt).num_columns(2).show(ui, |ui| {
        for (name, value) in lines {
            ui.label(RichText::new(name).weak());
            ui.label(value);
            ui.end_row();
        }
    });
}

fn line(name: &str, value: String) -> (String, String) {
    (name.to_owned(), value)
}

/// Cross-entropy or ASL1, which the running loss is compared with.
fn plain(task: Task) -> Loss {
    match task {
        Task::Binary | Task::Classes => Loss::CrossEntropy,
        Task::Regression => Loss::Asl1,
    }
}

/// What there is to know of one example.
pub(super) fn describe(ui: &mut Ui, lab: &Lab, memory: &Memory, example: &ExampleGradient) {
    let config = lab.config();
    let split = &lab.data().train;
    let flipped = split.flipped[example.index];
    let what = match config.task {
        Task::Regression if flipped => word("outlier").to_owned(),
        Task::Regression => word("example").to_owned(),
        Task::Binary => [word("negative"), word("positive")][split.class(example.index)].to_owned(),
        Task::Classes => tr!("class {}", split.class(example.index)),
    };
    let label = if flipped && config.task != Task::Regression {
        tr!("{what}, its label is flipped", what)
    } else {
        what
    };
    ui.label(tr!(
        "{label} (number {})",
        count(example.index as u64 + 1),
        label
    ));
    let bins = config.bins as usize;
    let bin = crate::ghm::bin(example.norm, bins);
    let weight = f64::from(example.harmonizing_weight);
    let density = if weight > 0.0 { 1.0 / weight } else { 0.0 };
    let shares = memory.gradients.as_ref().map(|of| of.shares(example));
    let [before, after] = shares.unwrap_or_default();
    let name = lab.arms()[lab.shown()].name();
    let plain = word(plain(config.task).short());
    lines(
        ui,
        word("example"),
        &[
            line(word("gradient norm g"), number(f64::from(example.norm))),
            line(word("bin"), tr!("{} of {bins}", bin + 1, bins)),
            line(word("density / N"), number(density)),
            line(word("weight beta"), number(weight)),
            line(plain, number(f64::from(example.plain_loss))),
            line(name, number(f64::from(example.loss))),
            line(word("of the gradient, before"), percent(before)),
            line(word("of the gradient, after"), percent(after)),
        ],
    );
}

/// The card of the bins that were brushed, within `size`; false where none were.
pub(super) fn card(
    ui: &mut Ui,
    lab: &Lab,
    memory: &Memory,
    cursor: &mut Cursor,
    size: Vec2,
) -> bool {
    let (Some(brush), Some(gradients)) = (cursor.brushed, &memory.gradients) else {
        return false;
    };
    let task = lab.config().task;
    let split = &lab.data().train;
    let classes = lab.config().number_of_classes();
    let selected = gradients.select(brush, split, task, classes);
    let layout = egui::Layout::top_down(egui::Align::LEFT);
    ui.allocate_ui_with_layout(size, layout, |ui| {
        ui.set_min_size(size);
        ui.horizontal(|ui| {
            let title = if brush.first == brush.last {
                tr!("Bin {}", brush.first + 1)
            } else {
                tr!("Bins {0} to {1}", brush.first + 1, brush.last + 1)
            };
            ui.label(style::strong(title, 14.0));
            let [low, high] = brush.range();
            let range = tr!("g from {0} to {1}", number(low), number(high));
            ui.label(RichText::new(range).weak());
            let tip = word("The curve of the loss is there again.");
            if button(ui, Icon::Close, 24.0, word("Let go of the bins"), tip).clicked() {
                cursor.brushed = None;
            }
        });
        let plain_loss = plain(task);
        let plain = word(plain_loss.short());
        let name = lab.arms()[lab.shown()].name();
        let mut rows = vec![line(
            word("training examples"),
            tr!(
                "{0} of {1}",
                count(selected.examples as u64),
                count(gradients.examples.len() as u64)
            ),
        )];
        let names = |class: usize| match task {
            Task::Binary => [word("negatives"), word("positives")][class].to_owned(),
            _ => tr!("class {class}", class),
        };
        for (class, &examples) in selected.classes.iter().enumerate() {
            rows.push((names(class), count(examples as u64)));
        }
        let flipped = match task {
            Task::Regression => word("outliers"),
            Task::Binary | Task::Classes => word("flipped labels among them"),
        };
        rows.push(line(flipped, count(selected.flipped as u64)));
        let share = |name: &str, share| (tr!("of the gradient under {name}", name), percent(share));
        rows.push(share(plain, selected.share_before));
        // Of the plain loss itself that would be the same once more.
        if lab.config().loss != plain_loss {
            rows.push(share(name, selected.share_after));
        }
        lines(ui, "card", &rows);
        ui.add_space(8.0);
        hardest(ui, lab, gradients, cursor, brush.bins);
    });
    true
}

/// Noise or rare: what the loss turns down among the hardest examples.
fn hardest(ui: &mut Ui, lab: &Lab, gradients: &Gradients, cursor: &mut Cursor, bins: usize) {
    let task = lab.config().task;
    let first = (f64::from(HARDEST) * bins as f64).round() as usize;
    let right_end = Brush::between(first.min(bins - 1), bins - 1, bins);
    if cursor.brushed != Some(right_end) {
        let tip = word(
            "How much of what the loss turns down there are flipped labels, and how much are rare \
                   examples that it should learn from. Known here, since the data was made here.",
        );
        if ui
            .button(word("g > 0.9: noise or rare?"))
            .on_hover_text(tip)
            .clicked()
        {
            cursor.brushed = Some(right_end);
        }
        return;
    }
    let down = gradients.turned_down(HARDEST, &lab.data().train, task);
    let name = lab.arms()[lab.shown()].name();
    ui.label(style::strong(word("Noise or rare?"), 14.0));
    if down.total == 0.0 {
        let text = tr!(
            "{name} turns none of the {} hardest down.",
            down.examples,
            name
        );
        ui.label(text);
        return;
    }
    let (noise, rare) = match task {
        Task::Regression => (word("outliers"), word("far from the target, but true")),
        Task::Binary | Task::Classes => (
            word("flipped labels"),
            word("true examples of the rarer class"),
        ),
    };
    let text = tr!("Of what {name} takes away from their gradients:", name);
    ui.add(egui::Label::new(text).wrap());
    let rare_share = match task {
        Task::Regression => down.common,
        Task::Binary | Task::Classes => down.rare,
    };
    let mut rows = vec![
        line(noise, percent(down.flipped)),
        line(rare, percent(rare_share)),
    ];
    if task != Task::Regression {
        rows.push(line(
            word("true examples of the first class"),
            percent(down.common),
        ));
    }
    lines(ui, "hardest", &rows);
}
