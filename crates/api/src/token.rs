//! In: a token. Out: the answer of the token endpoint, and the body of every refusal. Next: the service's `token.rs`
//! writes them, a client reads them.

use serde::{Deserialize, Serialize};

/// The answer of `POST /oauth2/token`. The guide shows the first field only.
#[derive(Clone, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenAnswer {
    /// What calls carry in their `Authorization` header. Secret.
    pub access_token: String,
    /// How long the token is valid, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = 3600))]
    pub expires_in: Option<u64>,
    /// `Bearer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(nullable = false, example = "Bearer"))]
    pub token_type: Option<String>,
}

/// The body of an error.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// What went wrong, in the guide's words.
    pub message: String,
}
