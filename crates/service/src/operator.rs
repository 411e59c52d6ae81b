//! In: a request of the operator's own machines. Out: health, readiness, metrics. Served on a listener of its own, since
//! it needs no token and is nobody else's business.
//!
//! | path | answer |
//! |---|---|
//! | `GET /health` | 200 as long as the process answers |
//! | `GET /ready` | 200, or 503 from the moment on when the service was told to stop |
//! | `GET /metrics` | counters, in Prometheus' text format |

use crate::state::Service;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::get;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the service takes calls.
pub type Readiness = Arc<AtomicBool>;

/// The operator's routes.
pub fn admin(service: Arc<Service>, ready: Readiness) -> Router {
    Router::new()
        .route("/health", get(async || "healthy\n"))
        .route("/ready", get(readiness).with_state(ready))
        .route("/metrics", get(metrics).with_state(service))
}

async fn readiness(State(ready): State<Readiness>) -> impl IntoResponse {
    if ready.load(Ordering::Relaxed) {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "stopping\n")
    }
}

async fn metrics(State(service): State<Arc<Service>>) -> impl IntoResponse {
    let content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(CONTENT_TYPE, content_type)], service.metrics.text())
}
