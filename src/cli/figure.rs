//! `--figure`: the three panels of the last state in a file.

use std::path::Path;

use super::Failure;
use crate::config::Config;
use crate::engine::{BackendInfo, Snapshot};
use crate::figure::{self, Theme};

/// The format of a figure, by the ending of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Svg,
    Png,
}

impl Format {
    /// # Errors
    /// When the ending is neither `.svg` nor `.png`.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        match ending.to_ascii_lowercase().as_str() {
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            _ => Err(Failure::usage(format!(
                "--figure: \"{}\" must end in .svg or .png",
                path.display()
            ))),
        }
    }
}

/// Pixels of a PNG for each of the figure's: 300 dots an inch at 7 inches of width.
const SCALE: f32 = 2.0;

/// The content of the file.
///
/// # Errors
/// When the picture cannot be drawn.
pub(super) fn draw(
    format: Format,
    config: &Config,
    backend: &BackendInfo,
    snapshot: &Snapshot,
) -> Result<Vec<u8>, String> {
    let figure = figure::figure(snapshot, config.loss, caption(config, backend, snapshot));
    match format {
        Format::Svg => Ok(figure::to_svg(&figure, &Theme::LIGHT, figure::SIZE).into_bytes()),
        Format::Png => figure::to_png(&figure, &Theme::LIGHT, figure::SIZE, SCALE),
    }
}

/// Names the run in one line.
fn caption(config: &Config, backend: &BackendInfo, snapshot: &Snapshot) -> String {
    format!(
        "{} after {} steps: {}, {} examples, positive fraction {}, {} bins, momentum {}, {}, \
         batch {}, seed {} ({})",
        config.loss.label(),
        snapshot.step,
        config.dataset.label(),
        config.examples,
        config.positive_fraction,
        config.bins,
        config.momentum,
        config.convention.label(),
        snapshot.examples,
        config.seed,
        backend.kind,
    )
}
