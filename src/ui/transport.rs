//! Play, step, restart, speed, and where training is.

use egui::{Align, Layout, Slider, SliderClamping, ThemePreference, Ui};

use super::egui;
use super::icons::{Icon, button};
use super::{TOUCH, Wish, export, style};
use crate::figure::{count, number};
use crate::ghm::Task;
use crate::lab::{Command, Lab, MAX_SPEED, MIN_SPEED};
use crate::words::{self, Language, tr, word};

const SIDE: f32 = 32.0;

/// A row of this height with everything at its middle.
fn line(ui: &mut Ui, height: f32, contents: impl FnOnce(&mut Ui)) {
    let size = egui::vec2(ui.available_width(), height);
    ui.allocate_ui_with_layout(size, Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_height(height);
        contents(ui);
    });
}

/// The bar at the top of a wide screen.
pub(super) fn bar(ui: &mut Ui, lab: &mut Lab, wish: &mut Option<Wish>, keys_open: &mut bool) {
    line(ui, SIDE, |ui| {
        ui.label(style::strong("GHM Lab", 18.0))
            .on_hover_text(word("Gradient Harmonizing Mechanism, live.\nLi, Liu, Wang: Gradient Harmonized Single-stage Detector, AAAI 2019."));
        ui.add_space(8.0);
        super::tour::toggle(ui, lab, SIDE);
        ui.add_space(8.0);
        buttons(ui, lab, SIDE);
        ui.add_space(8.0);
        speed(ui, lab);
        ui.add_space(16.0);
        progress(ui, lab);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            theme_button(ui, SIDE);
            language_menu(ui, wish, SIDE);
            let tip = word("What each key does. It opens by ?, too.");
            if button(ui, Icon::Keys, SIDE, word("Keys"), tip).clicked() {
                *keys_open = true;
            }
            export::menu(ui, lab, wish, SIDE);
            super::xray::menu(ui, lab, wish, SIDE);
            ui.add_space(8.0);
            score(ui, lab);
        });
    });
}

/// The bar at the top of a narrow screen.
pub(super) fn title(ui: &mut Ui, lab: &mut Lab, wish: &mut Option<Wish>) {
    line(ui, 40.0, |ui| {
        ui.label(style::strong("GHM Lab", 18.0));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            theme_button(ui, 40.0);
            language_menu(ui, wish, 40.0);
            export::menu(ui, lab, wish, 40.0);
            super::xray::menu(ui, lab, wish, 40.0);
            super::tour::toggle(ui, lab, 40.0);
        });
    });
    line(ui, 24.0, |ui| {
        progress(ui, lab);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| score(ui, lab));
    });
}

/// The bar at the bottom of a narrow screen.
pub(super) fn touch_bar(ui: &mut Ui, lab: &mut Lab, sheet_open: &mut bool) {
    ui.horizontal(|ui| {
        buttons(ui, lab, TOUCH);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let (name, icon) = if *sheet_open {
                (word("Close settings"), Icon::Close)
            } else {
                (word("Settings"), Icon::Settings)
            };
            if button(
                ui,
                icon,
                TOUCH,
                name,
                word("Loss, data, network, training and speed."),
            )
            .clicked()
            {
                *sheet_open = !*sheet_open;
            }
        });
    });
}

fn buttons(ui: &mut Ui, lab: &mut Lab, side: f32) {
    let (icon, name, command) = if lab.is_playing() {
        (Icon::Pause, word("Pause"), Command::Pause)
    } else {
        (Icon::Play, word("Play"), Command::Play)
    };
    let mut chosen = None;
    let mut offer = |ui: &mut Ui, icon, name: &str, tip: &str, command| {
        if button(ui, icon, side, name, tip).clicked() {
            chosen = Some(command);
        }
    };
    offer(
        ui,
        Icon::Restart,
        word("Restart"),
        word("Train anew from the same seed."),
        Command::Restart,
    );
    offer(
        ui,
        Icon::NewSeed,
        word("New seed"),
        word("Train anew on other data, other first weights and another order."),
        Command::NewSeed,
    );
    offer(ui, icon, name, word("Train, or hold."), command);
    offer(
        ui,
        Icon::Step,
        word("Step"),
        word("One mini-batch, then pause."),
        Command::Step(1),
    );
    offer(
        ui,
        Icon::Epoch,
        word("Epoch"),
        word("To the end of the epoch, then pause."),
        Command::Epoch,
    );
    if let Some(command) = chosen {
        lab.command(command);
    }
}

