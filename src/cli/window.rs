//! `ghm-lab app`: the native window.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use clap::ArgMatches;
use eframe::egui;

use super::scratch::clean_up_when_ended;
use super::{Failure, arguments, catch_panic, mistake, note};
use crate::app::{self, App, SharedLab};
use crate::config::Config;
use crate::data::predictions::Input;
use crate::engine::{Compute, EngineError};
use crate::words::{self, Language};

/// What to do where no window can open.
const OTHER_WAYS: &str = "use the page (web/serve.sh) or train without a window (ghm-lab train)";

/// A device that is lost sooner than this was lost at once.
const LEAST_LIFE: Duration = Duration::from_secs(5);
/// So many devices, one after the other, may be lost at once: a driver needs its time to be ready again.
const MOST_TRIES: u32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

/// Opens the window and stays until it is closed.
///
/// # Errors
/// A wrong setting, no display, or no way to draw on it.
pub(super) fn run(matches: &ArgMatches) -> Result<(), Failure> {
    let config = arguments::of_window(matches)?;
    let files = matches
        .try_get_many::<std::path::PathBuf>("files")
        .ok()
        .flatten();
    let inputs: Result<_, _> = files
        .into_iter()
        .flatten()
        .map(|path| app::input(path))
        .collect();
    let inputs = inputs.map_err(Failure::usage)?;
    let tag = sys_locale::get_locale().unwrap_or_default();
    words::speak(Language::of(&tag));
    clean_up_when_ended();
    show(&config, inputs, &|_, _| ()).map_err(Failure::run)
}

/// Shows the window with an experiment until a person closes it. When the device that draws it is lost, another
/// window with another device goes on with the experiment. `opened` sees each window and its experiment, for tests.
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
    end_with_the_display();
    let mut inputs = Some(inputs);
    let mut before: Option<Ended> = None;
    let mut tries = 0;
    loop {
        let mut shown = None;
        let create: eframe::AppCreator<'_> = Box::new(|context| {
            let compute = app::compute(context);
            let app = match &before {
                Some(ended) => ended.reopen(context, compute.clone())?,
                None => App::new(&context.egui_ctx, compute.clone(), config, &[])?,
            };
            let window = Window::new(app, context, compute);
            opened(context, &window.app.lab());
            if let Some(inputs) = inputs.take().filter(|inputs| !inputs.is_empty()) {
                window.app.lab().borrow_mut().open(inputs);
            }
            shown = Some(window.shown.clone());
            LAST.set(shown.clone());
            Ok(Box::new(window))
        });
        // To draw on a device that was lost in this very frame is a panic of egui's.
        let ran = catch_panic(|| eframe::run_native("GHM Lab", options(), create));
        if let (Some(farewell), false) = (without_display(), matches!(ran, Ok(Ok(())))) {
            return Err(farewell);
        }
        let gone = shown.as_ref().and_then(Shown::gone);
        match (shown, gone, ran) {
            (Some(shown), Some(reason), ran)
                if shown.closes.get() || !matches!(ran, Ok(Ok(()))) =>
            {
                if ran.is_err() {
                    let_the_event_loop_end(&reason);
                }
                tries = if !shown.lived.get() || shown.since.elapsed() < LEAST_LIFE {
                    tries + 1
                } else {
                    0
                };
                let ended = Ended { shown, reason };
                if tries == MOST_TRIES {
                    return Err(ended.farewell());
                }
                thread::sleep(PAUSE * tries);
                before = Some(ended);
            }
            (None, _, Ok(Ok(()))) => return before.map_or(Ok(()), |ended| Err(ended.farewell())),
            (_, _, Ok(ended)) => return ended.map_err(|error| explain(&error)),
            (_, _, Err(said)) => return Err(mistake(&said)),
        }
    }
}

thread_local! {
    /// What the last window showed.
    static LAST: RefCell<Option<Shown>> = const { RefCell::new(None) };
}

/// What there is to say when the display of a window is gone, if it is.
fn without_display() -> Option<String> {
    let shown = LAST
        .try_with(|last| last.try_borrow().ok()?.clone())
        .ok()??;
    let reason = "the display is gone".to_owned();
    (!display_answers()).then(|| Ended { shown, reason }.farewell())
}

/// What draws on a display that dies panics, and again while that panic takes the window down, which would abort the
/// process: it ends before.
fn end_with_the_display() {
    let next = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if let Some(farewell) = without_display() {
            note(&format!("error: {farewell}"));
            std::process::exit(1);
        }
        next(info);
    }));
}

/// What a window shows, for as long as its device is there.
#[derive(Clone)]
struct Shown {
    lab: SharedLab,
    context: egui::Context,
    /// Why the device that draws it is gone, if it is.
    lost: Rc<dyn Fn() -> Option<String>>,
    /// Whether it closes because of that, and not because a person wants it.
    closes: Rc<Cell<bool>>,
    /// Whether it was ever there in a frame.
    lived: Rc<Cell<bool>>,
    since: Instant,
}

