//! In: requests of the API. Out: the same, unless their client asks too often. Next: `code`.
//!
//! A client is counted under a number made up of its address and a key that is new at each start: the address itself is
//! kept nowhere.

use crate::clients::{Hops, network};
use crate::metrics::Metrics;
use crate::problem::Problem;
use axum::extract::ConnectInfo;
use axum::http::StatusCode;
use axum::http::request::Parts;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Once;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// How often what is known of clients that have been quiet is thrown away, in requests.
const SWEEP: u32 = 10_000;

/// How often one client may ask, and who is one.
#[derive(Clone, Debug)]
pub struct ClientLimits {
    /// Requests a minute in the long run. None: as many as it likes.
    pub per_minute: Option<NonZeroU32>,
    /// Requests at once.
    pub burst: NonZeroU32,
    /// Who may say in `X-Forwarded-For` whose request it is.
    pub hops: Hops,
}

impl Default for ClientLimits {
    /// No limits, and nobody's word is taken.
    fn default() -> Self {
        Self { per_minute: None, burst: NonZeroU32::MIN, hops: Hops(Vec::new()) }
    }
}

/// Counts the requests of each client.
pub(crate) struct Limiter {
    hops: Hops,
    rate: Option<DefaultKeyedRateLimiter<u64>>,
    clock: DefaultClock,
    key: RandomState,
    requests: AtomicU32,
    unnamed_hop: Once,
    metrics: Metrics,
}

impl Limiter {
    pub(crate) fn new(limits: &ClientLimits, metrics: Metrics) -> Self {
        let quota = |per_minute| Quota::per_minute(per_minute).allow_burst(limits.burst);
        Self {
            hops: limits.hops.clone(),
            rate: limits.per_minute.map(|per_minute| RateLimiter::keyed(quota(per_minute))),
            clock: DefaultClock::default(),
            key: RandomState::new(),
            requests: AtomicU32::new(0),
            unnamed_hop: Once::new(),
            metrics,
        }
    }

    /// How long the client has to wait, if it has to.
    fn wait(&self, client: IpAddr) -> Option<Duration> {
        let rate = self.rate.as_ref()?;
        if self.requests.fetch_add(1, Ordering::Relaxed) % SWEEP == SWEEP - 1 {
            rate.retain_recent();
        }
        let too_many = rate.check_key(&self.key.hash_one(network(client))).err()?;
        Some(too_many.wait_time_from(self.clock.now()))
    }

    /// Refuses what is too much, before anything is done for it.
    pub(crate) fn check(&self, request: &Parts) -> Result<(), Problem> {
        let Some(ConnectInfo(peer)) = request.extensions.get::<ConnectInfo<SocketAddr>>() else {
            return Ok(());
        };
        let (peer, headers) = (peer.ip(), &request.headers);
        if self.hops.is_unnamed(peer, headers) {
            self.unnamed_hop.call_once(|| {
                tracing::warn!(
                    "requests come by way of a web server that clients.trusted_hops does not name: all of its \
                     clients count as one"
                );
            });
        }
        let Some(wait) = self.wait(self.hops.client(peer, headers)) else { return Ok(()) };
        self.metrics.limited();
        Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "This client asks too often")
            .with_retry_after(wait))
    }
}
