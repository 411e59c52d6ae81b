//! In: nothing. Out: the time. Everything that depends on time is handed a [`Clock`], so that tests need not wait.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time, twice: one that only ever goes on, and the date.
pub trait Clock: Send + Sync {
    /// Time since some moment that stays the same while the process runs; never goes back.
    fn monotonic(&self) -> Duration;

    /// Time since 1970-01-01 UTC, as the machine believes it to be.
    fn unix(&self) -> Duration;
}

/// The machine's clock.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn unix(&self) -> Duration {
        SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
    }
}
