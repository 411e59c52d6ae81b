//! The way to the Coding Service. A call meets the modules in this order:
//!
//! | module | what it does |
//! |---|---|
//! | `service` | a [`Coder`]: knows the model, makes a call of a record |
//! | `authorised` | gives the call the one token; `keeper` has the rules |
//! | `paced` | lets one call a second go, and so many a day; `governor` has the rules |
//! | `http` | sends it |
//!
//! `ledger` applies the rules of both to what `state` keeps, in a folder or, for several proxies, in Redis; `moment`
//! tells the time in a way that can be kept.

pub mod authorised;
pub mod governor;
pub mod http;
pub mod keeper;
pub mod ledger;
pub mod moment;
pub mod paced;
pub mod sent;
pub mod service;
pub mod shared_answers;
pub mod state;
mod wire;

use crate::cached::Cached;
use crate::coder::Coder;
use crate::config::UpstreamConfig;
use async_trait::async_trait;
use authorised::Authorised;
use governor::{Governor, Limits, Usage};
use http::{Asked, Http, HttpError};
use keeper::{Keeper, Memory, Token};
use ledger::Ledger;
use moment::Clock;
use occuform_api::{CodeAnswer, JobText, Model, Topic};
use sent::Sent;
use service::Service;
use state::{StateError, Stores};
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

/// Opens the way over HTTP, with the state where the settings say.
///
/// # Errors
/// When the state cannot be used or the settings of the connection do not fit.
pub fn open(
    topic: Topic,
    config: &UpstreamConfig,
    clock: Arc<dyn Clock>,
) -> Result<Arc<dyn Coder>, OpenError> {
    let http = Arc::new(Http::new(topic, config)?);
    let stores = Stores::open(config)?;
    assemble(topic, config, clock, http, stores)
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
    stores: Stores,
) -> Result<Arc<dyn Coder>, OpenError> {
    let limits = Limits { pause: config.pause, ceiling: config.calls_per_day, day: config.day };
    let governor = Governor::new(limits, stores.proxy_name()?, clock.now());
    let governor = Ledger::new(stores.usage, Arc::clone(&clock), governor);
    let keeper = Ledger::new(stores.memory, clock, Keeper::new(config.hour));
    let authorised = Authorised::new(upstream, keeper, governor, stores.cipher, config.deadline);
    let service = Arc::new(Service::new(topic, authorised));
    tokio::spawn(Arc::clone(&service).keep_model());
    Ok(Arc::new(Cached::new(service, config.cache, stores.answers)?))
}

/// Says that no proxy of this client has used the shared state yet: no token was asked for in the last hour, no call
/// made in the last day.
///
/// # Errors
/// When there is a state already, or Redis cannot be reached.
pub async fn first_start(config: &UpstreamConfig) -> Result<(), StateError> {
    state::begin(config, &Memory::default(), &Usage::default()).await
}
