//! How fast this machine is, measured beside an experiment that waits.

use super::Lab;
use crate::bench::Bench;
use crate::engine::EngineError;

/// Seconds that a tick measures on this thread; a single run can take longer.
const TICK_SECONDS: f64 = 0.03;

impl Lab {
    /// Measures the workloads whose names contain `filter` on the engine of the settings;
    /// the experiment waits meanwhile.
    ///
    /// # Errors
    /// When there is no such workload; nothing changes then.
    pub fn measure(&mut self, filter: &str) -> Result<(), EngineError> {
        let bench = Bench::new(self.compute.clone(), self.config().backend, filter)?;
        self.bench = Some(Box::new(bench));
        Ok(())
    }

    /// Whether the experiment and all beside it wait for a measurement.
    pub(super) fn is_measuring(&self) -> bool {
        self.bench.as_ref().is_some_and(|bench| !bench.is_done())
    }

    /// What was measured last, or is being measured.
    pub fn bench(&self) -> Option<&Bench> {
        self.bench.as_deref()
    }

    /// Ends a measurement; what is measured stays.
    pub fn stop_measuring(&mut self) {
        if let Some(bench) = &mut self.bench {
            bench.stop();
        }
    }

    pub(super) fn measure_on(&mut self) {
        if let Some(bench) = &mut self.bench {
            bench.work(TICK_SECONDS);
        }
    }
}
