//! In: a request. Out: its response, with what holds for all of them: a time limit for the body, a log line, a count.
//! Next: `access` for the API, `token` for tokens.
//!
//! | method and path | module |
//! |---|---|
//! | `POST /oauth2/token` | `token` |
//! | `GET /v1/topics`, `/v1/topics/{topic}`, `.../models`, `.../models/latest` | `topics` |
//! | `POST /v1/topics/{topic}/code`, `.../models/{model}/code` | `code` |
//! | `POST .../batch-code`, `GET .../batch-code/operations/{operation_id}` | `batch_code` |
//! | `GET /v1/security.txt` | `topics` |
//! | `GET /openapi.json` | `openapi` |
//! | `GET /` | `reference` |
//!
//! All paths under `/v1` are also served without it. The presigned links of `batch_code` are served by
//! `occuform_operations`.

use crate::refusal::Refusal;
use crate::state::Service;
use crate::{access, batch_code, code, faults, openapi, reference, token, topics};
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use occuform_api::ServiceError;
use occuform_serving::body::{self, BodyFailure, BodyLimits};
use occuform_serving::frame::Frame;
use std::sync::Arc;
use std::time::Duration;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Far more than 300 records of 100 characters need, even with every character escaped and long ids.
const BODY: BodyLimits = BodyLimits { bytes: 1024 * 1024, time: Duration::from_secs(10) };

/// The whole application, to be served by [`crate::run`] or asked directly in a test.
pub fn app(service: &Arc<Service>) -> Router {
    let authenticated = api(service);
    let (paths, document) = OpenApiRouter::with_openapi(openapi::head())
        .routes(routes!(token::token))
        .nest("/v1", authenticated.clone())
        .split_for_parts();
    let reference = reference::routes(&document);
    let links = service.batches.as_ref().map_or_else(Router::new, |batches| batches.router().with_state(()));
    let document = Arc::new(document);
    let frame = Frame {
        requests: service.metrics.requests(),
        headers: HeaderMap::from_iter([
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ]),
        panicked: || Refusal::from(ServiceError::Internal).into_response(),
        // A file may take hours to come.
        time_limit: None,
    };
    paths
        .merge(authenticated.split_for_parts().0)
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(whole_body))
        .route("/openapi.json", get(async move || Json(document.as_ref().clone())))
        .merge(reference)
        .merge(links)
        .fallback(not_found)
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(Arc::clone(service))
        .layer(frame.layer())
}

/// Everything that wants a token.
fn api(service: &Arc<Service>) -> OpenApiRouter<Arc<Service>> {
    OpenApiRouter::new()
        .routes(routes!(topics::topics))
        .routes(routes!(topics::topic))
        .routes(routes!(topics::models))
        .routes(routes!(topics::latest_model))
        .routes(routes!(code::code))
        .routes(routes!(code::code_with_model))
        .routes(routes!(batch_code::create))
        .routes(routes!(batch_code::create_with_model))
        .routes(routes!(batch_code::status))
        .routes(routes!(batch_code::status_with_model))
        .routes(routes!(topics::security))
        .route_layer(from_fn_with_state(Arc::clone(service), faults::inject))
        .route_layer(from_fn_with_state(Arc::clone(service), access::check))
}

/// Reads the body before anything else is done.
async fn whole_body(request: Request, next: Next) -> Response {
    let refused = match body::whole(request, BODY).await {
        Ok(request) => return next.run(request).await,
        Err(BodyFailure::TooLong) => Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "Request Too Long"),
        Err(BodyFailure::TooSlow) => Refusal::new(StatusCode::REQUEST_TIMEOUT, "Request Timeout"),
        Err(BodyFailure::Broken) => ServiceError::InvalidRequestBody.into(),
    };
    refused.into_response()
}

async fn not_found() -> Refusal {
    Refusal::new(StatusCode::NOT_FOUND, "There is nothing at this path")
}

async fn method_not_allowed() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "The path does not take this method")
}
