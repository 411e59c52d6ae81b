//! Three proxies, a store that they share with the contract of Redis, an upstream that counts, and a clock that only
//! goes on when everybody waits. Every await point of a proxy may be its last.

use async_trait::async_trait;
use occuform_proxy::metrics::Metrics;
use occuform_proxy::upstream::authorised::Authorised;
use occuform_proxy::upstream::governor::{Governor, Limits, Usage};
use occuform_proxy::upstream::http::Asked;
use occuform_proxy::upstream::keeper::{Keeper, Memory, Token};
use occuform_proxy::upstream::ledger::Ledger;
use occuform_proxy::upstream::moment::{Clock, Moment};
use occuform_proxy::upstream::paced::Paced;
use occuform_proxy::upstream::sent::Sent;
use occuform_proxy::upstream::state::{Found, Look, StateError, Store};
use occuform_proxy::upstream::{Call, CallFailure, Reply, Upstream};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep};

pub const HOUR: Duration = Duration::from_hours(1);
pub const DAY: Duration = Duration::from_hours(24);

/// What is true, whatever the clocks say.
pub struct World {
    began: Instant,
    random: Mutex<ChaCha8Rng>,
    /// How far the store's date is off, in seconds.
    date_off: Mutex<i64>,
    kept: [Mutex<(u64, Vec<u8>)>; 2],
    pub attempts: Mutex<Vec<Duration>>,
    pub calls: Mutex<Vec<Duration>>,
}

/// One life of one proxy on one machine.
pub struct Life {
    world: Arc<World>,
    boot: String,
    booted: Duration,
    date_off: i64,
    /// Await points until it dies. 0: it is dead.
    left: AtomicU32,
}

struct SharedStore {
    life: Arc<Life>,
    name: usize,
}

struct CountingUpstream(Arc<Life>);

impl World {
    pub fn new(seed: u64) -> Arc<Self> {
        let content = |json: Result<Vec<u8>, _>| Mutex::new((1, json.unwrap()));
        Arc::new(Self {
            began: Instant::now(),
            random: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
            date_off: Mutex::default(),
            kept: [
                content(serde_json::to_vec(&Memory::default())),
                content(serde_json::to_vec(&Usage::default())),
            ],
            attempts: Mutex::default(),
            calls: Mutex::default(),
        })
    }

    pub fn truth(&self) -> Duration {
        DAY * 20_000 + self.began.elapsed()
    }

    pub fn random(&self, most: u64) -> u64 {
        self.random.lock().unwrap().random_range(0..=most)
    }

    /// Up to ten minutes either way.
    fn any_date(&self) -> i64 {
        self.random(1_200).cast_signed() - 600
    }

    pub fn step_date(&self) {
        *self.date_off.lock().unwrap() = self.any_date();
    }

    /// A proxy that dies after so many await points. A machine that was started anew has another boot.
    pub fn start(self: &Arc<Self>, machine: &str, booted: Duration, points: u32) -> Arc<Life> {
        Arc::new(Life {
            world: Arc::clone(self),
            boot: format!("{machine} {booted:?}"),
            booted,
            date_off: self.any_date(),
            left: AtomicU32::new(points),
        })
    }

    pub fn assert_rules_were_kept(&self, ceiling: usize) {
        let attempts = self.attempts.lock().unwrap();
        assert_apart(&attempts, 1, HOUR, "token requests");
        let calls = self.calls.lock().unwrap();
        assert_apart(&calls, 1, Duration::from_secs(1), "calls");
        assert_apart(&calls, ceiling, DAY, "calls with the whole allowance between them");
    }
}

fn assert_apart(times: &[Duration], distance: usize, least: Duration, what: &str) {
    for (first, second) in times.iter().zip(times.iter().skip(distance)) {
        let apart = second.saturating_sub(*first);
        assert!(apart >= least, "two {what} within {apart:?}");
    }
}

impl Life {
    pub fn is_over(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }

