//! A device that can run the kernels, what is asked of it, and what went wrong on it.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::kernels::KERNELS;
use super::pipelines::Pipelines;
use crate::engine::{BackendInfo, EngineError};
use crate::words::{tr, word};

/// Messages that are kept; a broken device repeats itself.
const KEPT_MESSAGES: usize = 32;

/// A device that can run the kernels; cheap to clone. Clones share pipelines and health.
#[derive(Clone)]
pub struct Gpu {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub info: BackendInfo,
    /// Whether the CPU does its work, many times slower than the CPU engine does.
    pub in_software: bool,
    pub(super) health: Rc<Health>,
    pipelines: Rc<OnceCell<Pipelines>>,
}

impl Gpu {
    /// Takes over a device that somebody else opened, such as the one that draws the window. From
    /// now on its uncaptured errors and its loss are reported by the engines on it.
    ///
    /// # Errors
    /// Why it cannot run the kernels, in words.
    pub fn from_parts(
        adapter: &wgpu::Adapter,
        device: wgpu::Device,
        queue: wgpu::Queue,
    ) -> Result<Self, String> {
        can_compute(adapter)?;
        suffices(&device.limits())?;
        let info = adapter.get_info();
        Ok(Self {
            health: Rc::new(Health::watch(&device)),
            in_software: info.device_type == wgpu::DeviceType::Cpu,
            info: describe(&info),
            pipelines: Rc::default(),
            device,
            queue,
        })
    }

    /// Why the device is gone, if it is.
    pub fn lost(&self) -> Option<String> {
        // Errors that follow from the loss can come before the word of it.
        let _ = self.tick();
        self.health.lost()
    }

    /// The compiled kernels; compiling happens once a device.
    pub(super) fn pipelines(&self) -> &Pipelines {
        self.pipelines
            .get_or_init(|| Pipelines::new(&self.device, KERNELS))
    }

    /// Lets the device's callbacks run, without waiting. On the web they run by themselves.
    pub(super) fn tick(&self) -> Result<(), EngineError> {
        self.poll(wgpu::PollType::Poll)
    }

    /// Waits for all queued work, where the platform can wait.
    pub(super) fn wait(&self) -> Result<(), EngineError> {
        self.poll(wgpu::PollType::wait_indefinitely())
    }

    /// Waits for one submission, at most so long, where the platform can wait.
    pub(super) fn wait_for(&self, submission: &wgpu::SubmissionIndex, most: Duration) {
        // Running out of time is no failure; what else goes wrong is told by the next tick.
        let _ = self.device.poll(wgpu::PollType::Wait {
            submission_index: Some(submission.clone()),
            timeout: Some(most),
        });
    }

    fn poll(&self, how: wgpu::PollType) -> Result<(), EngineError> {
        match self.device.poll(how) {
            Ok(_) => Ok(()),
            Err(error) => Err(EngineError(tr!(
                "the device stopped answering: {error}",
                error
            ))),
        }
    }
}

/// Watches a device that only draws: the function says why it is gone, if it is. Its uncaptured errors are kept
/// from ending the process.
#[cfg(not(target_arch = "wasm32"))]
pub fn watch(device: &wgpu::Device) -> impl Fn() -> Option<String> + use<> {
    let (device, health) = (device.clone(), Health::watch(device));
    move || {
        // What goes wrong is in the log.
        let _ = device.poll(wgpu::PollType::Poll);
        health.lost()
    }
}

/// Whether the adapter has compute shaders at all.
pub(super) fn can_compute(adapter: &wgpu::Adapter) -> Result<(), String> {
    let flags = adapter.get_downlevel_capabilities().flags;
    if flags.contains(wgpu::DownlevelFlags::COMPUTE_SHADERS) {
        Ok(())
    } else {
        Err(word("the adapter has no compute shaders").to_owned())
    }
}

