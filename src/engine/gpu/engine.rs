//! The kernels in the order of a training step, and readings of what they leave.

use std::collections::VecDeque;
use std::mem::offset_of;
use std::rc::Rc;
use std::time::Duration;

use super::buffers::Arrays;
use super::device::Gpu;
use super::kernels::{Array, CONTRIBUTION, PREDICT, SELECT_HARDEST, STEP_KERNELS};
use super::layout::{MAX_LOSSES, Statistics};
use super::readback::Readback;
use super::timing::Timings;
use crate::data::Dataset;
use crate::engine::{
    BackendInfo, ClassStatistics, Engine, EngineError, Network, Reading, Request, Step, Timing,
};
use crate::ghm::{Average, Loss, MAX_BINS, Task};

const FLOAT: u64 = size_of::<f32>() as u64;

/// What a reading needs to make sense of its bytes.
struct Note {
    request: Request,
    /// The last step before the request, if there was one.
    step: Option<Step>,
}

/// Trains on a device. Every call queues work and returns.
pub struct GpuEngine {
    gpu: Gpu,
    arrays: Arrays,
    last_step: Option<Step>,
    readback: Readback<Note>,
    timings: Timings,
    /// The oldest submissions that may not be finished.
    submissions: VecDeque<wgpu::SubmissionIndex>,
    /// How many of the device's messages this run has seen.
    seen: usize,
    /// What went wrong where there was no way to say so.
    failure: Option<EngineError>,
}

impl GpuEngine {
    /// Buffers for mini-batches of up to `batch` examples; larger ones later grow them.
    ///
    /// # Errors
    /// When the device is lost, a mini-batch does not fit, or the kernels do not compile.
    pub fn new(
        gpu: &Gpu,
        network: &Network,
        data: &Rc<Dataset>,
        parameters: &[f32],
        batch: usize,
    ) -> Result<Self, EngineError> {
        if let Some(message) = gpu.health.lost() {
            return Err(EngineError(message));
        }
        let mut seen = gpu.health.messages();
        let arrays = Arrays::new(gpu, network, data, parameters, batch, batch)?;
        if let Some(message) = gpu.health.news(&mut seen) {
            return Err(EngineError(message));
        }
        Ok(Self {
            gpu: gpu.clone(),
            arrays,
            last_step: None,
            readback: Readback::new(),
            timings: Timings::new(),
            submissions: VecDeque::new(),
            seen,
            failure: None,
        })
    }

    /// One submission of steps whose indices are those from `first` on.
    fn submit(&mut self, steps: &[Step], indices: &[u32], first: u32) {
        let moved: Vec<Step> = steps
            .iter()
            .map(|step| Step {
                first: step.first - first,
                ..*step
            })
            .collect();
        self.arrays.write_steps(&moved);
        self.arrays.write(Array::Order, 0, indices);
        let mut encoder = self.encoder("train");
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for (index, step) in moved.iter().enumerate() {
                for kernel in 0..STEP_KERNELS {
                    if kernel != SELECT_HARDEST || step.loss() == Loss::Ohem {
                        self.arrays.dispatch(&mut pass, kernel, index, step);
                    }
                }
            }
        }
        let commands = encoder.finish();
        let queue = &self.gpu.queue;
        let submissions = &mut self.submissions;
        self.timings.measure(queue, steps.len() as u32, || {
            submissions.push_back(queue.submit([commands]));
        });
    }

    fn encoder(&self, label: &str) -> wgpu::CommandEncoder {
        let descriptor = wgpu::CommandEncoderDescriptor { label: Some(label) };
        self.gpu.device.create_command_encoder(&descriptor)
    }

    /// Points to predict for a request, as ranges of the array of points.
    fn predicted(&self, request: Request) -> Vec<Step> {
        let [train, test, map] = self.arrays.predicted;
        let range = |first: usize, count: usize| Step {
            first: first as u32,
            examples: count as u32,
            ..bytemuck::Zeroable::zeroed()
        };
        let mut ranges = Vec::new();
        if request.evaluate {
            ranges.push(range(0, train + test));
        }
        if request.map {
            ranges.push(range(train + test, map));
        }
        ranges
    }

    fn read(&self, bytes: &[u8], note: &Note) -> Reading {
        let mut rest = bytes;
        let mut next = |bytes: u64| {
            let (values, behind) = rest.split_at(bytes as usize);
            rest = behind;
            values
        };
        let statistics: Statistics =
            bytemuck::pod_read_unaligned(next(size_of::<Statistics>() as u64));
        let bins = note.step.map_or(0, |step| step.bins as usize);
        let mut floats =
            |count: usize| -> Vec<f32> { bytemuck::pod_collect_to_vec(next(count as u64 * FLOAT)) };
        let [train, test, map] = self.arrays.predicted.map(|n| n * self.arrays.outputs);
        let request = note.request;
        Reading {
            loss: statistics.loss,
            counts: statistics.counts[..bins].to_vec(),
            average: Average {
                ema: statistics.ema[..bins].to_vec(),
                filled: statistics.filled[..bins].to_vec(),
            },
            density: statistics.density[..bins].to_vec(),
            beta: statistics.beta[..bins].to_vec(),
            classes: (note.step.iter())
                .flat_map(|step| (0..step.classes as usize).map(|class| (class, step.task())))
                .map(|(class, task)| class_statistics(&statistics, bins, class, task))
                .collect(),
            outputs: request.evaluate.then(|| [floats(train), floats(test)]),
            map: request.map.then(|| floats(map)),
            gradient_norms: request
                .gradient_norms
                .then(|| floats(note.step.map_or(0, |step| counted(&step)))),
            parameters: request.parameters.then(|| {
                [Array::Parameters, Array::Moments]
                    .map(|array| floats((self.arrays.bytes(array) / FLOAT) as usize))
            }),
        }
    }
}

