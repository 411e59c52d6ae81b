//! In: a call with its token, or the wish for a token. Out: one HTTP request, and what came of it. Nothing that the
//! upstream says is passed on but the fields of an answer. Next: the network.

use super::governor::CALL_LIMIT;
use super::keeper::{ATTEMPT_LIMIT, Token};
use super::sent::{Announced, Sent};
use super::{Call, CallFailure, OtherCall, Reply, Upstream};
use crate::config::{ClientSecret, UpstreamConfig};
use crate::upstream::wire;
use async_trait::async_trait;
use occuform_api::{ServiceError, Topic};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{
    Body, Certificate, Client, ClientBuilder, Method, Proxy, Response, StatusCode, redirect, retry, tls,
};
use secrecy::{ExposeSecret, SecretString};
use std::path::Path;
use std::time::Duration;

/// How long a connection may take to be there.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// More than any answer needs, the records of a call apart.
const MAX_ANSWER_BYTES: usize = 64 * 1024;
/// Far more than the answer to one record with 16 suggestions needs.
const MAX_BYTES_A_RECORD: usize = 16 * 1024;
/// How long a token is valid when the upstream does not say.
const USUAL_VALIDITY: Duration = Duration::from_hours(1);

/// What came of asking for a token.
#[derive(Debug)]
pub enum Asked {
    /// A token.
    Obtained {
        /// The token.
        value: SecretString,
        /// How long it is valid.
        valid_for: Duration,
    },
    /// Not a byte of the request was sent.
    NotSent(&'static str),
    /// There is none, and the request was sent, or may have been.
    Refused(&'static str),
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The file of root certificates.
    #[error("cannot use the root certificates {path}: {reason}")]
    Roots {
        /// The file.
        path: String,
        /// Why.
        reason: String,
    },
    /// Something else of the connection's settings.
    #[error(
        "cannot set up the connection to the upstream: {0}; where the machine has no root certificates, install \
         ca-certificates or name a file with upstream.root_certificates"
    )]
    Client(String),
}

/// Speaks HTTP with the Coding Service.
pub struct Http {
    calls: Client,
    /// Never a kept connection: a request on one that is just being closed would leave open whether it arrived.
    tokens: Client,
    topic: Topic,
    api_url: String,
    token_url: String,
    client_id: String,
    secret: ClientSecret,
}

impl Http {
    /// Reads the root certificates and sets up TLS and the proxy on the way out.
    ///
    /// # Errors
    /// When the settings do not fit.
    pub fn new(topic: Topic, config: &UpstreamConfig) -> Result<Self, HttpError> {
        Ok(Self {
            calls: build(builder(config)?)?,
            tokens: build(builder(config)?.timeout(ATTEMPT_LIMIT).pool_max_idle_per_host(0))?,
            topic,
            api_url: config.api_url.trim_end_matches('/').to_owned(),
            token_url: config.token_url.clone(),
            client_id: config.client_id.clone(),
            secret: config.client_secret.clone(),
        })
    }

    fn request(&self, call: &Call) -> (Method, String, Option<Vec<u8>>) {
        let models = format!("{}/v1/topics/{}/models", self.api_url, self.topic.uri_name);
        match call {
            Call::Topics => (Method::GET, format!("{}/v1/topics", self.api_url), None),
            Call::Models => (Method::GET, models, None),
            Call::LatestModel => (Method::GET, format!("{models}/latest"), None),
            Call::Code { model, records, suggestions } => {
                (Method::POST, format!("{models}/{model}/code"), Some(wire::request(records, *suggestions)))
            }
            Call::Other(OtherCall { path, body, .. }) => {
                let url = format!("{}/v1/topics/{}/{path}", self.api_url, self.topic.uri_name);
                (if body.is_some() { Method::POST } else { Method::GET }, url, body.clone())
            }
        }
    }
}

#[async_trait]
impl Upstream for Http {
    /// The secret is read anew each time.
    async fn ask_for_token(&self) -> Asked {
        let Ok(secret) = self.secret.read() else {
            return Asked::NotSent("the client secret cannot be read");
        };
        let sent = Sent::default();
        let body = Announced::new(b"grant_type=client_credentials".to_vec(), sent.clone());
        let request = self
            .tokens
            .post(&self.token_url)
            .basic_auth(&self.client_id, Some(secret.expose_secret()))
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(ACCEPT, "application/json")
            .body(Body::wrap(body));
        match request.send().await {
            Ok(response) if response.status() == StatusCode::OK => token(response).await,
            Ok(response) => Asked::Refused(refusal(response.status())),
            Err(error) if error.is_connect() && !sent.is_sent() => Asked::NotSent(kind(&error)),
            Err(error) => Asked::Refused(kind(&error)),
        }
    }

