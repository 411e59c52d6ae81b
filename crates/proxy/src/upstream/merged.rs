//! In: single records. Out: those that wait for their turn together, when it comes, and in the end each one's own
//! answer. Next: `answering` makes calls of them.

use super::guarded::Guarded;
use super::queue::{Queue, Waiting};
use super::retries::Retries;
use super::sizing::{Merge, Sizing};
use super::suspects::{Suspects, Suspicion};
use super::{CallFailure, NamedText, Upstream};
use occuform_api::{CodeAnswer, JobText};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;
use tokio::time::Instant;

/// What those are told whose call failed and may not be made again.
const TRIED: CallFailure = CallFailure::Broken("the call failed, and too many others did");

/// Makes calls of records.
pub struct Merged<U> {
    pub(super) next: Arc<Guarded<U>>,
    state: Mutex<State>,
    pub(super) suspects: Suspects,
    /// Records are named after it, so that no two processes' names are the same.
    process: u64,
    named: AtomicU64,
}

pub(super) struct State {
    pub(super) queue: Queue,
    pub(super) sizing: Sizing,
    retries: Retries,
    /// Whether a task sees to the queue.
    dispatching: bool,
}

impl<U: Upstream> Merged<U> {
    /// Puts merging before `next`.
    ///
    /// # Errors
    /// When the machine has no random numbers to make up names from.
    pub fn new(next: Arc<Guarded<U>>, merge: Merge) -> Result<Self, getrandom::Error> {
        let (queue, retries) = Default::default();
        let state = State { queue, sizing: Sizing::new(merge), retries, dispatching: false };
        Ok(Self {
            next,
            state: Mutex::new(state),
            suspects: Suspects::new()?,
            process: getrandom::u64()?,
            named: AtomicU64::new(0),
        })
    }

    /// Codes one record.
    ///
    /// # Errors
    /// When there can be no answer by the deadline, or the call fails.
    pub async fn code(
        self: &Arc<Self>,
        model: String,
        text: JobText,
        suggestions: u8,
        deadline: Instant,
    ) -> Result<CodeAnswer, CallFailure> {
        let suspicion = self.suspects.suspicion(&text).await;
        if suspicion == Some(Suspicion::Certain) {
            return Err(CallFailure::Refused);
        }
        let number = self.named.fetch_add(1, Ordering::Relaxed);
        let record = NamedText { id: format!("{:016x}-{number}", self.process), text };
        let (reply, answer) = oneshot::channel();
        self.enqueue(Waiting {
            record,
            model,
            suggestions,
            alone: suspicion.is_some(),
            tried: false,
            deadline,
            reply,
        });
        self.wake();
        answer.await.unwrap_or(Err(CallFailure::Broken("the call's task ended")))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(self: &Arc<Self>, waiting: Waiting) {
        let pause = self.next.pause();
        let State { queue, sizing, .. } = &mut *self.state();
        queue.push(waiting, sizing, pause, Instant::now());
    }

    /// Has the queue seen to.
    pub(super) fn wake(self: &Arc<Self>) {
        if !std::mem::replace(&mut self.state().dispatching, true) {
            tokio::spawn(Arc::clone(self).dispatch());
        }
    }

    /// One call after the other, until nobody waits any more. What is in a call is decided when it goes out.
    async fn dispatch(self: Arc<Self>) {
        while let Some(until) = self.latest_start() {
            match self.next.permit(until).await {
                Ok(permit) => {
                    let records = self.take(permit.is_probe);
                    if records.is_empty() {
                        self.next.leave(permit).await;
                    } else {
                        tokio::spawn(Arc::clone(&self).run(permit, records));
                    }
                }
                Err(failure) => self.state().queue.take_all().for_each(|waiting| waiting.fail(&failure)),
            }
        }
    }

    /// The records of the next call. Those that were tried before go with it only if it may be a retry.
    fn take(&self, is_probe: bool) -> Vec<Waiting> {
        let State { queue, sizing, retries, .. } = &mut *self.state();
        let mut records = queue.take(sizing, if is_probe { 1 } else { usize::MAX }, Instant::now());
        let is_retry = records.iter().any(|waiting| waiting.tried);
        if is_retry && !retries.take() {
            records.extract_if(.., |waiting| waiting.tried).for_each(|waiting| waiting.fail(&TRIED));
        }
        if !records.iter().any(|waiting| waiting.tried) && !records.is_empty() {
            retries.first_call();
        }
        records
    }

    fn latest_start(&self) -> Option<Instant> {
        let State { queue, sizing, dispatching, .. } = &mut *self.state();
        let latest = queue.latest_start(sizing);
        *dispatching = latest.is_some();
        latest
    }
}
