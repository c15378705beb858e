//! What this machine can compute on, and `ghm-lab adapters`.

use super::{Failure, print};
use crate::config::{Backend, Config};
use crate::engine::Compute;
#[cfg(feature = "gpu")]
use crate::engine::gpu::{AdapterReport, Gpu, adapters};

/// What a headless run with these settings can have; no device is opened for the CPU.
pub(super) fn compute(config: &Config) -> Compute {
    if config.backend == Backend::Cpu {
        return Compute::Unavailable(String::new());
    }
    headless()
}

#[cfg(feature = "gpu")]
fn headless() -> Compute {
    match Gpu::headless() {
        Ok(gpu) => Compute::Gpu(gpu),
        Err(reason) => Compute::Unavailable(reason),
    }
}

#[cfg(not(feature = "gpu"))]
fn headless() -> Compute {
    Compute::Unavailable(crate::words::word("this build has no compute shaders").to_owned())
}

/// Lists the adapters. Having none is an answer, not a failure: the CPU engine trains everywhere.
pub(super) fn run() -> Result<(), Failure> {
    print(&list())
}

#[cfg(not(feature = "gpu"))]
fn list() -> String {
    "This build has no compute shaders: training runs on the CPU engine.\n".to_owned()
}

#[cfg(feature = "gpu")]
fn list() -> String {
    describe(&adapters())
}

#[cfg(feature = "gpu")]
fn describe(found: &[AdapterReport]) -> String {
    if found.is_empty() {
        return "No graphics adapter was found: training runs on the CPU engine.\n".to_owned();
    }
    let mut text = String::new();
    for adapter in found {
        let verdict = match (&adapter.usable, adapter.chosen) {
            (Ok(()), true) if adapter.in_software => {
                "this one trains with backend gpu; auto takes the CPU engine, which is faster"
                    .to_owned()
            }
            (Ok(()), true) => "this one trains with backend auto or gpu".to_owned(),
            (Ok(()), false) => {
                "could train, but another one is preferred; WGPU_ADAPTER_NAME chooses".to_owned()
            }
            (Err(reason), _) => format!("cannot train: {reason}"),
        };
        let driver = match adapter.driver.as_str() {
            "" => String::new(),
            driver => format!(", driver {driver}"),
        };
        text += &format!(
            "{}\n  {}, {}{driver}\n  {verdict}\n",
            adapter.name, adapter.backend, adapter.device_type
        );
    }
    if !found.iter().any(|adapter| adapter.chosen) {
        text += "None of them trains: training runs on the CPU engine.\n";
    }
    text
}

#[cfg(all(test, feature = "gpu"))]
mod tests {
    use super::{AdapterReport, describe};

    fn adapter(name: &str, usable: Result<(), String>, chosen: bool) -> AdapterReport {
        AdapterReport {
            name: name.to_owned(),
            backend: "vulkan",
            device_type: "discrete",
            in_software: false,
            driver: "mesa 1".to_owned(),
            usable,
            chosen,
        }
    }

    #[test]
    fn every_adapter_gets_a_verdict() {
        let text = describe(&[
            adapter("Big", Ok(()), true),
            adapter("Other", Ok(()), false),
            adapter("Tiny", Err("it is too small".to_owned()), false),
        ]);
        assert!(text.contains("Big\n  vulkan, discrete, driver mesa 1\n  this one trains"));
        assert!(text.contains("Other\n") && text.contains("could train, but"));
        assert!(text.contains("cannot train: it is too small"));
        assert!(!text.contains("CPU"));
        let text = describe(&[AdapterReport {
            in_software: true,
            ..adapter("Slow", Ok(()), true)
        }]);
        assert!(text.contains("auto takes the CPU engine"), "{text}");
    }

    #[test]
    fn no_adapter_is_one_sentence() {
        assert_eq!(describe(&[]).lines().count(), 1);
        let text = describe(&[adapter("Tiny", Err("too small".to_owned()), false)]);
        assert!(text.contains("CPU engine"));
    }
}
