//! What one row says: error, class and gradient norms, as training has them.

use super::settings::Settings;
use crate::data::predictions::Outputs;
use crate::ghm::{Task, asl1_norm, direction, sigmoid, softmax, softmax_log_odds};

/// Largest log-odds for the true class that a probability is taken for: that of the least positive number.
pub(super) const MOST_LOG_ODDS: f64 = 744.0;
/// Largest loss of a probability, and largest log-odds against the true class. One of 0 for what happened
/// would be an infinite loss; `torch.nn.BCELoss` takes it for this, too.
pub(super) const MOST_LOSS: f64 = 100.0;
/// Below it, `e^-100`, a probability of what happened has this loss.
pub(super) const LEAST_P: f64 = 3.720_075_976_020_836e-44;

/// One example.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// Log-odds against the true class, or the difference from the target.
    pub error: f64,
    pub class: usize,
    /// Gradient norm; of the true class where every entry counts.
    pub g: f64,
}

/// Log-odds of a class whose probability is 0 or 1 within what a float can say; others as they are.
fn within(error: f64) -> f64 {
    if error.is_infinite() {
        error.clamp(-MOST_LOG_ODDS, MOST_LOSS)
    } else {
        error
    }
}

/// `ln(g / p)` within what a float can say, where `g + p = 1`.
fn log_odds(g: f64, p: f64) -> f64 {
    (libm::log(g) - libm::log(p)).clamp(-MOST_LOG_ODDS, MOST_LOSS)
}

/// Measures an example from its outputs `[K]` and target.
#[inline]
pub(super) fn measure(settings: &Settings, outputs: &[f64], target: f64) -> Measured {
    let class = target as usize;
    match (settings.header.task, settings.header.outputs) {
        (Task::Regression, _) => {
            // Of two numbers whose difference is out of range.
            let error = (outputs[0] - target).clamp(-f64::MAX, f64::MAX);
            Measured {
                error,
                class: 0,
                g: asl1_norm(error, settings.rule.mu),
            }
        }
        (Task::Binary, Outputs::Probabilities) => {
            let p = outputs[0];
            let (g, p) = if class == 1 {
                (1.0 - p, p)
            } else {
                (p, 1.0 - p)
            };
            Measured {
                error: log_odds(g, p),
                class,
                g,
            }
        }
        (Task::Binary, _) => {
            let error = outputs[0] * direction(target);
            Measured {
                error,
                class,
                g: sigmoid(error),
            }
        }
        (Task::Classes, Outputs::Probabilities) => {
            let others = outputs.iter().enumerate().filter(|(k, _)| *k != class);
            let g: f64 = others.map(|(_, p)| p).sum();
            Measured {
                error: log_odds(g, outputs[class]),
                class,
                g: g.min(1.0),
            }
        }
        (Task::Classes, _) => {
            let error = within(softmax_log_odds(outputs, class));
            Measured {
                error,
                class,
                g: sigmoid(error),
            }
        }
    }
}

/// Probabilities of all classes, from logits or as they are.
pub(super) fn probabilities(settings: &Settings, outputs: &[f64], p: &mut [f64]) {
    match settings.header.outputs {
        Outputs::Probabilities => p.copy_from_slice(outputs),
        Outputs::Logits | Outputs::Values => softmax(outputs, p),
    }
}

/// Gradient norms that the histogram counts for an example: one, or `|p_k - y_k|` of every entry.
pub(super) fn entries(settings: &Settings, outputs: &[f64], seen: &Measured, norms: &mut [f64]) {
    if norms.len() > 1 {
        probabilities(settings, outputs, norms);
        norms[seen.class] = seen.g;
    } else {
        norms[0] = seen.g;
    }
}
