//! In: valid records. Out: the same with the model that is to code them. Next: `merged`.

use super::merged::Merged;
use super::models::{FIRST_PAUSE, Models};
use super::{CallFailure, Upstream};
use crate::coder::{Coded, Coder, CodingFailure, Source};
use crate::metrics::Metrics;
use async_trait::async_trait;
use occuform_api::{JobText, Model, Topic};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// The Coding Service as a [`Coder`].
pub struct Service<U> {
    topic: Topic,
    models: Arc<Models<U>>,
    records: Arc<Merged<U>>,
    metrics: Metrics,
}

impl<U: Upstream> Service<U> {
    /// Codes to `topic`.
    pub fn new(topic: Topic, models: Arc<Models<U>>, records: Arc<Merged<U>>, metrics: Metrics) -> Self {
        Self { topic, models, records, metrics }
    }
}

#[async_trait]
impl<U: Upstream> Coder for Service<U> {
    fn topic(&self) -> Topic {
        self.topic
    }

    fn model(&self) -> Option<Arc<Model>> {
        self.models.current()
    }

    async fn code(&self, text: JobText, suggestions: u8, deadline: Instant) -> Result<Coded, CodingFailure> {
        let Some(model) = self.model() else {
            return Err(CodingFailure::Unavailable(FIRST_PAUSE));
        };
        let model = model.model_id.clone();
        match self.records.code(model.clone(), text, suggestions, deadline).await {
            Ok(answer) => Coded::new(&answer, Source::Upstream, &model),
            Err(failure) => {
                if let CallFailure::NotNow { why, .. } = &failure {
                    self.metrics.not_made(why);
                    tracing::debug!(%failure, "no call to the upstream");
                } else {
                    tracing::warn!(%failure, "no answer from the upstream");
                }
                if failure == CallFailure::Unknown {
                    self.models.outdated();
                }
                Err(failure.into())
            }
        }
    }
}

impl From<CallFailure> for CodingFailure {
    fn from(failure: CallFailure) -> Self {
        match failure {
            CallFailure::NotNow { wait, .. } => Self::Unavailable(wait),
            CallFailure::LimitExceeded => Self::Unavailable(Duration::from_hours(24)),
            CallFailure::Refused => Self::Refused,
            _ => Self::Unavailable(FIRST_PAUSE),
        }
    }
}
