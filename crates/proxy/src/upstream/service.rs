//! In: valid records. Out: calls of the Coding Service against a model that is known. Next: `authorised`.

use super::authorised::Authorised;
use super::{Call, CallFailure, Reply, Upstream};
use crate::coder::{Coded, Coder, CodingFailure, Source};
use crate::metrics::Metrics;
use async_trait::async_trait;
use occuform_api::{JobText, Model, Topic};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;

/// How often the latest model is asked for.
const FRESH: Duration = Duration::from_hours(1);
/// The first pause after that went wrong; the pauses double.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// The Coding Service as a [`Coder`].
pub struct Service<U> {
    topic: Topic,
    next: Authorised<U>,
    model: RwLock<Option<Model>>,
    outdated: Notify,
    metrics: Metrics,
}

impl<U: Upstream> Service<U> {
    /// Codes to `topic`.
    pub fn new(topic: Topic, next: Authorised<U>) -> Self {
        Self { topic, next, model: RwLock::new(None), outdated: Notify::new(), metrics: Metrics::default() }
    }

    /// Counts here.
    #[must_use]
    pub fn counted(self, metrics: &Metrics) -> Self {
        Self { metrics: metrics.clone(), ..self }
    }

    /// Asks for the latest model at once, every hour, and when a call finds that there is no such model any more.
    pub async fn keep_model(self: Arc<Self>) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.next.call(&Call::LatestModel).await {
                Ok(Reply::Model(model)) => {
                    self.set_model(model);
                    pause = FIRST_PAUSE;
                    let _ = tokio::time::timeout(FRESH, self.outdated.notified()).await;
                    continue;
                }
                Ok(Reply::Answer(_)) => {}
                Err(CallFailure::Unknown) => {
                    tracing::error!(topic = self.topic.uri_name, "the upstream has no such topic");
                }
                Err(failure) => tracing::warn!(%failure, "the latest model is not known"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
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

    async fn code(&self, text: JobText, suggestions: u8) -> Result<Coded, CodingFailure> {
        let Some(Model { model_id: model, .. }) = self.model() else {
            return Err(CodingFailure::Unavailable(FIRST_PAUSE));
        };
        let call = Call::Code { model: model.clone(), text, suggestions };
        match self.next.call(&call).await {
            Ok(Reply::Answer(answer)) => Ok(Coded { answer, source: Source::Upstream, model }),
            Ok(Reply::Model(_)) => Err(CodingFailure::Broken("a model in place of an answer".into())),
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
