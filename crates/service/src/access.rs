//! In: a call. Out: the same with the [`Client`] who makes it, or 403, 429 or, for a query string, 400. Next: `faults`, then the
//! endpoint.

use crate::clients::Client;
use crate::ledger::Limit;
use crate::refusal::Refusal;
use crate::state::Service;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use occuform_api::ServiceError;
use std::sync::Arc;

/// Checks the token, then the client's limits, then that there is no query.
pub(crate) async fn check(State(service): State<Arc<Service>>, mut request: Request, next: Next) -> Response {
    match admit(&service, &request) {
        Ok(client) => {
            request.extensions_mut().insert(client);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

fn admit(service: &Service, request: &Request) -> Result<Client, Refusal> {
    let client = token(request.headers()).and_then(|token| service.holder(token)).ok_or_else(|| {
        service.metrics.denied();
        ServiceError::Denied
    })?;
    let now = service.clock.monotonic();
    if let Err((limit, wait)) = service.ledger.call(&client, &service.config, now) {
        service.metrics.throttled(&client.id, limit);
        let error = match limit {
            Limit::Second => ServiceError::TooManyRequests,
            Limit::Day => ServiceError::LimitExceeded,
        };
        return Err(Refusal::from(error).retry_after(Some(wait)));
    }
    service.metrics.called(&client.id, service.ledger.left_today(&client, now));
    if request.uri().query().is_some() {
        return Err(ServiceError::InvalidRequestBody.into());
    }
    Ok(client)
}

/// The token, bare or after `Bearer`.
fn token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?.trim();
    match value.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Some(token.trim_start()),
        Some(_) => None,
        None => Some(value),
    }
}
