//! In: how calls went, and when. Out: whether another may be tried. No clock or network is known here. Next: `guarded`
//! carries out what is decided.

use crate::jitter::jittered;
use std::time::Duration;
use tokio::time::Instant;

/// So many failures in a row count as an outage.
const OUTAGE: u32 = 3;
/// The first pause of an outage; the pauses double.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_mins(2);
/// After so long a probe of which nothing was heard counts for nothing.
const PROBE_LIMIT: Duration = Duration::from_secs(30);

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Call.
    Go,
    /// Call, with as little as can be: the upstream is probably still down.
    Probe,
    /// The upstream is down. There may be another probe after so long.
    Wait(Duration),
}

/// Whether the upstream works.
#[derive(Clone, Copy, Debug)]
pub enum Breaker {
    /// It works, the last few calls apart.
    Closed {
        /// Failures in a row.
        failures: u32,
    },
    /// It is down, and left alone.
    Open {
        /// When it may be probed.
        until: Instant,
        /// How many probes failed.
        probes: u32,
    },
    /// It was down, and a probe is under way.
    Probing {
        /// When the probe began.
        since: Instant,
        /// How many probes failed before.
        probes: u32,
    },
}

impl Default for Breaker {
    fn default() -> Self {
        Self::Closed { failures: 0 }
    }
}

impl Breaker {
    /// A call wants to be made.
    pub fn wanted(&mut self, now: Instant) -> Decision {
        let (ready, probes) = match *self {
            Self::Closed { .. } => return Decision::Go,
            Self::Open { until, probes } => (until, probes),
            Self::Probing { since, probes } => (since + PROBE_LIMIT, probes),
        };
        if now < ready {
            return Decision::Wait(ready - now);
        }
        *self = Self::Probing { since: now, probes };
        Decision::Probe
    }

    /// The upstream answered, be it with a refusal.
    pub fn answered(&mut self) {
        *self = Self::default();
    }

    /// The upstream broke, or did not answer in time.
    pub fn failed(&mut self, now: Instant) {
        let open = |probes: u32| {
            let pause = FIRST_PAUSE.saturating_mul(1 << probes.min(10)).min(LONGEST_PAUSE);
            Self::Open { until: now + jittered(pause), probes }
        };
        *self = match *self {
            Self::Closed { failures } if failures + 1 < OUTAGE => Self::Closed { failures: failures + 1 },
            Self::Closed { .. } => open(0),
            Self::Probing { probes, .. } => open(probes + 1),
            // Of a call that was sent before: nothing new.
            Self::Open { .. } => *self,
        };
    }

    /// The probe that was let go was not made.
    pub fn not_made(&mut self, now: Instant) {
        if let Self::Probing { probes, .. } = *self {
            *self = Self::Open { until: now, probes };
        }
    }
}
