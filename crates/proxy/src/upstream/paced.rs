//! In: calls with a token. Out: the same, one by one, as far apart and as many a day as the upstream allows.
//! Next: `http` sends them.

use super::governor::{Decision, Event, Governor};
use super::keeper::Token;
use super::ledger::{Ledger, RECORDING_LIMIT};
use super::moment::Moment;
use super::sent::Sent;
use super::state::StateError;
use super::{Call, CallFailure, Reply, Upstream};
use crate::jitter::jittered;
use crate::metrics::Metrics;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex as Lock, OwnedMutexGuard};
use tokio::time::{Instant, sleep, timeout_at};

/// Lets calls go when the [`Governor`] says so.
pub struct Paced<U> {
    next: Arc<U>,
    governor: Ledger<Governor>,
    /// First come, first served. Held until the call's first byte goes out.
    turn: Arc<Lock<()>>,
    metrics: Metrics,
}

/// The permission to send one call now. It is recorded as sent already: what the call says may be decided this late.
pub struct Turn {
    token: Token,
    decided: Moment,
    lock: OwnedMutexGuard<()>,
}

impl Turn {
    /// What the call is sent with.
    pub fn token(&self) -> &Token {
        &self.token
    }
}

impl<U: Upstream> Paced<U> {
    /// Puts pacing before `next`.
    pub fn new(next: Arc<U>, governor: Ledger<Governor>, metrics: Metrics) -> Self {
        Self { next, governor, turn: Arc::default(), metrics }
    }

    /// The time between two calls as it is now.
    pub fn pause(&self) -> Duration {
        self.governor.with(Governor::pause)
    }

    /// Calls that are left of the day's.
    ///
    /// # Errors
    /// When what is kept cannot be had.
    pub async fn calls_left(&self) -> Result<u32, StateError> {
        self.governor.look(Governor::calls_left).await
    }

    /// Waits until a call may go, unless that is later than `until`.
    ///
    /// # Errors
    /// When no call may go in time, or the token expired.
    pub async fn turn(&self, token: Token, until: Instant) -> Result<Turn, CallFailure> {
        let asked = Instant::now();
        // Whoever had to wait until nobody waits for the answer any more costs no call.
        let Ok(lock) = timeout_at(until, Arc::clone(&self.turn).lock_owned()).await else {
            return Err(CallFailure::NotNow { wait: self.pause(), why: "the calls ahead took too long" });
        };
        let decided = self.permission(&token, until).await?;
        self.metrics.queued(asked.elapsed());
        let now = self.governor.now();
        self.metrics.calls_left(self.governor.with(|governor| governor.calls_left(&now)));
        Ok(Turn { token, decided, lock })
    }

    /// Makes no call after all: it counts no longer, and the next may go at once.
    pub async fn leave(&self, turn: Turn) {
        self.tell(Event::GivenBack).await;
        drop(turn);
    }

    /// Sends the call.
    ///
    /// # Errors
    /// When it fails.
    pub async fn send(&self, turn: Turn, call: &Call) -> Result<Reply, CallFailure> {
        let Turn { token, decided, lock } = turn;
        // A process that was stopped in between must not do now what was allowed then.
        if self.governor.now().since(&decided) >= RECORDING_LIMIT {
            self.tell(Event::Sent).await;
            return Err(CallFailure::stateless());
        }
        let sent = Sent::default();
        let mut reply = self.next.call(call, &token, sent.clone());
        let early = tokio::select! {
            biased;
            result = &mut reply => Some(result),
            () = sent.wait() => None,
        };
        self.tell(Event::Sent).await;
        drop(lock);
        let result = match early {
            Some(result) => result,
            None => reply.await,
        };
        self.learn(&result).await;
        result
    }

    /// Waits until a call may go. It is recorded then.
    async fn permission(&self, token: &Token, until: Instant) -> Result<Moment, CallFailure> {
        loop {
            if token.left(&self.governor.now()).is_zero() {
                return Err(CallFailure::TokenExpired);
            }
            let decision = self.governor.update(Event::Wanted).await.map_err(|error| {
                tracing::error!(%error, "the call cannot be recorded, so it is not made");
                CallFailure::stateless()
            })?;
            match decision {
                Decision::Wait(wait) if Instant::now() + wait > until => {
                    return Err(CallFailure::NotNow { wait, why: "the upstream's allowance is used" });
                }
                Decision::Wait(wait) => sleep(jittered(wait)).await,
                Decision::Go { decided } => return Ok(decided),
                Decision::Done => {}
            }
        }
    }

    async fn learn(&self, result: &Result<Reply, CallFailure>) {
        let event = match result {
            Err(CallFailure::TooManyRequests) => Event::TooManyRequests,
            Err(CallFailure::LimitExceeded) => Event::LimitExceeded,
            Err(CallFailure::Broken(_)) => return,
            _ => Event::Answered,
        };
        self.tell(event).await;
    }

    async fn tell(&self, event: Event) {
        if let Err(error) = self.governor.update(event).await {
            tracing::error!(%error, "what became of a call cannot be recorded");
        }
    }
}
