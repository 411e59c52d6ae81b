//! In: a request with a body that is on its way. Out: the same with the whole body, or why there is none. Next: the
//! server's own middleware, which tells the client in the server's words.

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::Method;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use std::time::Duration;

/// What a body may take.
#[derive(Clone, Copy, Debug)]
pub struct BodyLimits {
    /// Most bytes.
    pub bytes: usize,
    /// How long it may take to come.
    pub time: Duration,
}

/// Why there is no body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFailure {
    /// It is longer than allowed.
    TooLong,
    /// It took too long to come.
    TooSlow,
    /// The connection broke, or what came is not HTTP.
    Broken,
}

/// Reads the body before anything else is done, so that a slow sender holds nothing up. Only requests of the method POST
/// are looked at.
///
/// # Errors
/// When a limit is broken, or the connection.
pub async fn whole(request: Request, limits: BodyLimits) -> Result<Request, BodyFailure> {
    if request.method() != Method::POST {
        return Ok(request);
    }
    let (parts, body) = request.into_parts();
    Ok(Request::from_parts(parts, Body::from(bytes(body, limits).await?)))
}

/// All of the body. One that says itself that it is too long is not read.
///
/// # Errors
/// When a limit is broken, or the connection.
pub async fn bytes(body: Body, limits: BodyLimits) -> Result<Bytes, BodyFailure> {
    if body.size_hint().lower() > limits.bytes as u64 {
        return Err(BodyFailure::TooLong);
    }
    match tokio::time::timeout(limits.time, Limited::new(body, limits.bytes).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(BodyFailure::TooLong),
        Ok(Err(_)) => Err(BodyFailure::Broken),
        Err(_) => Err(BodyFailure::TooSlow),
    }
}
