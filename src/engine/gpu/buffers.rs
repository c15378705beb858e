//! Everything that lies on the device for one run: the arrays, their growth, and dispatches over
//! them.

use super::device::Gpu;
use super::kernels::{Array, KERNELS, Kernel};
use super::layout::{Example, NetworkTable};
use super::lengths::{FLOAT, Lengths, OF_BATCH, fits, most_in_one_array};
use super::memory::Memory;
use crate::data::Dataset;
use crate::engine::{EngineError, Network, Step, evaluation_points, map_points};
use crate::words::word;

/// Step uniforms that there is always room for: a reading uses three.
const LEAST_STEPS: usize = 4;

/// The arrays of one run and the bind groups over them.
pub(super) struct Arrays {
    gpu: Gpu,
    lengths: Lengths,
    arrays: Vec<Memory>,
    network: Memory,
    table: NetworkTable,
    steps: Memory,
    /// Room in `steps`.
    step_capacity: usize,
    /// Bytes from one step to the next.
    stride: usize,
    /// One for each kernel.
    groups: Vec<wgpu::BindGroup>,
    /// Points of training and test that are predicted, and behind them those of the map.
    pub(super) predicted: [usize; 3],
    /// Numbers that are predicted for a point.
    pub(super) outputs: usize,
}

impl Arrays {
    pub(super) fn new(
        gpu: &Gpu,
        network: &Network,
        data: &Dataset,
        parameters: &[f32],
        batch: usize,
        indices: usize,
    ) -> Result<Self, EngineError> {
        let Some(table) = NetworkTable::of(network) else {
            return Err(EngineError(
                word("the GPU engine takes up to 3 hidden layers of up to 64 units").to_owned(),
            ));
        };
        let splits = evaluation_points(data);
        let map = map_points(network.inputs());
        let points = [splits[0], splits[1], &map].concat();
        let lengths = Lengths {
            order: indices.max(1),
            examples: data.train.len(),
            parameters: parameters.len(),
            inputs: network.inputs(),
            hidden: network.hidden_units(),
            outputs: network.outputs(),
            batch: batch.max(1),
            points: points.len(),
            network: table,
        };
        fits(&gpu.device.limits(), &lengths)?;
        let stride = size_of::<Step>()
            .next_multiple_of(gpu.device.limits().min_uniform_buffer_offset_alignment as usize);
        let mut arrays = Self {
            lengths,
            arrays: Array::ALL
                .iter()
                .map(|&array| storage(gpu, array, &lengths))
                .collect(),
            network: Memory::uniform(gpu, "network", size_of::<NetworkTable>()),
            table,
            steps: Memory::uniform(gpu, "steps", LEAST_STEPS * stride),
            step_capacity: LEAST_STEPS,
            stride,
            groups: Vec::new(),
            predicted: [splits[0].len(), splits[1].len(), map.len()],
            outputs: network.outputs(),
            gpu: gpu.clone(),
        };
        arrays.bind();
        gpu.queue
            .write_buffer(&arrays.network, 0, bytemuck::bytes_of(&table));
        let train = &data.train;
        let examples: Vec<Example> = (0..train.len())
            .map(|i| Example {
                x: train.points[i][0],
                y: train.points[i][1],
                target_value: train.targets[i],
                ignored: f32::from(u8::from(train.ignored[i])),
            })
            .collect();
        arrays.write(Array::Examples, 0, &examples);
        arrays.write(Array::Parameters, 0, parameters);
        arrays.write(Array::Points, 0, &points);
        Ok(arrays)
    }

    pub(super) fn get(&self, array: Array) -> &wgpu::Buffer {
        &self.arrays[array as usize]
    }

    /// Bytes of an array.
    pub(super) fn bytes(&self, array: Array) -> u64 {
        self.lengths.bytes(array)
    }

    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn points(&self) -> usize {
        self.lengths.points
    }

    /// Most indices that one submission can bring.
    pub(super) fn most_indices(&self) -> usize {
        most_in_one_array(&self.gpu.device.limits(), FLOAT)
    }

    /// Overwrites part of an array before the next submission; `offset` is in bytes.
    pub(super) fn write<T: bytemuck::NoUninit>(&self, array: Array, offset: u64, values: &[T]) {
        let bytes = bytemuck::cast_slice(values);
        self.gpu.queue.write_buffer(self.get(array), offset, bytes);
    }

