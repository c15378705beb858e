//! Buffers whose memory goes with them.

use std::ops::Deref;

use super::device::Gpu;

/// A buffer that gives its memory back when it is dropped: a page's garbage collector sees only a small
/// handle and takes its time.
pub(super) struct Memory(wgpu::Buffer);

impl Memory {
    fn new(device: &wgpu::Device, label: &str, size: u64, usage: wgpu::BufferUsages) -> Self {
        Self(device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(label),
            size,
            usage,
            mapped_at_creation: false,
        }))
    }

    /// An array that kernels read and write, and that is copied.
    pub fn storage(gpu: &Gpu, label: &str, size: u64) -> Self {
        let usage = wgpu::BufferUsages::STORAGE
            | wgpu::BufferUsages::COPY_SRC
            | wgpu::BufferUsages::COPY_DST;
        Self::new(&gpu.device, label, size, usage)
    }

    pub fn uniform(gpu: &Gpu, label: &str, size: usize) -> Self {
        let usage = wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST;
        Self::new(&gpu.device, label, size as u64, usage)
    }

    /// One that results are copied into and read from.
    pub fn readback(device: &wgpu::Device, size: u64) -> Self {
        let usage = wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST;
        Self::new(device, "readback", size, usage)
    }
}

impl Deref for Memory {
    type Target = wgpu::Buffer;

    fn deref(&self) -> &wgpu::Buffer {
        &self.0
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.0.destroy();
    }
}
