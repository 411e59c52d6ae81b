//! In: what happens to the token, and when. Out: whether it may be used, asked for, or waited for. No clock, file or
//! network is known here. Next: `authorised` carries out what is decided.
//!
//! The rule: in any hour at most one request for a token may reach the upstream. It is held against a [`Memory`] that
//! is written to disk before each request, so that no crash can undo it.

use super::moment::Moment;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// Added to the hour, since a request may reach the upstream sooner after its sending than the one before did.
const MARGIN: Duration = Duration::from_secs(1);
/// How long an attempt may take.
pub const ATTEMPT_LIMIT: Duration = Duration::from_secs(20);
/// The first pause after an attempt of which no byte was sent; the pauses double.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);
/// How long to wait when the memory could not be written.
const UNRECORDED_PAUSE: Duration = Duration::from_secs(30);

/// What has to survive the process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Memory {
    attempt: Option<Attempt>,
    token: Option<Token>,
}

/// A request for a token.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Attempt {
    began: Moment,
    /// None while it is under way, or when the process did not live to see its end.
    ended: Option<Moment>,
    /// How many attempts in a row ended before a byte of the request was sent. 0: this one was or may have been sent.
    unsent: u32,
}

/// A token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// What is sent.
    #[serde(serialize_with = "expose", deserialize_with = "seal")]
    pub value: SecretString,
    asked_for: Moment,
    valid_for: Duration,
}

/// What happened.
#[derive(Debug)]
pub enum Event {
    /// A call needs a token.
    Wanted,
    /// The attempt that was decided on could not be recorded, and so was not made.
    NotRecorded,
    /// The attempt failed before a byte of the request was sent.
    NotSent,
    /// The attempt failed later, or may have.
    Refused,
    /// The attempt brought a token.
    Obtained {
        /// The token.
        value: SecretString,
        /// How long the upstream says that it is valid.
        valid_for: Duration,
    },
    /// A call with this token was answered 403.
    Denied(Token),
    /// A call was answered otherwise.
    Accepted,
}

/// What to do.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Call with this token.
    Use(Token),
    /// Write the memory to disk; only if that went well, ask for a token.
    Attempt,
    /// There is no token for so long.
    Wait(Duration),
    /// Nothing more.
    Done,
}

/// The rules of the token.
#[derive(Clone, Debug)]
pub struct Keeper {
    hour: Duration,
    memory: Memory,
    /// The attempt before the one under way, to go back to when that cannot be recorded.
    before: Option<Attempt>,
    unrecorded: Option<Moment>,
    denied: Option<(Moment, u32)>,
}

impl Keeper {
    /// At most one attempt in any `hour`.
    pub fn new(hour: Duration, memory: Memory) -> Self {
        Self { hour, memory, before: None, unrecorded: None, denied: None }
    }

    /// What has to be on disk before an attempt is made, and should be after its end.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Decides.
    pub fn update(&mut self, now: &Moment, event: Event) -> Decision {
        match event {
            Event::Wanted => return self.wanted(now),
            Event::NotRecorded => {
                self.memory.attempt = self.before.take();
                self.unrecorded = Some(now.clone());
            }
            Event::NotSent => {
                let unsent = self.before.take().map_or(0, |before| before.unsent) + 1;
                self.ended(now, unsent);
            }
            Event::Refused => self.ended(now, 0),
            Event::Obtained { value, valid_for } => self.obtained(now, value, valid_for),
            Event::Denied(token) => self.denied(now, &token),
            Event::Accepted => self.denied = None,
        }
        Decision::Done
    }

    fn wanted(&mut self, now: &Moment) -> Decision {
        let suspended = self.denied.as_ref().map(|(at, times)| left(now, at, pause(*times + 2)));
        let until_attempt = self.until_attempt(now);
        let token = self.memory.token.as_ref().filter(|token| token.left(now) > Duration::ZERO);
        match (token, suspended) {
            (Some(token), None) => return Decision::Use(token.clone()),
            // A refused token is tried again now and then: the organisation may have been blocked for a while.
            (Some(token), Some(Duration::ZERO)) if until_attempt > Duration::ZERO => {
                return Decision::Use(token.clone());
            }
            _ => {}
        }
        if until_attempt == Duration::ZERO {
            self.before = self.memory.attempt.replace(Attempt { began: now.clone(), ended: None, unsent: 0 });
            return Decision::Attempt;
        }
        let until_use = token.and(suspended).unwrap_or(until_attempt);
        Decision::Wait(until_attempt.min(until_use))
    }

    fn until_attempt(&self, now: &Moment) -> Duration {
        let unrecorded = self.unrecorded.as_ref().map(|at| left(now, at, UNRECORDED_PAUSE));
        let hour = self.memory.attempt.as_ref().map(|attempt| match (&attempt.ended, attempt.unsent) {
            (Some(ended), 0) => left(now, ended, self.hour + MARGIN),
            (Some(ended), unsent) => left(now, ended, pause(unsent)),
            (None, _) => left(now, &attempt.began, self.hour + ATTEMPT_LIMIT + MARGIN),
        });
        unrecorded.unwrap_or_default().max(hour.unwrap_or_default())
    }

    fn ended(&mut self, now: &Moment, unsent: u32) {
        self.before = None;
        if let Some(attempt) = &mut self.memory.attempt {
            (attempt.ended, attempt.unsent) = (Some(now.clone()), unsent);
        }
    }

    fn obtained(&mut self, now: &Moment, value: SecretString, valid_for: Duration) {
        self.ended(now, 0);
        self.denied = None;
        let asked_for = self.memory.attempt.as_ref().map_or(now, |attempt| &attempt.began).clone();
        self.memory.token = Some(Token { value, asked_for, valid_for });
    }

    /// A late refusal of an older token says nothing about the present one.
    fn denied(&mut self, now: &Moment, refused: &Token) {
        if self.memory.token.as_ref().is_some_and(|token| token.asked_for == refused.asked_for) {
            let times = self.denied.as_ref().map_or(0, |(_, times)| times + 1);
            self.denied = Some((now.clone(), times));
        }
    }
}

impl Memory {
    /// What has to be assumed where a memory is expected and not found: an attempt has just been made.
    pub fn lost(now: &Moment) -> Self {
        let attempt = Attempt { began: now.clone(), ended: Some(now.clone()), unsent: 0 };
        Self { attempt: Some(attempt), token: None }
    }
}

impl Token {
    /// How long it is still valid.
    pub fn left(&self, now: &Moment) -> Duration {
        left(now, &self.asked_for, self.valid_for)
    }
}

fn left(now: &Moment, since: &Moment, length: Duration) -> Duration {
    length.saturating_sub(now.since(since))
}

/// 5 s, 10 s, 20 s and so on.
fn pause(times: u32) -> Duration {
    FIRST_PAUSE.saturating_mul(1 << times.saturating_sub(1).min(10)).min(LONGEST_PAUSE)
}

fn expose<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
}

fn seal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    String::deserialize(deserializer).map(SecretString::from)
}
