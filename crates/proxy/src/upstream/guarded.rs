//! In: calls that want their turn. Out: the same, but while the upstream is down only a probe now and then. Next:
//! `authorised`; `breaker` has the rules.

use super::authorised::Authorised;
use super::breaker::{Breaker, Decision};
use super::paced::Turn;
use super::{Call, CallFailure, Reply, Upstream};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// Leaves a dead upstream alone.
pub struct Guarded<U> {
    next: Authorised<U>,
    breaker: Mutex<Breaker>,
}

/// The permission to make one call.
pub struct Permit {
    turn: Turn,
    /// Whether the call is to tell if the upstream works again.
    pub is_probe: bool,
}

impl<U: Upstream> Guarded<U> {
    /// Puts the breaker before `next`.
    pub fn new(next: Authorised<U>) -> Self {
        Self { next, breaker: Mutex::default() }
    }

    /// The time between two calls as it is now.
    pub fn pause(&self) -> Duration {
        self.next.pause()
    }

    /// Waits until a call may be made, unless that is later than `until`.
    ///
    /// # Errors
    /// When no call may be made in time.
    pub async fn permit(&self, until: Instant) -> Result<Permit, CallFailure> {
        let decision = self.breaker().wanted(Instant::now());
        if let Decision::Wait(wait) = decision {
            return Err(CallFailure::NotNow { wait, why: "the upstream is down" });
        }
        let is_probe = decision == Decision::Probe;
        let turn = self.next.turn(until).await;
        if is_probe && turn.is_err() {
            self.breaker().not_made(Instant::now());
        }
        Ok(Permit { turn: turn?, is_probe })
    }

    /// Makes no call after all: everything is as it was before the permission.
    pub async fn leave(&self, permit: Permit) {
        if permit.is_probe {
            self.breaker().not_made(Instant::now());
        }
        self.next.leave(permit.turn).await;
    }

    /// Makes the call. One that is not back by `until` is waited for and yet counts as failed, unless it holds several
    /// records: that speaks against their number first.
    ///
    /// # Errors
    /// When it fails.
    pub async fn send(&self, permit: Permit, call: &Call, until: Instant) -> Result<Reply, CallFailure> {
        let is_merged = matches!(call, Call::Code { records, .. } if records.len() > 1);
        let mut reply = Box::pin(self.next.send(permit.turn, call));
        let in_time = timeout_at(until, &mut reply).await.ok();
        let is_late = in_time.is_none();
        if is_late && !is_merged {
            self.failed();
        }
        let result = match in_time {
            Some(result) => result,
            None => reply.await,
        };
        match result {
            Err(CallFailure::Broken(_)) if is_late => {}
            Err(CallFailure::Broken(_)) => self.failed(),
            Err(CallFailure::NotNow { .. }) => self.breaker().not_made(Instant::now()),
            _ => self.breaker().answered(),
        }
        result
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self) {
        let mut breaker = self.breaker();
        let was_closed = matches!(*breaker, Breaker::Closed { .. });
        breaker.failed(Instant::now());
        if was_closed && matches!(*breaker, Breaker::Open { .. }) {
            tracing::error!("the upstream is down: it is only probed now and then");
        }
    }
}
