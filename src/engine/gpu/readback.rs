//! Results on their way back: a ring of mappable buffers, each in an explicit state, delivered in
//! the order in which they were asked for.

use std::collections::VecDeque;
use std::sync::mpsc;

use super::memory::Memory;
use crate::engine::EngineError;
use crate::words::tr;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    /// A copy is queued, or its mapping.
    Pending,
    Mapped,
    /// The mapping failed; the buffer must not be mapped again.
    Failed,
}

struct Slot {
    buffer: Memory,
    state: State,
}

struct Due<T> {
    slot: usize,
    bytes: u64,
    note: T,
}

/// The ring; `T` is what the asker wants back with the bytes.
pub(super) struct Readback<T> {
    slots: Vec<Slot>,
    due: VecDeque<Due<T>>,
    sender: mpsc::Sender<(usize, bool)>,
    answers: mpsc::Receiver<(usize, bool)>,
}

impl<T> Readback<T> {
    pub(super) fn new() -> Self {
        let (sender, answers) = mpsc::channel();
        Self {
            slots: Vec::new(),
            due: VecDeque::new(),
            sender,
            answers,
        }
    }

    /// A buffer of at least `bytes` to copy into; goes with [`Readback::map`] after the submission.
    pub(super) fn reserve(&mut self, device: &wgpu::Device, bytes: u64) -> (usize, &wgpu::Buffer) {
        let free = |slot: &Slot| matches!(slot.state, State::Idle | State::Failed);
        let fresh = || Slot {
            buffer: Memory::readback(device, bytes),
            state: State::Idle,
        };
        let ready = |slot: &Slot| slot.state == State::Idle && slot.buffer.size() >= bytes;
        let index = if let Some(index) = self.slots.iter().position(ready) {
            index
        } else if let Some(index) = self.slots.iter().position(free) {
            self.slots[index] = fresh();
            index
        } else {
            self.slots.push(fresh());
            self.slots.len() - 1
        };
        self.slots[index].state = State::Pending;
        (index, &self.slots[index].buffer)
    }

    /// Starts mapping a reserved buffer, once the copy into it is submitted.
    pub(super) fn map(&mut self, slot: usize, bytes: u64, note: T) {
        let sender = self.sender.clone();
        self.slots[slot]
            .buffer
            .slice(..bytes)
            .map_async(wgpu::MapMode::Read, move |result| {
                // Fails only when nobody waits for it any more.
                let _ = sender.send((slot, result.is_ok()));
            });
        self.due.push_back(Due { slot, bytes, note });
    }

    /// The bytes of the oldest due reading, if they are here.
    pub(super) fn take(&mut self) -> Result<Option<(Vec<u8>, T)>, EngineError> {
        for (slot, mapped) in self.answers.try_iter() {
            self.slots[slot].state = if mapped { State::Mapped } else { State::Failed };
        }
        let Some(due) = self.due.front() else {
            return Ok(None);
        };
        if self.slots[due.slot].state == State::Pending {
            return Ok(None);
        }
        let Some(due) = self.due.pop_front() else {
            return Ok(None);
        };
        let slot = &mut self.slots[due.slot];
        let failed =
            |why: String| EngineError(tr!("results could not be read from the device{why}", why));
        if slot.state == State::Failed {
            return Err(failed(String::new()));
        }
        let bytes = match slot.buffer.slice(..due.bytes).get_mapped_range() {
            Ok(view) => view.to_vec(),
            Err(error) => {
                slot.state = State::Failed;
                return Err(failed(format!(": {error}")));
            }
        };
        slot.buffer.unmap();
        slot.state = State::Idle;
        Ok(Some((bytes, due.note)))
    }
}
