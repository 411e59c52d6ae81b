//! In: nothing. Out: what time it is. Next: whoever was handed the clock.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970, UTC.
pub type Seconds = i64;

/// Tells the time; handed in, so that a test can move it.
pub type Clock = Arc<dyn Fn() -> Seconds + Send + Sync>;

/// The machine's own clock.
pub fn system_clock() -> Clock {
    Arc::new(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs().cast_signed()))
}
