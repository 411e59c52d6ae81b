//! In: a request on a presigned link. Out: its response. Next: `upload` and `download`.
//!
//! | method and path | module |
//! |---|---|
//! | `PUT /batch-files/{operation}/input` | `upload` |
//! | `GET /batch-files/{operation}/output` | `download` |
//! | `GET /batch-files/{operation}/metadata` | `download` |

use crate::batches::Batches;
use crate::links::{LinkedFile, PATH, Presigned};
use crate::refusal::Refusal;
use crate::{download, upload};
use axum::Router;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, put};
use uuid::Uuid;

impl Batches {
    /// What the presigned links lead to. A request may take hours: no time limit may lie around it.
    pub fn router(&self) -> Router {
        Router::new()
            .route(&format!("{PATH}/{{operation}}/input"), put(upload::input))
            .route(&format!("{PATH}/{{operation}}/output"), get(download::output))
            .route(&format!("{PATH}/{{operation}}/metadata"), get(download::metadata))
            .method_not_allowed_fallback(method_not_allowed)
            .layer(axum::middleware::map_response(never_stored))
            .with_state(self.clone())
    }
}

/// A link that allows what the request asks for.
pub(crate) struct Allowed {
    pub operation: Uuid,
}

impl FromRequestParts<Batches> for Allowed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, batches: &Batches) -> Result<Self, Refusal> {
        let wrong = || Refusal::from(crate::links::LinkError::Signature);
        let path = Path::<Uuid>::from_request_parts(parts, batches).await;
        let query = Query::<Presigned>::from_request_parts(parts, batches).await;
        let (Ok(Path(operation)), Ok(Query(link))) = (path, query) else {
            return Err(wrong());
        };
        let file = match parts.uri.path().rsplit('/').next() {
            Some("input") => LinkedFile::Input,
            Some("output") => LinkedFile::Output,
            Some("metadata") => LinkedFile::Metadata,
            _ => return Err(wrong()),
        };
        batches.0.links.check(operation, file, &link, (batches.0.clock)())?;
        Ok(Self { operation })
    }
}

async fn method_not_allowed() -> Refusal {
    Refusal::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "MethodNotAllowed",
        "The link is for another method: PUT to upload, GET to download.",
    )
}

async fn never_stored(mut response: Response) -> Response {
    response.headers_mut().insert("cache-control", HeaderValue::from_static("no-store"));
    response
}