    /// An await point. Whoever dies here never goes on.
    async fn point(&self) {
        sleep(Duration::from_millis(self.world.random(5))).await;
        let left = self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if left.is_err() || self.is_over() {
            std::future::pending::<()>().await;
        }
    }

    pub fn proxy(self: &Arc<Self>, name: &str, ceiling: u32) -> Authorised<impl Upstream> {
        let clock = || Arc::clone(self) as Arc<dyn Clock>;
        let store = |name| Arc::new(SharedStore { life: Arc::clone(self), name });
        let limits = Limits {
            pause: Duration::from_millis(1_100),
            ceiling,
            hourly: u32::MAX,
            day: DAY + Duration::from_mins(1),
        };
        let governor = Governor::new(limits, name.to_owned(), self.now());
        let governor = Ledger::new(store(1), clock(), governor);
        let keeper = Ledger::new(store(0), clock(), Keeper::new(HOUR));
        let upstream = Arc::new(CountingUpstream(Arc::clone(self)));
        let paced = Paced::new(Arc::clone(&upstream), governor, Metrics::default());
        Authorised::new(paced, upstream, keeper, None)
    }
}

impl Clock for Life {
    fn now(&self) -> Moment {
        let truth = self.world.truth();
        let unix = truth.saturating_add_signed(self.date_off);
        Moment { boot: self.boot.clone(), uptime: truth.saturating_sub(self.booted), unix, past_at: None }
    }
}

trait Signed {
    fn saturating_add_signed(self, seconds: i64) -> Self;
}

impl Signed for Duration {
    fn saturating_add_signed(self, seconds: i64) -> Self {
        let off = Self::from_secs(seconds.unsigned_abs());
        if seconds < 0 { self.saturating_sub(off) } else { self + off }
    }
}

#[async_trait]
impl Store for SharedStore {
    fn is_shared(&self) -> bool {
        true
    }

    fn place(&self) -> String {
        "the simulated store".into()
    }

    async fn look(&self, known: Option<&str>) -> Result<Look, StateError> {
        self.life.point().await;
        let world = &self.life.world;
        let (version, content) = world.kept[self.name].lock().unwrap().clone();
        let date = world.truth().saturating_add_signed(*world.date_off.lock().unwrap());
        self.life.point().await;
        let version = version.to_string();
        let found = if known == Some(&version) { Found::Same } else { Found::Stored(content) };
        Ok(Look { version: Some(version), found, date: Some(date), life: String::new() })
    }

    async fn replace(&self, seen: &Look, content: &[u8]) -> Result<Option<String>, StateError> {
        self.life.point().await;
        let written = {
            let mut kept = self.life.world.kept[self.name].lock().unwrap();
            (seen.version == Some(kept.0.to_string())).then(|| {
                *kept = (kept.0 + 1, content.to_vec());
                kept.0.to_string()
            })
        };
        self.life.point().await;
        Ok(written)
    }
}

#[async_trait]
impl Upstream for CountingUpstream {
    async fn call(&self, _: &Call, _: &Token, _: Sent) -> Result<Reply, CallFailure> {
        let world = &self.0.world;
        self.0.point().await;
        sleep(Duration::from_millis(world.random(300))).await;
        world.calls.lock().unwrap().push(world.truth());
        self.0.point().await;
        match world.random(20) {
            0 => Err(CallFailure::Broken("once in a while")),
            1 => Err(CallFailure::Denied),
            2 => Err(CallFailure::TooManyRequests),
            _ => Err(CallFailure::Refused),
        }
    }

    async fn ask_for_token(&self) -> Asked {
        let world = &self.0.world;
        self.0.point().await;
        if world.random(5) == 0 {
            return Asked::NotSent("no connection");
        }
        sleep(Duration::from_millis(world.random(15_000))).await;
        world.attempts.lock().unwrap().push(world.truth());
        self.0.point().await;
        match world.random(5) {
            0 => Asked::Refused("500"),
            _ => Asked::Obtained { value: "token".into(), valid_for: HOUR },
        }
    }
}
