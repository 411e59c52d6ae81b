//! In: what happens. Out: counters for the operator. No words of a record, no token, no address of a client. Next:
//! `occuform_serving` shows them in Prometheus' text format.
//!
//! | stage | what it tells |
//! |---|---|
//! | `account` | requests by route and status, how long they took |
//! | `code` | answers by who gave them |
//! | `limits` | requests above their client's rate |
//! | `fallback` | why the Coding Service did not answer in time |
//! | `service` | why no call was made |
//! | `paced` | how long calls waited for their turn, how many are left for the day |
//! | `http` | calls and token requests by outcome, records in a call |

use crate::coder::Source;
use occuform_serving::account::Requests;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use std::sync::Arc;
use std::time::Duration;

/// Upper ends of the buckets of waits and calls, in seconds.
const SECONDS: [f64; 11] = [0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0];
/// Upper ends of the buckets of records in a call.
const RECORDS: [f64; 9] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 300.0];

/// Everything that is counted. Copies count together.
#[derive(Clone, Debug)]
pub struct Metrics {
    registry: Arc<Registry>,
    requests: Requests,
    answers: Family<AnswerLabels, Counter>,
    limited: Counter,
    fallbacks: Family<ReasonLabels, Counter>,
    not_made: Family<ReasonLabels, Counter>,
    queue_wait: Histogram,
    calls: Family<OutcomeLabels, Counter>,
    call_durations: Histogram,
    call_records: Histogram,
    calls_left: Gauge,
    tokens: Family<OutcomeLabels, Counter>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct AnswerLabels {
    source: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ReasonLabels {
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OutcomeLabels {
    outcome: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("occuform_proxy");
        let mut metrics = Self {
            requests: Requests::register(&mut registry),
            registry: Arc::default(),
            answers: Family::default(),
            limited: Counter::default(),
            fallbacks: Family::default(),
            not_made: Family::default(),
            queue_wait: Histogram::new(SECONDS),
            calls: Family::default(),
            call_durations: Histogram::new(SECONDS),
            call_records: Histogram::new(RECORDS),
            calls_left: Gauge::default(),
            tokens: Family::default(),
        };
        metrics.register(&mut registry);
        metrics.registry = Arc::new(registry);
        metrics
    }
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        registry.register("answers", "Records answered, by source and outcome", self.answers.clone());
        registry.register("limited", "Requests above their client's rate", self.limited.clone());
        let help = "Records that the Coding Service did not answer in time, by reason";
        registry.register("fallbacks", help, self.fallbacks.clone());
        let help = "Calls of the Coding Service that were not made, by reason";
        registry.register("calls_not_made", help, self.not_made.clone());
        let help = "How long calls waited for their turn";
        registry.register_with_unit("queue_wait", help, Unit::Seconds, self.queue_wait.clone());
        registry.register("calls", "Calls of the Coding Service, by outcome", self.calls.clone());
        let help = "How long calls of the Coding Service took";
        registry.register_with_unit("call_duration", help, Unit::Seconds, self.call_durations.clone());
        registry.register("call_records", "Records in a call", self.call_records.clone());
        registry.register("calls_left", "Calls left for 24 hours, after the last", self.calls_left.clone());
        registry.register("token_requests", "Token requests, by outcome", self.tokens.clone());
    }

    /// Counts requests.
    pub fn requests(&self) -> Requests {
        self.requests.clone()
    }

    /// All of it, for the operator.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry)
    }

    /// A record was answered.
    pub fn answered(&self, source: Source, successful: bool) {
        let outcome = if successful { "successful" } else { "unsuccessful" };
        self.answers.get_or_create(&AnswerLabels { source: source.as_str(), outcome }).inc();
    }

    /// A request was above its client's rate.
    pub fn limited(&self) {
        self.limited.inc();
    }

    /// The Coding Service did not answer a record in time.
    pub fn fell_back(&self, reason: &'static str) {
        self.fallbacks.get_or_create(&ReasonLabels { reason }).inc();
    }

    /// A call was not made.
    pub fn not_made(&self, reason: &'static str) {
        self.not_made.get_or_create(&ReasonLabels { reason }).inc();
    }

    /// A call's turn came after so long.
    pub fn queued(&self, wait: Duration) {
        self.queue_wait.observe(wait.as_secs_f64());
    }

    /// A call was made.
    pub fn called(&self, outcome: &'static str, duration: Duration) {
        self.calls.get_or_create(&OutcomeLabels { outcome }).inc();
        self.call_durations.observe(duration.as_secs_f64());
    }

    /// A coding call holds so many records.
    pub fn merged(&self, records: usize) {
        self.call_records.observe(records as f64);
    }

    /// So many calls are left for the day.
    pub fn calls_left(&self, calls: u32) {
        self.calls_left.set(i64::from(calls));
    }

    /// A token was asked for.
    pub fn token(&self, outcome: &'static str) {
        self.tokens.get_or_create(&OutcomeLabels { outcome }).inc();
    }
}
