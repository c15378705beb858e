//! What COCO's tools write of detectors: rows without labels, of which the easy negatives are gone.

use super::super::error::ReadError;
use super::super::names::{named, plain};
use crate::words::word;

/// Refuses results of a detector, and annotations, where no column is of labels.
///
/// # Errors
/// Says what they lack.
pub(super) fn refuse(file: &str, names: &[String]) -> Result<(), ReadError> {
    let has = |wanted: &str| names.iter().any(|name| plain(name) == wanted);
    let place = |name: &String| {
        ["bbox", "segmentation", "keypoints"]
            .iter()
            .any(|of| plain(name).starts_with(of))
    };
    let has_labels = names.iter().any(|name| named(name).label);
    if !(has("imageid") && has("categoryid") && names.iter().any(place)) || has_labels {
        return Ok(());
    }
    let what = if has("score") {
        word(
            "it holds results of a detector in COCO's format: no row has a label, and the easy negatives are gone (score threshold, top k, NMS); record the outputs of all anchors with their labels, or, to see what survived, add \"label\" of 1 and 0 to each result, whether it matches an annotation",
        )
    } else {
        word(
            "it holds annotations in COCO's format, which have no outputs of a model; record the outputs of all anchors with their labels",
        )
    };
    Err(ReadError::of(file, what))
}
