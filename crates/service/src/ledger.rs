//! In: calls and token requests of clients. Out: whether each is within the client's limits. Next: `access` and
//! `token` refuse what is not. Nothing of it outlives the process.

use crate::clients::{Client, Tier};
use crate::config::{CallLimits, Config, TokenLimits};
use crate::throttle::{Rate, Window};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Which limit a call would break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Calls a second.
    Second,
    /// Calls in 24 hours.
    Day,
}

/// What each client has done.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Mutex<HashMap<String, Account>>);

#[derive(Debug)]
struct Account {
    second: Window,
    day: Window,
    tokens: Window,
    /// When token requests are heard again.
    blocked_until: Duration,
}

impl Ledger {
    /// Counts a call, unless it breaks a limit: then that limit, and how long to wait. What is refused is not counted.
    pub fn call(&self, client: &Client, config: &Config, now: Duration) -> Result<(), (Limit, Duration)> {
        let limits = limits(client, config);
        self.with(client, |account| {
            account.second.set_rate(limits.second);
            account.day.set_rate(limits.day);
            if let Some(wait) = account.day.wait(now) {
                return Err((Limit::Day, wait));
            }
            if let Some(wait) = account.second.wait(now) {
                return Err((Limit::Second, wait));
            }
            account.second.count(now);
            account.day.count(now);
            Ok(())
        })
    }

    /// Counts a token request, unless the client is blocked or becomes so by it: then for how long.
    pub fn token(&self, client: &Client, limits: TokenLimits, now: Duration) -> Result<(), Duration> {
        self.with(client, |account| {
            account.tokens.set_rate(limits.rate);
            let blocked = account.blocked_until.saturating_sub(now);
            if !blocked.is_zero() {
                return Err(blocked);
            }
            if account.tokens.wait(now).is_some() {
                account.blocked_until = now + limits.block;
                return Err(limits.block);
            }
            account.tokens.count(now);
            Ok(())
        })
    }

    /// How many calls the client has left for the next 24 hours; none where there is no limit.
    pub fn left_today(&self, client: &Client, now: Duration) -> Option<u32> {
        self.with(client, |account| {
            account.day.wait(now);
            account.day.left()
        })
    }

    fn with<T>(&self, client: &Client, act: impl FnOnce(&mut Account) -> T) -> T {
        let mut accounts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(account) = accounts.get_mut(&client.id) {
            return act(account);
        }
        act(accounts.entry(client.id.clone()).or_insert_with(Account::new))
    }
}

impl Account {
    fn new() -> Self {
        Self {
            second: Window::new(Rate::a_second(0)),
            day: Window::new(Rate::a_day(0)),
            tokens: Window::new(Rate::an_hour(0)),
            blocked_until: Duration::ZERO,
        }
    }
}

/// The client's own limits, else its tier's.
fn limits(client: &Client, config: &Config) -> CallLimits {
    let tier = match client.tier {
        Tier::Public => config.public,
        Tier::Partner => config.partner,
    };
    CallLimits {
        second: client.requests_per_second.map_or(tier.second, Rate::a_second),
        day: client.requests_per_day.map_or(tier.day, Rate::a_day),
    }
}