/// Gradient norms that a step counts, ignored ones too.
fn counted(step: &Step) -> usize {
    (step.examples * step.entries) as usize
}

fn class_statistics(
    statistics: &Statistics,
    bins: usize,
    class: usize,
    task: Task,
) -> ClassStatistics {
    let contribution = |loss| {
        let first = (class * MAX_LOSSES + loss) * MAX_BINS;
        statistics.contribution[first..][..bins].to_vec()
    };
    ClassStatistics {
        counts: statistics.class_counts[class * MAX_BINS..][..bins].to_vec(),
        contribution: (0..Loss::of(task).len()).map(contribution).collect(),
    }
}

impl Engine for GpuEngine {
    fn info(&self) -> &BackendInfo {
        &self.gpu.info
    }

    fn train(&mut self, steps: &[Step], indices: &[u32]) -> Result<(), EngineError> {
        let batch = steps.iter().map(|step| step.examples).max().unwrap_or(0);
        // One submission, unless its indices are more than an array holds.
        let most = self.arrays.most_indices();
        let room = indices.len().min(most);
        self.arrays.reserve(batch as usize, room, steps.len())?;
        let mut rest = steps;
        while let Some(start) = rest.first() {
            let first = start.first as usize;
            let end = |step: &Step| (step.first + step.examples) as usize;
            let count = rest.partition_point(|step| end(step) - first <= most);
            let (now, later) = rest.split_at(count.max(1));
            let last = now.last().map_or(first, end);
            self.submit(now, &indices[first..last], start.first);
            rest = later;
        }
        self.last_step = steps.last().copied().or(self.last_step);
        Ok(())
    }

    fn restore(&mut self, parameters: &[f32], moments: &[f32], average: &Average<f32>) {
        self.arrays.write(Array::Parameters, 0, parameters);
        self.arrays.write(Array::Moments, 0, moments);
        for (offset, values) in [
            (offset_of!(Statistics, ema), &average.ema),
            (offset_of!(Statistics, filled), &average.filled),
        ] {
            self.arrays.write(Array::Statistics, offset as u64, values);
        }
    }

    fn reset_density(&mut self) {
        let bytes = MAX_BINS as u64 * FLOAT;
        for offset in [offset_of!(Statistics, ema), offset_of!(Statistics, filled)] {
            self.arrays.clear(Array::Statistics, offset as u64, bytes);
        }
    }

    fn reset_optimizer(&mut self) {
        let bytes = self.arrays.bytes(Array::Moments);
        self.arrays.clear(Array::Moments, 0, bytes);
    }

    fn request(&mut self, request: Request) {
        let predicted = self.predicted(request);
        let mut steps = predicted.clone();
        steps.extend(self.last_step);
        self.arrays.write_steps(&steps);

        let mut encoder = self.encoder("reading");
        {
            let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
            for (index, range) in predicted.iter().enumerate() {
                self.arrays.dispatch(&mut pass, PREDICT, index, range);
            }
            if let Some(step) = &self.last_step {
                for kernel in [SELECT_HARDEST, CONTRIBUTION] {
                    self.arrays
                        .dispatch(&mut pass, kernel, predicted.len(), step);
                }
            }
        }
        let mut copies = vec![(Array::Statistics, 0, self.arrays.bytes(Array::Statistics))];
        copies.extend(predicted.iter().map(|range| {
            let bytes = |count: u32| u64::from(count) * FLOAT * self.arrays.outputs as u64;
            (
                Array::Predictions,
                bytes(range.first),
                bytes(range.examples),
            )
        }));
        if request.gradient_norms {
            let bytes = self.last_step.map_or(0, |step| counted(&step)) as u64 * FLOAT;
            copies.push((Array::GradientNorms, 0, bytes));
        }
        if request.parameters {
            for array in [Array::Parameters, Array::Moments] {
                copies.push((array, 0, self.arrays.bytes(array)));
            }
        }
        let total = copies.iter().map(|(_, _, bytes)| bytes).sum();
        let (slot, buffer) = self.readback.reserve(&self.gpu.device, total);
        let mut at = 0;
        for (array, offset, bytes) in copies {
            encoder.copy_buffer_to_buffer(self.arrays.get(array), offset, buffer, at, bytes);
            at += bytes;
        }
        self.gpu.queue.submit([encoder.finish()]);
        let step = self.last_step;
        self.readback.map(slot, total, Note { request, step });
    }

    fn poll(&mut self) -> Result<Option<Reading>, EngineError> {
        if let Some(error) = self.failure.take() {
            return Err(error);
        }
        let ticked = self.gpu.tick();
        // The device's own words say more than what fails because of it.
        if let Some(message) = self.gpu.health.news(&mut self.seen) {
            return Err(EngineError(message));
        }
        ticked?;
        let taken = self.readback.take()?;
        Ok(taken.map(|(bytes, note)| self.read(&bytes, &note)))
    }

    fn in_flight(&mut self) -> usize {
        // What goes wrong here is told by the next poll().
        let _ = self.gpu.tick();
        let count = self.timings.in_flight();
        while self.submissions.len() > count {
            self.submissions.pop_front();
        }
        count
    }

    fn take_timing(&mut self) -> Option<Timing> {
        self.timings.take()
    }

    fn wait_for_room(&mut self, seconds: f64) {
        if let Some(oldest) = self.submissions.front() {
            self.gpu.wait_for(oldest, Duration::from_secs_f64(seconds));
        }
    }

    fn wait(&mut self) {
        if let Err(error) = self.gpu.wait() {
            self.failure.get_or_insert(error);
        }
    }
}
