//! A loss of one output an example over outputs that are given, without a network.

use super::buffers::Arrays;
use super::device::Gpu;
use super::kernels::{Array, HARMONIZING};
use super::timing::Timings;
use crate::config::Activation;
use crate::data::{Dataset, Split};
use crate::engine::{EngineError, Layer, Network, Step, Timing};

/// GHM over outputs and targets that stay on the device.
pub struct GpuHarmonizer {
    gpu: Gpu,
    arrays: Arrays,
    timings: Timings,
    /// How many of the device's messages this has seen.
    seen: usize,
}

impl GpuHarmonizer {
    /// Uploads outputs `[n]` and targets `[n]`.
    ///
    /// # Errors
    /// When the device is lost or has no room.
    pub fn new(gpu: &Gpu, outputs: &[f32], targets: &[f32]) -> Result<Self, EngineError> {
        if let Some(message) = gpu.health.lost() {
            return Err(EngineError(message));
        }
        let mut seen = gpu.health.messages();
        // The arrays of a network without inputs and hidden units that no step runs through.
        let network = Network {
            layers: vec![Layer {
                inputs: 0,
                outputs: 1,
                weights: 0,
                biases: 0,
                units: 0,
            }],
            activation: Activation::Tanh,
        };
        let data = Dataset {
            train: Split {
                points: vec![[0.0; 2]],
                targets: vec![0.0],
                flipped: vec![false],
                ignored: vec![false],
            },
            test: Split::default(),
        };
        let arrays = Arrays::new(gpu, &network, &data, &[0.0], outputs.len(), 1)?;
        arrays.write(Array::Outputs, 0, outputs);
        arrays.write(Array::Targets, 0, targets);
        if let Some(message) = gpu.health.news(&mut seen) {
            return Err(EngineError(message));
        }
        Ok(Self {
            gpu: gpu.clone(),
            arrays,
            timings: Timings::new(),
            seen,
        })
    }

    /// Queues so many equal mini-batches of all examples, in one submission.
    pub fn submit(&mut self, step: &Step, count: u32) {
        self.arrays.write_steps(&[*step]);
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for _ in 0..count {
                for kernel in HARMONIZING {
                    self.arrays.dispatch(&mut pass, kernel, 0, step);
                }
            }
        }
        let commands = encoder.finish();
        let queue = &self.gpu.queue;
        self.timings.measure(queue, count, || {
            queue.submit([commands]);
        });
    }

    /// What the next finished submission took.
    ///
    /// # Errors
    /// When the device failed.
    pub fn take_timing(&mut self) -> Result<Option<Timing>, EngineError> {
        let ticked = self.gpu.tick();
        if let Some(message) = self.gpu.health.news(&mut self.seen) {
            return Err(EngineError(message));
        }
        ticked?;
        Ok(self.timings.take())
    }

    /// Derivative of the mean loss with respect to every output.
    ///
    /// # Errors
    /// When the device does not answer.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn residuals(&self) -> Result<Vec<f32>, EngineError> {
        self.arrays.read(Array::Deltas)
    }

    /// Waits for the device, where the platform can wait.
    pub fn wait(&self) {
        // What goes wrong is told by the next look.
        let _ = self.gpu.wait();
    }
}
