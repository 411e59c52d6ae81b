//! In: records that wait for a call. Out: those that go out as the next one, and those that no call can help any
//! more. Next: `merged` sends the ones and tells the others.

use super::sizing::Sizing;
use super::{CallFailure, NamedText};
use occuform_api::CodeAnswer;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// With less time left no call is made for a record; with more it is tried, however slow the last calls were.
const WORTHWHILE: Duration = Duration::from_secs(1);

/// The least time that a record needs for a call.
fn least(sizing: &Sizing) -> Duration {
    sizing.expected(1).min(WORTHWHILE)
}

/// A record and who waits for its answer.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) record: NamedText,
    pub(super) model: String,
    pub(super) suggestions: u8,
    /// Whether it goes without others.
    pub(super) alone: bool,
    /// Whether a call for it has failed already.
    pub(super) tried: bool,
    pub(super) deadline: Instant,
    pub(super) reply: oneshot::Sender<Result<CodeAnswer, CallFailure>>,
}

/// Records in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Queue(VecDeque<Waiting>);

impl Waiting {
    pub(super) fn answer(self, answer: Result<CodeAnswer, CallFailure>) {
        // Whoever has gone away needs none.
        let _ = self.reply.send(answer);
    }

    pub(super) fn fail(self, failure: &CallFailure) {
        self.answer(Err(failure.clone()));
    }

    fn left(&self, now: Instant) -> Duration {
        self.deadline.saturating_duration_since(now)
    }
}

impl Queue {
    /// Takes the record in, unless the calls before it take until its deadline.
    pub(super) fn push(&mut self, waiting: Waiting, sizing: &Sizing, pause: Duration, now: Instant) {
        let left = waiting.left(now);
        let calls = self.0.len() / sizing.fitting(now, left);
        let wait = pause.saturating_mul(u32::try_from(calls).unwrap_or(u32::MAX));
        if wait > left {
            return waiting.fail(&CallFailure::NotNow { wait, why: "too many records wait" });
        }
        self.0.push_back(waiting);
    }

    /// Takes those in again whose call failed, before the others, if there is time for one more.
    pub(super) fn put_back(
        &mut self,
        records: Vec<Waiting>,
        failure: &CallFailure,
        pause: Duration,
        now: Instant,
    ) {
        for waiting in records.into_iter().rev() {
            if waiting.tried || waiting.left(now) < pause {
                waiting.fail(failure);
            } else {
                self.0.push_front(Waiting { tried: true, ..waiting });
            }
        }
    }

    /// Until when a call would help at least one of those that still wait.
    pub(super) fn latest_start(&mut self, sizing: &Sizing) -> Option<Instant> {
        self.0.retain(|waiting| !waiting.reply.is_closed());
        let latest = self.0.iter().map(|waiting| waiting.deadline).max()?;
        Some(latest.checked_sub(least(sizing)).unwrap_or(latest))
    }

    /// The records of the next call: the first and those after it that go with it and have the time. Those that have
    /// no time for any call any more are told.
    pub(super) fn take(&mut self, sizing: &Sizing, most: usize, now: Instant) -> Vec<Waiting> {
        let (least, most, mut earliest) = (least(sizing), sizing.most(now).min(most), Duration::MAX);
        let (mut taken, mut staying) = (Vec::<Waiting>::new(), VecDeque::new());
        for waiting in self.0.drain(..) {
            let left = waiting.left(now);
            let fits = match taken.first() {
                None => true,
                Some(first) => {
                    !first.alone
                        && !waiting.alone
                        && (&first.model, first.suggestions) == (&waiting.model, waiting.suggestions)
                        && taken.len() < most
                        && sizing.expected(taken.len() + 1) <= left.min(earliest)
                }
            };
            if waiting.reply.is_closed() {
            } else if left < least {
                waiting.fail(&CallFailure::NotNow { wait: WORTHWHILE, why: "there is no time left" });
            } else if fits {
                earliest = left.min(earliest);
                taken.push(waiting);
            } else {
                staying.push_back(waiting);
            }
        }
        self.0 = staying;
        taken
    }

    /// Everything that waits.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Waiting> {
        std::mem::take(&mut self.0).into_iter()
    }
}
