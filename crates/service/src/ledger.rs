//! In: calls and token requests of clients. Out: whether each is within the client's limits. Next: `access` and
//! `token` refuse what is not; `counts` keeps the day's calls and the hour's token requests across restarts.

use crate::clients::{Client, Tier};
use crate::config::{CallLimits, Config, TokenLimits};
use crate::counts::{Count, CountsFile, Deed};
use crate::throttle::{Rate, Window};
use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
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
pub(crate) struct Ledger(Mutex<Books>);

#[derive(Debug, Default)]
struct Books {
    accounts: HashMap<String, Account>,
    /// Where they outlive the process, if they do.
    file: Option<CountsFile>,
    latest: Duration,
}

#[derive(Debug)]
struct Account {
    second: Window,
    day: Window,
    tokens: Window,
    /// When token requests are heard again.
    blocked_until: Duration,
}

impl Ledger {
    /// Goes on with the counts of a file. Times of a clock that ran ahead count as now, so that none counts for longer
    /// than it should; nobody is blocked for longer than `block`.
    pub fn with_file(path: PathBuf, block: Duration, now: Duration) -> io::Result<Self> {
        let (file, counts) = CountsFile::read(path)?;
        let mut books = Books { accounts: HashMap::new(), file: Some(file), latest: now };
        for count in counts {
            books.account(&count.client).restore(&count, block, now);
        }
        Ok(Self(Mutex::new(books)))
    }

    /// Counts a call, unless it breaks a limit: then that limit, and how long to wait. What is refused is not counted.
    pub fn call(&self, client: &Client, config: &Config, now: Duration) -> Result<(), (Limit, Duration)> {
        let limits = limits(client, config);
        let mut books = self.books();
        let account = books.account(&client.id);
        account.second.set_rate(limits.second);
        account.day.set_rate(limits.day);
        if let Some(wait) = account.day.wait(now) {
            return Err((Limit::Day, wait));
        }
        if let Some(wait) = account.second.wait(now) {
            return Err((Limit::Second, wait));
        }
        account.second.count(now);
        if account.day.count(now) {
            books.note(&client.id, Deed::Calls, now, now);
        }
        Ok(())
    }

    /// Counts a token request, unless the client is blocked or becomes so by it: then for how long.
    pub fn token(&self, client: &Client, limits: TokenLimits, now: Duration) -> Result<(), Duration> {
        let mut books = self.books();
        let account = books.account(&client.id);
        account.tokens.set_rate(limits.rate);
        let blocked = account.blocked_until.saturating_sub(now);
        if !blocked.is_zero() {
            return Err(blocked);
        }
        if account.tokens.wait(now).is_some() {
            account.blocked_until = now + limits.block;
            books.note(&client.id, Deed::Blocked, now + limits.block, now);
            return Err(limits.block);
        }
        if account.tokens.count(now) {
            books.note(&client.id, Deed::Tokens, now, now);
        }
        Ok(())
    }

    /// How many calls the client has left for the next 24 hours; none where there is no limit.
    pub fn left_today(&self, client: &Client, now: Duration) -> Option<u32> {
        let mut books = self.books();
        let day = &mut books.account(&client.id).day;
        day.wait(now);
        day.left()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Books {
    fn account(&mut self, client: &str) -> &mut Account {
        // Looked up first: an entry would need a copy of the id for each call.
        if !self.accounts.contains_key(client) {
            self.accounts.insert(client.to_owned(), Account::new());
        }
        self.accounts.get_mut(client).expect("it was just looked for")
    }

    /// What was counted is to be kept.
    fn note(&mut self, client: &str, deed: Deed, at: Duration, now: Duration) {
        self.latest = now;
        if let Some(file) = &mut self.file {
            file.add(Count::new(client, deed, at, 1));
            file.save_when_due(now, || all(&self.accounts, now));
        }
    }
}

impl Drop for Books {
    fn drop(&mut self) {
        if let Some(file) = &mut self.file {
            file.save(self.latest, || all(&self.accounts, self.latest));
        }
    }
}

fn all(accounts: &HashMap<String, Account>, now: Duration) -> Vec<Count> {
    accounts.iter().flat_map(|(client, account)| account.counts(client, now)).collect()
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

    /// Everything that still counts, a line a moment.
    fn counts(&self, client: &str, now: Duration) -> Vec<Count> {
        let calls = self.day.calls(now).map(|(at, calls)| Count::new(client, Deed::Calls, at, calls));
        let tokens = self.tokens.calls(now).map(|(at, calls)| Count::new(client, Deed::Tokens, at, calls));
        let blocked = (self.blocked_until > now).then_some(self.blocked_until);
        let blocked = blocked.map(|until| Count::new(client, Deed::Blocked, until, 1));
        calls.chain(tokens).chain(blocked).fold(Vec::new(), |mut counts, count| {
            match counts.last_mut() {
                Some(last) if count.is_like(last) => last.times += count.times,
                _ => counts.push(count),
            }
            counts
        })
    }

    fn restore(&mut self, count: &Count, block: Duration, now: Duration) {
        let at = Duration::from_secs(count.at);
        match count.deed {
            Deed::Calls => self.day.restore(at.min(now), count.times),
            Deed::Tokens => self.tokens.restore(at.min(now), count.times),
            Deed::Blocked => self.blocked_until = self.blocked_until.max(at.min(now + block)),
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
