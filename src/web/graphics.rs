//! What the page draws and computes with: WebGPU, or WebGL 2 beside the CPU engine.

use crate::engine::Compute;
use crate::words;

#[cfg(feature = "gpu")]
pub(super) fn compute(context: &eframe::CreationContext<'_>, _no_gpu: Option<String>) -> Compute {
    crate::app::compute(context)
}

#[cfg(not(feature = "gpu"))]
pub(super) fn compute(_context: &eframe::CreationContext<'_>, no_gpu: Option<String>) -> Compute {
    let reason = no_gpu.unwrap_or_else(|| words::word("this page draws with WebGL 2").to_owned());
    Compute::Unavailable(reason)
}

#[cfg(feature = "gpu")]
pub(super) fn web_options() -> eframe::WebOptions {
    use eframe::egui_wgpu::{WgpuSetup, WgpuSetupCreateNew};

    let setup = WgpuSetupCreateNew {
        // The page asked for an adapter with these limits; asking for more would shut devices out.
        device_descriptor: std::sync::Arc::new(|_| wgpu::DeviceDescriptor {
            label: Some("GHM Lab"),
            required_limits: wgpu::Limits::default(),
            ..Default::default()
        }),
        ..WgpuSetupCreateNew::without_display_handle()
    };
    let mut options = eframe::WebOptions::default();
    options.wgpu_options.wgpu_setup = WgpuSetup::CreateNew(setup);
    options
}

#[cfg(not(feature = "gpu"))]
pub(super) fn web_options() -> eframe::WebOptions {
    eframe::WebOptions {
        // The page offers WebGL 2 only; silently drawing with WebGL 1 would hide a broken driver.
        webgl_context_option: eframe::WebGlContextOption::WebGl2,
        ..Default::default()
    }
}

/// The same device draws: when it is lost, only the page can still go on.
#[cfg(feature = "gpu")]
pub(super) fn watch_device(context: &eframe::CreationContext<'_>) {
    if let Some(state) = &context.wgpu_render_state {
        state.device.set_device_lost_callback(|_, message| {
            let message = if message.is_empty() {
                words::word("no reason was given")
            } else {
                &message
            };
            super::host::lost(&words::tr!(
                "The browser lost the graphics device: {message}",
                message
            ));
        });
    }
}

#[cfg(not(feature = "gpu"))]
pub(super) fn watch_device(_context: &eframe::CreationContext<'_>) {}
