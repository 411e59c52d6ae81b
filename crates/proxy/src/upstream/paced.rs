//! In: calls with a token. Out: the same, one by one, as far apart and as many a day as the upstream allows.
//! Next: `http` sends them.

use super::governor::{Decision, Event, Governor};
use super::keeper::Token;
use super::ledger::{Ledger, RECORDING_LIMIT};
use super::moment::Moment;
use super::sent::Sent;
use super::{Call, CallFailure, Reply, Upstream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Mutex as Turn;
use tokio::time::Instant;

/// Lets calls go when the [`Governor`] says so.
pub struct Paced<U> {
    next: Arc<U>,
    governor: Ledger<Governor>,
    /// Whoever would have to wait longer is told at once.
    patience: Duration,
    waiting: AtomicU32,
    /// First come, first served. Held until the call's first byte goes out.
    turn: Turn<()>,
}

impl<U: Upstream> Paced<U> {
    /// Puts pacing before `next`.
    pub fn new(next: Arc<U>, governor: Ledger<Governor>, patience: Duration) -> Self {
        Self { next, governor, patience, waiting: AtomicU32::new(0), turn: Turn::new(()) }
    }

    /// Makes the call when its turn has come.
    ///
    /// # Errors
    /// When that is not in time, or the call fails.
    pub async fn call(&self, call: &Call, token: &Token, sent: Sent) -> Result<Reply, CallFailure> {
        let asked = Instant::now();
        let place = self.queue()?;
        // Whoever had to wait until nobody waits for the answer any more costs no call.
        let Ok(turn) = tokio::time::timeout(self.patience, self.turn.lock()).await else {
            return Err(CallFailure::NotNow { wait: self.patience, why: "the calls ahead took too long" });
        };
        let decided = self.permission(token, asked).await?;
        // A process that was stopped in between must not do now what was allowed then.
        if self.governor.now().since(&decided) >= RECORDING_LIMIT {
            return Err(CallFailure::stateless());
        }
        let mut reply = self.next.call(call, token, sent.clone());
        let early = tokio::select! {
            biased;
            result = &mut reply => Some(result),
            () = sent.wait() => None,
        };
        self.tell(Event::Sent).await;
        drop((turn, place));
        let result = match early {
            Some(result) => result,
            None => reply.await,
        };
        self.learn(&result).await;
        result
    }

    /// Takes a place in the queue, unless it is too long.
    fn queue(&self) -> Result<Place<'_>, CallFailure> {
        let ahead = self.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Place(&self.waiting);
        let wait = self.governor.with(Governor::pause).saturating_mul(ahead);
        if wait > self.patience {
            return Err(CallFailure::NotNow { wait, why: "too many calls wait" });
        }
        Ok(place)
    }

    /// Waits until a call may go. It is recorded then.
    async fn permission(&self, token: &Token, asked: Instant) -> Result<Moment, CallFailure> {
        loop {
            let patience = self.patience.saturating_sub(asked.elapsed());
            if token.left(&self.governor.now()).is_zero() {
                return Err(CallFailure::TokenExpired);
            }
            let decision = self.governor.update(Event::Wanted).await.map_err(|error| {
                tracing::error!(%error, "the call cannot be recorded, so it is not made");
                CallFailure::stateless()
            })?;
            match decision {
                Decision::Wait(wait) if wait > patience => {
                    return Err(CallFailure::NotNow { wait, why: "the upstream's allowance is used" });
                }
                Decision::Wait(wait) => tokio::time::sleep(wait).await,
                Decision::Go { decided } => return Ok(decided),
                Decision::Done => {}
            }
        }
    }

    async fn learn(&self, result: &Result<Reply, CallFailure>) {
        self.tell(match result {
            Err(CallFailure::TooManyRequests) => Event::TooManyRequests,
            Err(CallFailure::LimitExceeded) => Event::LimitExceeded,
            Err(CallFailure::Broken(_)) => Event::Failed,
            _ => Event::Answered,
        })
        .await;
    }

    async fn tell(&self, event: Event) {
        if let Err(error) = self.governor.update(event).await {
            tracing::error!(%error, "what became of a call cannot be recorded");
        }
    }
}

struct Place<'a>(&'a AtomicU32);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
