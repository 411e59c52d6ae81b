//! In: records and the permission for a call. Out: for each caller its own answer, or why there is none. Next:
//! `guarded` sends the call; `isolation` says how to go on where it is refused for one record's sake.

use super::guarded::Permit;
use super::isolation::{Isolation, Step};
use super::merged::Merged;
use super::queue::Waiting;
use super::suspects::Suspicion;
use super::{Call, CallFailure, Reply, Upstream};
use occuform_api::CodeAnswer;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// What those are told for whom there is no call left.
const LEFT: CallFailure =
    CallFailure::NotNow { wait: Duration::from_secs(5), why: "another record spoiled the call" };

/// What came of a call for its records.
enum Outcome {
    /// Everyone has an answer.
    Answered,
    /// One of them is to blame.
    Refused(Vec<Waiting>),
    /// Everyone was told, or waits for another call.
    Failed,
}

impl<U: Upstream> Merged<U> {
    /// Makes one call and tells everyone their answers.
    pub(super) async fn run(self: Arc<Self>, permit: Permit, records: Vec<Waiting>) {
        let began = Instant::now();
        if let Outcome::Refused(refused) = self.ask(permit, records).await {
            self.isolate(refused, began.elapsed()).await;
        }
    }

    /// Makes one call and tells everyone their answers, but for several records that are refused: those come back.
    async fn ask(self: &Arc<Self>, permit: Permit, records: Vec<Waiting>) -> Outcome {
        match self.send(permit, &records).await {
            Ok(answers) => {
                for (waiting, answer) in records.into_iter().zip(answers) {
                    if waiting.alone {
                        self.suspects.clear(&waiting.record.text).await;
                    }
                    waiting.answer(Ok(answer));
                }
                return Outcome::Answered;
            }
            Err(CallFailure::Refused) if records.len() > 1 => return Outcome::Refused(records),
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
        Outcome::Failed
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
                    let outcome = match self.next.permit(until).await {
                        Ok(permit) => self.ask(permit, records).await,
                        Err(failure) => {
                            for waiting in records {
                                waiting.fail(&failure);
                            }
                            Outcome::Failed
                        }
                    };
                    match outcome {
                        Outcome::Answered => {}
                        Outcome::Refused(records) => isolation.refused(records),
                        Outcome::Failed => isolation.unknown(),
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
