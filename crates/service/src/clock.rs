//! In: nothing. Out: the time. Everything that depends on time is handed a [`Clock`], so that tests need not wait.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time, twice: one that only ever goes on, and the date.
pub trait Clock: Send + Sync {
    /// What has passed, counted on from the date at which the process started; never goes back, whatever the date does.
    fn monotonic(&self) -> Duration;

    /// Time since 1970-01-01 UTC, as the machine believes it to be.
    fn unix(&self) -> Duration;
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
    started_unix: Duration,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { started: Instant::now(), started_unix: unix() }
    }
}

fn unix() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.started_unix + self.started.elapsed()
    }

    fn unix(&self) -> Duration {
        unix()
    }
}
