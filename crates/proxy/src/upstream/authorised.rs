//! In: calls. Out: the same with the one token. Next: `paced`; and `http` where a token has to be asked for.

use super::http::Asked;
use super::keeper::{Decision, Event, Keeper, Token};
use super::ledger::{Ledger, RECORDING_LIMIT};
use super::moment::Moment;
use super::paced::{Paced, Turn};
use super::state::{StateError, TokenCipher};
use super::{Call, CallFailure, Reply, Upstream};
use crate::jitter::jittered;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Gives calls the token that the [`Keeper`] has.
pub struct Authorised<U> {
    next: Paced<U>,
    source: Arc<Source<U>>,
}

/// Where tokens come from and are kept.
struct Source<U> {
    upstream: Arc<U>,
    keeper: Ledger<Keeper>,
    /// Where others may read what is kept.
    cipher: Option<TokenCipher>,
}

impl<U: Upstream> Authorised<U> {
    /// Puts the token before `next`.
    pub fn new(
        next: Paced<U>,
        upstream: Arc<U>,
        keeper: Ledger<Keeper>,
        cipher: Option<TokenCipher>,
    ) -> Self {
        Self { next, source: Arc::new(Source { upstream, keeper, cipher }) }
    }

    /// Calls that are left of the day's.
    ///
    /// # Errors
    /// When what is kept cannot be had.
    pub async fn calls_left(&self) -> Result<u32, StateError> {
        self.next.calls_left().await
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

    /// Makes no call after all.
    pub async fn leave(&self, turn: Turn) {
        self.next.leave(turn).await;
    }

    /// Sends the call.
    ///
    /// # Errors
    /// When it fails.
    pub async fn send(&self, turn: Turn, call: &Call) -> Result<Reply, CallFailure> {
        let token = turn.token().clone();
        let result = self.next.send(turn, call).await;
        match &result {
            Err(CallFailure::Denied) => self.source.tell(Event::Denied(token)).await,
            Ok(_) => self.source.tell(Event::Accepted).await,
            Err(_) => {}
        }
        result
    }

    async fn token(&self, until: Instant) -> Result<Token, CallFailure> {
        loop {
            // In a task of its own: whoever asked first may go away, and the others still need the token.
            let decided = tokio::spawn(Arc::clone(&self.source).advance());
            match decided.await.map_err(|_| CallFailure::Broken("asking for a token"))? {
                Some(Decision::Use(token)) => return self.source.opened(token).await,
                None => return Err(CallFailure::stateless()),
                Some(Decision::Wait(wait)) if Instant::now() + wait > until => {
                    return Err(CallFailure::NotNow { wait, why: "there is no token" });
                }
                Some(Decision::Wait(wait)) => sleep(jittered(wait)).await,
                Some(Decision::Attempt { .. } | Decision::Done) => {}
            }
        }
    }
}

impl<U: Upstream> Source<U> {
    /// What to do about the token; an attempt is made at once. None: nothing may be done, the state cannot be used.
    async fn advance(self: Arc<Self>) -> Option<Decision> {
        let decision = self.keeper.update(Event::Wanted).await;
        let decision = decision.inspect_err(|error| {
            tracing::error!(%error, "no token is asked for or used");
        });
        if let Ok(Decision::Attempt { decided }) = &decision {
            self.attempt(decided).await;
        }
        decision.ok()
    }

    async fn attempt(&self, decided: &Moment) {
        let decided = decided.clone();
        // A process that was stopped in between must not do now what was allowed then.
        if self.keeper.now().since(&decided) >= RECORDING_LIMIT {
            tracing::warn!("recording the attempt took too long, so no token is asked for");
            return self.tell(Event::NotSent { decided }).await;
        }
        let event = match self.upstream.ask_for_token().await {
            Asked::Obtained { value, valid_for } => {
                tracing::info!(seconds = valid_for.as_secs(), "a new token");
                let value = match &self.cipher {
                    Some(cipher) => cipher.seal(&value),
                    None => Some(value),
                };
                value.map_or(Event::Refused, |value| Event::Obtained { decided, value, valid_for })
            }
            Asked::NotSent(why) => {
                tracing::warn!(why, "the token host could not be reached");
                Event::NotSent { decided }
            }
            Asked::Refused(why) => {
                tracing::error!(why, "no token; the next attempt is an hour away");
                Event::Refused
            }
        };
        self.tell(event).await;
    }

    /// The token as it is sent.
    async fn opened(&self, kept: Token) -> Result<Token, CallFailure> {
        let Some(cipher) = &self.cipher else { return Ok(kept) };
        if let Some(value) = cipher.open(&kept.value) {
            return Ok(kept.with(value));
        }
        tracing::error!(
            "the shared token was kept under another client secret: no call until there is a new one"
        );
        self.tell(Event::Denied(kept)).await;
        Err(CallFailure::NotNow { wait: Duration::from_secs(10), why: "the token cannot be read" })
    }

    async fn tell(&self, event: Event) {
        if let Err(error) = self.keeper.update(event).await {
            tracing::error!(%error, "what became of the token cannot be recorded");
        }
    }
}
