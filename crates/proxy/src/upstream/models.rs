//! In: the topic, and the model that the operator may have chosen. Out: the model that is to code, as the upstream
//! knows it. Next: `service` names it in calls.

use super::guarded::Guarded;
use super::{Call, CallFailure, Reply, Upstream};
use crate::jitter::jittered;
use occuform_api::{Model, Topic};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, timeout};

/// How often the upstream is asked for the model.
const FRESH: Duration = Duration::from_hours(1);
/// The first pause after that went wrong; the pauses double.
pub(super) const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);

/// Knows the model.
pub struct Models<U> {
    topic: Topic,
    /// The GUID of the model that the operator wants.
    pinned: Option<String>,
    calls: Arc<Guarded<U>>,
    /// How long a call may take, its turn included.
    patience: Duration,
    current: RwLock<Option<Arc<Model>>>,
    outdated: Notify,
}

/// Why the model is not known.
#[derive(Debug, thiserror::Error)]
enum Unknown {
    #[error("the upstream has no topic '{topic}'{there_are}: change the setting topic")]
    Topic { topic: &'static str, there_are: String },
    #[error(
        "the upstream has no model '{pinned}' for the topic{there_are}: change the setting upstream.model"
    )]
    Model { pinned: String, there_are: String },
    #[error("the model is not known: {0}")]
    Call(#[from] CallFailure),
}

impl<U: Upstream> Models<U> {
    /// Knows nothing yet.
    pub fn new(topic: Topic, pinned: Option<String>, calls: Arc<Guarded<U>>, patience: Duration) -> Self {
        Self { topic, pinned, calls, patience, current: RwLock::default(), outdated: Notify::new() }
    }

    /// The model, once it is known.
    pub fn current(&self) -> Option<Arc<Model>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// A call found that there is no such model.
    pub fn outdated(&self) {
        self.outdated.notify_one();
    }

    /// Asks at once, every hour, and when the model is gone.
    pub async fn keep(self: Arc<Self>) {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.ask().await {
                Ok(model) => {
                    self.set(model);
                    pause = FIRST_PAUSE;
                    let _ = timeout(jittered(FRESH), self.outdated.notified()).await;
                }
                Err(unknown) => {
                    if let Unknown::Call(_) = unknown {
                        tracing::warn!("{unknown}");
                    } else {
                        tracing::error!("{unknown}");
                    }
                    sleep(jittered(pause)).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    async fn ask(&self) -> Result<Model, Unknown> {
        let call = if self.pinned.is_some() { Call::Models } else { Call::LatestModel };
        let models = match self.call(&call).await {
            Ok(Reply::Models(models)) => models,
            Ok(_) => return Err(CallFailure::Mismatched.into()),
            Err(CallFailure::Unknown) => return Err(self.no_topic().await),
            Err(failure) => return Err(failure.into()),
        };
        let wanted = |model: &&Model| self.pinned.as_ref().is_none_or(|pinned| *pinned == model.model_id);
        models.iter().find(wanted).cloned().ok_or_else(|| Unknown::Model {
            pinned: self.pinned.clone().unwrap_or_default(),
            there_are: there_are(&models.iter().map(|model| model.model_id.clone()).collect::<Vec<_>>()),
        })
    }

    /// Says which topics there are, if the upstream tells.
    async fn no_topic(&self) -> Unknown {
        let topics = match self.call(&Call::Topics).await {
            Ok(Reply::Topics(topics)) => topics,
            _ => Vec::new(),
        };
        Unknown::Topic { topic: self.topic.uri_name, there_are: there_are(&topics) }
    }

    async fn call(&self, call: &Call) -> Result<Reply, CallFailure> {
        let until = Instant::now() + self.patience;
        let permit = self.calls.permit(until).await?;
        self.calls.send(permit, call, until).await
    }

    fn set(&self, model: Model) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.as_deref() != Some(&model) {
            tracing::info!(model = model.model_id, version = model.model_version, "the upstream's model");
            *current = Some(Arc::new(model));
        }
    }
}

fn there_are(names: &[String]) -> String {
    if names.is_empty() { String::new() } else { format!(", but {}", names.join(", ")) }
}
