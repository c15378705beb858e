//! How long the device takes for submissions, from its own callbacks.

use std::collections::VecDeque;
use std::sync::mpsc;

use web_time::Instant;

use crate::engine::Timing;

/// What the device reports, in the order of its work.
enum Event {
    /// All that was queued before a submission is done.
    Begins(Instant),
    /// A submission is done.
    Ends(Instant),
}

/// Follows the submissions of one run.
pub(super) struct Timings {
    sender: mpsc::Sender<Event>,
    events: mpsc::Receiver<Event>,
    /// Steps of the submissions that are not finished, and when they were handed over.
    unfinished: VecDeque<(u32, Instant)>,
    /// The earliest that the oldest of them can have begun.
    begin: Option<Instant>,
    finished: VecDeque<Timing>,
}

impl Timings {
    pub(super) fn new() -> Self {
        let (sender, events) = mpsc::channel();
        Self {
            sender,
            events,
            unfinished: VecDeque::new(),
            begin: None,
            finished: VecDeque::new(),
        }
    }

    /// Notes that `submit` hands over so many steps.
    pub(super) fn measure(&mut self, queue: &wgpu::Queue, steps: u32, submit: impl FnOnce()) {
        // In the page callbacks come when it happens, so what the window draws in between can be
        // told apart. Elsewhere they come when the device is asked, this one at the same time as
        // the one at the end.
        if cfg!(target_arch = "wasm32") {
            self.report(queue, Event::Begins);
        }
        self.unfinished.push_back((steps, Instant::now()));
        submit();
        self.report(queue, Event::Ends);
    }

    fn report(&self, queue: &wgpu::Queue, event: fn(Instant) -> Event) {
        let sender = self.sender.clone();
        queue.on_submitted_work_done(move || {
            // Fails only when nobody asks any more.
            let _ = sender.send(event(Instant::now()));
        });
    }

    fn update(&mut self) {
        for event in self.events.try_iter() {
            match event {
                Event::Begins(at) => self.begin = Some(at),
                Event::Ends(at) => {
                    let Some((steps, submitted)) = self.unfinished.pop_front() else {
                        continue;
                    };
                    let begin = self.begin.map_or(submitted, |begin| begin.max(submitted));
                    self.finished.push_back(Timing {
                        steps,
                        seconds: at.duration_since(begin).as_secs_f64(),
                    });
                    self.begin = Some(at);
                }
            }
        }
    }

    /// Submissions that are not finished.
    pub(super) fn in_flight(&mut self) -> usize {
        self.update();
        self.unfinished.len()
    }

    /// The next finished submission.
    pub(super) fn take(&mut self) -> Option<Timing> {
        self.update();
        self.finished.pop_front()
    }
}
