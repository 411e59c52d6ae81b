//! In: the body of `POST /v1/topics/{topic}/code`. Out: the answer, or a problem that names the rule broken.
//! Next: [`crate::coder`] answers what is valid.

use crate::coder::{Coded, Coder, CodingFailure};
use crate::preference;
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use occuform_api::{CodeRequest, Model, Record, RequestError, ServiceError, TextError};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Far more than 100 characters in two fields need, even with every character escaped.
pub(crate) const MAX_BODY_BYTES: usize = 4 * 1024;

/// What a client is told to wait where the model is not known yet.
const MODEL_SOON: Duration = Duration::from_secs(5);

/// How long a client may want to wait; the proxy's own deadline may be shorter.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

pub(crate) async fn code(
    State(coder): State<Arc<dyn Coder>>,
    topic: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem> {
    known_topic(coder.as_ref(), topic)?;
    let request = read(&headers, &body.map_err(|rejection| unreadable(&rejection))?)?;
    let text = request.job_text().map_err(broken_rule)?;
    let wait = preference::wait(&headers).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    let deadline = Instant::now() + wait;
    let Coded { mut answer, source, model } =
        coder.code(text, request.number_of_suggestions, deadline).await?;
    answer.input = request.record;
    let provenance = [("occuform-source", source.as_str().to_owned()), ("occuform-model", model)];
    Ok((AppendHeaders(provenance), Json(answer)).into_response())
}

pub(crate) async fn latest_model(
    State(coder): State<Arc<dyn Coder>>,
    topic: Result<Path<String>, PathRejection>,
) -> Result<Json<Model>, Problem> {
    known_topic(coder.as_ref(), topic)?;
    coder.model().map(Json).ok_or_else(|| CodingFailure::Unavailable(MODEL_SOON).into())
}

fn known_topic(coder: &dyn Coder, topic: Result<Path<String>, PathRejection>) -> Result<(), Problem> {
    let served = coder.topic().uri_name;
    if topic.is_ok_and(|Path(topic)| topic == served) {
        return Ok(());
    }
    Err(Problem::from(ServiceError::UnknownTopic)
        .with_detail(format!("this proxy serves the topic '{served}'")))
}

/// The shape of the body, in the order of what its sender would mend first.
fn read(headers: &HeaderMap, body: &[u8]) -> Result<CodeRequest, Problem> {
    if !is_json(headers) {
        return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Not JSON")
            .with_detail("send the body as application/json"));
    }
    let invalid = |detail: &str| Problem::from(ServiceError::InvalidRequestBody).with_detail(detail);
    let value: Value = serde_json::from_slice(body).map_err(|_| invalid("the body is not JSON"))?;
    let Some(fields) = value.as_object() else {
        return Err(invalid("the body is not a JSON object"));
    };
    if fields.contains_key("records") {
        return Err(invalid("this proxy codes a single 'record' a call"));
    }
    let record = fields.get("record").ok_or_else(|| invalid("the field 'record' is missing"))?;
    Record::deserialize(record).map_err(|_| {
        Problem::from(ServiceError::MalformedRecord)
            .with_detail("a record has the text fields 'occp_text' and 'tasks_text' and no others")
    })?;
    serde_json::from_value(value)
        .map_err(|_| invalid("besides 'record' only 'numberOfSuggestions', 1 to 16, is known"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}

fn broken_rule(error: RequestError) -> Problem {
    let problem = Problem::from(ServiceError::from(error));
    match error {
        RequestError::Text(error @ TextError::NotPrintableAscii { .. }) => {
            problem.with_kind("not-printable-ascii").with_detail(error.to_string())
        }
        RequestError::Text(error) => problem.with_detail(error.to_string()),
        RequestError::NumberOfSuggestions => problem.with_detail("'numberOfSuggestions' is 1 to 16"),
    }
}

fn unreadable(rejection: &BytesRejection) -> Problem {
    match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
                .with_detail(format!("at most {MAX_BODY_BYTES} bytes are read"))
        }
        status => Problem::new(status, "unreadable-body", "The body could not be read"),
    }
}
