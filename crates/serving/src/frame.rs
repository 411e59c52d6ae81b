//! In: a request. Out: its answer, whatever happens to it: in time, accounted for, and with the headers that every answer
//! has. Next: the application.
//!
//! One layer and not one for each of these, and not one of axum's middleware functions: all that is inside those is copied
//! for every request.

use crate::account::{Account, Requests};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use std::convert::Infallible;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::timeout;
use tower::{Layer, Service};
use tracing::Instrument;

type Answer = Result<Response, Infallible>;

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

impl Frame {
    /// Puts it around every route that the layer is put on.
    pub fn layer(self) -> FrameLayer {
        FrameLayer(Arc::new(self))
    }

    async fn framed(&self, account: Account, answer: impl Future<Output = Answer> + Unpin) -> Answer {
        let answer = async {
            match &self.time_limit {
                Some(limit) => timeout(limit.time, answer).await.unwrap_or_else(|_| Ok((limit.too_slow)())),
                None => answer.await,
            }
        };
        let answer = AssertUnwindSafe(answer).catch_unwind().instrument(account.span());
        let mut response = answer.await.unwrap_or_else(|_| Ok((self.panicked)()))?;
        for (name, value) in &self.headers {
            response.headers_mut().entry(name).or_insert_with(|| value.clone());
        }
        account.close(&self.requests, &mut response);
        Ok(response)
    }
}

/// Puts a [`Frame`] around what it is put on.
#[derive(Clone, Debug)]
pub struct FrameLayer(Arc<Frame>);

impl<S> Layer<S> for FrameLayer {
    type Service = Framed<S>;

    fn layer(&self, inner: S) -> Framed<S> {
        Framed { frame: Arc::clone(&self.0), inner }
    }
}

/// What a [`Frame`] was put around.
#[derive(Clone, Debug)]
pub struct Framed<S> {
    frame: Arc<Frame>,
    inner: S,
}

impl<S> Service<Request> for Framed<S>
where
    S: Service<Request, Response = Response, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Answer>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (frame, account) = (Arc::clone(&self.frame), Account::open(&request));
        // In a box of its own, since each step around it would else have room for it and move it.
        let answer = Box::pin(self.inner.call(request));
        Box::pin(async move { frame.framed(account, answer).await })
    }
}
