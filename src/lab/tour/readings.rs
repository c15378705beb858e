//! Numbers of the running experiment that the tour and the sentence over the panels show; `None` while there are none.

use super::super::Lab;
use crate::ghm::{Loss, share_within};

/// Gradient norms up to this are called easy, and from 1 minus this on hard.
pub(in crate::lab) const END: f64 = 0.1;

/// Share of the mini-batch with a gradient norm in a range.
pub(in crate::lab) fn counts(lab: &Lab, low: f64, high: f64) -> Option<f64> {
    let counts = lab.snapshot().counts.iter();
    share_within(counts.map(|&count| f64::from(count)), low, high)
}

/// Share of the mini-batch with a gradient norm below 0.1.
pub(super) fn easy_examples(lab: &Lab) -> Option<f64> {
    counts(lab, 0.0, END)
}

/// Share of the mini-batch with a gradient norm above 0.9.
pub(super) fn hard_share(lab: &Lab) -> Option<f64> {
    counts(lab, 1.0 - END, 1.0)
}

/// Share of the gradient, under the acting loss, of the examples with a gradient norm below 0.1.
pub(super) fn easy_share(lab: &Lab) -> Option<f64> {
    share_under(lab, lab.snapshot().acting, 0.0, END)
}

/// Share of the gradient, were this the loss, of the examples with a gradient norm in a range.
pub(in crate::lab) fn share_under(lab: &Lab, loss: Loss, low: f64, high: f64) -> Option<f64> {
    let contribution = lab.snapshot().contribution_of(loss).iter();
    share_within(contribution.map(|&total| f64::from(total)), low, high)
}

/// Positives among the training examples.
pub(super) fn positives(lab: &Lab) -> Option<f64> {
    let targets = &lab.data().train.targets;
    Some(targets.iter().filter(|&&target| target > 0.0).count() as f64)
}

/// Share of the training targets that are outliers.
pub(super) fn outliers(lab: &Lab) -> Option<f64> {
    let flipped = &lab.data().train.flipped;
    let count = flipped.iter().filter(|&&flipped| flipped).count() as f64;
    (!flipped.is_empty()).then(|| count / flipped.len() as f64)
}

/// Largest relative distance of the harmonized contribution from the straight line.
pub(in crate::lab) fn line_deviation(lab: &Lab) -> Option<f64> {
    lab.snapshot().line_deviation()
}

/// How much too large an average from zero makes the weights at this step, `1 / (1 - alpha^t)`.
pub(super) fn start_factor(lab: &Lab) -> Option<f64> {
    let config = lab.config();
    let step = i32::try_from(lab.snapshot().step).unwrap_or(i32::MAX);
    if step == 0 {
        return None;
    }
    Some(if config.convention.corrects_bias() {
        1.0
    } else {
        1.0 / (1.0 - config.momentum.powi(step))
    })
}
