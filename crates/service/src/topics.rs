//! In: a topic's name. Out: the topics, their models, and whom to tell of a weakness. Next: `models` knows them.

use crate::models::Version;
use crate::refusal::Refusal;
use crate::responses::{Refused, RefusedTopic};
use crate::state::Service;
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Html;
use maud::html;
use occuform_api::{Model, ServiceError, Topic, TopicAnswer};
use std::sync::Arc;
use std::time::Duration;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Until when `security.txt` holds where it is not said: half a year from the start.
const SECURITY_VALID: Duration = Duration::from_hours(24 * 182);

pub(crate) type TopicPath = Result<Path<String>, PathRejection>;

/// List the topics
///
/// A topic is a classification that can be coded to.
#[utoipa::path(get, path = "/topics", tag = "Topics and models", operation_id = "topics",
    responses((status = 200, description = "The topics", body = [TopicAnswer]), Refused))]
pub(crate) async fn topics(State(service): State<Arc<Service>>) -> Json<Vec<TopicAnswer>> {
    let served = Topic::ALL.into_iter().filter(|topic| service.models.of(*topic).next().is_some());
    Json(served.map(TopicAnswer::from).collect())
}

/// Describe the input format of a topic
///
/// That of its latest model.
#[utoipa::path(get, path = "/topics/{topic}", tag = "Topics and models", operation_id = "topic",
    params(("topic" = String, Path, description = "The topic's uriName", example = "osca")),
    responses((status = 200, description = "The latest model", body = Model), RefusedTopic))]
pub(crate) async fn topic(
    State(service): State<Arc<Service>>,
    topic: TopicPath,
) -> Result<Json<Model>, Refusal> {
    Ok(Json(service.models.latest(&named(topic)?)?.describe()))
}

/// List the models of a topic
#[utoipa::path(get, path = "/topics/{topic}/models", tag = "Topics and models", operation_id = "models",
    params(("topic" = String, Path, description = "The topic's uriName", example = "osca")),
    responses((status = 200, description = "The models, the latest first", body = [Model]), RefusedTopic))]
pub(crate) async fn models(
    State(service): State<Arc<Service>>,
    topic: TopicPath,
) -> Result<Json<Vec<Model>>, Refusal> {
    let topic = service.models.topic(&named(topic)?)?;
    let models: Vec<Model> =
        service.models.of(topic).map(|version: &Arc<Version>| version.describe()).collect();
    if models.is_empty() { Err(ServiceError::NoModels.into()) } else { Ok(Json(models)) }
}

/// Describe the latest model of a topic
///
/// The one with the highest `modelVersion`.
#[utoipa::path(get, path = "/topics/{topic}/models/latest", tag = "Topics and models",
    operation_id = "latestModel",
    params(("topic" = String, Path, description = "The topic's uriName", example = "osca")),
    responses((status = 200, description = "The latest model", body = Model), RefusedTopic))]
pub(crate) async fn latest_model(
    service: State<Arc<Service>>,
    path: TopicPath,
) -> Result<Json<Model>, Refusal> {
    topic(service, path).await
}

/// Tell whom to tell of a weakness
#[utoipa::path(get, path = "/security.txt", tag = "Reporting issues", operation_id = "security",
    responses((status = 200, description = "A contact, and until when it holds", body = String,
        content_type = "text/html"), Refused))]
pub(crate) async fn security(State(service): State<Arc<Service>>) -> Html<String> {
    let security = &service.config.security;
    let from_start = OffsetDateTime::UNIX_EPOCH + service.started + SECURITY_VALID;
    let expires = security.expires.unwrap_or(from_start).format(&Rfc3339).unwrap_or_default();
    let contact = &security.contact;
    Html(html! { p { "contact: <" (contact) ">\n" "expires: " (expires) } }.into_string())
}

/// The topic of the path. One that is not even text does not exist.
pub(crate) fn named(topic: TopicPath) -> Result<String, ServiceError> {
    topic.map(|Path(topic)| topic).map_err(|_| ServiceError::UnknownTopic)
}
