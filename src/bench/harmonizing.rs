//! GHM-C's loss and gradient, without a network.

use web_time::Instant;

use super::workloads::{Workload, logits};
use crate::config::{Backend, Config};
use crate::engine::cpu::Harmonizer;
#[cfg(feature = "gpu")]
use crate::engine::gpu::GpuHarmonizer;
use crate::engine::{BackendInfo, Clocks, Compute, EngineError, Step};

/// A step of GHM-C with the default settings over n logits.
fn step(n: usize) -> Step {
    Clocks::default().step(&Config::default(), 0, n, n)
}

/// GHM-C on n logits, on what the backend is.
///
/// # Errors
/// When the backend cannot be had or has no room.
pub(super) fn start(
    name: &'static str,
    compute: &Compute,
    backend: Backend,
    n: usize,
) -> Result<Box<dyn Workload>, EngineError> {
    let (outputs, targets) = logits(n);
    let step = step(n);
    let on_cpu = || OnCpu {
        name,
        harmonizer: Harmonizer::new(&step, &outputs, &targets),
        step,
        seconds: 0.0,
    };
    match (compute.why_not_gpu(backend), compute) {
        #[cfg(feature = "gpu")]
        (None, Compute::Gpu(gpu)) => match GpuHarmonizer::new(gpu, &outputs, &targets) {
            Ok(harmonizer) => Ok(Box::new(OnGpu {
                name,
                harmonizer,
                info: gpu.info.clone(),
                step,
            })),
            Err(_) if backend == Backend::Auto => Ok(Box::new(on_cpu())),
            Err(error) => Err(error),
        },
        (Some(reason), _) if backend == Backend::Gpu => Err(EngineError(reason)),
        _ => Ok(Box::new(on_cpu())),
    }
}

/// GHM-C on the CPU engine.
struct OnCpu {
    name: &'static str,
    harmonizer: Harmonizer,
    step: Step,
    seconds: f64,
}

impl Workload for OnCpu {
    fn name(&self) -> &'static str {
        self.name
    }

    fn examples(&self) -> usize {
        self.step.examples as usize
    }

    fn info(&self) -> BackendInfo {
        crate::engine::cpu::info::<f32>()
    }

    fn begin(&mut self, units: u32) -> Result<(), EngineError> {
        let start = Instant::now();
        for _ in 0..units {
            self.harmonizer.step(&self.step);
        }
        self.seconds = start.elapsed().as_secs_f64();
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<f64>, EngineError> {
        Ok(Some(self.seconds))
    }
}

/// GHM-C on the GPU.
#[cfg(feature = "gpu")]
struct OnGpu {
    name: &'static str,
    harmonizer: GpuHarmonizer,
    info: BackendInfo,
    step: Step,
}

#[cfg(feature = "gpu")]
impl Workload for OnGpu {
    fn name(&self) -> &'static str {
        self.name
    }

    fn examples(&self) -> usize {
        self.step.examples as usize
    }

    fn info(&self) -> BackendInfo {
        self.info.clone()
    }

    fn begin(&mut self, units: u32) -> Result<(), EngineError> {
        self.harmonizer.submit(&self.step, units);
        Ok(())
    }

    fn finish(&mut self) -> Result<Option<f64>, EngineError> {
        let timing = self.harmonizer.take_timing()?;
        Ok(timing.map(|timing| timing.seconds))
    }

    fn wait(&mut self) {
        self.harmonizer.wait();
    }
}
