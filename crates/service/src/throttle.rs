//! In: a call of a client, and the time. Out: whether it may be made, or how long to wait. Next: `access` refuses.

use std::collections::VecDeque;
use std::time::Duration;

/// How many calls are allowed in any period of this length, wherever it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// 0 means that there is no limit.
    pub calls: u32,
    /// The length of the period.
    pub period: Duration,
}

impl Rate {
    /// So many calls a second.
    pub const fn a_second(calls: u32) -> Self {
        Self { calls, period: Duration::from_secs(1) }
    }

    /// So many calls in 24 hours.
    pub const fn a_day(calls: u32) -> Self {
        Self { calls, period: Duration::from_hours(24) }
    }

    /// So many calls an hour.
    pub const fn an_hour(calls: u32) -> Self {
        Self { calls, period: Duration::from_hours(1) }
    }
}

/// The calls of the last period. A sliding window, since a bucket that fills up would let twice as many calls into
/// some periods.
#[derive(Clone, Debug)]
pub struct Window {
    rate: Rate,
    /// When the calls were made, oldest first, and how many at each moment.
    calls: VecDeque<(Duration, u32)>,
    total: u32,
}

/// How many moments of a period are told apart where there may be more calls than this, so that a day of many calls
/// takes little memory. Where there are fewer, each call counts to the nanosecond.
const MOMENTS: u32 = 10_000;

impl Window {
    /// No call yet.
    pub fn new(rate: Rate) -> Self {
        Self { rate, calls: VecDeque::new(), total: 0 }
    }

    /// Changes the rate and keeps the calls.
    pub fn set_rate(&mut self, rate: Rate) {
        self.rate = rate;
    }

    /// How long a call has to wait at this moment, if at all. Counts nothing.
    pub fn wait(&mut self, now: Duration) -> Option<Duration> {
        while let Some((at, calls)) = self.calls.front().copied() {
            if at + self.rate.period > now {
                break;
            }
            self.calls.pop_front();
            self.total = self.total.saturating_sub(calls);
        }
        if self.rate.calls == 0 || self.total < self.rate.calls {
            return None;
        }
        let mut excess = self.total - self.rate.calls;
        let blocking = self.calls.iter().find(|(_, calls)| {
            let found = excess < *calls;
            excess = excess.saturating_sub(*calls);
            found
        });
        blocking.map(|(at, _)| (*at + self.rate.period).saturating_sub(now))
    }

    /// Counts a call; false where there is no limit to count for.
    pub fn count(&mut self, now: Duration) -> bool {
        if self.rate.calls == 0 {
            return false;
        }
        let moment = self.moment(now);
        self.add(moment, 1);
        true
    }

    /// Counts calls of before a restart, oldest first.
    pub fn restore(&mut self, at: Duration, calls: u32) {
        self.add(at, calls);
    }

    /// The calls of the period that ends now: when, and how many.
    pub fn calls(&self, now: Duration) -> impl Iterator<Item = (Duration, u32)> {
        let period = self.rate.period;
        self.calls.iter().copied().filter(move |(at, _)| *at + period > now)
    }

    fn add(&mut self, moment: Duration, more: u32) {
        self.total = self.total.saturating_add(more);
        match self.calls.back_mut() {
            Some((at, calls)) if *at == moment => *calls = calls.saturating_add(more),
            _ => self.calls.push_back((moment, more)),
        }
    }

    /// The moment that a call counts at: never earlier than it was made.
    fn moment(&self, now: Duration) -> Duration {
        if self.rate.calls <= MOMENTS {
            return now;
        }
        let length = (self.rate.period / MOMENTS).as_nanos().max(1);
        Duration::from_nanos((now.as_nanos().div_ceil(length) * length) as u64)
    }

    /// How many calls of the period are left; none where there is no limit.
    pub fn left(&self) -> Option<u32> {
        (self.rate.calls > 0).then(|| self.rate.calls.saturating_sub(self.total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(window: &mut Window, milliseconds: u64) -> Option<u64> {
        let now = Duration::from_millis(milliseconds);
        let wait = window.wait(now);
        if wait.is_none() {
            window.count(now);
        }
        wait.map(|wait| wait.as_millis() as u64)
    }

    #[test]
    fn no_second_has_more_calls_than_allowed_wherever_it_begins() {
        let mut window = Window::new(Rate::a_second(2));
        let made: Vec<u64> = (0..5_000).filter(|now| take(&mut window, *now).is_none()).collect();
        assert_eq!(made, [0, 1, 1_000, 1_001, 2_000, 2_001, 3_000, 3_001, 4_000, 4_001]);
    }

    #[test]
    fn the_wait_that_is_told_is_the_wait_that_is_needed() {
        let mut window = Window::new(Rate::a_second(1));
        assert_eq!(take(&mut window, 0), None);
        assert_eq!(take(&mut window, 300), Some(700));
        assert_eq!(take(&mut window, 999), Some(1));
        assert_eq!(take(&mut window, 1_000), None);
    }

    #[test]
    fn a_day_counts_every_call_and_takes_little_memory() {
        let mut window = Window::new(Rate::a_day(1_000_000));
        for call in 0..1_000_000 {
            assert_eq!(take(&mut window, call), None);
        }
        assert_eq!(window.left(), Some(0));
        assert!(take(&mut window, 1_000_000).is_some_and(|wait| wait > 86_000_000 - 1_000_000));
        assert!(window.calls.len() <= 1_000, "{}", window.calls.len());
        assert_eq!(take(&mut window, 86_400_000 + 1_000_000), None);
        assert!(window.left() > Some(900_000));
    }

    #[test]
    fn without_a_limit_every_call_may_be_made() {
        let mut window = Window::new(Rate::a_second(0));
        assert!((0..1_000).all(|_| take(&mut window, 0).is_none()));
    }

    #[test]
    fn a_limit_that_is_lowered_counts_what_was_called_before() {
        let mut window = Window::new(Rate::a_second(3));
        (0..3).for_each(|now| assert_eq!(take(&mut window, now * 100), None));
        window.set_rate(Rate::a_second(1));
        assert_eq!(take(&mut window, 300), Some(900));
    }
}
