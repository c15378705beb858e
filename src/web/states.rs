//! What scripts are told of the running experiment.

use serde_json::{Map, Value as Json, json};
use wasm_bindgen::prelude::*;

use super::{Page, to_js};
use crate::ghm::Loss;

#[wasm_bindgen]
impl Page {
    /// The latest statistics, as an object.
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        let lab = self.lab.borrow();
        let snapshot = lab.snapshot();
        let contribution: Map<String, Json> = Loss::of(snapshot.task)
            .iter()
            .map(|&loss| {
                let of_loss = json!(snapshot.contribution_of(loss));
                (loss.key().to_owned(), of_loss)
            })
            .collect();
        let last = lab.history().last();
        let average_precision = last.and_then(|last| last.test.average_precision);
        let absolute_error = last.and_then(|last| last.test.absolute_error);
        to_js(&json!({
            "step": snapshot.step,
            "backend": lab.backend().kind,
            "adapter": lab.backend().adapter,
            "examples": snapshot.examples,
            "loss": snapshot.loss,
            "averagePrecision": average_precision,
            "meanAbsoluteError": absolute_error,
            "counts": snapshot.counts,
            "ema": snapshot.ema,
            "density": snapshot.density,
            "beta": snapshot.beta,
            "contribution": contribution,
        }))
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
                "step": arm.snapshot().step,
                "loss": arm.snapshot().loss,
                "averagePrecision": last.and_then(|last| last.test.average_precision),
                "meanAbsoluteError": last.and_then(|last| last.test.absolute_error),
                "config": arm.config().to_json(),
            })
        });
        to_js(&Json::Array(arms.collect()))
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
