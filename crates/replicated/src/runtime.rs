//! The runtime below Raft: tokio's, with chance from a seed, and with nodes that can end as a crash ends them.

use std::{
    cell::RefCell,
    future::Future,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use openraft::{AsyncRuntime, OptionalSend, TokioInstant, TokioRuntime};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use tokio::{
    task::{AbortHandle, JoinHandle},
    time::{Sleep, Timeout},
};

thread_local! {
    static CHANCE: RefCell<StdRng> = RefCell::new(StdRng::seed_from_u64(0));
}

tokio::task_local! {
    static LIFE: Life;
}

/// The random numbers of this thread, from the last [`seed`](Chance::seed) on.
#[derive(Debug)]
pub(crate) struct Chance;

impl Chance {
    pub(crate) fn seed(seed: u64) {
        CHANCE.set(StdRng::seed_from_u64(seed));
    }
}

impl RngCore for Chance {
    fn next_u32(&mut self) -> u32 {
        CHANCE.with_borrow_mut(RngCore::next_u32)
    }

    fn next_u64(&mut self) -> u64 {
        CHANCE.with_borrow_mut(RngCore::next_u64)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        CHANCE.with_borrow_mut(|chance| chance.fill_bytes(bytes));
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand::Error> {
        CHANCE.with_borrow_mut(|chance| chance.try_fill_bytes(bytes))
    }
}

/// All tasks that a node has started.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life(Arc<Mutex<Vec<AbortHandle>>>);

impl Life {
    /// Runs a future whose tasks, and theirs in turn, belong to this life.
    pub(crate) async fn within<F: Future>(&self, future: F) -> F::Output {
        LIFE.scope(self.clone(), future).await
    }

    /// Ends every task where it waits, without a last word.
    pub(crate) fn end(&self) {
        for task in self.0.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            task.abort();
        }
    }

    fn adopt(&self, task: AbortHandle) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Forgets finished tasks, or a long story would keep a handle for every task that ever ran.
        tasks.retain(|task| !task.is_finished());
        tasks.push(task);
    }
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Seeded;

impl AsyncRuntime for Seeded {
    type JoinError = <TokioRuntime as AsyncRuntime>::JoinError;
    type JoinHandle<T: OptionalSend + 'static> = JoinHandle<T>;
    type Sleep = Sleep;
    type Instant = TokioInstant;
    type TimeoutError = <TokioRuntime as AsyncRuntime>::TimeoutError;
    type Timeout<R, T: Future<Output = R> + OptionalSend> = Timeout<T>;
    type ThreadLocalRng = Chance;
    type OneshotSender<T: OptionalSend> = <TokioRuntime as AsyncRuntime>::OneshotSender<T>;
    type OneshotReceiverError = <TokioRuntime as AsyncRuntime>::OneshotReceiverError;
    type OneshotReceiver<T: OptionalSend> = <TokioRuntime as AsyncRuntime>::OneshotReceiver<T>;

    fn spawn<T>(future: T) -> JoinHandle<T::Output>
    where
        T: Future + OptionalSend + 'static,
        T::Output: OptionalSend + 'static,
    {
        // A task outside of any node, such as a client, does not end with one.
        let Ok(life) = LIFE.try_with(Life::clone) else { return tokio::spawn(future) };
        let task = tokio::spawn(LIFE.scope(life.clone(), future));
        life.adopt(task.abort_handle());
        task
    }

    fn sleep(duration: Duration) -> Sleep {
        TokioRuntime::sleep(duration)
    }

    fn sleep_until(deadline: TokioInstant) -> Sleep {
        TokioRuntime::sleep_until(deadline)
    }

    fn timeout<R, F: Future<Output = R> + OptionalSend>(duration: Duration, future: F) -> Timeout<F> {
        TokioRuntime::timeout(duration, future)
    }

    fn timeout_at<R, F: Future<Output = R> + OptionalSend>(deadline: TokioInstant, future: F) -> Timeout<F> {
        TokioRuntime::timeout_at(deadline, future)
    }

    fn is_panic(error: &Self::JoinError) -> bool {
        error.is_panic()
    }

    fn thread_rng() -> Chance {
        Chance
    }

    fn oneshot<T: OptionalSend>() -> (Self::OneshotSender<T>, Self::OneshotReceiver<T>) {
        TokioRuntime::oneshot()
    }
}
