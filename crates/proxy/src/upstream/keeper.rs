//! In: what happens to the token, and when. Out: whether it may be used, asked for, or waited for. No clock, file or
//! network is known here. Next: `authorised` carries out what is decided.
//!
//! The rule: in any hour at most one request for a token may reach the upstream. It is held against a [`Memory`] that
//! is recorded before each request, so that no crash can undo it, and that may be shared by several proxies.

use super::ledger::{RECORDING_LIMIT, Rules};
use super::moment::Moment;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::time::Duration;

/// Added to the hour, since a request may reach the upstream sooner after its sending than the one before did.
const MARGIN: Duration = Duration::from_secs(1);
/// How long an attempt may take.
pub const ATTEMPT_LIMIT: Duration = Duration::from_secs(20);
/// From the decision to the end, whoever makes it.
const LONGEST_ATTEMPT: Duration = RECORDING_LIMIT.saturating_add(ATTEMPT_LIMIT);
/// The first pause after an attempt of which no byte was sent; the pauses double.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_mins(10);
/// How often to look whether an attempt under way, of another proxy perhaps, has come to its end.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

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
    /// How many attempts in a row ended before a byte of the request was sent, those before this one while it is under
    /// way. 0: the last that ended was sent, or may have been.
    unsent: u32,
}

/// A token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Token {
    /// What is sent; where the memory is shared, encrypted.
    #[serde(serialize_with = "expose", deserialize_with = "seal")]
    pub value: SecretString,
    asked_for: Moment,
    valid_for: Duration,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum Event {
    /// A call needs a token.
    Wanted,
    /// The attempt failed before a byte of the request was sent.
    NotSent {
        /// When it was decided.
        decided: Moment,
    },
    /// The attempt failed later, or may have.
    Refused,
    /// The attempt brought a token.
    Obtained {
        /// When it was decided.
        decided: Moment,
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
    /// Ask for a token, if the memory was recorded and not too much time has passed since.
    Attempt {
        /// When this was decided.
        decided: Moment,
    },
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
    denied: Option<(Moment, u32)>,
}

impl Keeper {
    /// At most one attempt in any `hour`.
    pub fn new(hour: Duration) -> Self {
        Self { hour, memory: Memory::default(), denied: None }
    }
}

impl Rules for Keeper {
    type Event = Event;
    type Decision = Decision;
    type Kept = Memory;

    fn kept(&mut self) -> &mut Memory {
        &mut self.memory
    }

    fn moments(memory: &mut Memory) -> Vec<&mut Moment> {
        let attempt =
            memory.attempt.iter_mut().flat_map(|attempt| [Some(&mut attempt.began), attempt.ended.as_mut()]);
        let token = memory.token.iter_mut().map(|token| &mut token.asked_for);
        attempt.flatten().chain(token).collect()
    }

    /// An attempt has just been made.
    fn lost(&mut self, now: &Moment) {
        self.memory.token = None;
        self.doubt(now);
    }

    /// An attempt has just been made. The token is still one.
    fn doubt(&mut self, now: &Moment) {
        self.memory.attempt = Some(Attempt { began: now.clone(), ended: Some(now.clone()), unsent: 0 });
    }

    fn update(&mut self, now: &Moment, event: Event) -> Decision {
        match event {
            Event::Wanted => return self.wanted(now),
            Event::NotSent { decided } => self.not_sent(now, &decided),
            Event::Refused => self.ended(now, 0),
            Event::Obtained { decided, value, valid_for } => {
                self.ended(now, 0);
                self.denied = None;
                self.memory.token = Some(Token { value, asked_for: decided, valid_for });
            }
            Event::Denied(token) => self.denied(now, &token),
            Event::Accepted => self.denied = None,
        }
        Decision::Done
    }
}

impl Keeper {
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
            let unsent = self.memory.attempt.as_ref().map_or(0, |attempt| attempt.unsent);
            self.memory.attempt = Some(Attempt { began: now.clone(), ended: None, unsent });
            return Decision::Attempt { decided: now.clone() };
        }
        let until_use = token.and(suspended).unwrap_or(until_attempt);
        Decision::Wait(until_attempt.min(until_use).min(self.until_end(now)))
    }

    fn until_attempt(&self, now: &Moment) -> Duration {
        self.memory.attempt.as_ref().map_or(Duration::ZERO, |attempt| {
            match (&attempt.ended, attempt.unsent) {
                (Some(ended), 0) => left(now, ended, self.hour + MARGIN),
                (Some(ended), unsent) => left(now, ended, pause(unsent)),
                (None, _) => left(now, &attempt.began, self.hour + LONGEST_ATTEMPT + MARGIN),
            }
        })
    }

    /// How long to wait for the end of an attempt that may be under way.
    fn until_end(&self, now: &Moment) -> Duration {
        let under_way = self.memory.attempt.as_ref().filter(|attempt| attempt.ended.is_none());
        match under_way {
            Some(attempt) if now.since(&attempt.began) < LONGEST_ATTEMPT => LOOK_AGAIN,
            _ => Duration::MAX,
        }
    }

    fn ended(&mut self, now: &Moment, unsent: u32) {
        if let Some(attempt) = &mut self.memory.attempt {
            (attempt.ended, attempt.unsent) = (Some(now.clone()), unsent);
        }
    }

    /// If the memory is of another attempt by now, it was lost in between, and says nothing about this one.
    fn not_sent(&mut self, now: &Moment, decided: &Moment) {
        if let Some(attempt) = self.memory.attempt.as_ref().filter(|attempt| attempt.began == *decided) {
            self.ended(now, attempt.unsent + 1);
        }
    }

    /// A late refusal of an older token says nothing about the present one.
    fn denied(&mut self, now: &Moment, refused: &Token) {
        if self.memory.token.as_ref().is_some_and(|token| token.asked_for == refused.asked_for) {
            let times = self.denied.as_ref().map_or(0, |(_, times)| times + 1);
            self.denied = Some((now.clone(), times));
        }
    }
}

impl Token {
    /// The same token, decrypted.
    pub(super) fn with(self, value: SecretString) -> Self {
        Self { value, ..self }
    }

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
