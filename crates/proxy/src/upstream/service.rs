//! In: valid records. Out: the same with the model that is to code them. Next: `merged`.

use super::guarded::Guarded;
use super::merged::Merged;
use super::{Call, CallFailure, Reply, Upstream};
use crate::coder::{Coded, Coder, CodingFailure, Source};
use crate::jitter::jittered;
use crate::metrics::Metrics;
use async_trait::async_trait;
use occuform_api::{JobText, Model, Topic};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

/// How often the latest model is asked for.
const FRESH: Duration = Duration::from_hours(1);
/// The first pause after that went wrong; the pauses double.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// The Coding Service as a [`Coder`].
pub struct Service<U> {
    topic: Topic,
    calls: Arc<Guarded<U>>,
    records: Arc<Merged<U>>,
    /// How long the model's calls may wait for their turn.
    patience: Duration,
    model: RwLock<Option<Model>>,
    outdated: Notify,
    metrics: Metrics,
}

impl<U: Upstream> Service<U> {
    /// Codes to `topic`.
    pub fn new(
        topic: Topic,
        calls: Arc<Guarded<U>>,
        records: Arc<Merged<U>>,
        patience: Duration,
        metrics: Metrics,
    ) -> Self {
        Self { topic, calls, records, patience, model: RwLock::new(None), outdated: Notify::new(), metrics }
    }

    /// Asks for the latest model at once, every hour, and when a call finds that there is no such model any more.
    pub async fn keep_model(self: Arc<Self>) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.call(&Call::LatestModel).await {
                Ok(Reply::Model(model)) => {
                    self.set_model(model);
                    pause = FIRST_PAUSE;
                    let _ = timeout(jittered(FRESH), self.outdated.notified()).await;
                    continue;
                }
                Ok(Reply::Answers(_)) => {}
                Err(CallFailure::Unknown) => {
                    tracing::error!(topic = self.topic.uri_name, "the upstream has no such topic");
                }
                Err(failure) => tracing::warn!(%failure, "the latest model is not known"),
            }
            sleep(jittered(pause)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn call(&self, call: &Call) -> Result<Reply, CallFailure> {
        let permit = self.calls.permit(Instant::now() + self.patience).await?;
        self.calls.send(permit, call, Instant::now() + self.patience).await
    }

    fn set_model(&self, model: Model) {
        let mut current = self.model.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref() != Some(&model) {
            tracing::info!(model = model.model_id, version = model.model_version, "the upstream's model");
            *current = Some(model);
        }
    }
}

#[async_trait]
impl<U: Upstream> Coder for Service<U> {
    fn topic(&self) -> Topic {
        self.topic
    }

    fn model(&self) -> Option<Model> {
        self.model.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn code(&self, text: JobText, suggestions: u8, deadline: Instant) -> Result<Coded, CodingFailure> {
        let Some(Model { model_id: model, .. }) = self.model() else {
            return Err(CodingFailure::Unavailable(FIRST_PAUSE));
        };
        match self.records.code(model.clone(), text, suggestions, deadline).await {
            Ok(answer) => Ok(Coded { answer, source: Source::Upstream, model }),
            Err(failure) => {
                if let CallFailure::NotNow { why, .. } = &failure {
                    self.metrics.not_made(why);
                    tracing::debug!(%failure, "no call to the upstream");
                } else {
                    tracing::warn!(%failure, "no answer from the upstream");
                }
                if failure == CallFailure::Unknown {
                    self.outdated.notify_one();
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
