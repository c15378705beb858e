//! Single kernels under test: any array written, any kernel run, any array read back.

use bytemuck::AnyBitPattern;

use super::buffers::Arrays;
use super::device::Gpu;
use super::kernels::{Array, Kernel};
use crate::data::Dataset;
use crate::engine::{EngineError, Network, Step};

/// The arrays of a run without its order of kernels.
pub struct Probe {
    gpu: Gpu,
    arrays: Arrays,
}

impl Probe {
    /// Arrays as a run over these examples has them.
    ///
    /// # Errors
    /// Those of [`super::GpuEngine::new`].
    pub fn new(
        gpu: &Gpu,
        network: &Network,
        data: &Dataset,
        parameters: &[f32],
        batch: usize,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            arrays: Arrays::new(gpu, network, data, parameters, batch, batch)?,
            gpu: gpu.clone(),
        })
    }

    /// Bytes of an array.
    pub fn bytes(&self, array: Array) -> usize {
        self.arrays.bytes(array) as usize
    }

    /// Points of training, test and map together.
    pub fn points(&self) -> usize {
        self.arrays.points()
    }

    /// Overwrites the beginning of an array.
    pub fn write<T: bytemuck::NoUninit>(&self, array: Array, values: &[T]) {
        self.arrays.write(array, 0, values);
    }

    /// Runs kernels by name, in one pass.
    ///
    /// # Errors
    /// When there is no such kernel, or the device reports an error.
    pub fn run(&self, kernels: &[&str], step: &Step) -> Result<(), EngineError> {
        self.arrays.write_steps(&[*step]);
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for name in kernels {
                let Some((kernel, _)) = Kernel::named(name) else {
                    return Err(EngineError(format!("no kernel {name}")));
                };
                self.arrays.dispatch(&mut pass, kernel, 0, step);
            }
        }
        self.gpu.queue.submit([encoder.finish()]);
        self.gpu.wait()?;
        match self.gpu.health.news(&mut 0) {
            Some(message) => Err(EngineError(message)),
            None => Ok(()),
        }
    }

    /// An array as it is now.
    ///
    /// # Errors
    /// When the device does not answer.
    pub fn read<T: AnyBitPattern + bytemuck::NoUninit>(
        &self,
        array: Array,
    ) -> Result<Vec<T>, EngineError> {
        self.arrays.read(array)
    }
}
