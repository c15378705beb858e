//! Keys for everything that has a button, and the list of them.

use egui::{Id, Key, KeyboardShortcut, Modal, Modifiers, Ui};

use super::{View, egui, style};
use crate::lab::{Command, Lab, STEPS};
use crate::words::{text, word};

/// What a key does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    PlayOrPause,
    Step,
    Epoch,
    Restart,
    NewSeed,
    Undo,
    Redo,
    Tour,
    NextStep,
    StepBefore,
    Help,
}

const NONE: Modifiers = Modifiers::NONE;
const COMMAND: Modifiers = Modifiers::COMMAND;
const COMMAND_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// Each key with what it does; of two that match, the one with more modifiers first.
const KEYS: [(Modifiers, Key, Deed, &str); 13] = [
    (NONE, Key::Space, Deed::PlayOrPause, text("play or pause")),
    (NONE, Key::S, Deed::Step, text("one mini-batch")),
    (NONE, Key::E, Deed::Epoch, text("to the end of the epoch")),
    (NONE, Key::R, Deed::Restart, text("restart")),
    (NONE, Key::N, Deed::NewSeed, text("new seed")),
    (
        COMMAND_SHIFT,
        Key::Z,
        Deed::Redo,
        text("take the settings forward again"),
    ),
    (
        COMMAND,
        Key::Y,
        Deed::Redo,
        text("take the settings forward again"),
    ),
    (COMMAND, Key::Z, Deed::Undo, text("take the settings back")),
    (NONE, Key::T, Deed::Tour, text("open or leave the tour")),
    (
        NONE,
        Key::PageDown,
        Deed::NextStep,
        text("next step of the tour"),
    ),
    (
        NONE,
        Key::PageUp,
        Deed::StepBefore,
        text("step before in the tour"),
    ),
    (NONE, Key::Questionmark, Deed::Help, text("this list")),
    (NONE, Key::F1, Deed::Help, text("this list")),
];

/// Does what keys ask for, unless something that has the focus takes them.
pub(super) fn listen(ui: &Ui, lab: &mut Lab, view: &mut View) {
    let has_focus = ui.memory(|memory| memory.focused().is_some());
    let writes = ui.ctx().text_edit_focused();
    if writes {
        return;
    }
    for (modifiers, key, deed, _) in KEYS {
        // Space presses the button that has the focus.
        if has_focus && key == Key::Space {
            continue;
        }
        if ui.input_mut(|input| input.consume_key(modifiers, key)) {
            perform(deed, lab, view);
        }
    }
}

fn perform(deed: Deed, lab: &mut Lab, view: &mut View) {
    let step = lab.tour().index();
    let touring = lab.tour().is_open();
    match deed {
        Deed::PlayOrPause if lab.is_playing() => lab.command(Command::Pause),
        Deed::PlayOrPause => lab.command(Command::Play),
        Deed::Step => lab.command(Command::Step(1)),
        Deed::Epoch => lab.command(Command::Epoch),
        Deed::Restart => lab.command(Command::Restart),
        Deed::NewSeed => lab.command(Command::NewSeed),
        Deed::Undo => lab.undo(),
        Deed::Redo => lab.redo(),
        Deed::Tour if touring => lab.leave_tour(),
        Deed::Tour => lab.resume_tour(),
        Deed::NextStep if touring && step + 1 < STEPS.len() => lab.visit(step + 1),
        Deed::StepBefore if touring && step > 0 => lab.visit(step - 1),
        Deed::NextStep | Deed::StepBefore => {}
        Deed::Help => view.keys_open = !view.keys_open,
    }
}

/// The list of keys, over everything else.
pub(super) fn help(ui: &Ui, view: &mut View) {
    if !view.keys_open {
        return;
    }
    let frame = egui::Frame::popup(ui.style()).inner_margin(16);
    let modal = Modal::new(Id::unique("keys"))
        .frame(frame)
        .show(ui.ctx(), |ui| {
            ui.label(style::strong(word("Keys"), 18.0));
            ui.add_space(8.0);
            // Lower than the list where text is large.
            let height = ui.ctx().content_rect().height() - 128.0;
            egui::ScrollArea::vertical()
                .max_height(height)
                .show(ui, list);
            ui.add_space(8.0);
            ui.button(word("Close")).clicked()
        });
    if modal.inner || modal.should_close() {
        view.keys_open = false;
    }
}

fn list(ui: &mut Ui) {
    egui::Grid::new("keys")
        .num_columns(2)
        .spacing([24.0, 6.0])
        .show(ui, |ui| {
            // The keys of a deed stand one after the other.
            for of_deed in KEYS.chunk_by(|a, b| a.2 == b.2) {
                let names = of_deed
                    .iter()
                    .map(|(modifiers, key, ..)| written(ui, *modifiers, *key));
                let names: Vec<String> = names.collect();
                ui.label(style::strong(names.join(", "), 14.0));
                ui.label(word(of_deed[0].3));
                ui.end_row();
            }
            let zoom = [Key::Plus, Key::Minus].map(|key| written(ui, COMMAND, key));
            for (keys, does) in [
                (zoom.join(", "), word("larger and smaller, text and all")),
                (
                    word("Tab, arrows").to_owned(),
                    word("to every control, and its value"),
                ),
            ] {
                ui.label(style::strong(keys, 14.0));
                ui.label(word(does));
                ui.end_row();
            }
        });
}

/// A key as it is written on keyboards.
fn written(ui: &Ui, modifiers: Modifiers, key: Key) -> String {
    match key {
        Key::Questionmark => "?".to_owned(),
        _ => (ui.ctx()).format_shortcut(&KeyboardShortcut::new(modifiers, key)),
    }
}
