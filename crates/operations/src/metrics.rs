//! In: what happens to operations and their files. Out: figures for Prometheus, without anything of their content.
//! Next: the registry of whoever serves them.

use crate::batches::Batches;
use crate::clock::Seconds;
use crate::operation::{STATUSES, status_name};
use crate::sweep::SweepError;
use occuform_api::{OperationStatus, RecordCounts};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// Upper ends of the histogram's buckets, in seconds.
const BUCKETS: [f64; 9] = [1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3_600.0, 14_400.0, 86_400.0];

/// Everything that is counted and measured.
#[derive(Debug)]
pub(crate) struct Metrics {
    operations: Family<State, Gauge>,
    oldest: Family<State, Gauge>,
    durations: Family<State, Histogram, fn() -> Histogram>,
    lines: Family<Outcome, Counter>,
    bytes: Family<Direction, Counter>,
    used: Gauge,
    free: Gauge,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Outcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Direction {
    direction: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            operations: Family::default(),
            oldest: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            lines: Family::default(),
            bytes: Family::default(),
            used: Gauge::default(),
            free: Gauge::default(),
        }
    }
}

impl Metrics {
    fn register(&self, registry: &mut Registry) {
        registry.register("operations", "Operations of the last 30 days, by state", self.operations.clone());
        registry.register_with_unit(
            "operation_oldest",
            "How long the oldest operation has been in a state that it will leave",
            Unit::Seconds,
            self.oldest.clone(),
        );
        registry.register_with_unit(
            "operation_state",
            "How long operations were in a state before they left it; those that timed out are left out",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register("file_lines", "Lines of files that were coded, by outcome", self.lines.clone());
        registry.register_with_unit(
            "file_transfer",
            "Bytes of files that were uploaded and downloaded",
            Unit::Bytes,
            self.bytes.clone(),
        );
        registry.register_with_unit(
            "files_disk_used",
            "What files take on the disk",
            Unit::Bytes,
            self.used.clone(),
        );
        registry.register_with_unit(
            "files_disk_free",
            "What the disk has room for",
            Unit::Bytes,
            self.free.clone(),
        );
    }

    /// An operation leaves a state after so many seconds.
    pub(crate) fn left(&self, status: OperationStatus, seconds: Seconds) {
        self.durations.get_or_create(&State { state: status_name(status) }).observe(seconds.max(0) as f64);
    }

    /// Lines were coded.
    pub(crate) fn coded(&self, counts: RecordCounts) {
        for (outcome, lines) in [
            ("successful", counts.successful),
            ("unsuccessful", counts.unsuccessful),
            ("error", counts.errors),
        ] {
            self.lines.get_or_create(&Outcome { outcome }).inc_by(lines);
        }
    }

    /// Bytes of an input file have come.
    pub(crate) fn uploaded(&self, bytes: usize) {
        self.bytes.get_or_create(&Direction { direction: "up" }).inc_by(bytes as u64);
    }

    /// Bytes of an output file are sent.
    pub(crate) fn downloaded(&self, bytes: usize) {
        self.bytes.get_or_create(&Direction { direction: "down" }).inc_by(bytes as u64);
    }
}

impl Batches {
    /// Adds what is known of operations and their files to a registry. What is measured and not counted is as it was
    /// at the last sweep.
    pub fn register_metrics(&self, registry: &mut Registry) {
        self.0.metrics.register(registry);
    }

    /// Measures what cannot be counted as it happens.
    pub(crate) async fn measure(&self) -> Result<(), SweepError> {
        let metrics = &self.0.metrics;
        let now = (self.0.clock)();
        let tallies = self.0.store.tally().await?;
        for status in STATUSES {
            let state = State { state: status_name(status) };
            let tally = tallies.iter().find(|tally| tally.status == status);
            metrics.operations.get_or_create(&state).set(tally.map_or(0, |tally| tally.operations));
            if matches!(status, OperationStatus::AwaitingInput | OperationStatus::InProgress) {
                let oldest = tally.map_or(0, |tally| now - tally.oldest);
                metrics.oldest.get_or_create(&state).set(oldest);
            }
        }
        metrics.used.set(self.0.vault.used().await?.cast_signed());
        if let Some(room) = self.0.vault.room().await? {
            metrics.free.set(room.cast_signed());
        }
        Ok(())
    }
}
