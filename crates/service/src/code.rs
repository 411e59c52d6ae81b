//! In: a coding call. Out: what came of its record or records. Next: the coder of the topic's latest model, or of the
//! one that the path names.

use crate::faults::pause;
use crate::models::Version;
use crate::refusal::Refusal;
use crate::request::{CodingRequest, Records, ValidRecord};
use crate::responses::RefusedCoding;
use crate::state::Service;
use crate::topics::{TopicPath, named};
use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use occuform_api::{
    CodeStatus, ErrorBody, RecordAnswer, SentTexts, ServiceError, SmallBatchRequest, Suggestion,
};
use occuform_coder::CodingOptions;
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

type ModelPath = Result<Path<(String, String)>, PathRejection>;

/// One record, or 1 to 300.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(
    dead_code,
    reason = "only described: request.rs reads it, so that it can tell the guide's errors apart"
)]
pub(crate) enum CodeBody {
    /// One record
    Single(SingleRequest),
    /// A small batch
    Batch(SmallBatchRequest),
}

/// One record to be coded.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[expect(dead_code, reason = "only described")]
pub(crate) struct SingleRequest {
    /// What is to be coded.
    record: SentTexts,
    /// How many codes to return at most: 1 to 16.
    #[schema(minimum = 1, maximum = 16, default = 16, nullable = false)]
    number_of_suggestions: Option<u8>,
}

/// For one record an object, for a small batch an array in the order of its records.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum CodeAnswers {
    /// What came of the record
    Single(RecordAnswer),
    /// What came of each record
    Batch(Vec<RecordAnswer>),
}

/// Code one record or a small batch with the latest model
///
/// Title and tasks have 3 to 100 characters together, white space at both ends of each not counted, all of them
/// printable ASCII. A batch fails as a whole when one record is bad.
#[utoipa::path(post, path = "/topics/{topic}/code", tag = "Synchronous coding", operation_id = "code",
    params(("topic" = String, Path, description = "The topic's uriName", example = "osca")),
    request_body = CodeBody,
    responses((status = 200, description = "What came of it", body = CodeAnswers), RefusedCoding))]
pub(crate) async fn code(
    State(service): State<Arc<Service>>,
    topic: TopicPath,
    body: Bytes,
) -> Result<Json<CodeAnswers>, Refusal> {
    let version = Arc::clone(service.models.latest(&named(topic)?)?);
    code_with(&service, version, body).await
}

/// Code one record or a small batch with one model
///
/// As with the latest model.
#[utoipa::path(post, path = "/topics/{topic}/models/{model}/code", tag = "Synchronous coding",
    operation_id = "codeWithModel",
    params(
        ("topic" = String, Path, description = "The topic's uriName", example = "osca"),
        ("model" = String, Path, description = "The model's GUID"),
    ),
    request_body = CodeBody,
    responses(
        (status = 200, description = "What came of it", body = CodeAnswers),
        (status = 409, description = "Selected model does not match the input topic.", body = ErrorBody),
        RefusedCoding,
    ))]
pub(crate) async fn code_with_model(
    State(service): State<Arc<Service>>,
    path: ModelPath,
    body: Bytes,
) -> Result<Json<CodeAnswers>, Refusal> {
    let Path((topic, model)) = path.map_err(|_| ServiceError::UnknownModel)?;
    let version = Arc::clone(service.models.find(&topic, &model)?);
    code_with(&service, version, body).await
}

async fn code_with(
    service: &Service,
    version: Arc<Version>,
    body: Bytes,
) -> Result<Json<CodeAnswers>, Refusal> {
    let request = CodingRequest::read(&body)?;
    pause(service.config.faults.record_latency * request.records.len()).await;
    let options = CodingOptions { suggestions: request.suggestions, ..service.config.coding };
    let topic = version.topic.uri_name;
    let answers = match request.records {
        // Takes well under a millisecond, so that it needs no thread of its own.
        Records::Single(record) => CodeAnswers::Single(answer(&version, record, options)),
        Records::Batch(records) => CodeAnswers::Batch(batch(version, records, options).await?),
    };
    let (successful, unsuccessful) = answers.count();
    service.metrics.coded(topic, successful, unsuccessful);
    Ok(Json(answers))
}

async fn batch(
    version: Arc<Version>,
    records: Vec<ValidRecord>,
    options: CodingOptions,
) -> Result<Vec<RecordAnswer>, ServiceError> {
    let code_all = move || records.into_iter().map(|record| answer(&version, record, options)).collect();
    tokio::task::spawn_blocking(code_all).await.map_err(|_| ServiceError::Internal)
}

fn answer(version: &Version, record: ValidRecord, options: CodingOptions) -> RecordAnswer {
    let coded = version.coder.code(&record.text, options);
    let result: Vec<Suggestion> = coded.result;
    RecordAnswer { record_id: record.record_id, code_status: coded.code_status, input: record.sent, result }
}

impl CodeAnswers {
    /// How many records were coded, and how many were not.
    fn count(&self) -> (u64, u64) {
        let answers = match self {
            Self::Single(answer) => std::slice::from_ref(answer),
            Self::Batch(answers) => answers,
        };
        let successful = answers.iter().filter(|answer| answer.code_status == CodeStatus::Successful).count();
        (successful as u64, (answers.len() - successful) as u64)
    }
}