/// Whether limits are as wide as `wgpu::Limits::default()` in everything that the kernels use.
pub(super) fn suffices(limits: &wgpu::Limits) -> Result<(), String> {
    let needed = wgpu::Limits::default();
    macro_rules! check {
        ($($field:ident),+) => {
            [$((stringify!($field), u64::from(needed.$field), u64::from(limits.$field))),+]
        };
    }
    let checked = check!(
        max_bindings_per_bind_group,
        max_buffer_size,
        max_compute_invocations_per_workgroup,
        max_compute_workgroup_size_x,
        max_compute_workgroup_storage_size,
        max_compute_workgroups_per_dimension,
        max_storage_buffer_binding_size,
        max_storage_buffers_per_shader_stage,
        max_uniform_buffer_binding_size,
        max_uniform_buffers_per_shader_stage
    );
    let mut lacking = Vec::new();
    for (name, needed, has) in checked {
        if has < needed {
            let name = name.replace('_', " ");
            lacking.push(tr!(
                "{name} is {has}, {needed} is needed",
                name,
                has,
                needed
            ));
        }
    }
    if lacking.is_empty() {
        Ok(())
    } else {
        let lacking = lacking.join(", ");
        Err(tr!("the device is too small: {lacking}", lacking))
    }
}

/// What the adapter is called. Browsers hide most of it.
pub(super) fn describe(info: &wgpu::AdapterInfo) -> BackendInfo {
    let kind = match info.backend {
        wgpu::Backend::Vulkan => "vulkan",
        wgpu::Backend::Metal => "metal",
        wgpu::Backend::Dx12 => "dx12",
        wgpu::Backend::BrowserWebGpu => "webgpu",
        wgpu::Backend::Gl => "gl",
        wgpu::Backend::Noop => "noop",
    };
    let mut adapter = match info.name.as_str() {
        "" if kind == "webgpu" => "WebGPU adapter".to_owned(),
        "" => "unnamed adapter".to_owned(),
        name => name.to_owned(),
    };
    if !info.driver_info.is_empty() {
        adapter = format!("{adapter}, {}", info.driver_info);
    } else if kind == "webgpu" && info.device_type == wgpu::DeviceType::Cpu {
        adapter.push_str(", in software");
    }
    BackendInfo { kind, adapter }
}

enum Event {
    Error(String),
    Lost(String),
}

/// What went wrong on a device, in order. Callbacks only send here; readers collect.
pub(super) struct Health {
    events: mpsc::Receiver<Event>,
    log: RefCell<Vec<String>>,
    lost: OnceCell<String>,
}

impl Health {
    fn watch(device: &wgpu::Device) -> Self {
        let (sender, events) = mpsc::channel();
        let errors = sender.clone();
        // A send fails only when nobody is left to read it.
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            let _ = errors.send(Event::Error(words(&error)));
        }));
        device.set_device_lost_callback(move |reason, message| {
            let why = match message.is_empty() {
                true => format!("{reason:?}"),
                false => message,
            };
            let _ = sender.send(Event::Lost(tr!("The graphics device was lost: {why}", why)));
        });
        Self {
            events,
            log: RefCell::default(),
            lost: OnceCell::new(),
        }
    }

    fn collect(&self) {
        let mut log = self.log.borrow_mut();
        for event in self.events.try_iter() {
            let message = match event {
                Event::Error(message) => message,
                Event::Lost(message) => self.lost.get_or_init(|| message).clone(),
            };
            if log.len() < KEPT_MESSAGES && !log.contains(&message) {
                log.push(message);
            }
        }
    }

    /// How many messages there are: where a new reader starts.
    pub(super) fn messages(&self) -> usize {
        self.collect();
        self.log.borrow().len()
    }

    /// The first message that a reader has not seen; all are seen then, since what follows the
    /// first is mostly its consequence.
    pub(super) fn news(&self, seen: &mut usize) -> Option<String> {
        self.collect();
        let log = self.log.borrow();
        let first = log.get(*seen).cloned();
        *seen = log.len();
        first
    }

    /// Why the device is gone, if it is.
    pub(super) fn lost(&self) -> Option<String> {
        self.collect();
        self.lost.get().cloned()
    }
}

fn words(error: &wgpu::Error) -> String {
    match error {
        wgpu::Error::OutOfMemory { .. } => {
            word("the device is out of memory; a smaller batch-size or backend=cpu needs less")
                .to_owned()
        }
        wgpu::Error::Validation { description, .. } | wgpu::Error::Internal { description, .. } => {
            tr!(
                "the device reports an error, and backend=cpu trains without it: {description}",
                description
            )
        }
    }
}
