//! The screen as a list of named elements, for a mirror of it in the page that assistive technology
//! reads: browsers see nothing in a canvas.

use std::collections::HashMap;

use eframe::egui;
use egui::accesskit::{Action, ActionData, ActionRequest, Node, NodeId, Role, Toggled, TreeId};
use serde_json::{Value as Json, json};
use wasm_bindgen::prelude::*;

use super::Page;

/// Keeps what egui tells of its widgets, and hands it what is done in the mirror.
#[derive(Default)]
pub(super) struct Mirror {
    elements: Vec<Json>,
    asked: Vec<ActionRequest>,
}

impl egui::Plugin for Mirror {
    fn debug_name(&self) -> &'static str {
        "mirror"
    }

    fn input_hook(&mut self, _ctx: &egui::Context, input: &mut egui::RawInput) {
        let asked = self.asked.drain(..);
        let events = asked.map(egui::Event::AccessKitActionRequest);
        input.events.extend(events);
    }

    fn output_hook(&mut self, _ctx: &egui::Context, output: &mut egui::FullOutput) {
        let Some(update) = &output.platform_output.accesskit_update else {
            return;
        };
        let nodes: HashMap<NodeId, &Node> =
            update.nodes.iter().map(|(id, node)| (*id, node)).collect();
        let Some(tree) = &update.tree else { return };
        self.elements.clear();
        let mut left = vec![tree.root];
        while let Some(id) = left.pop() {
            let Some(node) = nodes.get(&id) else { continue };
            self.elements
                .extend(element(id, node, &nodes, update.focus));
            left.extend(node.children().iter().rev());
        }
    }
}

/// What the mirror shows of a node; `None` of one that only holds others together.
fn element(id: NodeId, node: &Node, nodes: &HashMap<NodeId, &Node>, focus: NodeId) -> Option<Json> {
    let named_by = || {
        let names = node.labelled_by().iter();
        let names: Vec<&str> = names.filter_map(|id| nodes.get(id)?.value()).collect();
        (!names.is_empty()).then(|| names.join(" "))
    };
    let role = match node.role() {
        Role::Button => "button",
        Role::CheckBox => "checkbox",
        Role::ComboBox => "combobox",
        Role::Image => "img",
        Role::Label => "text",
        Role::Link => "link",
        Role::RadioButton => "radio",
        Role::Slider => "slider",
        Role::SpinButton => "spinbutton",
        Role::TextInput | Role::MultilineTextInput => "textbox",
        Role::ProgressIndicator => "progressbar",
        _ => return None,
    };
    let name = node.label().map(str::to_owned).or_else(named_by);
    let is_text = role == "text";
    let name = if is_text {
        node.value().map(str::to_owned)
    } else {
        name
    };
    let bounds = node.bounds().map(|of| [of.x0, of.y0, of.x1, of.y1]);
    let pressed = node.toggled().map(|toggled| toggled == Toggled::True);
    Some(json!({
        // Too long for a number of JavaScript.
        "id": id.0.to_string(),
        "role": role,
        "name": name.unwrap_or_default(),
        "value": (!is_text).then(|| node.value()).flatten(),
        "number": node.numeric_value(),
        "least": node.min_numeric_value(),
        "most": node.max_numeric_value(),
        "pressed": pressed,
        "disabled": node.is_disabled(),
        "focused": id == focus,
        "bounds": bounds,
    }))
}

#[wasm_bindgen]
impl Page {
    /// What is on the screen, in reading order, as a list of objects; from the first call on, with every
    /// frame.
    pub fn elements(&self) -> Result<JsValue, JsValue> {
        self.context.enable_accesskit();
        self.context.request_repaint();
        let elements = self.mirror(|mirror| mirror.elements.clone());
        super::to_js(&Json::Array(elements.unwrap_or_default()))
    }

    /// Does to an element what a person did to its mirror: clicks it, gives it the focus, or sets a
    /// number or text.
    pub fn act(&self, id: &str, action: &str, value: Option<String>) {
        let Ok(id) = id.parse() else { return };
        let number = value.as_ref().and_then(|value| value.parse().ok());
        let (action, data) = match (action, number) {
            ("focus", _) => (Action::Focus, None),
            ("set", Some(number)) => (Action::SetValue, Some(ActionData::NumericValue(number))),
            ("set", None) => (Action::SetValue, value.map(|v| ActionData::Value(v.into()))),
            _ => (Action::Click, None),
        };
        let request = ActionRequest {
            action,
            target_tree: TreeId::ROOT,
            target_node: NodeId(id),
            data,
        };
        self.mirror(|mirror| mirror.asked.push(request));
        self.context.request_repaint();
    }

    fn mirror<T>(&self, look: impl FnOnce(&mut Mirror) -> T) -> Option<T> {
        self.context.with_plugin(look)
    }
}
