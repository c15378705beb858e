//! Work on whole files in steps of bounded length: a window draws between them, and who can wait runs through.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

/// Work that can be left between two steps. The compiler makes its states: it is written as if it ran through.
pub(super) struct Work<T>(Pin<Box<dyn Future<Output = T> + Send>>);

impl<T> Work<T> {
    pub fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Box::pin(work))
    }

    /// Takes a step; what the work came to with the last one, behind which there is none.
    pub fn step(&mut self) -> Option<T> {
        step(self.0.as_mut())
    }
}

/// Takes all steps.
pub(super) fn finished<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        if let Some(outcome) = step(work.as_mut()) {
            return outcome;
        }
    }
}

fn step<T>(work: Pin<&mut (impl Future<Output = T> + ?Sized)>) -> Option<T> {
    match work.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => Some(outcome),
        Poll::Pending => None,
    }
}

/// Where steps end, and how far the present pass over the files is.
#[derive(Clone, Default)]
pub(super) struct Pace(Arc<AtomicU64>);

impl Pace {
    /// Ends a step, so many bytes into the files.
    pub async fn pause(&self, done: u64) {
        self.0.store(done, Ordering::Relaxed);
        let mut is_over = false;
        let once = |_: &mut Context<'_>| match std::mem::replace(&mut is_over, true) {
            true => Poll::Ready(()),
            false => Poll::Pending,
        };
        poll_fn(once).await;
    }

    /// Bytes of the present pass.
    pub fn done(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
