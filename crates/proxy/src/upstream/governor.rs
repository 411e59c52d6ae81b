//! In: calls that are wanted, and how they went, and when. Out: whether a call may be sent, or how long it has to wait.
//! No clock, file or network is known here. Next: `paced` carries out what is decided.
//!
//! The rules: never two calls closer together than the pause, never more than the ceilings of any hour and any 24. What
//! counts is in the [`Usage`], which is recorded before each call, so that no crash can undo it, and which may be shared by
//! several proxies: whose turn it was, when its call went out, and who is next.

use super::ledger::{RECORDING_LIMIT, Rules};
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
/// How long a call may take. Deadlines are shorter; what comes later is still of use to the cache.
pub const CALL_LIMIT: Duration = Duration::from_secs(30);
/// From the decision to the last moment when the first byte can go out.
const LONGEST_TURN: Duration = RECORDING_LIMIT.saturating_add(CALL_LIMIT);
/// How often to look whether another proxy's call has gone out.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long a proxy that has just had a turn leaves the next to one that waits for it.
const COURTESY: Duration = Duration::from_millis(200);

/// What the upstream allows.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Least time between two calls: a second, and a margin for calls that take different times on their way.
    pub pause: Duration,
    /// Most calls in any day.
    pub ceiling: u32,
    /// Most calls in any 24th part of a day, so that a busy morning leaves some for the evening.
    pub hourly: u32,
    /// 24 hours.
    pub day: Duration,
}

/// What has to survive the process.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Usage {
    spans: VecDeque<Span>,
    last: Option<Turn>,
    /// The proxy that has been waiting since the last turn.
    next: Option<String>,
    /// When the upstream said that the day's calls are used up.
    exhausted: Option<Moment>,
}

/// A call's turn.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Turn {
    /// The proxy that calls.
    by: String,
    began: Moment,
    /// When its first byte went out at the latest. None: it may do so yet, or nobody lived to see it.
    sent: Option<Moment>,
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
    /// The call's first byte has gone out, or will never.
    Sent,
    /// The call whose turn it is will not be made.
    GivenBack,
    /// The upstream answered as it should.
    Answered,
    /// 429 "Too Many Requests".
    TooManyRequests,
    /// 429 "Limit Exceeded".
    LimitExceeded,
}

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Send the call, if the usage was recorded and not too much time has passed since.
    Go {
        /// When this was decided.
        decided: Moment,
    },
    /// No call may be sent for so long.
    Wait(Duration),
    /// Nothing more.
    Done,
}

/// The rules of calling.
#[derive(Clone, Debug)]
pub struct Governor {
    limits: Limits,
    /// The name of this proxy, which no other that shares the usage has.
    name: String,
    usage: Usage,
    /// Since when this proxy has to pause, whatever others do.
    paused: Moment,
    slowness: u32,
    steady: u32,
}

