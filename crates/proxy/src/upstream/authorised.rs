//! In: calls. Out: the same with the one token. Next: `paced`; and `http` where a token has to be asked for.

use super::http::{Asked, Http};
use super::keeper::{Decision, Event, Keeper, Memory, Token};
use super::moment::Clock;
use super::sent::Sent;
use super::state::StateFile;
use super::{Call, CallFailure, Reply, Upstream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Mutex, OwnedMutexGuard};

/// Gives calls the token that the [`Keeper`] has.
pub struct Authorised<U> {
    next: U,
    /// Locked while a token is asked for, so that only one is asked for at a time.
    keeper: Arc<Mutex<Keeper>>,
    source: Arc<Source>,
    /// Whoever would have to wait longer is told at once.
    patience: Duration,
}

/// Where tokens come from and are kept.
struct Source {
    http: Arc<Http>,
    memory: StateFile<Memory>,
    clock: Arc<dyn Clock>,
}

impl<U: Upstream> Authorised<U> {
    /// Puts the token before `next`.
    pub fn new(
        next: U,
        http: Arc<Http>,
        keeper: Keeper,
        memory: StateFile<Memory>,
        clock: Arc<dyn Clock>,
        patience: Duration,
    ) -> Self {
        let source = Arc::new(Source { http, memory, clock });
        Self { next, keeper: Arc::new(Mutex::new(keeper)), source, patience }
    }

    /// The stage that calls go to with their token.
    pub fn next(&self) -> &U {
        &self.next
    }

    /// Makes the call, as soon as there is a token.
    ///
    /// # Errors
    /// When there is none in time, or the call fails.
    pub async fn call(&self, call: &Call) -> Result<Reply, CallFailure> {
        loop {
            let token = self.token().await?;
            let result = self.next.call(call, &token, Sent::default()).await;
            let event = match &result {
                Err(CallFailure::TokenExpired) => continue,
                Err(CallFailure::Denied) => Event::Denied(token),
                Ok(_) => Event::Accepted,
                Err(_) => return result,
            };
            self.keeper.lock().await.update(&self.source.clock.now(), event);
            return result;
        }
    }

    async fn token(&self) -> Result<Token, CallFailure> {
        loop {
            let mut keeper = Arc::clone(&self.keeper).lock_owned().await;
            match keeper.update(&self.source.clock.now(), Event::Wanted) {
                Decision::Use(token) => return Ok(token),
                // In a task of its own: whoever asked first may go away, and the others still need the token.
                Decision::Attempt => {
                    let attempt = tokio::spawn(Arc::clone(&self.source).attempt(keeper));
                    attempt.await.map_err(|_| CallFailure::Broken("asking for a token"))?;
                }
                Decision::Wait(wait) if wait > self.patience => {
                    return Err(CallFailure::NotNow { wait, why: "there is no token" });
                }
                Decision::Wait(wait) => {
                    drop(keeper);
                    tokio::time::sleep(wait).await;
                }
                Decision::Done => {}
            }
        }
    }
}

impl Source {
    async fn attempt(self: Arc<Self>, mut keeper: OwnedMutexGuard<Keeper>) {
        if let Err(error) = self.memory.save(keeper.memory()).await {
            tracing::error!(%error, "the attempt cannot be recorded, so no token is asked for");
            keeper.update(&self.clock.now(), Event::NotRecorded);
            return;
        }
        let event = match self.http.ask_for_token().await {
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
