//! In: a call. Out: the same later, or something that goes wrong on purpose, for those who test against the service.
//! Next: the endpoint.

use crate::refusal::Refusal;
use crate::state::Service;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use occuform_api::ServiceError;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

/// What goes wrong on purpose. The probabilities are tried in the order of the fields, at most one comes true.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    /// Added to each call.
    pub call_latency: Duration,
    /// Added to a coding call for each record.
    pub record_latency: Duration,
    /// How often a call is answered 500, 0 to 1.
    pub internal_error: f64,
    /// How often a call is answered 403.
    pub denied: f64,
    /// How often a call is answered 429 "Too Many Requests".
    pub too_many_requests: f64,
    /// How often a call is answered 429 "Limit Exceeded".
    pub limit_exceeded: f64,
    /// How often a connection is cut in the middle of an answer.
    pub disconnect: f64,
    /// The same seed, the same faults in the same order.
    pub seed: u64,
}

/// What happens to one call.
#[derive(Clone, Debug, PartialEq)]
enum Fate {
    Spared,
    Refused(ServiceError),
    CutOff,
}

/// Draws what happens to each call.
#[derive(Debug)]
pub(crate) struct Dice(Mutex<StdRng>);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    fn draw(&self, faults: &Faults) -> Fate {
        let fates = [
            (faults.internal_error, Fate::Refused(ServiceError::Internal)),
            (faults.denied, Fate::Refused(ServiceError::Denied)),
            (faults.too_many_requests, Fate::Refused(ServiceError::TooManyRequests)),
            (faults.limit_exceeded, Fate::Refused(ServiceError::LimitExceeded)),
            (faults.disconnect, Fate::CutOff),
        ];
        if fates.iter().all(|(probability, _)| *probability == 0.0) {
            return Fate::Spared;
        }
        let mut rng = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let happens = fates.into_iter().find(|(probability, _)| rng.random_bool(*probability));
        happens.map_or(Fate::Spared, |(_, fate)| fate)
    }
}

/// Delays a call and lets it fail as configured.
pub(crate) async fn inject(State(service): State<Arc<Service>>, request: Request, next: Next) -> Response {
    let faults = &service.config.faults;
    pause(faults.call_latency).await;
    match service.dice.draw(faults) {
        Fate::Spared => next.run(request).await,
        Fate::Refused(error) => {
            let wait = matches!(error.status(), 429).then_some(Duration::from_secs(1));
            Refusal::from(error).retry_after(wait).into_response()
        }
        Fate::CutOff => next.run(request).await.map(|_| Body::new(Severed(Some(Bytes::from_static(b"{"))))),
    }
}

/// A pause of no length does not let others go first.
pub(crate) async fn pause(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}

/// A body that begins and breaks, so that the connection is closed before its end.
struct Severed(Option<Bytes>);

impl http_body::Body for Severed {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        Poll::Ready(Some(match self.0.take() {
            Some(bytes) => Ok(Frame::data(bytes)),
            None => Err(std::io::Error::other("cut off on purpose")),
        }))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
