//! The way to the Coding Service. A call meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | `service` | a [`Coder`]: knows the model, makes a call of a record |
//! | `authorised` | gives the call the one token; `keeper` has the rules |
//! | `paced` | lets one call a second go, and so many a day; `governor` has the rules |
//! | `http` | sends it |
//!
//! `state` keeps what must survive the process, `moment` tells the time in a way that does too.

pub mod authorised;
pub mod governor;
pub mod http;
pub mod keeper;
pub mod moment;
pub mod paced;
pub mod sent;
pub mod service;
pub mod state;
mod wire;

use crate::cached::Cached;
use crate::coder::Coder;
use crate::config::UpstreamConfig;
use crate::metrics::Metrics;
use async_trait::async_trait;
use authorised::Authorised;
use governor::{Governor, Limits, Usage};
use http::{Http, HttpError};
use keeper::{Keeper, Memory, Token};
use moment::Clock;
use occuform_api::{CodeAnswer, JobText, Model, Topic};
use paced::Paced;
use sent::Sent;
use service::Service;
use state::{Found, StateError, StateFolder};
use std::sync::Arc;
use std::time::Duration;

/// A call of the Coding Service.
#[derive(Clone, Debug)]
pub enum Call {
    /// `GET .../models/latest`
    LatestModel,
    /// `POST .../models/{model}/code`
    Code {
        /// The model's GUID.
        model: String,
        /// The record.
        text: JobText,
        /// How many suggestions at most.
        suggestions: u8,
    },
}

/// What the Coding Service answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// To [`Call::LatestModel`].
    Model(Model),
    /// To [`Call::Code`].
    Answer(CodeAnswer),
}

/// Why there is no reply.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallFailure {
    /// No call may be made for so long. Nothing was sent.
    #[error("{why}: no call for {} s", .wait.as_secs())]
    NotNow {
        /// How long.
        wait: Duration,
        /// What there is none of.
        why: &'static str,
    },
    /// The token became too old while the call waited for its turn. Nothing was sent.
    #[error("the token expired before the call's turn came")]
    TokenExpired,
    /// 403.
    #[error("the upstream refused the token")]
    Denied,
    /// 429 "Too Many Requests".
    #[error("the upstream wants fewer calls")]
    TooManyRequests,
    /// 429 "Limit Exceeded".
    #[error("the upstream says that the day's calls are used up")]
    LimitExceeded,
    /// 400: the upstream will not take the record, although it keeps the rules.
    #[error("the upstream refused the record")]
    Refused,
    /// 404.
    #[error("the upstream does not know the topic or the model")]
    Unknown,
    /// Anything else.
    #[error("the upstream failed: {0}")]
    Broken(&'static str),
}

impl CallFailure {
    /// In a word, for metrics.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Self::NotNow { .. } | Self::TokenExpired => "not_made",
            Self::Denied => "denied",
            Self::TooManyRequests => "too_many_requests",
            Self::LimitExceeded => "limit_exceeded",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Broken(_) => "broken",
        }
    }
}

/// A stage on the way to the Coding Service that sends calls with a token.
#[async_trait]
pub trait Upstream: Send + Sync {
    /// Makes the call; `sent` is told when its first byte goes out.
    async fn call(&self, call: &Call, token: &Token, sent: Sent) -> Result<Reply, CallFailure>;
}

/// Why the way to the Coding Service cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The client.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// There is neither a Coding Service nor a model.
    #[error("there is neither a Coding Service nor a model that could answer")]
    NobodyAnswers,
    /// The machine has no random numbers.
    #[error("the machine gives no random numbers: {0}")]
    Random(#[from] getrandom::Error),
}

/// Puts the stages together, from the last to the first, and begins to ask for the model.
///
/// # Errors
/// When the state folder cannot be used or the settings of the connection do not fit.
pub fn open(
    topic: Topic,
    config: &UpstreamConfig,
    clock: Arc<dyn Clock>,
    metrics: &Metrics,
) -> Result<Arc<dyn Coder>, OpenError> {
    let folder = StateFolder::open(&config.state)?;
    let http = Arc::new(Http::new(topic, config)?.counted(metrics));
    let now = clock.now();

    let limits = Limits { pause: config.pause, ceiling: config.calls_per_day, day: config.day };
    let (file, found) = folder.file::<Usage>("quota.json")?;
    let usage = found.or_lost("quota.json", || Usage::lost(&now, limits.ceiling));
    let governor = Governor::new(limits, usage, now.clone());
    let paced =
        Paced::new(Arc::clone(&http), governor, file, Arc::clone(&clock), config.deadline).counted(metrics);

    let (file, found) = folder.file::<Memory>("token.json")?;
    let memory = found.or_lost("token.json", || Memory::lost(&now));
    let keeper = Keeper::new(config.hour, memory);
    let authorised = Authorised::new(paced, http, keeper, file, clock, config.deadline);

    let service = Arc::new(Service::new(topic, authorised).counted(metrics));
    tokio::spawn(Arc::clone(&service).keep_model());
    Ok(Arc::new(Cached::new(service, config.cache)?))
}

impl<T: Default> Found<T> {
    fn or_lost(self, name: &str, lost: impl FnOnce() -> T) -> T {
        match self {
            Self::Stored(content) => content,
            Self::FirstUse => T::default(),
            Self::Lost => {
                tracing::warn!(name, "this state was lost: the allowance counts as just used");
                lost()
            }
        }
    }
}
