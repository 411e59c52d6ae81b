//! In: where the client secret stands. Out: the secret, read anew each time, so that a changed one needs no restart.
//! Next: `http`, when it asks for a token.

use redis::Client;
use secrecy::{ExposeSecret, SecretString};
use std::io;
use std::path::PathBuf;

/// The variable that may hold the secret itself.
pub(super) const VARIABLE: &str = "OCCUFORM_UPSTREAM_CLIENT_SECRET";
/// The variable with the folder of systemd's credentials.
pub(super) const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// The name of the credential.
const CREDENTIAL: &str = "occuform-client-secret";
/// The variable that may hold the URL of Redis, which may hold a password.
pub(super) const REDIS_VARIABLE: &str = "OCCUFORM_SHARED_REDIS_URL";
/// The name of its credential.
const REDIS_CREDENTIAL: &str = "occuform-redis-url";

/// Where the client secret stands.
#[derive(Clone, Debug)]
pub enum ClientSecret {
    /// In a file.
    File(PathBuf),
    /// In the environment, as it was at the start.
    Given(SecretString),
}

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read.
    #[error("cannot read {what} {path}: {error}")]
    Unreadable {
        /// Which secret.
        what: &'static str,
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// There is nothing in it.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// Something else stands in it. What, is not told.
    #[error("shared.redis_url_file: what it holds is not allowed; expected {0}")]
    NotAllowed(&'static str),
}

impl Default for ClientSecret {
    fn default() -> Self {
        Self::Given(SecretString::default())
    }
}

impl ClientSecret {
    /// The environment's own before the file's, before systemd's.
    pub(super) fn find(
        given: Option<String>,
        file: Option<PathBuf>,
        credentials: Option<PathBuf>,
    ) -> Option<Self> {
        Self::place(CREDENTIAL, given, file, credentials)
    }

    fn place(
        credential: &str,
        given: Option<String>,
        file: Option<PathBuf>,
        credentials: Option<PathBuf>,
    ) -> Option<Self> {
        let given = given.map(|secret| Self::Given(secret.into()));
        let credential = || credentials.map(|folder| folder.join(credential)).filter(|file| file.is_file());
        given.or_else(|| file.or_else(credential).map(Self::File))
    }

    /// The secret, without white space around it.
    ///
    /// # Errors
    /// When the file cannot be read, or there is nothing in it.
    pub fn read(&self) -> Result<SecretString, SecretError> {
        self.text("the client secret")
    }

    fn text(&self, what: &'static str) -> Result<SecretString, SecretError> {
        let secret = match self {
            Self::Given(secret) => secret.clone(),
            Self::File(file) => SecretString::from(std::fs::read_to_string(file).map_err(|error| {
                SecretError::Unreadable { what, path: file.display().to_string(), error }
            })?),
        };
        let trimmed = secret.expose_secret().trim();
        if trimmed.is_empty() {
            return Err(SecretError::Empty(what));
        }
        Ok(trimmed.into())
    }
}

/// The URL of Redis, if one is named; it is looked for as the client secret is.
pub(super) fn redis_url(
    given: Option<String>,
    file: Option<PathBuf>,
    credentials: Option<PathBuf>,
) -> Result<Option<SecretString>, SecretError> {
    let Some(place) = ClientSecret::place(REDIS_CREDENTIAL, given, file, credentials) else {
        return Ok(None);
    };
    let url = place.text("the URL of Redis")?;
    match Client::open(url.expose_secret()) {
        Ok(_) => Ok(Some(url)),
        Err(_) => Err(SecretError::NotAllowed(
            "a URL such as redis://:PASSWORD@redis.example.gov.au:6379, rediss: for TLS, or unix: for a socket",
        )),
    }
}
