//! In: any error. Out: a response of type `application/problem+json` (RFC 9457). It never holds the respondent's
//! text, nor what an upstream service said.

use crate::coder::CodingFailure;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use occuform_api::ServiceError;
use serde::Serialize;
use std::time::Duration;

/// An error as a client sees it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Problem {
    #[serde(rename = "type")]
    uri: String,
    title: String,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    #[serde(skip)]
    retry_after: Option<Duration>,
}

impl Problem {
    /// `kind` is stable: clients may depend on it.
    pub(crate) fn new(status: StatusCode, kind: &str, title: impl Into<String>) -> Self {
        Self { uri: uri(kind), title: title.into(), status: status.as_u16(), detail: None, retry_after: None }
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    pub(crate) fn with_kind(mut self, kind: &str) -> Self {
        self.uri = uri(kind);
        self
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let kind = match &error {
            ServiceError::InvalidRequestBody => "invalid-request-body",
            ServiceError::MalformedRecord => "malformed-record",
            ServiceError::TextLengths(records) if records.iter().any(|record| record.too_long) => {
                "text-too-long"
            }
            ServiceError::TextLengths(_) => "text-too-short",
            ServiceError::UnknownTopic => "unknown-topic",
            _ => "internal",
        };
        let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self::new(status, kind, error.to_string())
    }
}

impl From<CodingFailure> for Problem {
    fn from(failure: CodingFailure) -> Self {
        match failure {
            CodingFailure::Unavailable(wait) => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "There is no answer at the moment")
                    .with_retry_after(wait)
            }
            CodingFailure::Refused => {
                Self::new(StatusCode::BAD_GATEWAY, "refused", "The Coding Service does not take this record")
            }
            CodingFailure::Broken(_) => {
                tracing::error!(%failure, "coding failed");
                ServiceError::Internal.into()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let content_type = [(CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, content_type, Body::from(body)).into_response();
        if let Some(wait) = self.retry_after {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        }
        response
    }
}

fn uri(kind: &str) -> String {
    format!("urn:occuform:problem:{kind}")
}
