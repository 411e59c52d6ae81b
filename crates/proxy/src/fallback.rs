//! In: valid records. Out: an answer within the deadline: the first coder's if it has one by then, else the second's.
//! Next: the two coders.

use crate::coder::{Coded, Coder, CodingFailure};
use crate::metrics::Metrics;
use async_trait::async_trait;
use occuform_api::{JobText, Model, Topic};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// What a client is told to wait when the deadline passed.
const SOON: Duration = Duration::from_secs(5);

/// Asks one coder, and another where the first does not answer in time.
pub struct Fallback {
    first: Arc<dyn Coder>,
    second: Option<Arc<dyn Coder>>,
    deadline: Duration,
    metrics: Metrics,
}

impl Fallback {
    /// Without a `second`, what the first cannot answer in time is an error.
    pub fn new(first: Arc<dyn Coder>, second: Option<Arc<dyn Coder>>, deadline: Duration) -> Self {
        Self { first, second, deadline, metrics: Metrics::default() }
    }

    /// Counts here.
    #[must_use]
    pub fn counted(self, metrics: &Metrics) -> Self {
        Self { metrics: metrics.clone(), ..self }
    }
}

#[async_trait]
impl Coder for Fallback {
    fn topic(&self) -> Topic {
        self.first.topic()
    }

    fn model(&self) -> Option<Arc<Model>> {
        self.first.model().or_else(|| self.second.as_ref().and_then(|second| second.model()))
    }

    async fn code(&self, text: JobText, suggestions: u8, deadline: Instant) -> Result<Coded, CodingFailure> {
        let deadline = deadline.min(Instant::now() + self.deadline);
        let first = self.first.code(text.clone(), suggestions, deadline);
        let failure = match tokio::time::timeout_at(deadline, first).await {
            Ok(Ok(coded)) => return Ok(coded),
            Ok(Err(failure)) => {
                self.metrics.fell_back(failure.reason());
                failure
            }
            Err(_) => {
                self.metrics.fell_back("deadline");
                CodingFailure::Unavailable(SOON)
            }
        };
        match &self.second {
            Some(second) => second.code(text, suggestions, deadline).await,
            None => Err(failure),
        }
    }
}
