//! In: where the client secret stands. Out: the secret, read anew each time, so that a changed one needs no restart.
//! Next: `http`, when it asks for a token.

use secrecy::{ExposeSecret, SecretString};
use std::io;
use std::path::PathBuf;

/// The variable that may hold the secret itself.
pub(super) const VARIABLE: &str = "OCCUFORM_UPSTREAM_CLIENT_SECRET";
/// The variable with the folder of systemd's credentials.
pub(super) const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// The name of the credential.
const CREDENTIAL: &str = "occuform-client-secret";

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
    #[error("cannot read the client secret {path}: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        error: io::Error,
    },
    /// There is nothing in it.
    #[error("the client secret is empty")]
    Empty,
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
        let given = given.map(|secret| Self::Given(secret.into()));
        let credential = || credentials.map(|folder| folder.join(CREDENTIAL)).filter(|file| file.is_file());
        given.or_else(|| file.or_else(credential).map(Self::File))
    }

    /// The secret, without white space around it.
    ///
    /// # Errors
    /// When the file cannot be read, or there is nothing in it.
    pub fn read(&self) -> Result<SecretString, SecretError> {
        let secret = match self {
            Self::Given(secret) => secret.clone(),
            Self::File(file) => SecretString::from(
                std::fs::read_to_string(file)
                    .map_err(|error| SecretError::Unreadable { path: file.display().to_string(), error })?,
            ),
        };
        let trimmed = secret.expose_secret().trim();
        if trimmed.is_empty() {
            return Err(SecretError::Empty);
        }
        Ok(trimmed.into())
    }
}
