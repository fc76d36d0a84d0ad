//! What a mutex guards.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a mutex guards. Whoever panicked with it in hand has left nothing half done: each change is one assignment.
pub(crate) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
