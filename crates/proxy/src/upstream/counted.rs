//! In: what goes to the Coding Service. Out: the same, counted. Next: `http` sends it.

use super::http::Asked;
use super::keeper::Token;
use super::sent::Sent;
use super::{Call, CallFailure, Reply, Upstream};
use crate::metrics::Metrics;
use async_trait::async_trait;
use std::sync::Arc;
use tokio::time::Instant;

/// Counts calls and token requests by what came of them.
pub struct Counted<U> {
    next: Arc<U>,
    metrics: Metrics,
}

impl<U: Upstream> Counted<U> {
    /// Puts counting before `next`.
    pub fn new(next: Arc<U>, metrics: Metrics) -> Self {
        Self { next, metrics }
    }
}

#[async_trait]
impl<U: Upstream> Upstream for Counted<U> {
    async fn call(&self, call: &Call, token: &Token, sent: Sent) -> Result<Reply, CallFailure> {
        let started = Instant::now();
        let result = self.next.call(call, token, sent).await;
        let outcome = result.as_ref().map_or_else(CallFailure::outcome, |_| "answered");
        self.metrics.called(outcome, started.elapsed());
        if let Call::Code { records, .. } = call {
            self.metrics.merged(records.len());
        }
        result
    }

    async fn ask_for_token(&self) -> Asked {
        let asked = self.next.ask_for_token().await;
        self.metrics.token(match asked {
            Asked::Obtained { .. } => "obtained",
            Asked::NotSent(_) => "not_sent",
            Asked::Refused(_) => "refused",
        });
        asked
    }
}
