//! The compiled kernels and the layouts of what they bind.

use super::kernels::Kernel;
use crate::engine::Step;

/// One compiled kernel.
pub(super) struct Pipeline {
    pub(super) compute: wgpu::ComputePipeline,
    pub(super) layout: wgpu::BindGroupLayout,
}

/// The compiled kernels, in the order of their table.
pub(super) struct Pipelines(Vec<Pipeline>);

impl Pipelines {
    /// Compiles. Errors surface as the device's uncaptured ones: natively at once, on the web when
    /// the browser gets to it.
    pub(super) fn new(device: &wgpu::Device, kernels: &[Kernel]) -> Self {
        Self(kernels.iter().map(|k| compile(device, k)).collect())
    }

    pub(super) fn get(&self, kernel: usize) -> &Pipeline {
        &self.0[kernel]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Pipeline> {
        self.0.iter()
    }
}

fn entry(binding: u32, ty: wgpu::BufferBindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer {
            ty,
            // Only the steps move within their buffer.
            has_dynamic_offset: binding == 0,
            min_binding_size: if binding == 0 {
                wgpu::BufferSize::new(size_of::<Step>() as u64)
            } else {
                None
            },
        },
        count: None,
    }
}

fn compile(device: &wgpu::Device, kernel: &Kernel) -> Pipeline {
    let mut entries = vec![
        entry(0, wgpu::BufferBindingType::Uniform),
        entry(1, wgpu::BufferBindingType::Uniform),
    ];
    for (binding, &(_, writes)) in (Kernel::FIRST_ARRAY..).zip(kernel.arrays) {
        let read_only = !writes;
        entries.push(entry(
            binding,
            wgpu::BufferBindingType::Storage { read_only },
        ));
    }
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some(kernel.name),
        entries: &entries,
    });
    let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(kernel.name),
        bind_group_layouts: &[Some(&layout)],
        immediate_size: 0,
    });
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(kernel.name),
        source: wgpu::ShaderSource::Wgsl(kernel.source.into()),
    });
    let compute = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(kernel.name),
        layout: Some(&pipeline_layout),
        module: &module,
        entry_point: Some(kernel.name),
        compilation_options: wgpu::PipelineCompilationOptions {
            // Every kernel writes its workgroup memory before it reads it.
            zero_initialize_workgroup_memory: false,
            ..Default::default()
        },
        cache: None,
    });
    Pipeline { compute, layout }
}
