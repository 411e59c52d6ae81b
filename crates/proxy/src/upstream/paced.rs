//! In: calls with a token. Out: the same, one by one, as far apart and as many a day as the upstream allows.
//! Next: `http` sends them.

use super::governor::{Decision, Event, Governor, Usage};
use super::keeper::Token;
use super::moment::Clock;
use super::sent::Sent;
use super::state::StateFile;
use super::{Call, CallFailure, Reply, Upstream};
use crate::metrics::Metrics;
use async_trait::async_trait;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Mutex as Turn;
use tokio::time::Instant;

/// Lets calls go when the [`Governor`] says so.
pub struct Paced<U> {
    next: Arc<U>,
    governor: Mutex<Governor>,
    usage: StateFile<Usage>,
    clock: Arc<dyn Clock>,
    /// Whoever would have to wait longer is told at once.
    patience: Duration,
    waiting: AtomicU32,
    /// First come, first served. Held until the call's first byte goes out.
    turn: Turn<()>,
    metrics: Metrics,
}

impl<U: Upstream> Paced<U> {
    /// Puts pacing before `next`.
    pub fn new(
        next: Arc<U>,
        governor: Governor,
        usage: StateFile<Usage>,
        clock: Arc<dyn Clock>,
        patience: Duration,
    ) -> Self {
        let governor = Mutex::new(governor);
        let (waiting, turn) = (AtomicU32::new(0), Turn::new(()));
        Self { next, governor, usage, clock, patience, waiting, turn, metrics: Metrics::default() }
    }

    /// Counts here.
    #[must_use]
    pub fn counted(self, metrics: &Metrics) -> Self {
        Self { metrics: metrics.clone(), ..self }
    }

    fn govern<T>(&self, with: impl FnOnce(&mut Governor) -> T) -> T {
        with(&mut self.governor.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn tell(&self, event: Event) -> Decision {
        let now = self.clock.now();
        self.govern(|governor| governor.update(&now, event))
    }

    /// Takes a place in the queue, unless it is too long.
    fn queue(&self) -> Result<Place<'_>, CallFailure> {
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Place(&self.waiting);
        let wait = self.govern(|governor| governor.pause()).saturating_mul(ahead);
        if wait > self.patience {
            return Err(CallFailure::NotNow { wait, why: "too many calls wait" });
        }
        Ok(place)
    }

    /// Waits until a call may go. It is recorded then.
    async fn permission(&self, token: &Token, asked: Instant) -> Result<(), CallFailure> {
        loop {
            let patience = self.patience.saturating_sub(asked.elapsed());
            if token.left(&self.clock.now()).is_zero() {
                return Err(CallFailure::TokenExpired);
            }
            match self.tell(Event::Wanted) {
                Decision::Wait(wait) if wait > patience => {
                    return Err(CallFailure::NotNow { wait, why: "the upstream's allowance is used" });
                }
                Decision::Wait(wait) => tokio::time::sleep(wait).await,
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
            Err(CallFailure::Broken(_)) => Event::Failed,
            _ => Event::Answered,
        };
        self.tell(event);
    }
}

#[async_trait]
impl<U: Upstream> Upstream for Paced<U> {
    async fn call(&self, call: &Call, token: &Token, sent: Sent) -> Result<Reply, CallFailure> {
        let asked = Instant::now();
        let place = self.queue()?;
        // Whoever had to wait until nobody waits for the answer any more costs no call.
        let Ok(turn) = tokio::time::timeout(self.patience, self.turn.lock()).await else {
            return Err(CallFailure::NotNow { wait: self.patience, why: "the calls ahead took too long" });
        };
        self.permission(token, asked).await?;
        self.metrics.queued(asked.elapsed());
        self.metrics.calls_left(self.govern(|governor| governor.calls_left()));
        self.tell(Event::Sent);
        let mut reply = self.next.call(call, token, sent.clone());
        let early = tokio::select! {
            biased;
            result = &mut reply => Some(result),
            () = sent.wait() => None,
        };
        self.tell(Event::Sent);
        drop((turn, place));
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
}

struct Place<'a>(&'a AtomicU32);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
