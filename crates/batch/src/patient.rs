//! In: calls of the Coding Service. Out: its replies, however long that takes: an allowance that is used up, a token that
//! is refused and a service that is down are waited for. Next: `occuform_proxy::upstream`, which has the rules of the
//! token and the pace.

use crate::{BatchError, Progress, Run};
use occuform_api::Topic;
use occuform_proxy::config::UpstreamConfig;
use occuform_proxy::upstream::moment::Clock;
use occuform_proxy::upstream::state::StateError;
use occuform_proxy::upstream::{self, Call, CallFailure, Connection, OpenError, Reply};
use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep_until};

/// How long the stages of a call may wait without a word; what takes longer is told here and waited for here.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first pause after a failure; the pauses double.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest of these pauses.
const LONGEST_PAUSE: Duration = Duration::from_mins(5);
/// How often is looked whether the user wants to stop.
const GLANCE: Duration = Duration::from_millis(100);

/// The way to the Coding Service: one token and one allowance with the proxy that has the same state.
pub struct CodingService {
    pub(crate) config: UpstreamConfig,
    connection: Connection,
    runtime: Runtime,
}

/// Why a call has no reply, however long one waits.
pub(crate) enum NoReply {
    /// 400
    Refused,
    /// 404, 409: the model, the topic or the operation is not there.
    Unknown,
    /// The batch ends here.
    Ends(BatchError),
}

/// A run that several calls under way share.
pub(crate) type Shared<'a, 'b> = RefCell<&'a mut Run<'b>>;

impl CodingService {
    /// Takes the state folder, and the clock that token and allowance go by. Nothing is sent yet.
    ///
    /// # Errors
    /// When another process has the state, or the settings of the connection do not fit.
    ///
    /// # Panics
    /// When the machine has no room for the runtime of the calls.
    pub fn open(topic: Topic, config: &UpstreamConfig, clock: Arc<dyn Clock>) -> Result<Self, OpenError> {
        let connection = upstream::connect(topic, config, clock)?;
        let runtime = Builder::new_current_thread().enable_all().build().expect("threads can be started");
        Ok(Self { config: config.clone(), connection, runtime })
    }

    /// Calls that are left of the day's.
    ///
    /// # Errors
    /// When the state cannot be used.
    pub fn calls_left(&self) -> Result<u32, StateError> {
        self.wait_for(self.connection.calls_left())
    }

    /// Most calls in a day.
    pub fn calls_per_day(&self) -> u32 {
        self.config.calls_per_day
    }

    /// Least time between two calls.
    pub fn pause(&self) -> Duration {
        self.config.pause
    }

    /// Asks for the latest model's GUID.
    ///
    /// # Errors
    /// When the service does not serve the topic, or the user stops.
    pub fn latest_model(&self, progress: &mut dyn Progress) -> Result<String, BatchError> {
        let progress = RefCell::new(progress);
        match self.wait_for(self.ask(&Call::LatestModel, &progress)) {
            Ok(Reply::Models(models)) if models.len() == 1 => Ok(models[0].model_id.clone()),
            Err(NoReply::Ends(error)) => Err(error),
            _ => Err(BatchError::Coding("the service has no model of this topic".into())),
        }
    }

    pub(crate) fn wait_for<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Makes the call until there is a reply.
    pub(crate) async fn ask<P: Told>(&self, call: &Call, told: &RefCell<P>) -> Result<Reply, NoReply> {
        let mut pause = FIRST_PAUSE;
        loop {
            if told.borrow().stopped() {
                return Err(NoReply::Ends(BatchError::Stopped));
            }
            let (why, wait) = match self.attempt(call).await {
                Ok(reply) => return Ok(reply),
                Err(CallFailure::Refused) => return Err(NoReply::Refused),
                Err(CallFailure::Unknown) => return Err(NoReply::Unknown),
                Err(CallFailure::NotNow { wait, why }) => (why.to_owned(), wait),
                // How long to wait after these, the next try is told.
                Err(
                    CallFailure::TokenExpired | CallFailure::TooManyRequests | CallFailure::LimitExceeded,
                ) => {
                    continue;
                }
                Err(failure) => {
                    pause = (pause * 2).min(LONGEST_PAUSE);
                    (failure.to_string(), pause / 2)
                }
            };
            wait_a_while(&why, wait, told).await.map_err(NoReply::Ends)?;
        }
    }

    async fn attempt(&self, call: &Call) -> Result<Reply, CallFailure> {
        let turn = self.connection.turn(Instant::now() + PATIENCE).await?;
        self.connection.send(turn, call).await
    }
}

/// Who is told of waiting, and says when to stop.
pub(crate) trait Told {
    fn waiting(&mut self, why: &str, wait: Duration);
    fn stopped(&self) -> bool;
}

impl Told for &mut Run<'_> {
    fn waiting(&mut self, why: &str, wait: Duration) {
        self.progress.waiting(why, wait);
    }

    fn stopped(&self) -> bool {
        self.progress.stopped()
    }
}

impl Told for &mut dyn Progress {
    fn waiting(&mut self, why: &str, wait: Duration) {
        (**self).waiting(why, wait);
    }

    fn stopped(&self) -> bool {
        (**self).stopped()
    }
}

/// Waits, and ends early when the user stops.
pub(crate) async fn wait_a_while<P: Told>(
    why: &str,
    wait: Duration,
    told: &RefCell<P>,
) -> Result<(), BatchError> {
    told.borrow_mut().waiting(why, wait);
    let end = Instant::now() + wait;
    while Instant::now() < end {
        if told.borrow().stopped() {
            return Err(BatchError::Stopped);
        }
        sleep_until(end.min(Instant::now() + GLANCE)).await;
    }
    Ok(())
}
