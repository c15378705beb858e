//! The window: an experiment and its screen inside eframe, native and in the browser.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui;

use crate::config::{Backend, Config, SettingError};
#[cfg(not(target_arch = "wasm32"))]
use crate::data::predictions::{ENDINGS, Input};
use crate::engine::{Compute, EngineError};
#[cfg(not(target_arch = "wasm32"))]
use crate::figure::{self, Theme};
use crate::lab::{Command, Lab, Severity};
use crate::ui::{self, View};
#[cfg(not(target_arch = "wasm32"))]
use crate::ui::{Content, Wish};
#[cfg(not(target_arch = "wasm32"))]
use crate::words::{tr, word};

/// The experiment, shared with whoever else commands it (the page's scripting interface).
pub type SharedLab = Rc<RefCell<Lab>>;

/// GHM Lab in a window.
pub struct App {
    lab: SharedLab,
    view: View,
}

impl App {
    /// Opens with valid settings and starts training; `errors` are what was wrong with the link.
    /// An engine that cannot be had is replaced by one that can, with a message.
    ///
    /// # Errors
    /// When no engine starts at all.
    pub fn new(
        context: &egui::Context,
        compute: Compute,
        config: &Config,
        errors: &[SettingError],
    ) -> Result<Self, EngineError> {
        ui::install(context);
        // The last that there is: what can be had of the settings, else the defaults.
        let others = [
            Config {
                backend: Backend::Auto,
                ..config.clone()
            },
            Config::default(),
        ];
        let mut others = others.iter();
        let mut started = Lab::new(config, compute.clone());
        let mut refused = None;
        let mut lab = loop {
            match (started, others.next()) {
                (Ok(lab), _) => break lab,
                (Err(error), None) => return Err(error),
                (Err(error), Some(other)) => {
                    started = Lab::new(other, compute.clone());
                    refused.get_or_insert(error);
                }
            }
        };
        if let Some(error) = refused {
            lab.messages.add(Severity::Error, error.to_string());
        }
        for error in errors {
            lab.messages.add(Severity::Error, error.to_string());
        }
        lab.command(Command::Play);
        Ok(Self {
            lab: Rc::new(RefCell::new(lab)),
            view: View::default(),
        })
    }

    /// Goes on in another window with the experiment of one whose device was lost for this reason.
    ///
    /// # Errors
    /// When no engine starts at all.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn reopen(
        context: &egui::Context,
        compute: Compute,
        lab: SharedLab,
        reason: &str,
    ) -> Result<Self, EngineError> {
        ui::install(context);
        lab.borrow_mut().go_on_with(compute, reason)?;
        Ok(Self {
            lab,
            view: View::default(),
        })
    }

    /// What the screen shows.
    pub fn view(&mut self) -> &mut View {
        &mut self.view
    }

    /// The experiment, to command it from outside; do not hold a borrow across frames.
    pub fn lab(&self) -> SharedLab {
        Rc::clone(&self.lab)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl App {
    /// Opens what was dropped on the window, and does what only a window can.
    fn serve(&mut self, context: &egui::Context) {
        let dropped = context.input(|input| input.raw.dropped_files.clone());
        let mut paths: Vec<_> = dropped.iter().map(|file| file.path().to_owned()).collect();
        match self.view.wish.take() {
            Some(Wish::Open) => {
                let dialog = rfd::FileDialog::new()
                    .set_title(word("Predictions or an experiment"))
                    .add_filter(word("predictions and experiments"), &ENDINGS)
                    .add_filter(word("all files"), &["*"]);
                paths.extend(dialog.pick_files().unwrap_or_default());
            }
            Some(Wish::Sample(sample)) => self.lab.borrow_mut().inspect_sample(&sample),
            Some(Wish::Save { name, content }) => self.save(&name, content),
            Some(Wish::Copy { what, text }) => {
                context.copy_text(text);
                let text = tr!("The {what} is on the clipboard.", what);
                self.lab.borrow_mut().messages.add(Severity::Note, text);
            }
            Some(Wish::Speak(language)) => ui::speak(context, language),
            // A window has no address.
            Some(Wish::CopyLink(_)) | None => {}
        }
        if !paths.is_empty() {
            let inputs: Result<Vec<_>, _> = paths.iter().map(|path| input(path)).collect();
            let mut lab = self.lab.borrow_mut();
            match inputs {
                Ok(inputs) => lab.open(inputs),
                Err(text) => lab.messages.add(Severity::Error, text),
            }
        }
    }

    /// Asks where to, and writes.
    fn save(&self, name: &str, content: Content) {
        let dialog = rfd::FileDialog::new().set_file_name(name);
        let Some(path) = dialog.save_file() else {
            return;
        };
        let bytes = match content {
            Content::Text(text) => Ok(text.into_bytes()),
            Content::Picture(figure) => {
                figure::to_png(&figure, &Theme::LIGHT, figure::SIZE, figure::SCALE)
            }
        };
        let written = bytes.and_then(|bytes| crate::cli::write_whole(&path, &bytes));
        let mut lab = self.lab.borrow_mut();
        let path = path.display();
        match written {
            Ok(()) => lab.messages.add(Severity::Note, tr!("Wrote {path}.", path)),
            Err(reason) => {
                let text = tr!(
                    "{path} could not be written: {reason}; choose another place.",
                    path,
                    reason
                );
                lab.messages.add(Severity::Error, text);
            }
        }
    }
}

/// A file to be opened.
///
/// # Errors
/// When it is a pipe or a device: the window would wait for whoever writes to it.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn input(path: &std::path::Path) -> Result<Input, String> {
    match path.metadata() {
        Ok(there) if !there.is_file() && !there.is_dir() => Err(tr!(
            "{path} is no file but a pipe or a device; save what comes out of it as a file, or give it to \
             ghm-lab xray",
            path = path.display()
        )),
        _ => Ok(Input::file(path)),
    }
}

#[cfg(target_arch = "wasm32")]
impl App {
    /// The page does it: what is dropped, dialogs and the clipboard are the browser's.
    fn serve(&mut self, _context: &egui::Context) {
        if let Some(wish) = self.view.wish.take() {
            crate::web::serve(wish);
        }
    }
}

/// The device that draws the window, for training, where it can.
#[cfg(feature = "gpu")]
pub fn compute(context: &eframe::CreationContext<'_>) -> Compute {
    use crate::engine::gpu::Gpu;
    let Some(state) = &context.wgpu_render_state else {
        return Compute::Unavailable(
            crate::words::word("this window is not drawn by wgpu").to_owned(),
        );
    };
    match Gpu::from_parts(&state.adapter, state.device.clone(), state.queue.clone()) {
        Ok(gpu) => Compute::Gpu(gpu),
        Err(reason) => Compute::Unavailable(reason),
    }
}

/// What trains beside a window that no compute shader can draw in.
#[cfg(not(any(feature = "gpu", target_arch = "wasm32")))]
pub fn compute(_context: &eframe::CreationContext<'_>) -> Compute {
    Compute::Unavailable(crate::words::word("this build has no compute shaders").to_owned())
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        let mut lab = self.lab.borrow_mut();
        lab.tick();
        if lab.is_busy() {
            ctx.request_repaint();
        }
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        ui::show(ui, &mut self.lab.borrow_mut(), &mut self.view);
        self.serve(ui.ctx());
        // A click may have given the experiment something to do.
        if self.lab.borrow().is_busy() {
            ui.ctx().request_repaint();
        }
    }
}
