//! The workloads of `ghm-lab bench` under criterion, which compares with the run before:
//! `cargo bench --bench workloads [FILTER]`. On the CPU engine, and on the GPU where there is one.

use std::time::Duration;

use criterion::Criterion;
use ghm_lab::bench::{WORKLOADS, Workload, start};
use ghm_lab::config::Backend;
use ghm_lab::engine::Compute;
use ghm_lab::engine::gpu::Gpu;

/// What so many units take, in submissions that no device refuses.
fn measure(workload: &mut dyn Workload, mut units: u64) -> Duration {
    let mut seconds = 0.0;
    while units > 0 {
        let now = units.min(500);
        workload.begin(now as u32).expect("it ran before");
        seconds += loop {
            workload.wait();
            if let Some(seconds) = workload.finish().expect("it ran before") {
                break seconds;
            }
        };
        units -= now;
    }
    Duration::from_secs_f64(seconds)
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let mut computes = vec![("cpu", Compute::Unavailable(String::new()), Backend::Cpu)];
    if let Ok(gpu) = Gpu::headless() {
        computes.push(("gpu", Compute::Gpu(gpu), Backend::Gpu));
    }
    for (engine, compute, backend) in computes {
        let mut group = criterion.benchmark_group(engine);
        for name in WORKLOADS {
            // Prepared once it is known that the filter leaves it in.
            let mut workload = None;
            group.bench_function(name, |bencher| {
                let workload = workload.get_or_insert_with(|| start(name, &compute, backend));
                match workload {
                    Ok(workload) => bencher.iter_custom(|units| measure(&mut **workload, units)),
                    Err(reason) => {
                        eprintln!("{engine}/{name}: not measured, {reason}");
                        bencher.iter(|| {});
                    }
                }
            });
        }
    }
    criterion.final_summary();
}
