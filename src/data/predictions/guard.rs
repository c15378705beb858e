//! A guard around readers of others, which may panic where a file contradicts itself: that is a mistake
//! of the file, and nobody must hear of it as one of the program.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// What `work` returns; `None` where it panicked, without a word about it.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    static HUSH: Once = Once::new();
    HUSH.call_once(|| {
        let next = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !GUARDED.get() {
                next(info);
            }
        }));
    });
    let before = GUARDED.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(before);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_is_no_answer() {
        assert_eq!(guarded(|| 7), Some(7));
        let none: Vec<u8> = Vec::new();
        assert_eq!(guarded(|| none[0]), None);
        assert_eq!(guarded(|| guarded(|| none[1])), Some(None));
    }
}
