//! In: how long calls took, and what they brought. Out: how many records the next one may hold. No clock, queue or
//! network is known here. Next: `queue` takes so many.

use std::time::Duration;
use tokio::time::Instant;

/// Most records of a call.
const MOST: usize = occuform_api::MAX_RECORDS;
/// A call may take this much longer than expected.
const MARGIN: f64 = 1.2;
/// How much an earlier call counts beside the next.
const DECAY: f64 = 0.9;
/// How long records go one by one once it turned out that together they fare worse.
const REST: Duration = Duration::from_hours(1);
/// So many answers to lone records, and to merged ones, have to be known before they are compared.
const COMPARED: (u32, u32) = (5, 20);
/// Merged records fare worse if they get less than this part of the alternatives.
const WORSE: f64 = 0.8;

/// Whether records that wait together go out as one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Merge {
    /// As many as the time allows.
    Auto,
    /// Never.
    Off,
}

/// What is known of the upstream's speed.
#[derive(Clone, Debug)]
pub struct Sizing {
    merge: Merge,
    /// Shrinks when calls do not come back in time, grows when they do.
    limit: usize,
    times: Times,
    alone: Mean,
    merged: Mean,
    rests_since: Option<Instant>,
}

/// Calls as points: records across, seconds up. Old ones fade.
#[derive(Clone, Debug, Default)]
struct Times {
    weight: f64,
    records: f64,
    seconds: f64,
    squares: f64,
    products: f64,
}

#[derive(Clone, Debug, Default)]
struct Mean {
    count: u32,
    mean: f64,
}

impl Sizing {
    /// Knows nothing: a first call may be as large as the upstream allows.
    pub fn new(merge: Merge) -> Self {
        let (alone, merged) = Default::default();
        Self { merge, limit: MOST, times: Times::default(), alone, merged, rests_since: None }
    }

    /// How long a call with so many records is expected to take.
    pub fn expected(&self, records: usize) -> Duration {
        let seconds = self.times.at(records as f64) * MARGIN;
        Duration::try_from_secs_f64(seconds).unwrap_or_default()
    }

    /// Most records of a call, whatever the time that is left.
    pub fn most(&self, now: Instant) -> usize {
        let rests = self.rests_since.is_some_and(|since| now.duration_since(since) < REST);
        if self.merge == Merge::Off || rests { 1 } else { self.limit }
    }

    /// Most records of a call that is to be back in time.
    pub fn fitting(&self, now: Instant, time: Duration) -> usize {
        let most = self.most(now);
        (2..=most).take_while(|records| self.expected(*records) <= time).last().unwrap_or(1)
    }

    /// A call was answered.
    pub fn answered(&mut self, records: usize, took: Duration) {
        self.times.add(records as f64, took.as_secs_f64());
        if records * 2 >= self.limit {
            self.limit = (self.limit * 2).min(MOST);
        }
    }

    /// A call was not back in time, or broke.
    pub fn failed(&mut self, records: usize) {
        if records > 1 {
            self.limit = (records / 8).max(1);
        }
    }

    /// A successful answer had so many of the alternatives asked for; `records` were in its call.
    pub fn had_alternatives(&mut self, records: usize, found: usize, asked_for: u8, now: Instant) {
        if asked_for < 2 {
            return;
        }
        if self.rests_since.is_some_and(|since| now.duration_since(since) >= REST) {
            (self.rests_since, self.merged) = (None, Mean::default());
        }
        let part = found as f64 / f64::from(asked_for);
        let mean = if records == 1 { &mut self.alone } else { &mut self.merged };
        mean.add(part);
        let comparable = self.alone.count >= COMPARED.0 && self.merged.count >= COMPARED.1;
        if comparable && self.rests_since.is_none() && self.merged.mean < self.alone.mean * WORSE {
            tracing::warn!("merged records get fewer alternatives: for an hour they go one by one");
            self.rest(now);
        }
    }

    /// Merged records fare worse.
    pub fn rest(&mut self, now: Instant) {
        self.rests_since = Some(now);
    }
}

impl Times {
    fn add(&mut self, records: f64, seconds: f64) {
        let old = |sum: f64| sum * DECAY;
        *self = Self {
            weight: old(self.weight) + 1.0,
            records: old(self.records) + records,
            seconds: old(self.seconds) + seconds,
            squares: old(self.squares) + records * records,
            products: old(self.products) + records * seconds,
        };
    }

    /// The line through the points. As long as all calls were of one size the best is hoped for: larger ones take no
    /// longer, smaller ones less.
    fn at(&self, records: f64) -> f64 {
        if self.weight == 0.0 {
            return 0.0;
        }
        let (mean, seconds) = (self.records / self.weight, self.seconds / self.weight);
        let spread = self.squares / self.weight - mean * mean;
        let together = self.products / self.weight - mean * seconds;
        if spread < 0.01 {
            return seconds * (records / mean).min(1.0);
        }
        let slope = (together / spread).max(0.0);
        (seconds + slope * (records - mean)).max(0.0)
    }
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.count = self.count.saturating_add(1);
        self.mean += (value - self.mean) / f64::from(self.count.min(100));
    }
}