impl Shown {
    fn gone(&self) -> Option<String> {
        (self.lost)()
    }
}

/// A window whose device was lost.
struct Ended {
    shown: Shown,
    reason: String,
}

impl Ended {
    /// The same experiment in another window that looks the same.
    fn reopen(
        &self,
        context: &eframe::CreationContext<'_>,
        compute: Compute,
    ) -> Result<App, EngineError> {
        let (old, new) = (&self.shown.context, &context.egui_ctx);
        let lab = Rc::clone(&self.shown.lab);
        let app = App::reopen(new, compute, lab, &self.reason)?;
        new.set_zoom_factor(old.zoom_factor());
        new.set_theme(old.options(|options| options.theme_preference));
        Ok(app)
    }

    /// When there is no other window: what happened, and how to go on without.
    fn farewell(&self) -> String {
        let Self { shown, reason } = self;
        // It may be in use when it ends.
        let link = shown.lab.try_borrow().map(|lab| lab.link());
        let link = link.unwrap_or_default();
        let reason = reason.trim_end_matches('.');
        match link.as_str() {
            "" => format!("{reason}; {OTHER_WAYS}"),
            link => format!("{reason}; {OTHER_WAYS}; the experiment's link is #{link}"),
        }
    }
}

/// The app, for as long as there is a device to draw it.
struct Window {
    app: App,
    shown: Shown,
}

impl Window {
    fn new(app: App, context: &eframe::CreationContext<'_>, compute: Compute) -> Self {
        let shown = Shown {
            lab: app.lab(),
            context: context.egui_ctx.clone(),
            lost: watch(context, compute),
            closes: Rc::default(),
            lived: Rc::default(),
            since: Instant::now(),
        };
        Self { app, shown }
    }
}

impl eframe::App for Window {
    fn logic(&mut self, ctx: &egui::Context, frame: &mut eframe::Frame) {
        if self.shown.gone().is_none() {
            self.shown.lived.set(true);
            self.app.logic(ctx, frame);
        } else if !ctx.input(|input| input.viewport().close_requested()) {
            self.shown.closes.set(true);
            ctx.send_viewport_cmd(egui::ViewportCommand::Close);
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, frame: &mut eframe::Frame) {
        if self.shown.gone().is_none() {
            self.app.ui(ui, frame);
        }
    }
}

/// What says why the device that draws the window is gone, if it is.
#[cfg_attr(
    not(feature = "gpu"),
    expect(unused_variables, reason = "OpenGL names no device that could be lost")
)]
fn watch(
    context: &eframe::CreationContext<'_>,
    compute: Compute,
) -> Rc<dyn Fn() -> Option<String>> {
    #[cfg(feature = "gpu")]
    if let (Some(state), Compute::Unavailable(_)) = (&context.wgpu_render_state, &compute) {
        // It draws, but is too small to train.
        return Rc::new(crate::engine::gpu::watch(&state.device));
    }
    Rc::new(move || compute.lost())
}

/// A panic leaves the event loop, of which a process has one, as if it still ran; it ends in a run without an app.
fn let_the_event_loop_end(reason: &str) {
    let refused: eframe::AppCreator<'_> = Box::new(|_| Err(reason.into()));
    // There is nothing that this could tell.
    let _ = eframe::run_native("GHM Lab", options(), refused);
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

/// Whether somebody still listens at the display; where that cannot be told, yes.
#[cfg(unix)]
fn display_answers() -> bool {
    use std::net::TcpStream;
    use std::os::unix::net::UnixStream;

    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(name) = set("WAYLAND_DISPLAY") {
        let folder = set("XDG_RUNTIME_DIR").unwrap_or_default();
        let socket = std::path::Path::new(&folder).join(name);
        return UnixStream::connect(socket).is_ok();
    }
    let Some(display) = set("DISPLAY") else {
        return true;
    };
    let Some((host, number)) = display.rsplit_once(':') else {
        return true;
    };
    let number = number.split('.').next().unwrap_or_default();
    match (host, number.parse::<u16>()) {
        ("" | "unix", Ok(number)) => {
            UnixStream::connect(format!("/tmp/.X11-unix/X{number}")).is_ok()
        }
        (host, Ok(number)) => TcpStream::connect((host, 6000_u16.saturating_add(number))).is_ok(),
        (_, Err(_)) => true,
    }
}

#[cfg(not(unix))]
fn display_answers() -> bool {
    true
}

fn options() -> eframe::NativeOptions {
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("GHM Lab")
            .with_app_id("ghm-lab")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([360.0, 480.0]),
        ..Default::default()
    };
    #[cfg(feature = "gpu")]
    let options = drawn_by_wgpu(options);
    options
}

#[cfg(feature = "gpu")]
fn drawn_by_wgpu(mut options: eframe::NativeOptions) -> eframe::NativeOptions {
    options.renderer = eframe::Renderer::Wgpu;
    if let eframe::egui_wgpu::WgpuSetup::CreateNew(setup) = &mut options.wgpu_options.wgpu_setup {
        setup.device_descriptor = std::sync::Arc::new(device);
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
