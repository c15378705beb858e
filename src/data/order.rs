//! The order in which training sees its examples.

use std::cell::RefCell;
use std::rc::Rc;

use super::Random;

/// Mini-batches of shuffled indices, epoch after epoch, from the stream "order" of a seed.
///
/// The last mini-batch of an epoch holds what is left and may be smaller. Cheap to clone; of clones that run side by
/// side the first one shuffles each epoch, for all.
#[derive(Clone, Debug)]
pub struct Order {
    epoch: Epoch,
    next: usize,
    /// The epoch that a clone shuffled last.
    newest: Rc<RefCell<Epoch>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Epoch {
    /// From 1; 0 before the first.
    number: u32,
    indices: Rc<Vec<u32>>,
    /// What shuffles the next one.
    random: Random,
}

impl PartialEq for Order {
    fn eq(&self, other: &Self) -> bool {
        // What clones have done by now says nothing of the place.
        (&self.epoch, self.next) == (&other.epoch, other.next)
    }
}

impl Order {
    pub fn new(seed: u32, examples: usize) -> Self {
        let epoch = Epoch {
            number: 0,
            indices: Rc::new((0..examples as u32).collect()),
            random: Random::named(seed, "order"),
        };
        Self {
            newest: Rc::new(RefCell::new(epoch.clone())),
            epoch,
            next: examples,
        }
    }

    /// Indices of the next mini-batch: at most `size`, at least one.
    pub fn next_batch(&mut self, size: usize) -> &[u32] {
        if self.next == self.epoch.indices.len() {
            self.turn();
            self.next = 0;
        }
        let first = self.next;
        self.next = (first + size).min(self.epoch.indices.len());
        &self.epoch.indices[first..self.next]
    }

    /// Goes to the next epoch.
    fn turn(&mut self) {
        let mut newest = self.newest.borrow_mut();
        if newest.number != self.epoch.number + 1 {
            *newest = self.epoch.clone();
            let Epoch {
                number,
                indices,
                random,
            } = &mut *newest;
            *number += 1;
            let indices: &mut Vec<u32> = Rc::make_mut(indices);
            random.shuffle(indices);
        }
        self.epoch = newest.clone();
    }

    /// The epoch that the last mini-batch belongs to, from 1; 0 before the first.
    pub fn epoch(&self) -> u32 {
        self.epoch.number
    }

    /// Examples of the epoch that were seen.
    pub fn seen(&self) -> usize {
        self.next
    }

    /// Goes to a later place: so many examples into an epoch, at most all. Takes as long as all shuffles up to
    /// there did.
    pub fn go_to(&mut self, epoch: u32, seen: usize) {
        while self.epoch.number < epoch {
            self.turn();
        }
        self.next = seen.min(self.epoch.indices.len());
    }

    /// Mini-batches of `size` until the end of this epoch; 0 where it is over.
    pub fn batches_to_end_of(&self, epoch: u32, size: usize) -> u64 {
        let batches = |examples: usize| examples.div_ceil(size) as u64;
        let Some(further) = epoch.checked_sub(self.epoch.number) else {
            return 0;
        };
        let all = self.epoch.indices.len();
        batches(all - self.next) + u64::from(further) * batches(all)
    }

    /// Mini-batches of `size` until the epoch ends; a whole epoch when it just did.
    pub fn batches_left(&self, size: usize) -> u32 {
        let left = match self.batches_to_end_of(self.epoch.number, size) {
            0 => self.batches_to_end_of(self.epoch.number + 1, size),
            left => left,
        };
        left as u32
    }
}
