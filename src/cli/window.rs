//! `ghm-lab app`: the native window.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::time::{Duration, Instant};

use clap::ArgMatches;
use eframe::egui;

use super::{Failure, arguments};
use crate::app::{self, App, SharedLab};
use crate::config::Config;
use crate::data::predictions::Input;
use crate::engine::Compute;
use crate::words::{self, Language};

/// What to do where no window can open.
const OTHER_WAYS: &str = "use the page (web/serve.sh) or train without a window (ghm-lab train)";

/// A window whose device is lost sooner than this is not followed by another.
const LEAST_LIFE: Duration = Duration::from_secs(5);

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
    let inputs = files
        .into_iter()
        .flatten()
        .map(|path| Input::file(path))
        .collect();
    let tag = sys_locale::get_locale().unwrap_or_default();
    words::speak(Language::of(&tag));
    show(&config, inputs, &|_, _| ()).map_err(Failure::run)
}

/// Shows the window with an experiment until a person closes it. When the device that draws it is lost, another
/// window with another device goes on with the experiment. `opened` sees each window and its experiment.
///
/// # Errors
/// Why no window can open, or stay open, in words.
pub fn show(
    config: &Config,
    inputs: Vec<Input>,
    opened: &dyn Fn(&eframe::CreationContext<'_>, &SharedLab),
) -> Result<(), String> {
    if !has_display() {
        return Err(format!(
            "there is no display to open a window on; {OTHER_WAYS}"
        ));
    }
    let shown: RefCell<Option<(SharedLab, Compute)>> = RefCell::default();
    let mut inputs = Some(inputs);
    let mut reason: Option<String> = None;
    loop {
        let since = Instant::now();
        let create: eframe::AppCreator<'_> = Box::new(|context| {
            let compute = app::compute(context);
            let before = shown.take().zip(reason.take());
            let app = match before {
                Some(((lab, _), reason)) => {
                    App::reopen(&context.egui_ctx, compute.clone(), lab, &reason)?
                }
                None => App::new(&context.egui_ctx, compute.clone(), config, &[])?,
            };
            let lab = app.lab();
            shown.replace(Some((lab.clone(), compute.clone())));
            opened(context, &lab);
            if let Some(inputs) = inputs.take().filter(|inputs| !inputs.is_empty()) {
                lab.borrow_mut().open(inputs);
            }
            let drawn_on = compute;
            Ok(Box::new(Window { app, drawn_on }))
        });
        // To draw on a device that was lost in this very frame is a panic of egui's.
        let run = || eframe::run_native("GHM Lab", options(), create);
        let ended = catch_unwind(AssertUnwindSafe(run));
        reason = (shown.borrow().as_ref()).and_then(|(_, drawn_on)| drawn_on.lost());
        match (&reason, ended) {
            (Some(reason), _) if since.elapsed() < LEAST_LIFE => {
                return Err(format!("{reason}; {OTHER_WAYS}"));
            }
            (Some(_), Ok(_)) => {}
            (Some(reason), Err(_)) => let_the_event_loop_end(reason),
            (None, Ok(ended)) => return ended.map_err(|error| explain(&error)),
            (None, Err(panic)) => resume_unwind(panic),
        }
    }
}

/// A panic leaves the event loop, of which a process has one, as if it still ran; it ends in a run without an app.
fn let_the_event_loop_end(reason: &str) {
    let refused: eframe::AppCreator<'_> = Box::new(|_| Err(reason.into()));
    // There is nothing that this could tell.
    let _ = eframe::run_native("GHM Lab", options(), refused);
}

/// The app, for as long as there is a device to draw it.
struct Window {
    app: App,
    drawn_on: Compute,
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        if self.drawn_on.lost().is_some() {
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        } else {
            self.app.logic(ctx, frame);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        if self.drawn_on.lost().is_none() {
            self.app.ui(ui, frame);
        }
    }
}

fn explain(error: &eframe::Error) -> String {
    match error {
        // Ours, in full sentences.
        eframe::Error::AppCreation(error) => error.to_string(),
        // These name lines of winit's source before the reason.
        eframe::Error::Winit(_) | eframe::Error::WinitEventLoop(_) => {
            let text = error.to_string();
            let reason = text.rsplit(": ").next().unwrap_or(&text);
            format!("the window cannot open: {reason}; {OTHER_WAYS}")
        }
        error => format!("the window cannot open: {error}; {OTHER_WAYS}"),
    }
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