impl Governor {
    /// Begins with a pause.
    pub fn new(limits: Limits, name: String, now: Moment) -> Self {
        let usage = Usage::default();
        Self { limits, name, usage, paused: now, slowness: 0, steady: 0 }
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

    fn wanted(&mut self, now: &Moment) -> Decision {
        self.usage.forget(now, self.limits.day);
        let left = |since: &Moment, length: Duration| length.saturating_sub(now.since(since));
        let exhausted = self.usage.exhausted.as_ref().map(|at| left(at, self.limits.day));
        let full = self.usage.calls() >= self.limits.ceiling;
        let oldest = self.usage.spans.front().filter(|_| full);
        let used_up = oldest.map(|span| left(&span.last, self.limits.day));
        let hour = self.limits.day / 24;
        let waits = [
            exhausted,
            used_up,
            self.until_hourly(now, hour),
            Some(left(&self.paused, self.pause())),
            self.until_turn(now),
        ];
        let wait = waits.into_iter().flatten().max().unwrap_or_default();
        if wait > Duration::ZERO {
            return Decision::Wait(wait);
        }
        self.usage.last = Some(Turn { by: self.name.clone(), began: now.clone(), sent: None });
        self.usage.next = None;
        self.usage.count(now, self.limits.day / SPANS_A_DAY);
        Decision::Go { decided: now.clone() }
    }

    /// How long until fewer calls were made in the last hour than it may have.
    fn until_hourly(&self, now: &Moment, hour: Duration) -> Option<Duration> {
        let mut recent = self.usage.spans.iter().filter(|span| now.since(&span.last) < hour).peekable();
        let first = recent.peek()?.last.clone();
        let calls = recent.fold(0_u32, |sum, span| sum.saturating_add(span.calls));
        (calls >= self.limits.hourly).then(|| hour.saturating_sub(now.since(&first)))
    }

    /// How long until this proxy may have the next turn.
    fn until_turn(&mut self, now: &Moment) -> Option<Duration> {
        let pause = self.pause();
        let last = self.usage.last.as_mut()?;
        let mine = last.by == self.name;
        if mine && last.sent.is_none() {
            // This proxy calls one by one: nobody is sending that call any more.
            last.sent = Some(now.clone());
        }
        let left = |since: &Moment, length: Duration| length.saturating_sub(now.since(since));
        let wait = match &last.sent {
            Some(sent) => left(sent, pause),
            None => left(&last.began, LONGEST_TURN + pause).min(LOOK_AGAIN),
        };
        let courtesy = last.sent.as_ref().map(|sent| left(sent, pause + COURTESY)).unwrap_or_default();
        match &self.usage.next {
            None if !mine && wait > Duration::ZERO => self.usage.next = Some(self.name.clone()),
            Some(next) if *next != self.name => return Some(courtesy.max(wait)),
            _ => {}
        }
        Some(wait)
    }

    fn sent(&mut self, now: &Moment) {
        self.paused = now.clone();
        let Some(last) = self.usage.last.as_mut().filter(|last| last.by == self.name) else { return };
        last.sent = Some(now.clone());
        if let Some(span) = self.usage.spans.back_mut() {
            span.last = now.clone();
        }
    }

    /// As if there had been no turn: the pause before it was over.
    fn given_back(&mut self) {
        let unsent = |last: &mut Turn| last.by == self.name && last.sent.is_none();
        if self.usage.last.take_if(unsent).is_some() {
            self.usage.uncount();
        }
    }

    fn answered(&mut self) {
        self.steady += 1;
        if self.steady >= STEADY {
            (self.slowness, self.steady) = (self.slowness.saturating_sub(1), 0);
        }
    }
}

impl Rules for Governor {
    type Event = Event;
    type Decision = Decision;
    type Kept = Usage;

    fn kept(&mut self) -> &mut Usage {
        &mut self.usage
    }

    fn moments(usage: &mut Usage) -> Vec<&mut Moment> {
        let spans = usage.spans.iter_mut().flat_map(|span| [&mut span.first, &mut span.last]);
        let last = usage.last.iter_mut().flat_map(|last| [Some(&mut last.began), last.sent.as_mut()]);
        spans.chain(last.flatten()).chain(&mut usage.exhausted).collect()
    }

    /// Everything has just been used.
    fn lost(&mut self, now: &Moment) {
        let span = Span { first: now.clone(), last: now.clone(), calls: self.limits.ceiling };
        let last = Turn { by: String::new(), began: now.clone(), sent: None };
        self.usage = Usage { spans: VecDeque::from([span]), last: Some(last), next: None, exhausted: None };
    }

    fn doubt(&mut self, now: &Moment) {
        self.lost(now);
    }

    fn update(&mut self, now: &Moment, event: Event) -> Decision {
        match event {
            Event::Wanted => return self.wanted(now),
            Event::Sent => self.sent(now),
            Event::GivenBack => self.given_back(),
            Event::Answered => self.answered(),
            Event::TooManyRequests => {
                (self.slowness, self.steady) = ((self.slowness + 1).min(MOST_SLOWNESS), 0);
                self.paused = now.clone();
            }
            Event::LimitExceeded => self.usage.exhausted = Some(now.clone()),
        }
        Decision::Done
    }
}

impl Usage {
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
            Some(span) if now.since(&span.first) < length => {
                (span.last, span.calls) = (now.clone(), span.calls.saturating_add(1));
            }
            _ => self.spans.push_back(Span { first: now.clone(), last: now.clone(), calls: 1 }),
        }
    }

    /// The call that was counted last is not made.
    fn uncount(&mut self) {
        if let Some(span) = self.spans.back_mut() {
            span.calls = span.calls.saturating_sub(1);
        }
        self.spans.pop_back_if(|span| span.calls == 0);
    }
}
