//! In: a request. Out: its answer, whatever happens to it: in time, accounted for, and with the headers that every answer
//! has. Next: the application.
//!
//! One middleware and not one for each of these: a router clones all that it has for every request.

use crate::account::{Account, Requests};
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use futures_util::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tracing::Instrument;

/// What holds for all answers.
#[derive(Debug)]
pub struct Frame {
    /// Where they are counted.
    pub requests: Requests,
    /// What they say where they say nothing else themselves.
    pub headers: HeaderMap,
    /// What is answered where answering panicked.
    pub panicked: fn() -> Response,
    /// How long answering may take, if not as long as it likes.
    pub time_limit: Option<TimeLimit>,
}

/// How long answering may take.
#[derive(Debug)]
pub struct TimeLimit {
    /// From the request's head to the answer's.
    pub time: Duration,
    /// What is answered where it takes longer.
    pub too_slow: fn() -> Response,
}

/// The middleware.
pub async fn framed(State(frame): State<Arc<Frame>>, request: Request, next: Next) -> Response {
    let account = Account::open(&request);
    let answer = async {
        match &frame.time_limit {
            Some(limit) => {
                timeout(limit.time, next.run(request)).await.unwrap_or_else(|_| (limit.too_slow)())
            }
            None => next.run(request).await,
        }
    };
    let answer = AssertUnwindSafe(answer).catch_unwind().instrument(account.span());
    let mut response = answer.await.unwrap_or_else(|_| (frame.panicked)());
    for (name, value) in &frame.headers {
        response.headers_mut().entry(name).or_insert_with(|| value.clone());
    }
    account.close(&frame.requests, &mut response);
    response
}
