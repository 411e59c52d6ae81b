//! In: the machine's clocks. Out: a [`Moment`], which says how long ago another one was at least. Next: `keeper` and
//! `governor`, whose rules are about time, and `ledger`, which notes when another machine's moments were first seen.

use serde::{Deserialize, Serialize};
use std::hash::{Hash, Hasher};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How far the date may be wrong, before and after a restart of the machine together.
const DATE_MARGIN: Duration = Duration::from_mins(30);

/// A point in time that can be kept, read by another machine, and survives steps of the clock.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Moment {
    /// Another one each time the machine starts.
    pub boot: String,
    /// Time since the machine started, also while it slept; never goes back.
    pub uptime: Duration,
    /// Time since 1970-01-01 UTC, as the machine believes it to be.
    pub unix: Duration,
    /// This machine's uptime when it was already past, where this machine did not make it.
    #[serde(skip)]
    pub past_at: Option<Duration>,
}

impl Moment {
    /// How much time has passed since `earlier` at least. Within one run of a machine that is exact and the date is
    /// not looked at. Of a moment of another run, or of another machine, it is the time since it was known to be past,
    /// or what the date says less a margin of half an hour.
    pub fn since(&self, earlier: &Self) -> Duration {
        if self.boot == earlier.boot {
            return self.uptime.saturating_sub(earlier.uptime);
        }
        let by_date = self.unix.saturating_sub(earlier.unix).saturating_sub(DATE_MARGIN);
        let by_sight = earlier.past_at.map_or(Duration::ZERO, |past| self.uptime.saturating_sub(past));
        by_date.max(by_sight)
    }
}

/// What was seen of a moment does not make it another one.
impl PartialEq for Moment {
    fn eq(&self, other: &Self) -> bool {
        (&self.boot, self.uptime, self.unix) == (&other.boot, other.uptime, other.unix)
    }
}

impl Eq for Moment {}

impl Hash for Moment {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.boot, self.uptime, self.unix).hash(state);
    }
}

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The moment that it is.
    fn now(&self) -> Moment;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    boot: String,
}

impl SystemClock {
    /// Reads which run of the machine this is. Where the machine does not tell, each start of the process counts as
    /// a restart of the machine, which is the careful reading.
    ///
    /// # Errors
    /// When the machine has no random numbers to make up a name from.
    pub fn new() -> Result<Self, getrandom::Error> {
        let boot = match std::fs::read_to_string("/proc/sys/kernel/random/boot_id") {
            Ok(boot) => boot.trim().to_owned(),
            Err(_) => format!("unknown-{}", getrandom::u64()?),
        };
        Ok(Self { boot })
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Moment {
        Moment {
            boot: self.boot.clone(),
            uptime: uptime(),
            unix: SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            past_at: None,
        }
    }
}

fn uptime() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = rustix::time::ClockId::Monotonic;
    Duration::try_from(rustix::time::clock_gettime(clock)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(boot: &str, uptime: u64, unix: u64) -> Moment {
        Moment {
            boot: boot.into(),
            uptime: Duration::from_secs(uptime),
            unix: Duration::from_secs(unix),
            past_at: None,
        }
    }

    #[test]
    fn while_the_machine_runs_the_date_does_not_count() {
        let earlier = moment("a", 100, 50_000);
        assert_eq!(moment("a", 160, 10).since(&earlier), Duration::from_mins(1));
        assert_eq!(moment("a", 160, 900_000).since(&earlier), Duration::from_mins(1));
    }

    #[test]
    fn of_another_run_or_machine_the_careful_reading_holds() {
        let past_at = Some(Duration::from_secs(20));
        let earlier = Moment { past_at, ..moment("a", 100_000, 50_000) };
        assert_eq!(moment("b", 60, 50_100).since(&earlier), Duration::from_secs(40));
        assert_eq!(moment("b", 60, 10).since(&earlier), Duration::from_secs(40));
        assert_eq!(moment("b", 60, 60_000).since(&earlier), Duration::from_secs(10_000 - 1_800));
        let never_seen = moment("a", 100_000, 50_000);
        assert_eq!(moment("b", 60, 50_100).since(&never_seen), Duration::ZERO);
    }

    #[test]
    fn the_machines_clocks_go_on_and_know_their_boot() {
        let clock = SystemClock::new().unwrap();
        let (first, second) = (clock.now(), clock.now());
        assert_eq!(first.boot, second.boot);
        assert!(second.uptime >= first.uptime && first.uptime > Duration::ZERO);
    }
}
