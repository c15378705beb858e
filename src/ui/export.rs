//! The menu that takes things home: link, command, figure, numbers, the whole experiment.

use egui::{RichText, Ui};

use super::icons::{Icon, button};
use super::{Content, Wish, egui, panels};
use crate::code::{Framework, code};
use crate::figure::{Figure, SIZE, Theme, to_svg};
use crate::lab::{Lab, bins_csv, caption, curves_csv};
use crate::words::{tr, word};

/// The button with the menu.
pub(super) fn menu(ui: &mut Ui, lab: &Lab, wish: &mut Option<Wish>, side: f32) {
    let tip = word("Link, figure, numbers, and the whole experiment as a file that opens again.");
    let response = button(ui, Icon::Export, side, word("Export"), tip);
    super::menu::deeds(&response, side, |ui| {
        ui.set_min_width(220.0);
        let mut chosen = None;
        let mut offer = |ui: &mut Ui, name: &str, tip: &str, make: &dyn Fn() -> Wish| {
            if ui.button(name).on_hover_text(tip).clicked() {
                chosen = Some(make());
            }
        };
        ui.label(RichText::new(word("Copy")).weak());
        if cfg!(target_arch = "wasm32") {
            let tip = word("The address of the page with these settings, of all arms of a race.");
            offer(ui, word("Link"), tip, &|| Wish::CopyLink(lab.link()));
        }
        let tip = word("What trains this without a window.");
        offer(ui, word("Command"), tip, &|| Wish::Copy {
            what: word("command"),
            text: command(lab),
        });
        for (index, framework) in Framework::ALL.iter().enumerate() {
            let name = tr!("Code for {}", word(framework.label()));
            let tip = tr!(
                "The running loss with the present settings as a small module. {}",
                word(Framework::DOCS[index])
            );
            offer(ui, &name, &tip, &|| Wish::Copy {
                what: word("code"),
                text: code(*framework, lab.config()),
            });
        }
        ui.separator();
        ui.label(RichText::new(word("Save")).weak());
        let tip = word("The three panels as they are now, with text that stays text.");
        offer(ui, word("Figure as SVG"), tip, &|| {
            save(
                "figure.svg",
                Content::Text(to_svg(&figure(lab), &Theme::LIGHT, SIZE)),
            )
        });
        let tip = word("The three panels as they are now, 2,100 pixels wide.");
        offer(ui, word("Figure as PNG"), tip, &|| {
            save("figure.png", Content::Picture(Box::new(figure(lab))))
        });
        let tip = word(
            "Counts, moving average, density, weight and contributions of every bin, of all arms.",
        );
        offer(ui, word("Bins as CSV"), tip, &|| {
            let arms = lab.arms().iter().map(|arm| (arm.name(), arm.snapshot()));
            save("bins.csv", Content::Text(bins_csv(arms)))
        });
        let tip = word("Loss and scores over the steps, of all arms.");
        offer(ui, word("Curves as CSV"), tip, &|| {
            save("curves.csv", Content::Text(curves_csv(lab)))
        });
        let tip = word(
            "Settings of all arms, how far they are, and all numbers. It opens again here, also by dropping \
                   it on the lab.",
        );
        offer(ui, word("Experiment as JSON"), tip, &|| {
            save("experiment.json", Content::Text(lab.experiment()))
        });
        ui.separator();
        let tip = word("An experiment that was saved here, or what ghm-lab train --json wrote.");
        offer(ui, word("Open an experiment…"), tip, &|| Wish::Open);
        if chosen.is_some() {
            *wish = chosen;
        }
    });
}

fn save(name: &str, content: Content) -> Wish {
    Wish::Save {
        name: format!("ghm-lab-{name}"),
        content,
    }
}

/// The three panels, as on the screen but with ranges of their own.
fn figure(lab: &Lab) -> Figure {
    let caption = caption(lab.config(), lab.backend().kind, lab.snapshot());
    let caption = match lab.arms() {
        [_] => caption,
        arms => {
            let names: Vec<&str> = arms.iter().map(|arm| arm.name()).collect();
            tr!("Race of {}; {caption}", names.join(", "), caption)
        }
    };
    Figure {
        panels: panels::panels(lab).into(),
        signs: vec!["⊗", "="],
        caption,
    }
}

/// The command line that trains the shown arm as far as it is now.
fn command(lab: &Lab) -> String {
    let steps = lab.snapshot().step.max(1);
    let mut command = format!("ghm-lab train --steps {steps}");
    let changes = lab.config().changes();
    for (key, value) in changes.split('&').filter_map(|pair| pair.split_once('=')) {
        command += &format!(" --{key} {value}");
    }
    command
}
