//! In: a request. Out: its response, with what holds for all of them: a time limit, a log line, security headers. Next: `code` for the API, `files` for everything that is only read.
//!
//! | method and path | module |
//! |---|---|
//! | `POST /v1/topics/{topic}/code` | `code` |
//! | `GET /v1/topics/{topic}/models/latest` | `code` |
//! | `POST /received` | `demo`, where the folder of files has the demo page |
//! | `GET` anything else | `files` |

use crate::admission::{Admission, Admitted};
use crate::code::Api;
use crate::coder::Coder;
use crate::config::Config;
use crate::metrics::Metrics;
use crate::problem::Problem;
use crate::{code, demo, files, origins};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use occuform_api::ServiceError;
use occuform_serving::frame::{Frame, FrameLayer, TimeLimit};
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::CorsLayer;

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
    let frame = Frame {
        requests: metrics.requests(),
        headers: every_answers_headers(),
        panicked: || Problem::from(ServiceError::Internal).into_response(),
        time_limit: Some(TimeLimit { time: code::BODY.time + config.deadline + BESIDES_DEADLINE, too_slow }),
    }
    .layer();
    let api = Api { coder, metrics: metrics.clone(), admission: Admission::new(config, metrics) };
    let others = demo.merge(files).method_not_allowed_fallback(method_not_allowed).layer(frame.clone());
    api_routes((frame, origins::cors(&config.origins))).merge(others).with_state(Arc::new(api))
}

/// With their layers put on as one: the router copies all that is inside of each for every request.
fn api_routes(layers: (FrameLayer, CorsLayer)) -> Router<Arc<Api>> {
    Router::new()
        .route("/v1/topics/{topic}/code", post(code::code))
        .route("/v1/topics/{topic}/models/latest", get(code::latest_model))
        .route("/v1/{*rest}", any(async |_: Admitted| not_found().await))
        .method_not_allowed_fallback(async |_: Admitted| method_not_allowed().await)
        .layer(layers)
}

/// What an answer says unless it knows better. Personal ones are kept by nobody on the way.
fn every_answers_headers() -> HeaderMap {
    HeaderMap::from_iter([
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY)),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ])
}

fn demo_routes() -> Router<Arc<Api>> {
    Router::new().route("/received", post(demo::received)).layer(DefaultBodyLimit::max(demo::MAX_BODY_BYTES))
}

fn too_slow() -> Response {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "too-slow", "There was no answer in time")
        .with_retry_after(AFTER_NO_ANSWER)
        .into_response()
}

async fn not_found() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not-found", "There is nothing at this path")
}

async fn method_not_allowed() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "The path does not take this method")
}
