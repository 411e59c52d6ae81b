//! In: why a link does not give what is asked for. Out: an XML error as an object store writes it. Next: the caller.

use crate::links::LinkError;
use crate::store::StoreError;
use crate::vault::VaultError;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_RANGE, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

/// A refusal with the object store's code, and a message of what to do.
#[derive(Debug)]
pub(crate) struct Refusal {
    status: StatusCode,
    code: &'static str,
    message: String,
    /// Bytes of the file, where others were asked for than it has.
    length: Option<u64>,
}

impl Refusal {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), length: None }
    }

    pub(crate) fn invalid_range(length: u64) -> Self {
        let message = format!("The file has {length} bytes, and not those that the header Range asks for.");
        let refusal = Self::new(StatusCode::RANGE_NOT_SATISFIABLE, "InvalidRange", message);
        Self { length: Some(length), ..refusal }
    }

    pub(crate) fn no_such_key() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NoSuchKey", "The file does not exist, or does not exist any more.")
    }

    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", "Something broke; please try again.")
    }
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Signature => Self::new(
                StatusCode::FORBIDDEN,
                "SignatureDoesNotMatch",
                "The link was changed, or is used with another method. Use it exactly as it was given.",
            ),
            LinkError::Expired => Self::new(
                StatusCode::FORBIDDEN,
                "AccessDenied",
                "Request has expired. For a download, ask for the operation's status again: it has a fresh link.",
            ),
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a link was not served");
        Self::internal()
    }
}

impl From<VaultError> for Refusal {
    fn from(error: VaultError) -> Self {
        if let VaultError::Missing = error {
            return Self::no_such_key();
        }
        tracing::error!(%error, "a link was not served");
        Self::internal()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        // An operator's key ARN stands in one of the messages; the rest is ours.
        let message = self.message.replace('&', "&amp;").replace('<', "&lt;");
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{message}</Message></Error>",
            self.code
        );
        let mut response = (self.status, [(CONTENT_TYPE, "application/xml")], body).into_response();
        if let Some(length) = self.length.and_then(|length| format!("bytes */{length}").parse().ok()) {
            response.headers_mut().insert(CONTENT_RANGE, length);
        }
        response
    }
}
