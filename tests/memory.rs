//! A device that runs out of memory, for real: the process may have no more than it has.
//!
//! Needs an adapter whose memory is the process's own (llvmpipe) and `prlimit` (util-linux); without one of them it
//! fails. The limit is of a whole process, which is why no other test is in this one.
#![cfg(not(target_arch = "wasm32"))]

mod support;

use std::process::Command as Process;
use std::time::Instant;

use ghm_lab::config::{Backend, Config};
use ghm_lab::engine::Compute;
use ghm_lab::engine::gpu::Gpu;
use ghm_lab::lab::{Command, Lab};
use support::runs::{settle_on_gpu as settle, texts};

const SMALL_BATCH: u32 = 512;
const LARGE_BATCH: u32 = 150_000;
/// What the process may have beyond what it has: more than the CPU's side of a large batch takes, less than the
/// device's.
const ROOM: u64 = 64 << 20;

#[test]
fn a_device_out_of_memory_pauses_the_run_and_a_smaller_batch_goes_on() {
    let gpu = in_software();
    let config = Config {
        examples: 400_000,
        layers: 3,
        width: 64,
        batch_size: SMALL_BATCH,
        backend: Backend::Gpu,
        ..Config::default()
    };
    let mut lab = Lab::new(&config, Compute::Gpu(gpu)).expect("a device");
    lab.command(Command::Step(20));
    settle(&mut lab);
    let before = lab.snapshot().step;
    assert_eq!((before, texts(&lab).len()), (20, 0));

    limit(&format!("{}:", address_space() + ROOM));
    lab.configure(&Config {
        batch_size: LARGE_BATCH,
        ..config.clone()
    });
    lab.command(Command::Play);
    let start = Instant::now();
    while texts(&lab).is_empty() {
        // Only so that it ends at all.
        assert!(start.elapsed().as_secs() < 900, "at step {}", lab.step());
        lab.tick();
    }
    limit("unlimited:");
    for _ in 0..50 {
        lab.tick();
    }
    let what = texts(&lab);
    assert_eq!(what.len(), 1, "{what:?}");
    for part in ["out of memory", "a smaller batch-size", "backend=cpu"] {
        assert!(what[0].contains(part), "{what:?}");
    }
    assert!(!lab.is_playing());

    lab.messages.clear();
    lab.configure(&config);
    let step = lab.step();
    lab.command(Command::Step(20));
    settle(&mut lab);
    assert_eq!(texts(&lab), [""; 0]);
    assert_eq!(lab.snapshot().step, step + 20);
    assert!(lab.snapshot().loss.is_finite());
}

/// A GPU whose memory is that of the process, also where there are others.
fn in_software() -> Gpu {
    let wishes = wgpu::InstanceDescriptor::new_without_display_handle_from_env();
    let all = wgpu::Instance::new(wishes).enumerate_adapters(wgpu::Backends::all());
    let adapters = pollster::block_on(all);
    let is_cpu = |adapter: &&wgpu::Adapter| adapter.get_info().device_type == wgpu::DeviceType::Cpu;
    let adapter = (adapters.iter().find(is_cpu)).expect("this test needs a GPU in software");
    let opened = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default()));
    let (device, queue) = opened.expect("a device");
    Gpu::from_parts(adapter, device, queue).expect("it computes")
}

/// Bytes of this process's addresses.
fn address_space() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    1024 * kib.expect("in kB").trim().parse::<u64>().expect("a number")
}

/// Sets the soft limit of this process's addresses.
fn limit(bytes: &str) {
    let pid = std::process::id().to_string();
    let status = Process::new("prlimit")
        .args(["--pid", &pid, &format!("--as={bytes}")])
        .status();
    assert!(status.expect("prlimit (util-linux) runs").success());
}
