//! In: a request. Out: its response, with what holds for all of them: a time limit, a log line, security headers.
//! Next: `code` for the API, `files` for everything that is only read.
//!
//! | method and path | module |
//! |---|---|
//! | `POST /v1/topics/{topic}/code` | `code` |
//! | `GET /v1/topics/{topic}/models/latest` | `code` |
//! | `POST /received` | `demo`, where the folder of files has the demo page |
//! | `GET` anything else | `files` |

use crate::coder::Coder;
use crate::config::Config;
use crate::limits::{self, Limiter};
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::{code, demo, files, origins};
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use occuform_api::ServiceError;
use occuform_serving::account::account;
use std::any::Any;
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

/// How long a request may take besides its deadline and its body: an answer from the second coder.
const BESIDES_DEADLINE: Duration = Duration::from_secs(2);

/// What the demo page needs and no more. A page that embeds the widget needs the same.
const PAGE_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'";

/// The whole application, to be served by [`crate::run`] or asked directly in a test.
pub fn app(config: &Config, coder: Arc<dyn Coder>, metrics: &Metrics) -> Router {
    let time_limit = code::BODY.time + config.deadline + BESIDES_DEADLINE;
    let check_origin = middleware::from_fn_with_state(Arc::new(config.origins.clone()), origins::check);
    let limiter = Arc::new(Limiter::new(&config.clients, metrics.clone()));
    let api = Router::new()
        .route("/v1/topics/{topic}/code", post(code::code).layer(middleware::from_fn(code::whole_body)))
        .route("/v1/topics/{topic}/models/latest", get(code::latest_model))
        .route("/v1/{*rest}", axum::routing::any(not_found))
        // Here, and not only for the whole: what comes later is not behind the layers that follow.
        .method_not_allowed_fallback(method_not_allowed)
        .layer(middleware::from_fn_with_state(limiter, limits::check))
        .layer(check_origin)
        .layer(origins::cors(&config.origins))
        .layer(always(CACHE_CONTROL, "no-store"));
    let has_demo = config.files.as_deref().is_some_and(|folder| folder.join("index.html").is_file());
    let demo = if has_demo { demo_routes() } else { Router::new() };
    let files = config.files.as_deref().map_or_else(
        || Router::new().fallback(not_found),
        |folder| {
            Router::new().fallback_service(files::service(folder)).layer(middleware::from_fn(files::headers))
        },
    );
    api.merge(demo)
        .merge(files)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(coder)
        .layer(Extension(metrics.clone()))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(time_limit, within_time_limit))
        .layer(always(CONTENT_SECURITY_POLICY, PAGE_POLICY))
        .layer(always(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(always(REFERRER_POLICY, "no-referrer"))
        .layer(middleware::from_fn_with_state(metrics.requests(), account))
}

fn always(name: HeaderName, value: &'static str) -> SetResponseHeaderLayer<HeaderValue> {
    SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
}

fn demo_routes() -> Router<Arc<dyn Coder>> {
    Router::new()
        .route("/received", post(demo::received))
        .layer(DefaultBodyLimit::max(demo::MAX_BODY_BYTES))
        .layer(always(CACHE_CONTROL, "no-store"))
}

async fn within_time_limit(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", "There was no answer in time")
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
