//! `--figure`: the three panels of the last state in a file.

use std::path::Path;

use super::Failure;
use crate::config::{Config, Regularization};
use crate::engine::{BackendInfo, Snapshot};
use crate::figure::{self, Profile, Shown, Theme};
use crate::ghm::Task;

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
    let profile = Profile::of(snapshot, config.shown_class.index());
    let shown = Shown::training(config.loss, config.task);
    let caption = caption(config, backend, snapshot);
    paint(format, &profile, &shown, config.panel, caption)
}

/// The three panels in a format.
///
/// # Errors
/// When the picture cannot be drawn.
pub(super) fn paint(
    format: Format,
    profile: &Profile,
    shown: &Shown,
    panel: Regularization,
    caption: String,
) -> Result<Vec<u8>, String> {
    let figure = figure::figure(profile, shown, panel, caption);
    match format {
        Format::Svg => Ok(figure::to_svg(&figure, &Theme::LIGHT, figure::SIZE).into_bytes()),
        Format::Png => figure::to_png(&figure, &Theme::LIGHT, figure::SIZE, SCALE),
    }
}

/// Names the run in one line.
fn caption(config: &Config, backend: &BackendInfo, snapshot: &Snapshot) -> String {
    let data = match config.task {
        Task::Binary => format!(
            "{}, {} examples, positive fraction {}",
            config.dataset.label(),
            config.examples,
            config.positive_fraction
        ),
        Task::Classes => format!(
            "{}, {} examples of {} classes, {} of them of the first",
            config.layout.label(),
            config.examples,
            config.classes,
            config.class_share
        ),
        Task::Regression => format!(
            "{}, {} examples, outliers {} {}, mu {}",
            config.curve.label(),
            config.examples,
            config.outliers,
            config.outlier_kind.label(),
            config.mu
        ),
    };
    let class = match config.shown_class.index() {
        Some(class) => format!(", class {class} alone"),
        None => String::new(),
    };
    format!(
        "{} after {} steps: {data}{class}, {} bins, momentum {}, {}, batch {}, seed {} ({})",
        config.loss.label(),
        snapshot.step,
        config.bins,
        config.momentum,
        config.convention.label(),
        snapshot.examples,
        config.seed,
        backend.kind,
    )
}