    async fn call(&self, call: &Call, token: &Token, sent: Sent) -> Result<Reply, CallFailure> {
        let (method, url, body) = self.request(call);
        let mut authorization = HeaderValue::from_str(token.value.expose_secret())
            .map_err(|_| CallFailure::Broken("the token cannot be sent"))?;
        authorization.set_sensitive(true);
        let (limit, longest) = match call {
            Call::Other(other) => (other.limit, other.longest_answer),
            Call::Code { records, .. } => (CALL_LIMIT, MAX_ANSWER_BYTES + records.len() * MAX_BYTES_A_RECORD),
            _ => (CALL_LIMIT, MAX_ANSWER_BYTES),
        };
        let request = self.calls.request(method, url).header(AUTHORIZATION, authorization).timeout(limit);
        let request = match body {
            Some(body) => {
                request.header(CONTENT_TYPE, "application/json").body(Body::wrap(Announced::new(body, sent)))
            }
            None => request,
        };
        let broken = |error: &reqwest::Error| CallFailure::Broken(kind(error));
        let response = request.send().await.map_err(|error| broken(&error))?;
        let status = response.status();
        let body = bytes(response, longest).await?;
        match status {
            StatusCode::OK => wire::reply(call, &body),
            StatusCode::UNAUTHORIZED if is_of_another_client(&body) => Err(CallFailure::Unknown),
            StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Err(CallFailure::Denied),
            StatusCode::TOO_MANY_REQUESTS if wire::message(&body) == Some("Limit Exceeded".into()) => {
                Err(CallFailure::LimitExceeded)
            }
            StatusCode::TOO_MANY_REQUESTS => Err(CallFailure::TooManyRequests),
            StatusCode::BAD_REQUEST => Err(CallFailure::Refused),
            StatusCode::NOT_FOUND | StatusCode::CONFLICT => Err(CallFailure::Unknown),
            status => Err(CallFailure::Broken(refusal(status))),
        }
    }
}

/// An operation of another client's; the token is as good as before.
fn is_of_another_client(body: &[u8]) -> bool {
    wire::message(body) == Some(ServiceError::ForeignOperation.to_string())
}

/// The client, or what about the settings does not fit.
///
/// # Errors
/// When the settings do not fit.
pub fn build(builder: ClientBuilder) -> Result<Client, HttpError> {
    builder.build().map_err(|error| HttpError::Client(plain(error)))
}

/// TLS, root certificates and the proxy on the way out, as the settings say.
///
/// # Errors
/// When the settings do not fit.
pub fn builder(config: &UpstreamConfig) -> Result<ClientBuilder, HttpError> {
    // An error means that it is done already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("occuform/", env!("CARGO_PKG_VERSION")))
        .tls_version_min(tls::Version::TLS_1_2)
        .http1_only()
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .connect_timeout(CONNECT_LIMIT);
    if let Some(roots) = &config.extra_roots {
        builder = builder.tls_certs_merge(certificates(roots)?);
    } else if [&config.token_url, &config.api_url].iter().all(|url| url.starts_with("http:")) {
        // A machine without root certificates can still ask itself.
        builder = builder.tls_certs_only([]);
    }
    if let Some(url) = &config.proxy {
        let proxy = Proxy::all(url.expose_secret()).map_err(|error| HttpError::Client(plain(error)))?;
        builder = builder.proxy(proxy.no_proxy(reqwest::NoProxy::from_env()));
    }
    Ok(builder)
}

fn certificates(path: &Path) -> Result<Vec<Certificate>, HttpError> {
    let unusable = |reason: String| HttpError::Roots { path: path.display().to_string(), reason };
    let pem = std::fs::read(path).map_err(|error| unusable(error.to_string()))?;
    let found = Certificate::from_pem_bundle(&pem).map_err(|error| unusable(plain(error)))?;
    if found.is_empty() {
        return Err(unusable("there is no certificate in PEM form in it".into()));
    }
    Ok(found)
}

async fn token(response: Response) -> Asked {
    let Ok(body) = bytes(response, MAX_ANSWER_BYTES).await else {
        return Asked::Refused("the answer broke off");
    };
    let Some((value, seconds)) = wire::token(&body) else { return Asked::Refused("not a token's answer") };
    Asked::Obtained { value, valid_for: seconds.map_or(USUAL_VALIDITY, Duration::from_secs) }
}

async fn bytes(mut response: Response, longest: usize) -> Result<Vec<u8>, CallFailure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| CallFailure::Broken(kind(&error)))? {
        body.extend_from_slice(&chunk);
        if body.len() > longest {
            return Err(CallFailure::Broken("the answer is too long"));
        }
    }
    Ok(body)
}

/// What went wrong, in words that hold no address, no text and no secret.
fn kind(error: &reqwest::Error) -> &'static str {
    match error {
        error if error.is_timeout() && error.is_connect() => "no connection in time",
        error if error.is_connect() => "no connection",
        error if error.is_timeout() => "no answer in time",
        error if error.is_builder() => "the request cannot be built",
        _ => "the connection broke",
    }
}

fn refusal(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 | 401 => "400 or 401: the client id or secret is wrong",
        403 => "403: access is blocked",
        429 => "429: too many requests",
        300..=399 => "a redirect, which is not followed",
        500..=599 => "5xx: an error of the upstream",
        _ => "an unexpected status",
    }
}

fn plain(error: reqwest::Error) -> String {
    let error = error.without_url();
    std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
}
