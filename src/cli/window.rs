//! `ghm-lab app`: the native window.

use clap::ArgMatches;
use eframe::egui;

use super::{Failure, arguments};
use crate::app::{self, App};
use crate::data::predictions::Input;
use crate::words::{self, Language};

/// What to do where no window can open.
const OTHER_WAYS: &str = "use the page (web/serve.sh) or train without a window (ghm-lab train)";

/// Opens the window and stays until it is closed.
///
/// # Errors
/// A wrong setting, no display, or no way to draw on it.
pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = arguments::config(matches)?;
    let files = matches
        .try_get_many::<std::path::PathBuf>("files")
        .ok()
        .flatten();
    let inputs: Vec<Input> = files
        .into_iter()
        .flatten()
        .map(|path| Input::file(path))
        .collect();
    if !has_display() {
        return Err(Failure::run(format!(
            "there is no display to open a window on; {OTHER_WAYS}"
        )));
    }
    let create: eframe::AppCreator<'_> = Box::new(move |context| {
        let tag = sys_locale::get_locale().unwrap_or_default();
        words::speak(Language::of(&tag));
        let app = App::new(&context.egui_ctx, app::compute(context), &config, &[])?;
        if !inputs.is_empty() {
            app.lab().borrow_mut().open(inputs);
        }
        Ok(Box::new(app) as Box<dyn eframe::App>)
    });
    eframe::run_native("GHM Lab", options(), create).map_err(|error| match error {
        // Ours, in full sentences.
        eframe::Error::AppCreation(error) => Failure::run(error),
        // These name lines of winit's source before the reason.
        error @ (eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_)) => {
            let text = error.to_string();
            let reason = text.rsplit(": ").next().unwrap_or(&text);
            Failure::run(format!("the window cannot open: {reason}; {OTHER_WAYS}"))
        }
        error => Failure::run(format!("the window cannot open: {error}; {OTHER_WAYS}")),
    })
}

/// Asked first, since the libraries of a missing display report it in many words.
fn has_display() -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let needs_server = cfg!(any(
        target_os = "linux",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd",
        target_os = "dragonfly"
    ));
    !needs_server
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"]
            .iter()
            .any(set)
}

fn options() -> eframe::NativeOptions {
    let mut options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("GHM Lab")
            .with_app_id("ghm-lab")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([360.0, 480.0]),
        ..Default::default()
    };
    #[cfg(feature = "gpu")]
    {
        options.renderer = eframe::Renderer::Wgpu;
        if let eframe::egui_wgpu::WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup
        {
            setup.device_descriptor = std::sync::Arc::new(device);
        }
    }
    options
}

/// One device draws and trains. An adapter that cannot have the default limits still draws, and
/// training then says why it is on the CPU.
#[cfg(feature = "gpu")]
fn device(adapter: &wgpu::Adapter) -> wgpu::DeviceDescriptor<'static> {
    wgpu::DeviceDescriptor {
        label: Some("ghm-lab"),
        required_limits: wgpu::Limits::default().or_worse_values_from(&adapter.limits()),
        ..Default::default()
    }
}
