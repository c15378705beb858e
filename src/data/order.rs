//! The order in which training sees its examples.

use std::rc::Rc;

use super::Random;

/// Mini-batches of shuffled indices, epoch after epoch, from the stream "order" of a seed.
///
/// The last mini-batch of an epoch holds what is left and may be smaller. Cheap to clone within an epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    random: Random,
    indices: Rc<Vec<u32>>,
    next: usize,
    epoch: u32,
}

impl Order {
    pub fn new(seed: u32, examples: usize) -> Self {
        Self {
            random: Random::named(seed, "order"),
            indices: Rc::new((0..examples as u32).collect()),
            next: examples,
            epoch: 0,
        }
    }

    /// Indices of the next mini-batch: at most `size`, at least one.
    pub fn next_batch(&mut self, size: usize) -> &[u32] {
        if self.next == self.indices.len() {
            let indices: &mut Vec<u32> = Rc::make_mut(&mut self.indices);
            self.random.shuffle(indices);
            self.next = 0;
            self.epoch += 1;
        }
        let first = self.next;
        self.next = (first + size).min(self.indices.len());
        &self.indices[first..self.next]
    }

    /// The epoch that the last mini-batch belongs to, from 1; 0 before the first.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Examples of the epoch that were seen.
    pub fn seen(&self) -> usize {
        self.next
    }

    /// Goes to a later place: so many examples into an epoch, at most all. Takes as long as all shuffles up to
    /// there did.
    pub fn go_to(&mut self, epoch: u32, seen: usize) {
        while self.epoch < epoch {
            let indices: &mut Vec<u32> = Rc::make_mut(&mut self.indices);
            self.random.shuffle(indices);
            self.epoch += 1;
        }
        self.next = seen.min(self.indices.len());
    }

    /// Mini-batches of `size` until the end of this epoch; 0 where it is over.
    pub fn batches_to_end_of(&self, epoch: u32, size: usize) -> u64 {
        let batches = |examples: usize| examples.div_ceil(size) as u64;
        let Some(further) = epoch.checked_sub(self.epoch) else {
            return 0;
        };
        batches(self.indices.len() - self.next) + u64::from(further) * batches(self.indices.len())
    }

    /// Mini-batches of `size` until the epoch ends; a whole epoch when it just did.
    pub fn batches_left(&self, size: usize) -> u32 {
        let left = match self.batches_to_end_of(self.epoch, size) {
            0 => self.batches_to_end_of(self.epoch + 1, size),
            left => left,
        };
        left as u32
    }
}
