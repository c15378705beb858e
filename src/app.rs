//! The window: an experiment and its screen inside eframe, native and in the browser.

use std::cell::RefCell;
use std::rc::Rc;

use eframe::egui;

use crate::config::{Backend, Config, SettingError};
#[cfg(not(target_arch = "wasm32"))]
use crate::data::predictions::Input;
use crate::engine::{Compute, EngineError};
use crate::lab::{Command, Lab, Severity};
use crate::ui::{self, View, Wish};

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
        let mut lab = match Lab::new(config, compute.clone()) {
            Ok(lab) => lab,
            Err(error) => {
                let config = Config {
                    backend: Backend::Auto,
                    ..config.clone()
                };
                let mut lab = Lab::new(&config, compute)?;
                lab.messages.add(Severity::Error, error.to_string());
                lab
            }
        };
        for error in errors {
            lab.messages.add(Severity::Error, error.to_string());
        }
        lab.command(Command::Play);
        Ok(Self {
            lab: Rc::new(RefCell::new(lab)),
            view: View::default(),
        })
    }

    /// The experiment, to command it from outside; do not hold a borrow across frames.
    pub fn lab(&self) -> SharedLab {
        Rc::clone(&self.lab)
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl App {
    /// Opens what was dropped on the window or is chosen in a dialog.
    fn take_files(&mut self, context: &egui::Context) {
        let dropped = context.input(|input| input.raw.dropped_files.clone());
        let mut paths: Vec<_> = dropped.iter().map(|file| file.path().to_owned()).collect();
        match self.view.wish.take() {
            Some(Wish::File) => {
                let dialog = rfd::FileDialog::new()
                    .set_title("Predictions")
                    .add_filter(
                        "predictions",
                        &["csv", "tsv", "txt", "npy", "npz", "json", "parquet"],
                    )
                    .add_filter("all files", &["*"]);
                paths.extend(dialog.pick_files().unwrap_or_default());
            }
            Some(Wish::Sample(sample)) => self.lab.borrow_mut().inspect_sample(&sample),
            None => {}
        }
        if !paths.is_empty() {
            let inputs = paths.iter().map(|path| Input::file(path)).collect();
            self.lab.borrow_mut().inspect(inputs);
        }
    }
}

#[cfg(target_arch = "wasm32")]
impl App {
    /// The page opens what is dropped on it; a dialog is the browser's.
    fn take_files(&mut self, _context: &egui::Context) {
        match self.view.wish.take() {
            Some(Wish::File) => crate::web::open_files(None),
            Some(Wish::Sample(sample)) => crate::web::open_files(Some(sample.file)),
            None => {}
        }
    }
}

/// The device that draws the window also trains, where it can.
#[cfg(feature = "gpu")]
pub fn compute(context: &eframe::CreationContext<'_>) -> Compute {
    use crate::engine::gpu::Gpu;
    let Some(state) = &context.wgpu_render_state else {
        return Compute::Unavailable("this window is not drawn by wgpu".to_owned());
    };
    match Gpu::from_parts(&state.adapter, state.device.clone(), state.queue.clone()) {
        Ok(gpu) => Compute::Gpu(gpu),
        Err(reason) => Compute::Unavailable(reason),
    }
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
        self.take_files(ui.ctx());
        // A click may have given the experiment something to do.
        if self.lab.borrow().is_busy() {
            ui.ctx().request_repaint();
        }
    }
}
