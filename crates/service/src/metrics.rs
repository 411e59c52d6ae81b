//! In: what happens. Out: counters in Prometheus' text format. No text of a record, no token, no address; clients by
//! their id, of which there are as many as are registered. Next: `operator` serves them.

use crate::ledger::Limit;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::time::Duration;

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 14] =
    [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    records: Family<RecordLabels, Counter>,
    calls: Family<ClientLabels, Counter>,
    throttled: Family<LimitLabels, Counter>,
    left: Family<ClientLabels, Gauge>,
    denied: Counter,
    tokens: Family<TokenLabels, Counter>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RequestLabels {
    route: String,
    method: String,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RecordLabels {
    topic: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ClientLabels {
    client: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct LimitLabels {
    client: String,
    limit: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct TokenLabels {
    client: String,
    outcome: &'static str,
}

/// What came of a token request.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TokenOutcome {
    Issued,
    /// The client had asked too often.
    Blocked,
    /// No such client, or another secret.
    Refused,
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        let mut metrics = Self {
            registry: Registry::with_prefix("occuform_service"),
            requests: Family::default(),
            durations: Family::new_with_constructor(histogram),
            records: Family::default(),
            calls: Family::default(),
            throttled: Family::default(),
            left: Family::default(),
            denied: Counter::default(),
            tokens: Family::default(),
        };
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("requests", "Requests by route and status", self.requests.clone());
        registry.register_with_unit(
            "request_duration",
            "How long requests took",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register("records", "Records coded, by outcome", self.records.clone());
        registry.register("calls", "Calls within their client's limits", self.calls.clone());
        registry.register("throttled", "Calls that broke a limit of their client", self.throttled.clone());
        registry.register("calls_left", "Calls left to a client for 24 hours", self.left.clone());
        registry.register("denied", "Calls without a valid token", self.denied.clone());
        registry.register("token_requests", "Token requests by outcome", self.tokens.clone());
    }

    /// Where others add what they count.
    pub fn registry(&mut self) -> &mut Registry {
        &mut self.registry
    }

    /// A request was answered.
    pub fn answered(&self, route: &str, method: &str, status: u16, duration: Duration) {
        let labels = RequestLabels { route: route.to_owned(), method: method.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        let route = RouteLabels { route: route.to_owned() };
        self.durations.get_or_create(&route).observe(duration.as_secs_f64());
    }

    /// Records were coded.
    pub fn coded(&self, topic: &'static str, successful: u64, unsuccessful: u64) {
        for (outcome, records) in [("successful", successful), ("unsuccessful", unsuccessful)] {
            if records > 0 {
                self.records.get_or_create(&RecordLabels { topic, outcome }).inc_by(records);
            }
        }
    }

    /// A call was within its client's limits.
    pub fn called(&self, client: &str, left: Option<u32>) {
        let labels = ClientLabels { client: client.to_owned() };
        self.calls.get_or_create(&labels).inc();
        if let Some(left) = left {
            self.left.get_or_create(&labels).set(i64::from(left));
        }
    }

    /// A call broke a limit.
    pub fn throttled(&self, client: &str, limit: Limit) {
        let limit = match limit {
            Limit::Second => "second",
            Limit::Day => "day",
        };
        self.throttled.get_or_create(&LimitLabels { client: client.to_owned(), limit }).inc();
    }

    /// A call had no valid token.
    pub fn denied(&self) {
        self.denied.inc();
    }

    /// A token was asked for. `client` is one that is registered, or none.
    pub fn token(&self, client: Option<&str>, outcome: TokenOutcome) {
        let outcome = match outcome {
            TokenOutcome::Issued => "issued",
            TokenOutcome::Blocked => "blocked",
            TokenOutcome::Refused => "refused",
        };
        let client = client.unwrap_or("unknown").to_owned();
        self.tokens.get_or_create(&TokenLabels { client, outcome }).inc();
    }

    /// All of it in the `OpenMetrics` text format.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to memory cannot fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
