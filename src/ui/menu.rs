//! Menus, by pointer, finger or keys: one of which a row is chosen and holds, and one of things to do.

use egui::{AsIdSalt, ComboBox, Id, IdSalt, Key, Popup, Response, Ui};

use super::{TOUCH_ROW, egui, touch_sizes};

/// Height of a menu, beyond which its rows scroll.
const MOST_HEIGHT: f32 = 320.0;

/// A row that may be chosen.
pub(super) struct Row<T> {
    pub value: T,
    /// Whether it is the one that holds now.
    pub holds: bool,
    pub text: String,
    /// What is said when the pointer rests on it; may be empty.
    pub doc: &'static str,
}

/// A menu that shows `now` while it is closed; says which row was chosen.
pub(super) fn choice<T>(
    ui: &mut Ui,
    salt: impl AsIdSalt,
    label: Id,
    width: f32,
    now: &str,
    rows: impl Iterator<Item = Row<T>>,
) -> (Option<T>, Response) {
    let salt = IdSalt::new(salt);
    // As a combo box makes the id of its button.
    let button = ui.make_persistent_id(IdSalt::new(salt));
    let side = ui.spacing().interact_size.y;
    let mut chosen = None;
    let response = ComboBox::from_id_salt(salt)
        .width(width)
        .truncate()
        .height(MOST_HEIGHT)
        .selected_text(now)
        .show_ui(ui, |ui| {
            rows_for(ui, side);
            // Opened by keys, which go up and down from the row that holds.
            let opens = ui.memory(|memory| memory.has_focus(button));
            for row in rows {
                let mut option = ui.selectable_label(row.holds, row.text);
                if !row.doc.is_empty() {
                    option = option.on_hover_text(row.doc);
                }
                if opens && row.holds {
                    option.request_focus();
                    option.scroll_to_me(None);
                }
                if option.clicked() {
                    chosen = Some(row.value);
                    if option.has_focus() {
                        close(ui, button);
                    }
                }
            }
        })
        .response
        .labelled_by(label);
    (chosen, response)
}

/// The menu of a button that says what can be done.
pub(super) fn deeds(button: &Response, side: f32, rows: impl FnOnce(&mut Ui)) {
    Popup::menu(button).show(|ui| {
        rows_for(ui, side);
        rows(ui);
        let is_pressed = |key| ui.input(|input| input.key_pressed(key));
        let of_button = ui.memory(|memory| memory.has_focus(button.id));
        if !of_button && (is_pressed(Key::Enter) || is_pressed(Key::Space)) {
            close(ui, button.id);
        }
    });
}

/// By itself a menu closes at a click of the pointer only, not when a row is chosen by keys.
fn close(ui: &mut Ui, button: Id) {
    ui.memory_mut(|memory| memory.request_focus(button));
    ui.close();
}

/// Rows as high as fingers need them where the button that opens them is.
fn rows_for(ui: &mut Ui, side: f32) {
    if side >= TOUCH_ROW {
        touch_sizes(ui);
    }
}
