//! In: single records. Out: calls with all records that wait for their turn together, and for each caller its own
//! answer. Next: `guarded` permits calls and sends them.

use super::guarded::{Guarded, Permit};
use super::isolation::{Isolation, Step};
use super::queue::{Queue, Waiting};
use super::retries::Retries;
use super::sizing::{Merge, Sizing};
use super::suspects::{Suspects, Suspicion};
use super::{Call, CallFailure, NamedText, Reply, Upstream};
use occuform_api::{CodeAnswer, JobText};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

/// What those are told for whom there is no call left.
const LEFT: CallFailure =
    CallFailure::NotNow { wait: Duration::from_secs(5), why: "another record spoiled the call" };

/// What those are told whose call failed and may not be made again.
const TRIED: CallFailure = CallFailure::Broken("the call failed, and too many others did");

/// Makes calls of records.
pub struct Merged<U> {
    next: Arc<Guarded<U>>,
    state: Mutex<State>,
    suspects: Suspects,
    /// Records are named after it, so that no two processes' names are the same.
    process: u64,
    named: AtomicU64,
}

struct State {
    queue: Queue,
    sizing: Sizing,
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

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enqueue(self: &Arc<Self>, waiting: Waiting) {
        let pause = self.next.pause();
        let State { queue, sizing, .. } = &mut *self.state();
        queue.push(waiting, sizing, pause, Instant::now());
    }

    /// Has the queue seen to.
    fn wake(self: &Arc<Self>) {
        if !std::mem::replace(&mut self.state().dispatching, true) {
            tokio::spawn(Arc::clone(self).dispatch());
        }
    }

    /// One call after the other, until nobody waits any more. What is in a call is decided when it goes out.
    async fn dispatch(self: Arc<Self>) {
        while let Some(until) = self.latest_deadline() {
            match self.next.permit(until).await {
                Ok(permit) => {
                    let records = self.take(permit.is_probe);
                    if !records.is_empty() {
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

    fn latest_deadline(&self) -> Option<Instant> {
        let State { queue, dispatching, .. } = &mut *self.state();
        let latest = queue.latest_deadline();
        *dispatching = latest.is_some();
        latest
    }

    /// Makes one call and tells everyone their answers.
    async fn run(self: Arc<Self>, permit: Permit, records: Vec<Waiting>) {
        let began = Instant::now();
        if let Some(refused) = self.ask(permit, records).await {
            self.isolate(refused, began.elapsed()).await;
        }
    }

    /// Makes one call and tells everyone their answers, but for several records that are refused: those come back.
    async fn ask(self: &Arc<Self>, permit: Permit, records: Vec<Waiting>) -> Option<Vec<Waiting>> {
        match self.send(permit, &records).await {
            Ok(answers) => {
                for (waiting, answer) in records.into_iter().zip(answers) {
                    if waiting.alone {
                        self.suspects.clear(&waiting.record.text).await;
                    }
                    waiting.answer(Ok(answer));
                }
            }
            Err(CallFailure::Refused) if records.len() > 1 => return Some(records),
            Err(failure @ (CallFailure::Broken(_) | CallFailure::TooManyRequests)) => {
                let pause = self.next.pause();
                self.state().queue.put_back(records, &failure, pause, Instant::now());
                self.wake();
            }
            Err(failure) => {
                for waiting in records {
                    if failure == CallFailure::Refused {
                        self.suspects.remember(&waiting.record.text, Suspicion::Certain).await;
                    }
                    waiting.fail(&failure);
                }
            }
        }
        None
    }

    /// Finds the record for which others were refused, as long as there is time. A call and its turn take about one
    /// `round`.
    async fn isolate(self: &Arc<Self>, refused: Vec<Waiting>, mut round: Duration) {
        tracing::warn!(
            records = refused.len(),
            "the upstream refused a call: looking for the record to blame"
        );
        let mut isolation = Isolation::new(refused);
        loop {
            let now = Instant::now();
            round = round.max(self.next.pause());
            let in_time = |waiting: &Waiting| now + round <= waiting.deadline;
            isolation.retain(in_time).into_iter().for_each(|waiting| waiting.fail(&LEFT));
            let until = isolation.remaining().map(|waiting| waiting.deadline).max().unwrap_or(now);
            let calls_left = (until - now).as_millis() / round.as_millis().max(1);
            match isolation.next(u32::try_from(calls_left).unwrap_or(u32::MAX)) {
                Step::Ask(records) => {
                    match self.next.permit(until).await {
                        Ok(permit) => {
                            if let Some(refused) = self.ask(permit, records).await {
                                isolation.refused(refused);
                            }
                        }
                        Err(failure) => records.into_iter().for_each(|waiting| waiting.fail(&failure)),
                    }
                    round = now.elapsed();
                }
                Step::Found(offender) => {
                    self.suspects.remember(&offender.record.text, Suspicion::Certain).await;
                    offender.fail(&CallFailure::Refused);
                }
                Step::LeaveSuspects(records) => {
                    for waiting in records {
                        self.suspects.remember(&waiting.record.text, Suspicion::Possible).await;
                        waiting.fail(&LEFT);
                    }
                }
                Step::Leave(records) => records.into_iter().for_each(|waiting| waiting.fail(&LEFT)),
                Step::End => return,
            }
        }
    }

    /// Makes one call and learns from it. The answers are in the order of the records.
    async fn send(&self, permit: Permit, records: &[Waiting]) -> Result<Vec<CodeAnswer>, CallFailure> {
        let Some(Waiting { model, suggestions, .. }) = records.first() else { return Ok(Vec::new()) };
        let named = records.iter().map(|waiting| waiting.record.clone()).collect();
        let call = Call::Code { model: model.clone(), records: named, suggestions: *suggestions };
        let (began, count) = (Instant::now(), records.len());
        let latest = records.iter().map(|waiting| waiting.deadline).max().unwrap_or(began);
        let mut reply = Box::pin(self.next.send(permit, &call, latest));
        let result = if let Ok(result) = timeout_at(latest, &mut reply).await {
            result
        } else {
            self.state().sizing.failed(count);
            // Too late for those who wait, and still of use to the cache.
            reply.await
        };
        let sizing = &mut self.state().sizing;
        match result {
            Ok(Reply::Answers(answers)) if answers.len() == count => {
                sizing.answered(count, began.elapsed());
                for answer in answers.iter().filter(|answer| !answer.result.is_empty()) {
                    sizing.had_alternatives(count, answer.result.len(), *suggestions, Instant::now());
                }
                Ok(answers)
            }
            Ok(_) => Err(CallFailure::Mismatched),
            Err(failure) => {
                match failure {
                    CallFailure::Mismatched => sizing.rest(Instant::now()),
                    // What breaks at once does not break for its size.
                    CallFailure::Broken(_) if began.elapsed() > sizing.expected(1) * 2 => {
                        sizing.failed(count);
                    }
                    _ => {}
                }
                Err(failure)
            }
        }
    }
}
