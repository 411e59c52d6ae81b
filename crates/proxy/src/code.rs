//! In: the body of `POST /v1/topics/{topic}/code`. Out: the answer, or a problem that names the rule broken.
//! Next: [`crate::coder`] answers what is valid.

use crate::admission::{Admission, Admitted};
use crate::coder::{Coded, Coder, CodingFailure};
use crate::metrics::Metrics;
use crate::preference;
use crate::problem::Problem;
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use occuform_api::{CodeRequest, CodeStatus, Model, Record, RequestError, ServiceError, TextError};
use occuform_serving::body::{self, BodyFailure, BodyLimits};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Far more than 100 characters in two fields need, even with every character escaped, and time for them on a bad line.
pub(crate) const BODY: BodyLimits = BodyLimits { bytes: 4 * 1024, time: Duration::from_secs(5) };

/// What a client is told to wait where the model is not known yet.
const MODEL_SOON: Duration = Duration::from_secs(5);

/// How long a client may want to wait; the proxy's own deadline may be shorter.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Who answered, and with which model.
pub(crate) const SOURCE: HeaderName = HeaderName::from_static("occuform-source");
pub(crate) const MODEL: HeaderName = HeaderName::from_static("occuform-model");

/// What the API's handlers have.
pub(crate) struct Api {
    pub(crate) coder: Arc<dyn Coder>,
    pub(crate) metrics: Metrics,
    pub(crate) admission: Admission,
}

pub(crate) async fn code(
    _: Admitted,
    State(api): State<Arc<Api>>,
    topic: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Problem> {
    let wait = preference::wait(request.headers()).unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT);
    let body = body::bytes(json_body(request)?, BODY).await.map_err(unreadable)?;
    known_topic(api.coder.as_ref(), topic)?;
    let request = read(&body)?;
    let text = request.job_text().map_err(broken_rule)?;
    let deadline = Instant::now() + wait;
    let Coded { status, suggestions, source, model } =
        api.coder.code(text, request.number_of_suggestions, deadline).await?;
    api.metrics.answered(source, status == CodeStatus::Successful);
    let provenance = [(SOURCE, source.as_str()), (MODEL, &*model)];
    let echoed = Echoed { code_status: status, input: &request.record, result: &suggestions };
    Ok((AppendHeaders(provenance), Json(echoed)).into_response())
}

/// A `CodeAnswer` with the words of whoever asked.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Echoed<'a> {
    code_status: CodeStatus,
    input: &'a Record,
    result: &'a RawValue,
}

pub(crate) async fn latest_model(
    _: Admitted,
    State(api): State<Arc<Api>>,
    topic: Result<Path<String>, PathRejection>,
) -> Result<Json<Model>, Problem> {
    known_topic(api.coder.as_ref(), topic)?;
    let model = api.coder.model().ok_or(CodingFailure::Unavailable(MODEL_SOON))?;
    Ok(Json(Model::clone(&model)))
}

/// Refuses what is not JSON before it is read.
fn json_body(request: Request) -> Result<Body, Problem> {
    if is_json(request.headers()) {
        return Ok(request.into_body());
    }
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Not JSON")
        .with_detail("send the body as application/json"))
}

fn known_topic(coder: &dyn Coder, topic: Result<Path<String>, PathRejection>) -> Result<(), Problem> {
    let served = coder.topic().uri_name;
    if topic.is_ok_and(|Path(topic)| topic == served) {
        return Ok(());
    }
    Err(Problem::from(ServiceError::UnknownTopic)
        .with_detail(format!("this proxy serves the topic '{served}'")))
}

/// Lists would pass for records: with a bracket in it, if only in the words, a body is looked at part by part.
fn read(body: &[u8]) -> Result<CodeRequest, Problem> {
    match serde_json::from_slice(body) {
        Ok(request) if !body.contains(&b'[') => Ok(request),
        _ => read_by_part(body),
    }
}

/// The shape of the body, in the order of what its sender would mend first.
fn read_by_part(body: &[u8]) -> Result<CodeRequest, Problem> {
    let invalid = |detail: &str| Problem::from(ServiceError::InvalidRequestBody).with_detail(detail);
    let value: Value = serde_json::from_slice(body).map_err(|_| invalid("the body is not JSON"))?;
    let Some(fields) = value.as_object() else {
        return Err(invalid("the body is not a JSON object"));
    };
    if fields.contains_key("records") {
        return Err(invalid("this proxy codes a single 'record' a call"));
    }
    let record = fields.get("record").ok_or_else(|| invalid("the field 'record' is missing"))?;
    if !record.is_object() || Record::deserialize(record).is_err() {
        return Err(Problem::from(ServiceError::MalformedRecord)
            .with_detail("a record has the text fields 'occp_text' and 'tasks_text' and no others"));
    }
    CodeRequest::deserialize(&value)
        .map_err(|_| invalid("besides 'record' only 'numberOfSuggestions', 1 to 16, is known"))?;
    serde_json::from_slice(body).map_err(|_| invalid("a field stands in the body twice"))
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

fn unreadable(failure: BodyFailure) -> Problem {
    match failure {
        BodyFailure::TooLong => {
            Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large")
                .with_detail(format!("at most {} bytes are read", BODY.bytes))
        }
        BodyFailure::TooSlow => {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "body-too-slow", "The body did not come in time")
        }
        BodyFailure::Broken => {
            Problem::new(StatusCode::BAD_REQUEST, "unreadable-body", "The body could not be read")
        }
    }
}
