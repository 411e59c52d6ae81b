//! In: calls. Out: the same with the one token. Next: `paced`; and `http` where a token has to be asked for.

use super::http::Asked;
use super::keeper::{Decision, Event, Keeper, Memory, Token};
use super::moment::Clock;
use super::paced::{Paced, Turn};
use super::state::StateFile;
use super::{Call, CallFailure, Reply, Upstream};
use crate::jitter::jittered;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;

/// Gives calls the token that the [`Keeper`] has.
pub struct Authorised<U> {
    next: Paced<U>,
    /// Locked while a token is asked for, so that only one is asked for at a time.
    keeper: Arc<Mutex<Keeper>>,
    source: Arc<Source<U>>,
}

/// Where tokens come from and are kept.
struct Source<U> {
    upstream: Arc<U>,
    memory: StateFile<Memory>,
    clock: Arc<dyn Clock>,
}

impl<U: Upstream> Authorised<U> {
    /// Puts the token before `next`.
    pub fn new(
        next: Paced<U>,
        upstream: Arc<U>,
        keeper: Keeper,
        memory: StateFile<Memory>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let source = Arc::new(Source { upstream, memory, clock });
        Self { next, keeper: Arc::new(Mutex::new(keeper)), source }
    }

    /// Calls that are left of the day's.
    pub fn calls_left(&self) -> u32 {
        self.next.calls_left()
    }

    /// The time between two calls as it is now.
    pub fn pause(&self) -> Duration {
        self.next.pause()
    }

    /// Waits until there is a token and a call may go, unless that is later than `until`.
    ///
    /// # Errors
    /// When no call may go in time.
    pub async fn turn(&self, until: Instant) -> Result<Turn, CallFailure> {
        loop {
            match self.next.turn(self.token(until).await?, until).await {
                Err(CallFailure::TokenExpired) => {}
                result => return result,
            }
        }
    }

    /// Sends the call.
    ///
    /// # Errors
    /// When it fails.
    pub async fn send(&self, turn: Turn, call: &Call) -> Result<Reply, CallFailure> {
        let token = turn.token().clone();
        let result = self.next.send(turn, call).await;
        let event = match &result {
            Err(CallFailure::Denied) => Event::Denied(token),
            Ok(_) => Event::Accepted,
            Err(_) => return result,
        };
        self.keeper.lock().await.update(&self.source.clock.now(), event);
        result
    }

    async fn token(&self, until: Instant) -> Result<Token, CallFailure> {
        loop {
            let mut keeper = Arc::clone(&self.keeper).lock_owned().await;
            match keeper.update(&self.source.clock.now(), Event::Wanted) {
                Decision::Use(token) => return Ok(token),
                // In a task of its own: whoever asked first may go away, and the others still need the token.
                Decision::Attempt => {
                    let attempt = tokio::spawn(Arc::clone(&self.source).attempt(keeper));
                    attempt.await.map_err(|_| CallFailure::Broken("asking for a token"))?;
                }
                Decision::Wait(wait) if Instant::now() + wait > until => {
                    return Err(CallFailure::NotNow { wait, why: "there is no token" });
                }
                Decision::Wait(wait) => {
                    drop(keeper);
                    tokio::time::sleep(jittered(wait)).await;
                }
                Decision::Done => {}
            }
        }
    }
}

impl<U: Upstream> Source<U> {
    async fn attempt(self: Arc<Self>, mut keeper: OwnedMutexGuard<Keeper>) {
        if let Err(error) = self.memory.save(keeper.memory()).await {
            tracing::error!(%error, "the attempt cannot be recorded, so no token is asked for");
            keeper.update(&self.clock.now(), Event::NotRecorded);
            return;
        }
        let event = match self.upstream.ask_for_token().await {
            Asked::Obtained { value, valid_for } => {
                tracing::info!(seconds = valid_for.as_secs(), "a new token");
                Event::Obtained { value, valid_for }
            }
            Asked::NotSent(why) => {
                tracing::warn!(why, "the token host could not be reached");
                Event::NotSent
            }
            Asked::Refused(why) => {
                tracing::error!(why, "no token; the next attempt is an hour away");
                Event::Refused
            }
        };
        keeper.update(&self.clock.now(), event);
        if let Err(error) = self.memory.save(keeper.memory()).await {
            tracing::error!(%error, "the outcome of the attempt cannot be recorded");
        }
    }
}
