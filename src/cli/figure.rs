//! `--figure`: the three panels of the last state in a file.

use std::path::Path;

use super::Failure;
use super::output::Output;
use crate::config::Config;
use crate::engine::{BackendInfo, Snapshot};
use crate::figure::{self, Figure, Profile, Shown, Theme};
use crate::lab::caption;

/// The format of a figure, by the ending of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Svg,
    Png,
}

impl Format {
    /// SVG for a stream, whose name says nothing.
    ///
    /// # Errors
    /// When the ending of a file is neither `.svg` nor `.png`.
    fn of(path: &Path, output: &Output) -> Result<Self, Failure> {
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        match ending.to_ascii_lowercase().as_str() {
            "svg" => Ok(Self::Svg),
            "png" => Ok(Self::Png),
            _ if output.is_stream() => Ok(Self::Svg),
            _ => Err(Failure::usage(format!(
                "--figure: \"{}\" must end in .svg or .png",
                path.display()
            ))),
        }
    }
}

/// Where a figure goes, and as what.
///
/// # Errors
/// As [`Output::file`], and when the ending says of no format.
pub(super) fn output(path: &Path) -> Result<(Output, Format), Failure> {
    let output = Output::file("figure", path)?;
    let format = Format::of(path, &output)?;
    Ok((output, format))
}

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
    let shown = Shown::training(snapshot.acting, config.task);
    let caption = caption(config, backend.kind, snapshot);
    paint(format, &profile, &shown, config, caption)
}

/// The three panels in a format.
///
/// # Errors
/// When the picture cannot be drawn.
pub(super) fn paint(
    format: Format,
    profile: &Profile,
    shown: &Shown,
    config: &Config,
    caption: String,
) -> Result<Vec<u8>, String> {
    let figure = figure::figure(
        profile,
        shown,
        config.panel,
        config.contribution_axis,
        caption,
    );
    encode(format, &figure, figure::SIZE)
}

/// A figure of this size in a format.
///
/// # Errors
/// When the picture cannot be drawn.
pub(super) fn encode(format: Format, figure: &Figure, size: [f32; 2]) -> Result<Vec<u8>, String> {
    match format {
        Format::Svg => Ok(figure::to_svg(figure, &Theme::LIGHT, size).into_bytes()),
        Format::Png => figure::to_png(figure, &Theme::LIGHT, size, figure::SCALE),
    }
}
