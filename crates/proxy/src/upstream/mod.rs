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

pub use wire::is_plausible;

use crate::cached::Cached;
use crate::coder::Coder;
use crate::config::UpstreamConfig;
use async_trait::async_trait;
use authorised::Authorised;
use governor::{Governor, Limits, Usage};
use http::{Http, HttpError};
use keeper::{Keeper, Memory, Token};
use moment::Clock;
use occuform_api::{CodeAnswer, JobText, Model, Topic};
use paced::Paced;
use sent::Sent;
use serde::Serialize;
use service::Service;
use state::{Found, StateError, StateFile, StateFolder};
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
    /// Any other call of the topic: a small batch, an asynchronous operation.
    Other(OtherCall),
}

/// A call whose body the caller writes and whose answer the caller reads.
#[derive(Clone, Debug)]
pub struct OtherCall {
    /// What follows `/v1/topics/{topic}/`.
    pub path: String,
    /// JSON to be sent with POST; without it the call is a GET.
    pub body: Option<Vec<u8>>,
    /// How long it may take.
    pub limit: Duration,
    /// How long its answer may be, in bytes.
    pub longest_answer: usize,
}

/// What the Coding Service answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// To [`Call::LatestModel`].
    Model(Model),
    /// To [`Call::Code`].
    Answer(CodeAnswer),
    /// To [`Call::Other`]: the body as it came.
    Body(Vec<u8>),
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

/// The stages that calls need: token, pace, HTTP.
pub type Connection = Authorised<Paced<Http>>;

/// Puts all stages together, and begins to ask for the model.
///
/// # Errors
/// When the state folder cannot be used or the settings of the connection do not fit.
pub fn open(
    topic: Topic,
    config: &UpstreamConfig,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Coder>, OpenError> {
    let service = Arc::new(Service::new(topic, connect(topic, config, clock)?));
    tokio::spawn(Arc::clone(&service).keep_model());
    Ok(Arc::new(Cached::new(service, config.cache)?))
}

/// Puts the stages together that calls need, from the last to the first.
///
/// # Errors
/// When the state folder cannot be used or the settings of the connection do not fit.
pub fn connect(
    topic: Topic,
    config: &UpstreamConfig,
    clock: Arc<dyn Clock>,
) -> Result<Connection, OpenError> {
    let folder = StateFolder::open(&config.state)?;
    let http = Arc::new(Http::new(topic, config)?);
    let now = clock.now();

    let limits = Limits { pause: config.pause, ceiling: config.calls_per_day, day: config.day };
    let (file, found) = folder.file::<Usage>("quota.json")?;
    let usage = found.or_lost(&file, "quota.json", || Usage::lost(&now, limits.ceiling))?;
    let governor = Governor::new(limits, usage, now.clone());
    let paced = Paced::new(Arc::clone(&http), governor, file, Arc::clone(&clock), config.deadline);

    let (file, found) = folder.file::<Memory>("token.json")?;
    let memory = found.or_lost(&file, "token.json", || Memory::lost(&now))?;
    let keeper = Keeper::new(config.hour, memory);
    Ok(Authorised::new(paced, http, keeper, file, clock, config.deadline))
}

impl<T: Default + Serialize> Found<T> {
    fn or_lost(self, file: &StateFile<T>, name: &str, lost: impl FnOnce() -> T) -> Result<T, StateError> {
        match self {
            Self::Stored(content) => Ok(content),
            Self::FirstUse => {
                let content = T::default();
                file.begin(&content)?;
                Ok(content)
            }
            Self::Lost => {
                tracing::warn!(name, "this state was lost: the allowance counts as just used");
                Ok(lost())
            }
        }
    }
}
