//! Which engine a run gets.

use std::rc::Rc;

use super::cpu::CpuEngine;
#[cfg(feature = "gpu")]
use super::gpu::{Gpu, GpuEngine};
use super::{Engine, EngineError, Trainer};
use crate::config::{Backend, Config};
use crate::data::Dataset;
use crate::words::tr;

/// What this process can compute on beside the CPU.
#[derive(Clone)]
pub enum Compute {
    #[cfg(feature = "gpu")]
    Gpu(Gpu),
    /// No compute shaders, for the reason given.
    Unavailable(String),
}

impl Compute {
    /// Why the device is gone, if it is.
    pub fn lost(&self) -> Option<String> {
        match self {
            #[cfg(feature = "gpu")]
            Self::Gpu(gpu) => gpu.lost(),
            Self::Unavailable(_) => None,
        }
    }

    /// Another device in place of one that is gone, where the platform has one; else the CPU.
    pub fn reopened(&self) -> Self {
        #[cfg(all(feature = "gpu", not(target_arch = "wasm32")))]
        if let Ok(gpu) = Gpu::headless() {
            return Self::Gpu(gpu);
        }
        Self::Unavailable(self.lost().unwrap_or_default())
    }

    /// Starts a run of valid settings on the engine that they ask for. The second value says why a
    /// run with the backend "auto" trains on the CPU, if it does.
    ///
    /// # Errors
    /// When the backend "gpu" is asked for and cannot be had.
    pub fn start(&self, config: &Config) -> Result<(Trainer, Option<String>), EngineError> {
        self.start_on(config, &Rc::new(config.recipe().generate()))
    }

    /// As [`Compute::start`], on data that is there: that of the settings' recipe. Several runs can
    /// share it.
    ///
    /// # Errors
    /// As [`Compute::start`].
    pub fn start_on(
        &self,
        config: &Config,
        data: &Rc<Dataset>,
    ) -> Result<(Trainer, Option<String>), EngineError> {
        let reason = match (self.why_not_gpu(config.backend), self) {
            #[cfg(feature = "gpu")]
            (None, Self::Gpu(gpu)) => match Self::gpu(gpu, config, data) {
                Ok(trainer) => return Ok((trainer, None)),
                Err(error) => Some(error.to_string()),
            },
            (reason, _) => reason,
        };
        match (config.backend, reason) {
            (Backend::Gpu, Some(reason)) => Err(EngineError(tr!(
                "backend: gpu is not available: {reason}; use auto or cpu",
                reason
            ))),
            (Backend::Cpu, _) => Ok((Self::cpu(config, data)?, None)),
            (_, reason) => Ok((Self::cpu(config, data)?, reason)),
        }
    }

    /// Why a backend leaves the GPU alone; `None` where it takes it.
    pub fn why_not_gpu(&self, backend: Backend) -> Option<String> {
        match (backend, self) {
            // Nobody asks why.
            (Backend::Cpu, _) => Some(String::new()),
            (_, Self::Unavailable(reason)) => Some(reason.clone()),
            #[cfg(feature = "gpu")]
            (Backend::Auto, Self::Gpu(gpu)) if gpu.in_software => {
                Some(crate::words::word("the GPU here is software, many times slower than the CPU engine; backend=gpu takes it").to_owned())
            }
            #[cfg(feature = "gpu")]
            (_, Self::Gpu(_)) => None,
        }
    }

    fn cpu(config: &Config, data: &Rc<Dataset>) -> Result<Trainer, EngineError> {
        Trainer::new(
            config.clone(),
            Rc::clone(data),
            |network, data, parameters| {
                let engine = CpuEngine::<f32>::new(network.clone(), Rc::clone(data), parameters);
                Ok(Box::new(engine) as Box<dyn Engine>)
            },
        )
    }

    #[cfg(feature = "gpu")]
    fn gpu(gpu: &Gpu, config: &Config, data: &Rc<Dataset>) -> Result<Trainer, EngineError> {
        Trainer::new(
            config.clone(),
            Rc::clone(data),
            |network, data, parameters| {
                let batch = config.batch_size as usize;
                let engine = GpuEngine::new(gpu, network, data, parameters, batch)?;
                Ok(Box::new(engine) as Box<dyn Engine>)
            },
        )
    }
}
