//! In: calls that are wanted, and how they went, and when. Out: whether a call may be sent, or how long it has to wait.
//! No clock, file or network is known here. Next: `paced` carries out what is decided.
//!
//! The rules: never two calls closer together than the pause, never more than the ceiling in any 24 hours. What counts
//! is in the [`Usage`], which is written to disk before each call, so that no crash can undo it.

use super::moment::Moment;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::time::Duration;

/// Calls are counted in spans of this part of a day; a span counts until its last call is a day old.
const SPANS_A_DAY: u32 = 288;
/// The pause doubles so often at most.
const MOST_SLOWNESS: u32 = 6;
/// So many calls in a row have to go well before the pause is halved again.
const STEADY: u32 = 10;
/// How long to wait when the usage could not be written.
const UNRECORDED_HOLD: Duration = Duration::from_secs(10);

/// What the upstream allows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Least time between two calls: a second, and a margin for calls that take different times on their way.
    pub pause: Duration,
    /// Most calls in any day.
    pub ceiling: u32,
    /// 24 hours.
    pub day: Duration,
}

/// What has to survive the process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Usage {
    spans: VecDeque<Span>,
    /// When the upstream said that the day's calls are used up.
    exhausted: Option<Moment>,
}

/// Calls that are counted together.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Span {
    first: Moment,
    last: Moment,
    calls: u32,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A call wants to be sent.
    Wanted,
    /// The call that was let go could not be recorded, and so was not sent.
    NotRecorded,
    /// The call's first byte is being sent only now.
    Sent,
    /// The upstream answered as it should.
    Answered,
    /// 429 "Too Many Requests".
    TooManyRequests,
    /// 429 "Limit Exceeded".
    LimitExceeded,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Write the usage to disk; only if that went well, send the call.
    Go,
    /// No call may be sent for so long.
    Wait(Duration),
    /// Nothing more.
    Done,
}

/// The rules of calling.
#[derive(Clone, Debug)]
pub struct Governor {
    limits: Limits,
    usage: Usage,
    last: Moment,
    slowness: u32,
    steady: u32,
    hold: Option<(Moment, Duration)>,
}

impl Governor {
    /// Begins with a pause: a call of an earlier process may have been sent later than it was recorded.
    pub fn new(limits: Limits, usage: Usage, now: Moment) -> Self {
        Self { limits, usage, last: now, slowness: 0, steady: 0, hold: None }
    }

    /// What has to be on disk before a call is sent.
    pub fn usage(&self) -> &Usage {
        &self.usage
    }

    /// The pause between two calls as it is now.
    pub fn pause(&self) -> Duration {
        self.limits.pause * (1 << self.slowness)
    }

    /// Calls that are left of the day's.
    pub fn calls_left(&self, now: &Moment) -> u32 {
        let mut usage = self.usage.clone();
        usage.forget(now, self.limits.day);
        if usage.exhausted.is_some() { 0 } else { self.limits.ceiling.saturating_sub(usage.calls()) }
    }

    /// Decides.
    pub fn update(&mut self, now: &Moment, event: Event) -> Decision {
        match event {
            Event::Wanted => return self.wanted(now),
            Event::NotRecorded => {
                if let Some(span) = self.usage.spans.back_mut() {
                    span.calls = span.calls.saturating_sub(1);
                }
                self.hold = Some((now.clone(), UNRECORDED_HOLD));
            }
            Event::Sent => self.sent(now),
            Event::Answered => self.answered(),
            Event::TooManyRequests => {
                (self.slowness, self.steady) = ((self.slowness + 1).min(MOST_SLOWNESS), 0);
                self.last = now.clone();
            }
            Event::LimitExceeded => self.usage.exhausted = Some(now.clone()),
        }
        Decision::Done
    }

    fn wanted(&mut self, now: &Moment) -> Decision {
        self.usage.forget(now, self.limits.day);
        let left = |since: &Moment, length: Duration| length.saturating_sub(now.since(since));
        let exhausted = self.usage.exhausted.as_ref().map(|at| left(at, self.limits.day));
        let held = self.hold.as_ref().map(|(at, length)| left(at, *length));
        let full = self.usage.calls() >= self.limits.ceiling;
        let oldest = self.usage.spans.front().filter(|_| full);
        let used_up = oldest.map(|span| left(&span.last, self.limits.day));
        let waits = [exhausted, held, used_up, Some(left(&self.last, self.pause()))];
        let wait = waits.into_iter().flatten().max().unwrap_or_default();
        if wait > Duration::ZERO {
            return Decision::Wait(wait);
        }
        self.last = now.clone();
        self.usage.count(now, self.limits.day / SPANS_A_DAY);
        Decision::Go
    }

    fn sent(&mut self, now: &Moment) {
        self.last = now.clone();
        if let Some(span) = self.usage.spans.back_mut() {
            span.last = now.clone();
        }
    }

    fn answered(&mut self) {
        self.hold = None;
        self.steady += 1;
        if self.steady >= STEADY {
            (self.slowness, self.steady) = (self.slowness.saturating_sub(1), 0);
        }
    }
}

impl Usage {
    /// What has to be assumed where a usage is expected and not found: everything has just been used.
    pub fn lost(now: &Moment, ceiling: u32) -> Self {
        let span = Span { first: now.clone(), last: now.clone(), calls: ceiling };
        Self { spans: VecDeque::from([span]), exhausted: None }
    }

    fn calls(&self) -> u32 {
        self.spans.iter().fold(0, |sum, span| sum.saturating_add(span.calls))
    }

    fn forget(&mut self, now: &Moment, day: Duration) {
        while self.spans.front().is_some_and(|span| now.since(&span.last) >= day) {
            self.spans.pop_front();
        }
        self.exhausted.take_if(|at| now.since(at) >= day);
    }

    fn count(&mut self, now: &Moment, length: Duration) {
        match self.spans.back_mut() {
            Some(span) if span.first.boot == now.boot && now.since(&span.first) < length => {
                (span.last, span.calls) = (now.clone(), span.calls.saturating_add(1));
            }
            _ => self.spans.push_back(Span { first: now.clone(), last: now.clone(), calls: 1 }),
        }
    }
}
