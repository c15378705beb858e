//! Looking back: moments of a run that were kept, and the command that shows one of them.

use std::rc::Rc;

use super::{Arm, Command, Lab};
use crate::engine::{DecisionMap, Evaluation, Outputs, Snapshot};

/// What an arm showed at one evaluation.
#[derive(Clone)]
pub(super) struct Moment {
    pub snapshot: Rc<Snapshot>,
    pub evaluation: Option<Evaluation>,
    pub map: Option<Rc<DecisionMap>>,
    pub outputs: Option<Rc<Outputs>>,
}

impl Moment {
    fn bytes(&self) -> usize {
        let snapshot = &self.snapshot;
        let bins = snapshot.counts.len() * (1 + snapshot.classes.len());
        let map = self.map.as_ref().map_or(0, |map| map.values.len());
        let outputs = self.outputs.iter().flat_map(|outputs| &outputs.splits);
        let numbers = bins * (4 + snapshot.contribution.len()) + map;
        (numbers + outputs.map(Vec::len).sum::<usize>()) * size_of::<f32>()
    }
}

/// Moments over the whole run, ascending; thinned out to stay within their bounds.
#[derive(Default)]
pub(super) struct Moments {
    kept: Vec<Moment>,
    bytes: usize,
    /// Evaluations that are passed over after each that is kept.
    passes: usize,
    passed: usize,
}

impl Moments {
    /// More places than a hand can choose among are of no use.
    const MOST: usize = 256;
    /// Of one arm.
    const MOST_BYTES: usize = 8 << 20;

    pub fn push(&mut self, moment: Moment) {
        let again =
            (self.kept.last()).is_some_and(|last| last.snapshot.step == moment.snapshot.step);
        if again && let Some(last) = self.kept.pop() {
            self.bytes -= last.bytes();
        } else if self.passed < self.passes {
            self.passed += 1;
            return;
        }
        self.passed = 0;
        self.bytes += moment.bytes();
        self.kept.push(moment);
        while self.kept.len() > 2 && (self.kept.len() > Self::MOST || self.bytes > Self::MOST_BYTES)
        {
            let mut index = 0;
            self.kept.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.bytes = self.kept.iter().map(Moment::bytes).sum();
            self.passes = 2 * self.passes + 1;
        }
    }

    pub fn last(&self) -> Option<&Moment> {
        self.kept.last()
    }

    /// Forgets what is later than a step.
    pub fn cut(&mut self, step: u64) {
        self.kept.retain(|moment| moment.snapshot.step <= step);
        self.bytes = self.kept.iter().map(Moment::bytes).sum();
    }

    /// The last one up to a step.
    fn at(&self, step: u64) -> Option<&Moment> {
        let after = self.kept.partition_point(|of| of.snapshot.step <= step);
        self.kept.get(after.checked_sub(1)?)
    }
}

impl Arm {
    fn look_back(&mut self, step: Option<u64>) {
        self.past = step.and_then(|step| self.moments.at(step).cloned());
    }
}

impl Lab {
    /// Steps of the arm that is shown at which one can look back, ascending.
    pub fn moments(&self) -> impl ExactSizeIterator<Item = u64> + '_ {
        let kept = &self.arms()[self.shown()].moments.kept;
        kept.iter().map(|moment| moment.snapshot.step)
    }

    /// The step that is looked back at, if any.
    pub fn looks_back(&self) -> Option<u64> {
        let past = self.arms()[self.shown()].past.as_ref();
        past.map(|past| past.snapshot.step)
    }

    /// Pauses, and shows the last moment up to a step that was kept, of all arms; `None` shows the
    /// present again. Training goes on from the present.
    pub fn look_back(&mut self, step: Option<u64>) {
        if step.is_some() && (self.is_playing() || self.step() < self.goal) {
            self.command(Command::Pause);
        }
        for arm in &mut self.arms {
            arm.look_back(step);
        }
    }
}
