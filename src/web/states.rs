//! What scripts are told of the running experiment.

use serde_json::{Value as Json, json};
use wasm_bindgen::prelude::*;

use super::{Page, to_js};
use crate::lab::{numbers, summary};

#[wasm_bindgen]
impl Page {
    /// The latest statistics, as an object.
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        let lab = self.lab.borrow();
        let mut object = numbers(&lab.arms()[lab.shown()]);
        object.insert("backend".to_owned(), lab.backend().kind.into());
        object.insert("adapter".to_owned(), lab.backend().adapter.as_str().into());
        to_js(&Json::Object(object))
    }

    /// The arms of the race, as a list of objects.
    pub fn arms(&self) -> Result<JsValue, JsValue> {
        let lab = self.lab.borrow();
        let arms = lab.arms().iter().enumerate().map(|(index, arm)| {
            let last = arm.history().last();
            json!({
                "name": arm.name(),
                "shown": index == lab.shown(),
                "muted": arm.is_muted(),
                "step": arm.present().step,
                "loss": arm.present().loss,
                "averagePrecision": last.and_then(|last| last.test.average_precision),
                "meanAbsoluteError": last.and_then(|last| last.test.absolute_error),
                "config": arm.config().to_json(),
            })
        });
        to_js(&Json::Array(arms.collect()))
    }

    /// What is on the screen, in a few sentences.
    pub fn summary(&self) -> String {
        summary(&self.lab.borrow())
    }

    /// Where the tour is: whether it is open, the key of its step, and what was tried of it.
    pub fn tour(&self) -> Result<JsValue, JsValue> {
        let lab = self.lab.borrow();
        let tour = lab.tour();
        let step = tour.step();
        let tried = (0..step.tries.len()).map(|nth| tour.was_tried(nth));
        to_js(&json!({
            "open": tour.is_open(),
            "step": step.key,
            "tried": tried.collect::<Vec<bool>>(),
            "done": tour.is_done(tour.index()),
        }))
    }
}
