//! In: a partner's wish to have a file coded. Out: a new operation, or the status of one. Next: `batches`, which
//! `occuform_operations` does the work of.

use crate::clients::{Client, Tier};
use crate::models::Version;
use crate::refusal::Refusal;
use crate::responses::{RefusedOperation, RefusedStatus};
use crate::state::Service;
use crate::topics::{TopicPath, named};
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::{Extension, Json};
use occuform_api::{CreatedOperation, ErrorBody, OperationAnswer, ServiceError};
use occuform_operations::{Batches, OperationError};
use serde_json::{Map, Value};
use std::sync::Arc;
use utoipa::ToSchema;

type Segments = Result<Path<Vec<String>>, PathRejection>;

/// Nothing, or an empty object.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoBody {}

/// Create an operation that codes a file with the latest model
///
/// The file is uploaded with PUT to requestUploadUrl within an hour, with the headers
/// `x-amz-server-side-encryption: aws:kms` and `x-amz-server-side-encryption-aws-kms-key-id: <bucketKmsKeyArn>`: JSON
/// Lines up to 5 GB, a record a line, both text fields in each, 3 to 300 characters over the two. For partners only.
#[utoipa::path(post, path = "/topics/{topic}/batch-code", tag = "Asynchronous batch coding",
    operation_id = "createOperation",
    params(("topic" = String, Path, description = "The topic's uriName", example = "osca")),
    request_body(content = Option<NoBody>, description = "Nothing, or an empty object"),
    responses((status = 200, description = "The operation", body = CreatedOperation), RefusedOperation))]
pub(crate) async fn create(
    State(service): State<Arc<Service>>,
    Extension(client): Extension<Client>,
    topic: TopicPath,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<CreatedOperation>, Refusal> {
    let batches = partners_batches(&service, &client)?;
    let version = service.models.latest(&named(topic)?)?;
    created(&service, batches, &client, version, &headers, &body).await
}

/// Create an operation that codes a file with one model
///
/// As with the latest model.
#[utoipa::path(post, path = "/topics/{topic}/models/{model}/batch-code", tag = "Asynchronous batch coding",
    operation_id = "createOperationWithModel",
    params(
        ("topic" = String, Path, description = "The topic's uriName", example = "osca"),
        ("model" = String, Path, description = "The model's GUID"),
    ),
    request_body(content = Option<NoBody>, description = "Nothing, or an empty object"),
    responses(
        (status = 200, description = "The operation", body = CreatedOperation),
        (status = 409, description = "Selected model does not match the input topic.", body = ErrorBody),
        RefusedOperation,
    ))]
pub(crate) async fn create_with_model(
    State(service): State<Arc<Service>>,
    Extension(client): Extension<Client>,
    path: Result<Path<(String, String)>, PathRejection>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Json<CreatedOperation>, Refusal> {
    let batches = partners_batches(&service, &client)?;
    let Path((topic, model)) = path.map_err(|_| ServiceError::UnknownModel)?;
    let version = service.models.find(&topic, &model)?;
    created(&service, batches, &client, version, &headers, &body).await
}

/// Tell how far an operation is
///
/// Links are fresh in every answer and can be used for an hour. The output is deleted within 24 hours.
#[utoipa::path(get, path = "/topics/{topic}/batch-code/operations/{operation_id}",
    tag = "Asynchronous batch coding", operation_id = "operation",
    params(
        ("topic" = String, Path, description = "The topic's uriName", example = "osca"),
        ("operation_id" = String, Path, description = "The operation's GUID"),
    ),
    responses((status = 200, description = "Its status", body = OperationAnswer), RefusedStatus))]
pub(crate) async fn status(
    service: State<Arc<Service>>,
    client: Extension<Client>,
    path: Segments,
    headers: HeaderMap,
) -> Result<Json<OperationAnswer>, Refusal> {
    found(&service, &client, path, &headers).await
}

/// Tell how far an operation is, with the model in the path
///
/// The model is not looked at: the answer is that of the path without it.
#[utoipa::path(get, path = "/topics/{topic}/models/{model}/batch-code/operations/{operation_id}",
    tag = "Asynchronous batch coding", operation_id = "operationWithModel",
    params(
        ("topic" = String, Path, description = "The topic's uriName", example = "osca"),
        ("model" = String, Path, description = "The model's GUID"),
        ("operation_id" = String, Path, description = "The operation's GUID"),
    ),
    responses((status = 200, description = "Its status", body = OperationAnswer), RefusedStatus))]
pub(crate) async fn status_with_model(
    service: State<Arc<Service>>,
    client: Extension<Client>,
    path: Segments,
    headers: HeaderMap,
) -> Result<Json<OperationAnswer>, Refusal> {
    found(&service, &client, path, &headers).await
}

async fn created(
    service: &Service,
    batches: &Batches,
    client: &Client,
    version: &Version,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Json<CreatedOperation>, Refusal> {
    let empty = |object: Option<Map<String, Value>>| object.is_none_or(|object| object.is_empty());
    if !body.is_empty() && !serde_json::from_slice(body).is_ok_and(empty) {
        return Err(ServiceError::InvalidRequestBody.into());
    }
    let url = public_url(service, headers);
    Ok(Json(batches.create(&client.id, version.describe(), &url).await.map_err(broken)?))
}

async fn found(
    service: &Service,
    client: &Client,
    path: Segments,
    headers: &HeaderMap,
) -> Result<Json<OperationAnswer>, Refusal> {
    let batches = partners_batches(service, client)?;
    let Path(segments) = path.map_err(|_| ServiceError::UnknownOperation)?;
    let (Some(topic), Some(id)) = (segments.first(), segments.last()) else {
        return Err(ServiceError::UnknownOperation.into());
    };
    service.models.topic(topic)?;
    let url = public_url(service, headers);
    match batches.status(&client.id, id, &url).await {
        Ok(answer) => Ok(Json(answer)),
        Err(OperationError::Unknown) => Err(ServiceError::UnknownOperation.into()),
        Err(OperationError::NotOwned) => Err(ServiceError::ForeignOperation.into()),
        Err(OperationError::Store(error)) => Err(broken(error)),
    }
}

fn partners_batches<'a>(service: &'a Service, client: &Client) -> Result<&'a Batches, ServiceError> {
    service.batches().filter(|_| client.tier == Tier::Partner).ok_or(ServiceError::Denied)
}

/// What links begin with: as configured, else as the client called.
fn public_url(service: &Service, headers: &HeaderMap) -> String {
    let called = || headers.get(HOST).and_then(|host| Some(format!("http://{}", host.to_str().ok()?)));
    let configured = service.config.batch.public_url.clone();
    configured.or_else(called).unwrap_or_else(|| format!("http://{}", service.config.listen))
}

fn broken(error: impl std::fmt::Display) -> Refusal {
    tracing::error!(%error, "an operation cannot be looked up or created");
    ServiceError::Internal.into()
}
