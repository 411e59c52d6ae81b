//! In: what happens. Out: counters in Prometheus' text format. No text of a record, no token, no address; clients by
//! their id, of which there are as many as are registered. Next: `occuform_serving` shows them to the operator.

use crate::ledger::Limit;
use occuform_serving::account::Requests;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use std::sync::Arc;

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Arc<Registry>,
    requests: Requests,
    records: Family<RecordLabels, Counter>,
    calls: Family<ClientLabels, Counter>,
    throttled: Family<LimitLabels, Counter>,
    left: Family<ClientLabels, Gauge>,
    denied: Counter,
    tokens: Family<TokenLabels, Counter>,
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
        let mut registry = Registry::with_prefix("occuform_service");
        let requests = Requests::register(&mut registry);
        let mut metrics = Self {
            registry: Arc::default(),
            requests,
            records: Family::default(),
            calls: Family::default(),
            throttled: Family::default(),
            left: Family::default(),
            denied: Counter::default(),
            tokens: Family::default(),
        };
        metrics.register(&mut registry);
        metrics.registry = Arc::new(registry);
        metrics
    }
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        registry.register("records", "Records coded, by outcome", self.records.clone());
        registry.register("calls", "Calls within their client's limits", self.calls.clone());
        registry.register("throttled", "Calls that broke a limit of their client", self.throttled.clone());
        registry.register("calls_left", "Calls left to a client for 24 hours", self.left.clone());
        registry.register("denied", "Calls without a valid token", self.denied.clone());
        registry.register("token_requests", "Token requests by outcome", self.tokens.clone());
    }

    /// Counts requests.
    pub fn requests(&self) -> Requests {
        self.requests.clone()
    }

    /// Lets others add what they count.
    ///
    /// # Panics
    /// When it is served already.
    pub fn extend(&mut self, register: impl FnOnce(&mut Registry)) {
        register(Arc::get_mut(&mut self.registry).expect("nobody has the registry before it is served"));
    }

    /// All of it, for the operator.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
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
}