/// The slider of steps a second.
pub(super) fn speed(ui: &mut Ui, lab: &mut Lab) {
    let mut speed = lab.speed();
    ui.horizontal(|ui| {
        let label = ui.label(word("speed"));
        ui.spacing_mut().slider_width = 112.0;
        let slider = Slider::new(&mut speed, MIN_SPEED..=MAX_SPEED)
            .logarithmic(true)
            .clamping(SliderClamping::Always)
            .smart_aim(true)
            .show_value(false);
        let response = ui.add(slider).labelled_by(label.id).on_hover_text(word(
            "Mini-batches a second while playing; at the right end as many as the engine can do.\n\
             Range: 1 to 10,000, then unlimited.",
        ));
        let text = if speed >= MAX_SPEED {
            word("as fast as it goes").to_owned()
        } else {
            tr!("{} steps/s", number(speed))
        };
        let width = ui.fonts_mut(|fonts| {
            let font = egui::TextStyle::Body.resolve(ui.style());
            fonts
                .layout_no_wrap(
                    word("as fast as it goes").to_owned(),
                    font,
                    egui::Color32::WHITE,
                )
                .size()
                .x
        });
        ui.allocate_ui_with_layout(
            egui::vec2(width, ui.spacing().interact_size.y),
            Layout::left_to_right(Align::Center),
            |ui| {
                ui.set_min_width(width);
                ui.label(egui::RichText::new(text).weak());
            },
        );
        if response.changed() {
            lab.command(Command::Speed(speed));
        }
    });
}

fn progress(ui: &mut Ui, lab: &Lab) {
    let snapshot = lab.snapshot();
    let state = if !lab.is_playing() && !lab.is_busy() {
        word("paused · ")
    } else {
        ""
    };
    ui.label(tr!(
        "{state}step {0} · epoch {1}",
        count(snapshot.step),
        count(u64::from(snapshot.epoch)),
        state
    ));
}

fn score(ui: &mut Ui, lab: &Lab) {
    // Beside an X-ray it would pass for that of the file.
    if lab.inspection().shown().is_some() {
        return;
    }
    let (name, help) = match lab.config().task {
        Task::Binary => (
            word("AP (test)"),
            word("Average precision on the test examples, whose labels are clean."),
        ),
        Task::Classes => (
            word("mean AP (test)"),
            word(
                "Average precision of each class against the others on the test examples, whose labels are \
             clean, and the mean over the classes.",
            ),
        ),
        Task::Regression => (
            word("MAE (test)"),
            word("Mean absolute error on the test examples, which have no outliers."),
        ),
    };
    let score = lab.evaluation().and_then(|point| point.headlines()[1]);
    let text = score.map_or("–".to_owned(), |value| format!("{value:.3}"));
    ui.label(style::strong(text, 18.0)).on_hover_text(help);
    ui.label(egui::RichText::new(name).weak());
}

fn language_menu(ui: &mut Ui, wish: &mut Option<Wish>, side: f32) {
    let tip = word("What the lab says it in.");
    let response = button(ui, Icon::Language, side, word("Language"), tip);
    super::menu::deeds(&response, side, |ui| {
        for language in Language::ALL {
            let chosen = language == words::language();
            if ui.selectable_label(chosen, language.name()).clicked() {
                *wish = Some(Wish::Speak(language));
            }
        }
    });
}

fn theme_button(ui: &mut Ui, side: f32) {
    let preference = ui.options(|options| options.theme_preference);
    let (icon, now, next) = match preference {
        ThemePreference::System => (Icon::System, word("as the system"), ThemePreference::Light),
        ThemePreference::Light => (Icon::Light, word("light"), ThemePreference::Dark),
        ThemePreference::Dark => (Icon::Dark, word("dark"), ThemePreference::System),
    };
    let tip = tr!("Now: {now}. Goes on to light, dark, as the system.", now);
    if button(ui, icon, side, word("Theme"), &tip).clicked() {
        ui.ctx().set_theme(next);
    }
}
