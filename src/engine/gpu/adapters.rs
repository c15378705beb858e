//! Choosing an adapter where there is no window: tests and the command line.

use super::device::{Gpu, can_compute, describe, suffices};

/// An adapter of this machine and whether training can run on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdapterReport {
    pub name: String,
    /// "vulkan", "metal" or "dx12".
    pub backend: &'static str,
    /// "discrete", "integrated", "virtual", "software" or "other".
    pub device_type: &'static str,
    /// Whether the CPU does its work.
    pub in_software: bool,
    /// The driver's name and version; may be empty.
    pub driver: String,
    /// `Err` says why training cannot run on it.
    pub usable: Result<(), String>,
    /// Whether a run on the GPU would train on this one.
    pub chosen: bool,
}

/// All adapters of this machine. `WGPU_BACKEND` and `WGPU_ADAPTER_NAME` narrow the choice.
pub fn adapters() -> Vec<AdapterReport> {
    let found = enumerate();
    let chosen = choose(&found);
    found
        .iter()
        .enumerate()
        .map(|(i, adapter)| {
            let info = adapter.get_info();
            AdapterReport {
                backend: describe(&info).kind,
                device_type: match info.device_type {
                    wgpu::DeviceType::DiscreteGpu => "discrete",
                    wgpu::DeviceType::IntegratedGpu => "integrated",
                    wgpu::DeviceType::VirtualGpu => "virtual",
                    wgpu::DeviceType::Cpu => "software",
                    wgpu::DeviceType::Other => "other",
                },
                in_software: info.device_type == wgpu::DeviceType::Cpu,
                driver: format!("{} {}", info.driver, info.driver_info)
                    .trim()
                    .to_owned(),
                usable: usable(adapter),
                chosen: chosen == Some(i),
                name: info.name,
            }
        })
        .collect()
}

impl Gpu {
    /// Opens the best adapter of this machine with exactly the default limits.
    ///
    /// # Errors
    /// Why there is none, in words.
    pub fn headless() -> Result<Self, String> {
        let found = enumerate();
        let adapter = match choose(&found) {
            Some(i) => &found[i],
            None => return Err(why_none(&found)),
        };
        let opened = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("ghm-lab"),
            required_limits: wgpu::Limits::default(),
            ..Default::default()
        }));
        let (device, queue) = opened.map_err(|error| error.to_string())?;
        Self::from_parts(adapter, device, queue)
    }
}

fn enumerate() -> Vec<wgpu::Adapter> {
    let wishes = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
    pollster::block_on(wgpu::Instance::new(wishes).enumerate_adapters(wgpu::Backends::all()))
}

fn usable(adapter: &wgpu::Adapter) -> Result<(), String> {
    can_compute(adapter)?;
    suffices(&adapter.limits())
}

/// The usable adapter with the wished name, real hardware first.
fn choose(found: &[wgpu::Adapter]) -> Option<usize> {
    let wish = wished_name();
    let rank = |kind: wgpu::DeviceType| match kind {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    };
    (0..found.len())
        .filter(|&i| usable(&found[i]).is_ok())
        .filter(|&i| found[i].get_info().name.to_lowercase().contains(&wish))
        .min_by_key(|&i| rank(found[i].get_info().device_type))
}

fn wished_name() -> String {
    std::env::var("WGPU_ADAPTER_NAME")
        .unwrap_or_default()
        .to_lowercase()
}

fn why_none(found: &[wgpu::Adapter]) -> String {
    let reasons: Vec<String> = found
        .iter()
        .filter_map(|adapter| {
            let reason = usable(adapter).err()?;
            Some(format!("{}: {reason}", adapter.get_info().name))
        })
        .collect();
    if !reasons.is_empty() {
        return reasons.join("; ");
    }
    match wished_name().as_str() {
        "" => "no graphics adapter found".to_owned(),
        wish => format!("no graphics adapter with \"{wish}\" in its name (WGPU_ADAPTER_NAME)"),
    }
}
