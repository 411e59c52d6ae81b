//! In: calls with a token. Out: the same, one by one, as far apart and as many a day as the upstream allows.
//! Next: `http` sends them.

use super::governor::{Decision, Event, Governor, Usage};
use super::keeper::Token;
use super::moment::Clock;
use super::sent::Sent;
use super::state::StateFile;
use super::{Call, CallFailure, Reply, Upstream};
use crate::jitter::jittered;
use crate::metrics::Metrics;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{Mutex as Lock, OwnedMutexGuard};
use tokio::time::{Instant, sleep, timeout_at};

/// Lets calls go when the [`Governor`] says so.
pub struct Paced<U> {
    next: Arc<U>,
    governor: Mutex<Governor>,
    usage: StateFile<Usage>,
    clock: Arc<dyn Clock>,
    /// First come, first served. Held until the call's first byte goes out.
    turn: Arc<Lock<()>>,
    metrics: Metrics,
}

/// The permission to send one call now. It is recorded as sent already: what the call says may be decided this late.
pub struct Turn {
    token: Token,
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
    pub fn new(
        next: Arc<U>,
        governor: Governor,
        usage: StateFile<Usage>,
        clock: Arc<dyn Clock>,
        metrics: Metrics,
    ) -> Self {
        Self { next, governor: Mutex::new(governor), usage, clock, turn: Arc::default(), metrics }
    }

    /// The time between two calls as it is now.
    pub fn pause(&self) -> Duration {
        self.govern(|governor| governor.pause())
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
        self.permission(&token, until).await?;
        self.metrics.queued(asked.elapsed());
        self.metrics.calls_left(self.calls_left());
        Ok(Turn { token, lock })
    }

    /// Sends the call.
    ///
    /// # Errors
    /// When it fails.
    pub async fn send(&self, Turn { token, lock }: Turn, call: &Call) -> Result<Reply, CallFailure> {
        let sent = Sent::default();
        self.tell(Event::Sent);
        let mut reply = self.next.call(call, &token, sent.clone());
        let early = tokio::select! {
            biased;
            result = &mut reply => Some(result),
            () = sent.wait() => None,
        };
        self.tell(Event::Sent);
        drop(lock);
        let result = match early {
            Some(result) => result,
            None => reply.await,
        };
        self.learn(&result);
        if matches!(result, Err(CallFailure::LimitExceeded)) {
            let usage = self.govern(|governor| governor.usage().clone());
            if let Err(error) = self.usage.save(&usage).await {
                tracing::error!(%error, "the end of the day's calls cannot be recorded");
            }
        }
        result
    }

    /// Calls that are left of the day's.
    pub fn calls_left(&self) -> u32 {
        let now = self.clock.now();
        self.govern(|governor| governor.calls_left(&now))
    }

    fn govern<T>(&self, with: impl FnOnce(&mut Governor) -> T) -> T {
        with(&mut self.governor.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self, event: Event) -> Decision {
        let now = self.clock.now();
        self.govern(|governor| governor.update(&now, event))
    }

    /// Waits until a call may go. It is recorded then.
    async fn permission(&self, token: &Token, until: Instant) -> Result<(), CallFailure> {
        loop {
            if token.left(&self.clock.now()).is_zero() {
                return Err(CallFailure::TokenExpired);
            }
            match self.tell(Event::Wanted) {
                Decision::Wait(wait) if Instant::now() + wait > until => {
                    return Err(CallFailure::NotNow { wait, why: "the upstream's allowance is used" });
                }
                Decision::Wait(wait) => sleep(jittered(wait)).await,
                Decision::Go | Decision::Done => break,
            }
        }
        let usage = self.govern(|governor| governor.usage().clone());
        if let Err(error) = self.usage.save(&usage).await {
            tracing::error!(%error, "the number of calls cannot be recorded, so no call is made");
            self.tell(Event::NotRecorded);
            return Err(CallFailure::NotNow {
                wait: Duration::from_secs(10),
                why: "the state is not writable",
            });
        }
        Ok(())
    }

    fn learn(&self, result: &Result<Reply, CallFailure>) {
        let event = match result {
            Err(CallFailure::TooManyRequests) => Event::TooManyRequests,
            Err(CallFailure::LimitExceeded) => Event::LimitExceeded,
            Err(CallFailure::Broken(_)) => return,
            _ => Event::Answered,
        };
        self.tell(event);
    }
}