    /// An array as it is now.
    ///
    /// # Errors
    /// When the device does not answer.
    #[cfg(not(target_arch = "wasm32"))]
    pub(super) fn read<T: bytemuck::AnyBitPattern + bytemuck::NoUninit>(
        &self,
        array: Array,
    ) -> Result<Vec<T>, EngineError> {
        let bytes = self.bytes(array);
        let mut readback = super::readback::Readback::new();
        let (slot, buffer) = readback.reserve(&self.gpu.device, bytes);
        let mut encoder = self.gpu.device.create_command_encoder(&Default::default());
        encoder.copy_buffer_to_buffer(self.get(array), 0, buffer, 0, bytes);
        self.gpu.queue.submit([encoder.finish()]);
        readback.map(slot, bytes, ());
        self.gpu.wait()?;
        match readback.take()? {
            Some((bytes, ())) => Ok(bytemuck::pod_collect_to_vec(&bytes)),
            None => Err(EngineError(word("the device did not answer").to_owned())),
        }
    }

    /// Fills an array with zeros before the next submission.
    pub(super) fn clear(&self, array: Array, offset: u64, bytes: u64) {
        self.write(array, offset, &vec![0_u8; bytes as usize]);
    }

    /// Makes room for mini-batches of `batch` examples and for submissions of `indices` and
    /// `steps`. Parameters, moments and averages stay; arrays of the mini-batch start anew.
    pub(super) fn reserve(
        &mut self,
        batch: usize,
        indices: usize,
        steps: usize,
    ) -> Result<(), EngineError> {
        let mut wanted = self.lengths;
        wanted.batch = wanted.batch.max(batch);
        if indices > wanted.order {
            wanted.order = indices.next_power_of_two().min(self.most_indices());
        }
        fits(&self.gpu.device.limits(), &wanted)?;
        let mut grown = false;
        if wanted.batch > self.lengths.batch {
            for array in OF_BATCH {
                self.arrays[array as usize] = storage(&self.gpu, array, &wanted);
            }
            grown = true;
        }
        if wanted.order > self.lengths.order {
            self.arrays[Array::Order as usize] = storage(&self.gpu, Array::Order, &wanted);
            grown = true;
        }
        if steps > self.step_capacity {
            self.step_capacity = steps.next_power_of_two();
            self.steps = Memory::uniform(&self.gpu, "steps", self.step_capacity * self.stride);
            grown = true;
        }
        self.lengths = wanted;
        if grown {
            self.bind();
        }
        Ok(())
    }

    fn bind(&mut self) {
        let step_size = wgpu::BufferSize::new(size_of::<Step>() as u64);
        let group = |(kernel, pipeline): (&Kernel, &super::pipelines::Pipeline)| {
            let mut entries = vec![
                wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                        buffer: &self.steps,
                        offset: 0,
                        size: step_size,
                    }),
                },
                wgpu::BindGroupEntry {
                    binding: 1,
                    resource: self.network.as_entire_binding(),
                },
            ];
            for (binding, &(array, _)) in (Kernel::FIRST_ARRAY..).zip(kernel.arrays) {
                entries.push(wgpu::BindGroupEntry {
                    binding,
                    resource: self.get(array).as_entire_binding(),
                });
            }
            let descriptor = wgpu::BindGroupDescriptor {
                label: Some(kernel.name),
                layout: &pipeline.layout,
                entries: &entries,
            };
            self.gpu.device.create_bind_group(&descriptor)
        };
        let pipelines = self.gpu.pipelines();
        self.groups = KERNELS.iter().zip(pipelines.iter()).map(group).collect();
    }

    /// Sets the steps that the dispatches of the next submission refer to; there must be room.
    pub(super) fn write_steps(&self, steps: &[Step]) {
        let mut bytes = vec![0; steps.len() * self.stride];
        for (slot, step) in bytes.chunks_exact_mut(self.stride).zip(steps) {
            slot[..size_of::<Step>()].copy_from_slice(bytemuck::bytes_of(step));
        }
        self.gpu.queue.write_buffer(&self.steps, 0, &bytes);
    }

    /// Records one kernel over the step at `index` of [`Arrays::write_steps`].
    pub(super) fn dispatch(
        &self,
        pass: &mut wgpu::ComputePass<'_>,
        kernel: usize,
        index: usize,
        step: &Step,
    ) {
        let grid = KERNELS[kernel].grid;
        let [x, y] = grid.groups(step, &self.table);
        let offset = (index * self.stride) as u32;
        pass.set_pipeline(&self.gpu.pipelines().get(kernel).compute);
        pass.set_bind_group(0, &self.groups[kernel], &[offset]);
        pass.dispatch_workgroups(x, y, 1);
    }
}

fn storage(gpu: &Gpu, array: Array, lengths: &Lengths) -> Memory {
    Memory::storage(gpu, &format!("{array:?}"), lengths.bytes(array))
}
