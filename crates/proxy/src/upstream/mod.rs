//! The way to the Coding Service. A call meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | `service` | a [`Coder`]; `models` knows the model |
//! | `merged` | takes the records that wait together for one call: `queue` holds them, `sizing` says how many fit |
//! | `answering` | makes the call and tells each its answer; `isolation` finds the record for which all are refused, `suspects` remembers it, `retries` are few |
//! | `guarded` | leaves a dead upstream alone; `breaker` has the rules |
//! | `authorised` | gives the call the one token; `keeper` has the rules |
//! | `paced` | lets one call a second go, and so many a day; `governor` has the rules |
//! | `http` | sends it |
//!
//! `ledger` applies the rules of both to what `state` keeps, in a folder or, for several proxies, in Redis; `moment`
//! tells the time in a way that can be kept.

mod answering;
pub mod authorised;
pub mod breaker;
pub mod counted;
pub mod governor;
pub mod guarded;
pub mod http;
mod isolation;
pub mod keeper;
pub mod ledger;
pub mod merged;
pub mod models;
pub mod moment;
pub mod paced;
mod queue;
pub mod retries;
pub mod sent;
pub mod service;
pub mod shared_answers;
pub mod sizing;
pub mod state;
mod suspects;
pub mod wire;

use crate::cached::Cached;
use crate::coder::Coder;
use crate::config::UpstreamConfig;
use crate::metrics::Metrics;
use async_trait::async_trait;
use authorised::Authorised;
use counted::Counted;
use governor::{Governor, Limits, Usage};
use guarded::Guarded;
use http::{Asked, Http, HttpError};
use keeper::{Keeper, Memory, Token};
use ledger::Ledger;
use merged::Merged;
use models::Models;
use moment::Clock;
use occuform_api::{CodeAnswer, JobText, Model, Topic};
use paced::Paced;
use sent::Sent;
use service::Service;
use state::{StateError, Stores};
use std::sync::Arc;
use std::time::Duration;

/// A call of the Coding Service.
#[derive(Clone, Debug)]
pub enum Call {
    /// `GET /v1/topics`
    Topics,
    /// `GET .../models`
    Models,
    /// `GET .../models/latest`
    LatestModel,
    /// `POST .../models/{model}/code`
    Code {
        /// The model's GUID.
        model: String,
        /// 1 to 300.
        records: Vec<NamedText>,
        /// How many suggestions at most for each.
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

/// A record of a call.
#[derive(Clone, Debug)]
pub struct NamedText {
    /// A name that no other record has had; the answer is known by it.
    pub id: String,
    /// The words.
    pub text: JobText,
}

/// What the Coding Service answered.
#[derive(Clone, Debug)]
pub enum Reply {
    /// To [`Call::Topics`]: their names.
    Topics(Vec<String>),
    /// To [`Call::Models`], and the one to [`Call::LatestModel`].
    Models(Vec<Model>),
    /// To [`Call::Code`], one for each record, in their order.
    Answers(Vec<CodeAnswer>),
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
    /// The answers are not those to the records, or not for certain.
    #[error("the upstream's answers cannot be told apart")]
    Mismatched,
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
            Self::Mismatched => "mismatched",
            Self::Broken(_) => "broken",
        }
    }

    /// The state cannot be used just now.
    const fn stateless() -> Self {
        Self::NotNow { wait: Duration::from_secs(5), why: "the state cannot be used" }
    }
}

/// The Coding Service as the stages before it see it.
#[async_trait]
pub trait Upstream: Send + Sync + 'static {
    /// Makes the call; `sent` is told when its first byte goes out.
    async fn call(&self, call: &Call, token: &Token, sent: Sent) -> Result<Reply, CallFailure>;

    /// Asks for a token, once.
    async fn ask_for_token(&self) -> Asked;
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

/// The stages that any call needs: token, pace, HTTP.
pub type Connection = Authorised<Counted<Http>>;

/// Opens the way over HTTP, with the state where the settings say.
///
/// # Errors
/// When the state cannot be used or the settings of the connection do not fit.
pub fn open(
    topic: Topic,
    config: &UpstreamConfig,
    clock: Arc<dyn Clock>,
    metrics: &Metrics,
) -> Result<Arc<dyn Coder>, OpenError> {
    let http = Arc::new(Http::new(topic, config)?);
    assemble(topic, config, clock, http, Stores::open(config)?, metrics)
}

/// Puts the stages before `upstream` together, from the last to the first, and begins to ask for the model.
///
/// # Errors
/// When the machine has no random numbers.
pub fn assemble(
    topic: Topic,
    config: &UpstreamConfig,
    clock: Arc<dyn Clock>,
    upstream: Arc<impl Upstream>,
    mut stores: Stores,
    metrics: &Metrics,
) -> Result<Arc<dyn Coder>, OpenError> {
    let answers = stores.answers.take();
    let guarded = Arc::new(Guarded::new(authorised(config, clock, upstream, stores, metrics)?));
    let merged = Merged::new(Arc::clone(&guarded), config.merge)?;
    let models = Arc::new(Models::new(topic, config.model.clone(), guarded, config.deadline));
    tokio::spawn(Arc::clone(&models).keep());
    let service = Arc::new(Service::new(topic, models, Arc::new(merged), metrics.clone()));
    Ok(Arc::new(Cached::new(service, config.cache, answers)?))
}

/// Opens the way for calls of one's own.
///
/// # Errors
/// When the state cannot be used or the settings of the connection do not fit.
pub fn connect(
    topic: Topic,
    config: &UpstreamConfig,
    clock: Arc<dyn Clock>,
) -> Result<Connection, OpenError> {
    let http = Arc::new(Http::new(topic, config)?);
    authorised(config, clock, http, Stores::open(config)?, &Metrics::default())
}

fn authorised<U: Upstream>(
    config: &UpstreamConfig,
    clock: Arc<dyn Clock>,
    upstream: Arc<U>,
    stores: Stores,
    metrics: &Metrics,
) -> Result<Authorised<Counted<U>>, OpenError> {
    let name = stores.proxy_name()?;
    let Stores { memory, usage, cipher, answers: _ } = stores;
    let upstream = Arc::new(Counted::new(upstream, metrics.clone()));
    let (ceiling, hourly) = (config.calls_per_day, config.calls_per_hour);
    let limits = Limits { pause: config.pause, ceiling, hourly, day: config.day };
    let governor = Governor::new(limits, name, clock.now());
    let governor = Ledger::new(usage, Arc::clone(&clock), governor);
    let paced = Paced::new(Arc::clone(&upstream), governor, metrics.clone());
    let keeper = Ledger::new(memory, clock, Keeper::new(config.hour));
    Ok(Authorised::new(paced, upstream, keeper, cipher))
}

/// Says that no proxy of this client has used the shared state yet: no token was asked for in the last hour, no call
/// made in the last day.
///
/// # Errors
/// When there is a state already, or Redis cannot be reached.
pub async fn first_start(config: &UpstreamConfig) -> Result<(), StateError> {
    state::begin(config, &Memory::default(), &Usage::default()).await
}
