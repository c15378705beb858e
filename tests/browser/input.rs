//! What hands do: the mouse, keys, files that fall on the page.

use std::path::Path;

use serde_json::{Value, json};

use super::cdp::Page;

const MOUSE: &str = "Input.dispatchMouseEvent";

impl Page<'_> {
    /// Clicks at a point. Press and release go out together: the page answers a press when it
    /// has drawn, and on a loaded machine that is later than a click lasts.
    pub fn click(&mut self, at: (f64, f64)) {
        self.point_at(at);
        let press = mouse("mousePressed", at, 1);
        let release = mouse("mouseReleased", at, 0);
        self.call_both(MOUSE, [press, release]);
    }

    /// Presses at one point and lets go at another, in steps, as a hand does.
    pub fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.point_at(from);
        self.call(MOUSE, mouse("mousePressed", from, 1));
        for share in [0.25, 0.5, 0.75, 1.0] {
            let at = |a: f64, b: f64| a + share * (b - a);
            let at = (at(from.0, to.0), at(from.1, to.1));
            self.call(MOUSE, mouse("mouseMoved", at, 1));
        }
        self.call(MOUSE, mouse("mouseReleased", to, 0));
    }

    /// Moves the mouse, no button down.
    pub fn point_at(&mut self, at: (f64, f64)) {
        self.call(MOUSE, mouse("mouseMoved", at, 0));
    }

    /// Presses a key for what has the focus in the page.
    pub fn key(&mut self, key: &str) {
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({
                "type": kind, "key": key, "code": key, "text": text,
                "windowsVirtualKeyCode": if key == "Enter" { 13 } else { 0 },
            });
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// Drags a file over the page and lets it fall.
    pub fn drop_file(&mut self, path: &Path) {
        for kind in ["dragEnter", "dragOver", "drop"] {
            let event = json!({
                "type": kind, "x": 640, "y": 300,
                "data": {"items": [], "files": [path], "dragOperationsMask": 1},
            });
            self.call("Input.dispatchDragEvent", event);
        }
    }
}

/// An event of the mouse, its left button down or up.
fn mouse(kind: &str, (x, y): (f64, f64), buttons: u32) -> Value {
    let button = if kind == "mouseMoved" { "none" } else { "left" };
    json!({
        "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1
    })
}
