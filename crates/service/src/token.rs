//! In: `POST /oauth2/token` with a client's id and secret. Out: a token for one hour. Next: `tokens` signs it.

use crate::clients::{self, Client};
use crate::metrics::TokenOutcome;
use crate::refusal::Refusal;
use crate::state::Service;
use axum::extract::rejection::FormRejection;
use axum::extract::{RawQuery, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Form, Json};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use occuform_api::{ErrorBody, ServiceError, TokenAnswer};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, LazyLock};
use utoipa::ToSchema;

/// The body of a token request.
#[derive(Deserialize, ToSchema)]
pub(crate) struct TokenRequest {
    /// `client_credentials`: there is no other.
    #[schema(example = "client_credentials", pattern = "^client_credentials$")]
    grant_type: String,
}

/// Why there is no token.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenError {
    /// `invalid_request`, `unsupported_grant_type` or `invalid_client`, as OAuth 2.0 names them.
    error: &'static str,
    /// The same in words.
    message: &'static str,
}

const INVALID_REQUEST: TokenError = TokenError {
    error: "invalid_request",
    message: "send grant_type=client_credentials as application/x-www-form-urlencoded, and no query string",
};
const UNSUPPORTED_GRANT: TokenError =
    TokenError { error: "unsupported_grant_type", message: "grant_type is client_credentials" };
const INVALID_CLIENT: TokenError = TokenError {
    error: "invalid_client",
    message: "send the client's id and secret as 'Authorization: Basic base64(id:secret)'",
};

/// Verified for ids that nobody has, so that they take as long as others.
static NOBODYS_HASH: LazyLock<String> = LazyLock::new(|| clients::hash(&SecretString::from("nobody")));

/// Hand out a token
///
/// A token is valid for 60 minutes and is to be shared by all calls of that time. Who asks more often than the service
/// allows is refused with 403 for a while.
#[utoipa::path(
    post,
    path = "/oauth2/token",
    tag = "Authentication",
    operation_id = "token",
    security(("client" = [])),
    request_body(content = TokenRequest, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "A token", body = TokenAnswer),
        (status = 400, description = "The form or the grant type is not as it should be", body = TokenError),
        (status = 401, description = "No such client, or another secret", body = TokenError,
            headers(("WWW-Authenticate" = String, description = "Basic"))),
        (status = 403, description = "Too many token requests", body = ErrorBody,
            headers(("Retry-After" = u64, description = "Seconds until requests are heard again"))),
        (status = 408, description = "The body did not come in time", body = ErrorBody),
        (status = 413, description = "The body is too large", body = ErrorBody),
        (status = 500, description = "Error performing request", body = ErrorBody),
    )
)]
pub(crate) async fn token(
    State(service): State<Arc<Service>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    form: Result<Form<TokenRequest>, FormRejection>,
) -> Result<Response, Response> {
    let Form(request) = form.map_err(|_| INVALID_REQUEST.into_response())?;
    if query.is_some() {
        return Err(INVALID_REQUEST.into_response());
    }
    if request.grant_type != "client_credentials" {
        return Err(UNSUPPORTED_GRANT.into_response());
    }
    let Some(client) = authenticate(&service, &headers).await else {
        return Err(INVALID_CLIENT.into_response());
    };
    let now = service.clock.monotonic();
    if let Err(wait) = service.ledger.token(&client, service.config.token, now) {
        service.metrics.token(Some(&client.id), TokenOutcome::Blocked);
        return Err(Refusal::from(ServiceError::Denied).retry_after(Some(wait)).into_response());
    }
    service.metrics.token(Some(&client.id), TokenOutcome::Issued);
    let answer = TokenAnswer {
        access_token: service.tokens.issue(&client.id, service.clock.unix()),
        expires_in: Some(crate::tokens::VALID.as_secs()),
        token_type: Some("Bearer".to_owned()),
    };
    Ok(Json(answer).into_response())
}

/// The client that the header names, if the secret is its own.
async fn authenticate(service: &Service, headers: &HeaderMap) -> Option<Client> {
    let found = match basic(headers) {
        Some((id, secret)) => verified(service, &id, secret).await,
        None => None,
    };
    if found.is_none() {
        service.metrics.token(None, TokenOutcome::Refused);
    }
    found
}

/// Argon2 takes long on purpose: not on a thread that answers others, and not for many at once.
async fn verified(service: &Service, id: &str, secret: SecretString) -> Option<Client> {
    let client = service.clients().find(id).cloned();
    let hash = client.as_ref().map_or_else(|| NOBODYS_HASH.clone(), |client| client.secret_hash.clone());
    let _permit = service.verifications.acquire().await.ok()?;
    let verification = tokio::task::spawn_blocking(move || clients::verify(&secret, &hash)).await;
    client.filter(|_| verification.unwrap_or(false))
}

fn basic(headers: &HeaderMap) -> Option<(String, SecretString)> {
    let (scheme, encoded) = headers.get(AUTHORIZATION)?.to_str().ok()?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((id.to_owned(), SecretString::from(secret)))
}

impl IntoResponse for TokenError {
    fn into_response(self) -> Response {
        // As OAuth 2.0 (RFC 6749, 5.2) has it.
        if self.error == INVALID_CLIENT.error {
            return (StatusCode::UNAUTHORIZED, [(WWW_AUTHENTICATE, "Basic")], Json(self)).into_response();
        }
        (StatusCode::BAD_REQUEST, Json(self)).into_response()
    }
}
