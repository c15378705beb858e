//! How many threads share the work.

use std::num::NonZero;

/// Threads for the numbers: as many as asked for, within what the machine can bear.
pub(super) fn bound() {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let wanted = std::env::var("RAYON_NUM_THREADS");
    let wanted = wanted.ok().and_then(|text| text.trim().parse().ok());
    let threads = threads(wanted, cores);
    // Fails where there are threads already: then those work.
    let _ = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global();
}

/// 0 is as many as there are cores, as nothing is.
fn threads(wanted: Option<usize>, cores: usize) -> usize {
    const MOST_ON_A_CORE: usize = 4;
    match wanted {
        None | Some(0) => cores,
        Some(wanted) => wanted.min(MOST_ON_A_CORE * cores),
    }
}

#[cfg(test)]
mod tests {
    use super::threads;

    #[test]
    fn threads_are_as_many_as_asked_for_within_reason() {
        let of = |wanted| threads(wanted, 2);
        assert_eq!([None, Some(0), Some(1), Some(3)].map(of), [2, 2, 1, 3]);
        assert_eq!(of(Some(100_000)), 8);
    }
}
