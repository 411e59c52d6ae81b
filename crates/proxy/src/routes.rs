//! In: a request. Out: its response, with what holds for all of them: a time limit, a log line, security headers.
//! Next: `code` for the API, `files` for everything that is only read.
//!
//! | method and path | module |
//! |---|---|
//! | `POST /v1/topics/{topic}/code` | `code` |
//! | `GET /v1/topics/{topic}/models/latest` | `code` |
//! | `POST /received` | `demo`, where the folder of files has the demo page |
//! | `GET` anything else | `files` |

use crate::code::Api;
use crate::coder::Coder;
use crate::config::{Config, Origins};
use crate::limits::Limiter;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::{code, demo, files, origins};
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use occuform_api::ServiceError;
use occuform_serving::account::account;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// How long a request may take besides its deadline and its body: an answer from the second coder.
const BESIDES_DEADLINE: Duration = Duration::from_secs(2);
/// How long a client is told to wait whose request took longer.
const AFTER_NO_ANSWER: Duration = Duration::from_secs(5);

/// What the demo page needs and no more. A page that embeds the widget needs the same.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

/// The whole application, to be served by [`crate::run`] or asked directly in a test.
pub fn app(config: &Config, coder: Arc<dyn Coder>, metrics: &Metrics) -> Router {
    let has_demo = config.files.as_deref().is_some_and(|folder| folder.join("index.html").is_file());
    let demo = if has_demo { demo_routes() } else { Router::new() };
    let files = config.files.as_deref().map_or_else(
        || Router::new().fallback(not_found),
        |folder| {
            Router::new().fallback_service(files::service(folder)).layer(middleware::from_fn(files::headers))
        },
    );
    let time_limit = code::BODY.time + config.deadline + BESIDES_DEADLINE;
    // One stack and not a layer each: the router clones every layer that it has for every request.
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(metrics.requests(), account))
        .layer(always(REFERRER_POLICY, "no-referrer"))
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .layer(middleware::from_fn_with_state(time_limit, within_time_limit))
        .layer(CatchPanicLayer::custom(panicked));
    api_routes(config, metrics)
        .merge(demo)
        .merge(files)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Api { coder, metrics: Arc::new(metrics.clone()) })
        .layer(layers)
}

fn api_routes(config: &Config, metrics: &Metrics) -> Router<Api> {
    let admission = (config.origins.clone(), Limiter::new(&config.clients, metrics.clone()));
    let layers = ServiceBuilder::new()
        .layer(always(CACHE_CONTROL, "no-store"))
        .layer(origins::cors(&config.origins))
        .layer(middleware::from_fn_with_state(Arc::new(admission), admitted));
    Router::new()
        .route("/v1/topics/{topic}/code", post(code::code))
        .route("/v1/topics/{topic}/models/latest", get(code::latest_model))
        .route("/v1/{*rest}", axum::routing::any(not_found))
        // Here, and not only for the whole: what comes later is not behind the layers that follow.
        .method_not_allowed_fallback(method_not_allowed)
        .layer(layers)
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

fn demo_routes() -> Router<Api> {
    Router::new()
        .route("/received", post(demo::received))
        .layer(DefaultBodyLimit::max(demo::MAX_BODY_BYTES))
        .layer(always(CACHE_CONTROL, "no-store"))
}

/// Only what may ask, and does not ask too often.
async fn admitted(
    State(admission): State<Arc<(Origins, Limiter)>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let (origins, limiter) = &*admission;
    origins::check(origins, request.headers())?;
    limiter.check(&request)?;
    Ok(next.run(request).await)
}

async fn within_time_limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", "There was no answer in time")
            .with_retry_after(AFTER_NO_ANSWER)
            .into_response(),
    }
}

async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not-found", "There is nothing at this path")
}

async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The path does not take this method")
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    Problem::from(ServiceError::Internal).into_response()
}
