//! In: a request of the operator's own machines. Out: health, readiness, metrics. Served on a listener of its own, since
//! it is nobody else's business.
//!
//! | path | answer |
//! |---|---|
//! | `GET /health` | 200 as long as the process answers |
//! | `GET /ready` | 200, or 503 from the moment on when the server was told to stop |
//! | `GET /metrics` | counters, in Prometheus' text format |

use crate::connection::Stopped;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use prometheus_client::encoding::text::encode;
use prometheus_client::registry::Registry;
use std::sync::Arc;

pub(crate) fn routes(metrics: Arc<Registry>, stopped: Stopped) -> Router {
    Router::new()
        .route("/health", get(async || "healthy\n"))
        .route("/ready", get(readiness).with_state(stopped))
        .route("/metrics", get(text).with_state(metrics))
}

async fn readiness(State(stopped): State<Stopped>) -> impl IntoResponse {
    if *stopped.borrow() {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    } else {
        (StatusCode::OK, "ready\n")
    }
}

async fn text(State(metrics): State<Arc<Registry>>) -> impl IntoResponse {
    let mut text = String::new();
    // Writing to memory cannot fail.
    let _ = encode(&mut text, &metrics);
    ([(CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
}
