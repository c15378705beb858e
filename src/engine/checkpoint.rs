//! Where a run is, so that it can be gone on with: on the same engine after its numbers were lost, or
//! on another.

use serde::{Deserialize, Serialize};

use super::{Clocks, EngineError};
use crate::data::Order;
use crate::ghm::Average;
use crate::words::tr;

/// All that the next step depends on beside settings and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// Steps done.
    pub step: u64,
    pub place: Place,
    /// The order at that place, which another app has to find by itself.
    #[serde(skip)]
    pub(super) order: Option<Order>,
    /// Flat parameters `[p]`; `Network::named` names them.
    pub parameters: Vec<f32>,
    /// Of the optimizer, `[2, p]`.
    pub moments: Vec<f32>,
    /// Moving average of the counts.
    pub average: Average<f32>,
}

/// Place in the order of the examples, and what the clocks have counted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    epoch: u32,
    /// Examples of the epoch that were seen.
    seen: usize,
    /// Updates since the optimizer started.
    updates: u32,
}

impl Place {
    pub(super) fn of(order: &Order, clocks: &Clocks) -> Self {
        Self {
            epoch: order.epoch(),
            seen: order.seen(),
            updates: clocks.updates,
        }
    }

    /// Moves an order that is at its beginning, and clocks, to this place, where the order was `kept`.
    pub(super) fn restore(&self, kept: Option<&Order>, order: &mut Order, clocks: &mut Clocks) {
        match kept {
            Some(kept) => *order = kept.clone(),
            None => order.go_to(self.epoch, self.seen),
        }
        clocks.updates = self.updates;
    }
}

/// What a change of settings starts anew.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Forgotten {
    /// The moving average.
    pub density: bool,
    /// The optimizer's moments.
    pub optimizer: bool,
}

impl Checkpoint {
    /// Starts anew what a change of settings did.
    pub fn forget(&mut self, what: Forgotten) {
        if what.density {
            self.average = Average::new(self.average.ema.len());
        }
        if what.optimizer {
            self.moments.fill(0.0);
            self.place.updates = 0;
        }
    }

    /// Whether training can go on from it at all.
    pub fn is_finite(&self) -> bool {
        let Average { ema, filled } = &self.average;
        let all = [&self.parameters, &self.moments, ema, filled];
        all.into_iter().flatten().all(|value| value.is_finite())
    }

    /// Whether it is one of a network with so many parameters.
    ///
    /// # Errors
    /// What does not fit.
    pub(super) fn check(&self, parameters: usize, examples: usize) -> Result<(), EngineError> {
        let sizes = [self.parameters.len(), self.moments.len()];
        let fits = sizes == [parameters, 2 * parameters] && self.place.seen <= examples;
        if fits && self.is_finite() {
            return Ok(());
        }
        let step = self.step;
        Err(EngineError(tr!(
            "what was kept of step {step} is not of this network",
            step
        )))
    }
}
